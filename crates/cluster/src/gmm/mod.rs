//! Gaussian mixtures fitted by expectation-maximisation.

mod covariance;
mod expectation;
mod fit;
mod linalg;
mod maximisation;
mod model;
mod settings;

pub use covariance::{Covariance, Covariances};
pub use fit::GaussianMixture;
pub use model::GaussianMixtureModel;
pub use settings::GaussianMixtureSettings;
