//! Settings of the embedding.

use serde::{Deserialize, Serialize};

use crate::{Result, check};

/// Settings of [`tsne`](super::tsne).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TsneSettings {
    /// Dimensions of the map: 2 or 3.
    pub n_components: usize,
    /// Effective number of neighbours, at least 1 and below n; 3 × perplexity + 1 neighbours (n − 1 at most) enter the
    /// affinities.
    pub perplexity: f64,
    /// Steps of gradient descent in all.
    pub n_iter: usize,
    /// Steps, the first of `n_iter`, in which the affinities are exaggerated.
    pub exaggeration_iter: usize,
    /// Factor on the affinities in these steps, at least 1.
    pub early_exaggeration: f64,
    /// Step width on the gradient Σ (p − q)(yᵢ − yⱼ)/(1 + ‖yᵢ − yⱼ‖²), without its constant factor 4. `None`: n divided
    /// by the exaggeration in force (Belkina et al. 2019), at least 200.
    pub learning_rate: Option<f64>,
    /// Barnes–Hut accuracy: a cell stands for its points where its width is below theta times its distance. 0 is exact.
    pub theta: f64,
}

impl Default for TsneSettings {
    fn default() -> Self {
        Self {
            n_components: 2,
            perplexity: 30.0,
            n_iter: 750,
            exaggeration_iter: 250,
            early_exaggeration: 12.0,
            learning_rate: None,
            theta: 0.5,
        }
    }
}

impl TsneSettings {
    /// Checks every setting but those that depend on the data.
    ///
    /// # Errors
    /// A value outside the range its field states.
    pub fn validate(&self) -> Result<()> {
        check::range("n_components", self.n_components, 2, 3)?;
        check::range("n_iter", self.n_iter, 1, usize::MAX)?;
        let finite = |v: f64| v.is_finite();
        let exaggeration = self.early_exaggeration;
        let ok = finite(exaggeration) && exaggeration >= 1.0;
        check::setting("early_exaggeration", exaggeration, ok, "a number of at least 1")?;
        check::setting("theta", self.theta, (0.0..=1.0).contains(&self.theta), "a number from 0 to 1")?;
        let rate = self.learning_rate.unwrap_or(1.0);
        check::setting("learning_rate", rate, finite(rate) && rate > 0.0, "a positive number")?;
        let ok = finite(self.perplexity) && self.perplexity >= 1.0;
        check::setting("perplexity", self.perplexity, ok, "a number of at least 1")
    }

    /// The step width for `n` points while affinities are multiplied by `exaggeration`.
    pub(super) fn rate(&self, n: usize, exaggeration: f64) -> f64 {
        self.learning_rate.unwrap_or_else(|| (n as f64 / exaggeration).max(200.0))
    }
}
