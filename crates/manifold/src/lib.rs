#![doc = include_str!("../README.md")]

mod check;
mod error;
pub mod knn;
mod linalg;
pub mod pca;
mod real;

pub use error::ManifoldError;
pub use knn::{KnnSettings, Metric, Neighbours, nearest_neighbours, nearest_neighbours_of};
pub use pca::{Pca, PcaSettings};
pub use real::Real;

/// The result of everything here that can fail.
pub type Result<T> = std::result::Result<T, ManifoldError>;
