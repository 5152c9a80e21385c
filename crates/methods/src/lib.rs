#![doc = include_str!("../README.md")]

mod ae_k_means;
mod context;
mod error;
mod k_means;
mod method;
mod pca_k_means;
mod registry;
mod scaling;
mod seed;

pub use ae_k_means::{AeKMeans, AeKMeansSettings, ReconstructionLoss};
pub use context::{Context, Progress, Silent};
pub use error::{Error, Result};
pub use k_means::{RawKMeans, RawKMeansSettings};
pub use method::{Fitted, Method, Model, Series};
pub use pca_k_means::{PcaKMeans, PcaKMeansSettings};
pub use registry::{METHODS, build};
pub use scaling::{FittedScaling, Scaling};
pub use seed::Seed;
