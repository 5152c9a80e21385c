#![doc = include_str!("../README.md")]

mod cache;
pub mod catalog;
#[cfg(feature = "cli")]
pub mod cli;
mod dataset;
mod decoded;
mod digest;
mod dirs;
mod error;
mod features;
mod fetch;
pub mod formats;
#[cfg(test)]
mod fuzz;
mod load;
pub mod own;
pub mod scaling;
mod subset;
pub mod text;

pub use catalog::{entry, names};
pub use dataset::{Dataset, ImageShape, Split};
pub use dirs::{DataDirs, ENV};
pub use error::{Error, Result};
pub use features::{Csr, Features};
pub use fetch::{Plain, Progress, Quiet, fetch_and_verify};
pub use load::{LoadOptions, Status, Verified, load, load_with, status, verify};
pub use scaling::Scaling;
pub use subset::Subset;
