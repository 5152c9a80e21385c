//! Choosing the number of clusters: the indices of k-means for each k, and beside them what communities, density and its peaks say.

mod opinions;
mod recommend;
mod run;

pub use opinions::{
    ChooseSettings, ChooseStage, ChooseStep, CommunityStability, DensityCounts, DensitySettings,
    IndexSettings, Opinion, Opinions, PeakCounts, Source, StableAt, choose_k, choose_k_with,
};
pub use recommend::Criterion;
pub use run::{SweepStep, sweep, sweep_with};

use crate::KMeansSettings;
use crate::error::{Error, Result};
use crate::kmeans::at_least_one;
use serde::{Deserialize, Serialize};

/// Settings of [`sweep`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SweepSettings {
    /// Smallest number of clusters.
    pub from: usize,
    /// Largest number of clusters.
    pub to: usize,
    /// Settings of every k-means; its `n_clusters` is replaced.
    pub kmeans: KMeansSettings,
    /// Reference data sets of the gap statistic; 0 leaves the gap out. They get k-means as the data do. Only of data of a million values and
    /// more, and where three runs of at most 15 iterations into `to` clusters agree on the first reference to 0.1 %, as they do in many
    /// dimensions, each gets one such run for each k.
    pub references: usize,
    /// Whether to compute the silhouette, whose time grows with n².
    pub silhouette: bool,
}

impl SweepSettings {
    /// All indices for k in `from..=to`, ten restarts and ten reference data sets each.
    #[must_use]
    pub fn new(from: usize, to: usize) -> Self {
        Self { from, to, kmeans: KMeansSettings::new(1), references: 10, silhouette: true }
    }

    fn validate(&self) -> Result<()> {
        at_least_one("from", self.from)?;
        if self.to < self.from {
            let found = self.to.to_string();
            return Err(Error::Setting { name: "to", expected: "at least `from`", found });
        }
        Ok(())
    }
}

/// Indices of one number of clusters. Those that need two clusters are absent for k = 1, and where a cluster is empty or every sample is one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// Number of clusters.
    pub k: usize,
    /// Sum of squared distances to the centres: falls with k, bends at a good one.
    pub inertia: f64,
    /// Mean silhouette, −1 to 1: high is good.
    pub silhouette: Option<f64>,
    /// Calinski-Harabasz index: high is good.
    pub calinski_harabasz: Option<f64>,
    /// Davies-Bouldin index: low is good.
    pub davies_bouldin: Option<f64>,
    /// Gap statistic: high is good.
    pub gap: Option<Gap>,
}

/// Gap statistic (Tibshirani, Walther and Hastie 2001): mean of ln W over reference data drawn uniformly from the data's bounding box, less
/// ln W of the data, where W is the inertia.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Gap {
    /// The gap.
    pub value: f64,
    /// Standard deviation of the references' ln W, times √(1 + 1/B) for B references.
    pub error: f64,
}

/// A sweep over k.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sweep {
    /// One entry for each k, in order.
    pub choices: Vec<Choice>,
}
