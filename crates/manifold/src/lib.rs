#![doc = include_str!("../README.md")]

mod approximate;
mod check;
mod csr;
mod error;
pub mod knn;
mod linalg;
mod noise;
pub mod pca;
mod real;
#[cfg(test)]
mod samples;
mod trustworthiness;
pub mod tsne;
pub mod umap;

pub use approximate::{
    ApproximateSettings, NeighbourIndex, Search, approximate_neighbours, approximate_neighbours_csr,
};
pub use csr::{Csr, CsrView};
pub use error::ManifoldError;
pub use knn::{
    KnnSettings, Metric, Neighbours, nearest_neighbours, nearest_neighbours_csr, nearest_neighbours_of,
};
pub use pca::{Pca, PcaSettings};
pub use real::Real;
pub use trustworthiness::trustworthiness;
pub use tsne::{Affinities, TsneSettings, kl_divergence, tsne, tsne_from};
pub use umap::{FuzzyGraph, Umap, UmapSettings, UmapStart, find_ab_params};

/// The result of everything here that can fail.
pub type Result<T> = std::result::Result<T, ManifoldError>;
