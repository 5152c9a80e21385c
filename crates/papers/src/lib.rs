#![doc = include_str!("../README.md")]

pub mod biswas;
mod catalogue;
mod error;
pub mod kdae;
mod paper;
mod published;
pub mod render;
pub mod run;
pub mod snnl;

pub use catalogue::{PAPERS, Target, parse_target};
pub use error::{Error, Result};
pub use paper::{Paper, Request};
pub use published::Published;
