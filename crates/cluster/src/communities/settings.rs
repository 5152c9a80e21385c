use crate::error::{Error, Result};
use crate::kmeans::at_least_one;
use deepclust_manifold::{Metric, Search};
use serde::{Deserialize, Serialize};

/// What the edges of a neighbour graph weigh.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GraphWeights {
    /// UMAP's memberships, symmetrised: near neighbours weigh more, and every point has as much to give.
    #[default]
    Fuzzy,
    /// Shared neighbours: |N(i) ∩ N(j)| / |N(i) ∪ N(j)|, every point counted among its own neighbours.
    Shared,
}

/// Settings of [`GraphCommunities`](super::GraphCommunities).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct GraphCommunitiesSettings {
    /// Principal components that neighbours are searched in; `None`, or as many as there are columns or rows: the data as
    /// they are.
    pub components: Option<usize>,
    /// Neighbours of a point, the point itself counted: at least 2, at most the number of rows.
    pub neighbours: usize,
    /// Distance between rows. Cosine is taken of the data as they are, without components.
    pub metric: Metric,
    /// Which search finds the neighbours.
    pub search: Search,
    /// What edges weigh.
    pub weights: GraphWeights,
    /// Runs of Leiden with seeds of their own, at least 1; the labels are those of the highest modularity.
    pub seeds: usize,
    /// Passes of Leiden, each from where the last one ended, at least 1.
    pub iterations: usize,
    /// A community counts among the k asked for when it holds this share of n/k samples, 0 to 1; smaller ones join the one
    /// they are tied to most.
    pub least_share: f64,
}

impl Default for GraphCommunitiesSettings {
    fn default() -> Self {
        Self {
            components: Some(50),
            neighbours: 15,
            metric: Metric::Euclidean,
            search: Search::Auto,
            weights: GraphWeights::Fuzzy,
            seeds: 5,
            iterations: 2,
            least_share: 0.1,
        }
    }
}

impl GraphCommunitiesSettings {
    /// Checks every setting but those that depend on the data.
    ///
    /// # Errors
    /// A value outside the range its field states.
    pub fn validate(&self) -> Result<()> {
        at_least_one("components", self.components.unwrap_or(1))?;
        at_least_one("seeds", self.seeds)?;
        at_least_one("iterations", self.iterations)?;
        if self.neighbours < 2 {
            let found = self.neighbours.to_string();
            return Err(Error::Setting { name: "neighbours", expected: "at least 2", found });
        }
        if !(0.0..=1.0).contains(&self.least_share) {
            let found = self.least_share.to_string();
            return Err(Error::Setting { name: "least_share", expected: "from 0 to 1", found });
        }
        Ok(())
    }

    /// Samples that a community must hold to count among `k`.
    pub(super) fn least(&self, n: usize, k: usize) -> usize {
        ((self.least_share * n as f64 / k as f64).ceil() as usize).max(1)
    }
}
