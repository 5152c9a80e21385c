//! Settings of the embedding, with umap-learn's names and defaults.

use serde::{Deserialize, Serialize};

use crate::approximate::Search;
use crate::knn::Metric;
use crate::{Result, check};

/// Where the optimiser starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UmapStart {
    /// Eigenvectors of the normalised graph Laplacian.
    #[default]
    Spectral,
    /// Principal components of the data.
    Pca,
}

/// Settings of [`Umap::fit`](super::Umap::fit).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UmapSettings {
    /// Dimensions of the embedding, at least 1.
    pub n_components: usize,
    /// Neighbours of a point, the point itself counted: 2 to n − 1.
    pub n_neighbors: usize,
    /// Distance below which points of the embedding count as touching, from 0 to `spread`.
    pub min_dist: f64,
    /// Scale of the embedding, positive.
    pub spread: f64,
    /// Distance between rows.
    pub metric: Metric,
    /// Which search finds the neighbours.
    pub search: Search,
    /// Passes of the optimiser; `None`: 500 up to 10,000 points, else 200.
    pub n_epochs: Option<usize>,
    /// Where it starts.
    pub start: UmapStart,
    /// Step width of the first pass; it falls linearly to 0.
    pub learning_rate: f64,
    /// Random points that push for every neighbour that pulls.
    pub negative_sample_rate: usize,
    /// Factor on the push.
    pub repulsion_strength: f64,
    /// Neighbours at membership 1, at least 0; fractions interpolate.
    pub local_connectivity: f64,
    /// 1: fuzzy union, 0: fuzzy intersection, between: a mixture.
    pub set_op_mix_ratio: f64,
}

impl Default for UmapSettings {
    fn default() -> Self {
        Self {
            n_components: 2,
            n_neighbors: 15,
            min_dist: 0.1,
            spread: 1.0,
            metric: Metric::Euclidean,
            search: Search::Auto,
            n_epochs: None,
            start: UmapStart::Spectral,
            learning_rate: 1.0,
            negative_sample_rate: 5,
            repulsion_strength: 1.0,
            local_connectivity: 1.0,
            set_op_mix_ratio: 1.0,
        }
    }
}

impl UmapSettings {
    /// Checks every setting but those that depend on the data.
    ///
    /// # Errors
    /// A value outside the range its field states.
    pub fn validate(&self) -> Result<()> {
        let positive = |name, v: f64| check::setting(name, v, v > 0.0 && v.is_finite(), "a positive number");
        check::range("n_components", self.n_components, 1, usize::MAX)?;
        check::range("n_neighbors", self.n_neighbors, 2, usize::MAX)?;
        check::range("n_epochs", self.n_epochs.unwrap_or(1), 1, u32::MAX as usize)?;
        positive("spread", self.spread)?;
        positive("learning_rate", self.learning_rate)?;
        let near = (0.0..=self.spread).contains(&self.min_dist);
        check::setting("min_dist", self.min_dist, near, "a number from 0 to spread")?;
        let push = self.repulsion_strength;
        check::setting(
            "repulsion_strength",
            push,
            push >= 0.0 && push.is_finite(),
            "a number of at least 0",
        )?;
        let local = self.local_connectivity;
        let ok = local >= 0.0 && local < self.n_neighbors as f64;
        check::setting("local_connectivity", local, ok, "a number of at least 0 and below n_neighbors")?;
        let mix = self.set_op_mix_ratio;
        check::setting("set_op_mix_ratio", mix, (0.0..=1.0).contains(&mix), "a number from 0 to 1")
    }

    /// Passes over the graph of `n` points.
    pub(super) fn epochs(&self, n: usize) -> usize {
        self.n_epochs.unwrap_or(if n <= 10_000 { 500 } else { 200 })
    }
}
