//! The decoded cache.

mod file;
mod payload;

pub(crate) use file::{path, read, stamp, write};
