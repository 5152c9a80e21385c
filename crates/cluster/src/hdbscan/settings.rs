use crate::error::{Error, Result};
use crate::kmeans::at_least_one;
use serde::{Deserialize, Serialize};

/// Which clusters of the tree are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Selection {
    /// Those of the largest total stability.
    #[default]
    ExcessOfMass,
    /// The leaves: smaller clusters, more alike in size.
    Leaf,
    /// Exactly this many, at least 1, of the largest total stability.
    Clusters(usize),
}

/// Settings of [`Hdbscan`](super::Hdbscan), with the Python package's names and defaults.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct HdbscanSettings {
    /// Samples of the smallest group that counts as a cluster, at least 2.
    pub min_cluster_size: usize,
    /// The neighbour, the sample itself not counted, whose distance is a sample's core distance, 1 to n − 1; `None`:
    /// `min_cluster_size`, n − 1 at most.
    pub min_samples: Option<usize>,
    /// Which clusters of the tree are taken.
    pub selection: Selection,
    /// Whether all samples may be one cluster.
    pub allow_single_cluster: bool,
}

impl Default for HdbscanSettings {
    fn default() -> Self {
        Self {
            min_cluster_size: 5,
            min_samples: None,
            selection: Selection::ExcessOfMass,
            allow_single_cluster: false,
        }
    }
}

impl HdbscanSettings {
    /// Checks every setting but those that depend on the data.
    ///
    /// # Errors
    /// A value outside the range its field states.
    pub fn validate(&self) -> Result<()> {
        at_least_one("min_samples", self.min_samples.unwrap_or(1))?;
        if let Selection::Clusters(k) = self.selection {
            at_least_one("clusters", k)?;
        }
        if self.min_cluster_size < 2 {
            let found = self.min_cluster_size.to_string();
            return Err(Error::Setting { name: "min_cluster_size", expected: "at least 2", found });
        }
        Ok(())
    }
}
