use super::covariance::{Covariances, Whitening};
use super::expectation::{log_joint, most_likely, normalise};
use super::maximisation::Parameters;
use crate::error::Result;
use crate::{Float, check};
use ndarray::{Array1, Array2, ArrayView2};

/// A fitted Gaussian mixture.
#[derive(Debug, Clone, PartialEq)]
pub struct GaussianMixtureModel {
    pub(super) weights: Array1<f64>,
    pub(super) means: Array2<f64>,
    pub(super) covariances: Covariances,
    pub(super) whitening: Whitening,
    pub(super) labels: Vec<usize>,
    pub(super) history: Vec<f64>,
    pub(super) converged: bool,
}

impl GaussianMixtureModel {
    /// A mixture of known parameters: weights (k), means (k × d) and covariances, for instance those of a saved one. It has no labels and
    /// no history.
    ///
    /// # Errors
    /// If a parameter does not fit the others, or a covariance is not positive definite.
    pub fn from_parameters(
        weights: Array1<f64>,
        means: Array2<f64>,
        covariances: Covariances,
    ) -> Result<Self> {
        let Parameters { weights, means, covariances } = Parameters::checked(weights, means, covariances)?;
        let whitening = covariances.whiten(0.0)?;
        let (labels, history) = (Vec::new(), Vec::new());
        Ok(Self { weights, means, covariances, whitening, labels, history, converged: false })
    }

    /// Weight of each component; they sum to 1.
    #[must_use]
    pub fn weights(&self) -> &Array1<f64> {
        &self.weights
    }

    /// Means, k × d.
    #[must_use]
    pub fn means(&self) -> &Array2<f64> {
        &self.means
    }

    /// Covariances, regularisation included.
    #[must_use]
    pub fn covariances(&self) -> &Covariances {
        &self.covariances
    }

    /// Precisions: the inverses of the covariances.
    #[must_use]
    pub fn precisions(&self) -> Covariances {
        self.whitening.precisions(self.covariances.shape())
    }

    /// Most likely component of each fitted sample, under the final parameters.
    #[must_use]
    pub fn labels(&self) -> &[usize] {
        &self.labels
    }

    /// Mean log-likelihood of a fitted sample at the start of each EM iteration.
    #[must_use]
    pub fn history(&self) -> &[f64] {
        &self.history
    }

    /// Last entry of [`history`](Self::history): what scikit-learn calls the lower bound.
    #[must_use]
    pub fn lower_bound(&self) -> f64 {
        self.history.last().copied().unwrap_or(f64::NEG_INFINITY)
    }

    /// EM iterations of the run that was kept.
    #[must_use]
    pub fn n_iter(&self) -> usize {
        self.history.len()
    }

    /// Whether the change of the log-likelihood fell below the tolerance.
    #[must_use]
    pub fn converged(&self) -> bool {
        self.converged
    }

    /// Most likely component of each row of `x` (n × d).
    ///
    /// # Errors
    /// If `x` is empty, has another number of features, holds NaN or an infinity, or a row so far from all components that its
    /// log-densities are beyond f64.
    pub fn predict<F: Float>(&self, x: ArrayView2<'_, F>) -> Result<Vec<usize>> {
        most_likely(&self.joint(x)?)
    }

    /// Posterior probability of each component for each row of `x`, n × k.
    ///
    /// # Errors
    /// As for [`predict`](Self::predict).
    pub fn predict_proba<F: Float>(&self, x: ArrayView2<'_, F>) -> Result<Array2<f64>> {
        let mut joint = self.joint(x)?;
        normalise(&mut joint)?;
        Ok(joint.reversed_axes().as_standard_layout().into_owned())
    }

    /// ln p(xᵢ) of each row of `x`.
    ///
    /// # Errors
    /// As for [`predict`](Self::predict).
    pub fn score_samples<F: Float>(&self, x: ArrayView2<'_, F>) -> Result<Array1<f64>> {
        normalise(&mut self.joint(x)?)
    }

    /// Mean of ln p(xᵢ).
    ///
    /// # Errors
    /// As for [`predict`](Self::predict).
    pub fn score<F: Float>(&self, x: ArrayView2<'_, F>) -> Result<f64> {
        let scores = self.score_samples(x)?;
        Ok(scores.sum() / scores.len() as f64)
    }

    /// Bayesian information criterion: −2 ln L + p ln n for p free parameters. Lower is better.
    ///
    /// # Errors
    /// As for [`predict`](Self::predict).
    pub fn bic<F: Float>(&self, x: ArrayView2<'_, F>) -> Result<f64> {
        let n = x.nrows() as f64;
        Ok(-2.0 * n * self.score(x)? + self.n_parameters() as f64 * n.ln())
    }

    /// Akaike's information criterion: −2 ln L + 2p. Lower is better.
    ///
    /// # Errors
    /// As for [`predict`](Self::predict).
    pub fn aic<F: Float>(&self, x: ArrayView2<'_, F>) -> Result<f64> {
        let n = x.nrows() as f64;
        Ok(-2.0 * n * self.score(x)? + 2.0 * self.n_parameters() as f64)
    }

    /// Free parameters: means, covariances, and all weights but one.
    #[must_use]
    pub fn n_parameters(&self) -> usize {
        let (k, d) = self.means.dim();
        self.covariances.parameters(k, d) + k * d + k - 1
    }

    fn joint<F: Float>(&self, x: ArrayView2<'_, F>) -> Result<Array2<f64>> {
        check::not_empty(x.nrows(), x.ncols())?;
        check::features(x, self.means.ncols())?;
        check::finite("the data", x)?;
        Ok(log_joint(x, &self.weights, &self.means, &self.whitening))
    }
}
