use super::settings::at_least_one;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// Settings of [`MiniBatchKMeans`](super::MiniBatchKMeans); the defaults are scikit-learn's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MiniBatchSettings {
    /// Number of clusters.
    pub n_clusters: usize,
    /// Rows in a batch.
    pub batch_size: usize,
    /// Most passes over the data.
    pub max_epochs: usize,
    /// First centres tried.
    pub n_init: usize,
    /// A centre with less than this times the largest weight may be put elsewhere.
    pub reassignment_ratio: f64,
    /// Batches without improvement of the smoothed inertia after which to stop; never, if none.
    pub max_no_improvement: Option<usize>,
}

impl Default for MiniBatchSettings {
    fn default() -> Self {
        Self {
            n_clusters: 8,
            batch_size: 1024,
            max_epochs: 100,
            n_init: 3,
            reassignment_ratio: 0.01,
            max_no_improvement: Some(10),
        }
    }
}

impl MiniBatchSettings {
    /// The defaults, for this number of clusters.
    #[must_use]
    pub fn new(n_clusters: usize) -> Self {
        Self { n_clusters, ..Self::default() }
    }

    /// Sets [`batch_size`](Self::batch_size).
    #[must_use]
    pub fn batch_size(mut self, batch_size: usize) -> Self {
        self.batch_size = batch_size;
        self
    }

    /// Sets [`max_epochs`](Self::max_epochs).
    #[must_use]
    pub fn max_epochs(mut self, max_epochs: usize) -> Self {
        self.max_epochs = max_epochs;
        self
    }

    /// Checks every setting's range.
    ///
    /// # Errors
    /// [`Error::Setting`] with the name of the first setting out of range.
    pub fn validate(&self) -> Result<()> {
        at_least_one("n_clusters", self.n_clusters)?;
        at_least_one("batch_size", self.batch_size)?;
        at_least_one("max_epochs", self.max_epochs)?;
        at_least_one("n_init", self.n_init)?;
        if !(0.0..1.0).contains(&self.reassignment_ratio) {
            let found = self.reassignment_ratio.to_string();
            return Err(Error::Setting {
                name: "reassignment_ratio",
                expected: "at least 0 and below 1",
                found,
            });
        }
        if let Some(most) = self.max_no_improvement {
            at_least_one("max_no_improvement", most)?;
        }
        Ok(())
    }
}
