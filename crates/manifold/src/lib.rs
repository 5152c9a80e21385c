#![doc = include_str!("../README.md")]

mod check;
mod error;
pub mod knn;
mod linalg;
pub mod pca;
mod real;
pub mod tsne;

pub use error::ManifoldError;
pub use knn::{KnnSettings, Metric, Neighbours, nearest_neighbours, nearest_neighbours_of};
pub use pca::{Pca, PcaSettings};
pub use real::Real;
pub use tsne::{Affinities, TsneSettings, kl_divergence, tsne, tsne_from};

/// The result of everything here that can fail.
pub type Result<T> = std::result::Result<T, ManifoldError>;
