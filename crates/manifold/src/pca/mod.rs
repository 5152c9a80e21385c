//! Principal component analysis (Pearson 1901; Hotelling 1933).

mod covariance;
mod fit;
mod model;
mod single;
mod varying;

#[cfg(test)]
mod tests;

pub(crate) use covariance::column_means;
pub use fit::PcaSettings;
pub use model::Pca;
