#![doc = include_str!("../README.md")]

mod reconstruction;

pub use reconstruction::{binary_cross_entropy, mean_squared_error};

#[cfg(test)]
mod gradient_check;
