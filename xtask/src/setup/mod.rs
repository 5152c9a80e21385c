//! libtorch without a manual step: which, from where, checked, unpacked, put in place at once or not at all.

mod archive;
mod command;
mod elf;
mod inspect;
mod layout;
mod lock;
mod meter;
mod pins;
mod pip;
mod plan;
mod provision;
mod resolve;
mod unpack;

#[cfg(test)]
mod tests;

pub use provision::Done;
pub use resolve::{Source, ensure};

/// The libtorch that tch 0.24 is written for.
pub const VERSION: &str = "2.11.0";
