#![doc = include_str!("../README.md")]

mod check;
mod error;
mod float;
mod kmeans;
mod simd;

pub use error::{Error, Result};
pub use float::Float;
pub use kmeans::{Algorithm, Init, KMeans, KMeansModel, KMeansSettings, Keep};
