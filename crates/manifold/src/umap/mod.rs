//! Uniform manifold approximation and projection (McInnes, Healy and Melville 2018).

mod ab;
mod fuzzy;
mod kernel;
mod lanczos;
mod layout;
mod model;
mod settings;
mod spectral;
mod start;
#[cfg(test)]
mod tests;

pub use ab::find_ab_params;
pub use fuzzy::FuzzyGraph;
pub use model::Umap;
pub use settings::{UmapSettings, UmapStart};
