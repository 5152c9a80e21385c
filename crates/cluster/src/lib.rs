#![doc = include_str!("../README.md")]

mod check;
mod choose_k;
mod communities;
mod error;
mod float;
mod gmm;
mod hdbscan;
mod kmeans;
mod simd;
mod tomato;

pub use choose_k::{
    Choice, ChooseSettings, ChooseStage, ChooseStep, CommunityStability, Criterion, DensityCounts,
    DensitySettings, Gap, IndexSettings, Opinion, Opinions, PeakCounts, Source, StableAt, Sweep,
    SweepSettings, SweepStep, choose_k, choose_k_with, sweep, sweep_with,
};
pub use communities::{
    Graph, GraphCommunities, GraphCommunitiesModel, GraphCommunitiesSettings, GraphWeights, NeighbourGraph,
    SeedRun, leiden, mean_agreement, modularity,
};
pub use deepclust_manifold::{Csr, CsrView};
pub use error::{Error, Result};
pub use float::Float;
pub use gmm::{Covariance, Covariances, GaussianMixture, GaussianMixtureModel, GaussianMixtureSettings};
pub use hdbscan::{Hdbscan, HdbscanModel, HdbscanParts, HdbscanSettings, Selection};
pub use kmeans::{
    Algorithm, Init, KMeans, KMeansModel, KMeansOptions, KMeansSettings, Keep, MiniBatchKMeans,
    MiniBatchSettings,
};
pub use tomato::{FEW_DIMENSIONS, Tomato, TomatoModel, TomatoSettings, few_dimensions, intrinsic_dimension};
