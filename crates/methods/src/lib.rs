#![doc = include_str!("../README.md")]

mod ae_k_means;
mod context;
mod dec;
mod dec_joint;
mod dec_settings;
mod error;
mod k_means;
mod labelled_subset;
mod method;
mod pca_k_means;
mod pretraining;
mod reconstruction;
mod registry;
mod scaling;
mod seed;
mod snnl;
mod snnl_settings;
mod training;

pub use ae_k_means::{AeKMeans, AeKMeansSettings};
pub use context::{Context, Progress, Silent};
pub use dec::Dec;
pub use dec_settings::{DecOptimizer, DecSettings};
pub use error::{Error, Result};
pub use k_means::{RawKMeans, RawKMeansSettings};
pub use labelled_subset::LabelledSubset;
pub use method::{Fitted, Method, Model, Series};
pub use pca_k_means::{PcaKMeans, PcaKMeansSettings};
pub use pretraining::Pretraining;
pub use reconstruction::ReconstructionLoss;
pub use registry::{METHODS, build};
pub use scaling::{FittedScaling, Scaling};
pub use seed::Seed;
pub use snnl::Snnl;
pub use snnl_settings::{SnnlLayers, SnnlSettings};
