use super::Covariance;
use crate::error::{Error, Result};
use crate::kmeans::at_least_one;
use serde::{Deserialize, Serialize};

/// Settings of [`GaussianMixture`](super::GaussianMixture); the defaults are scikit-learn's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GaussianMixtureSettings {
    /// Number of components.
    pub n_components: usize,
    /// Shape of the covariances.
    #[serde(default)]
    pub covariance: Covariance,
    /// A run ends when the mean log-likelihood of a sample changes by less than this.
    #[serde(default = "defaults::tol")]
    pub tol: f64,
    /// Added to every variance, in squared units of the data as they are: where their variances are not far above it, scale them or lower it.
    #[serde(default = "defaults::reg_covar")]
    pub reg_covar: f64,
    /// Most EM iterations of a run.
    #[serde(default = "defaults::max_iter")]
    pub max_iter: usize,
    /// Number of runs, each from its own k-means; the one of the highest log-likelihood is kept.
    #[serde(default = "defaults::n_init")]
    pub n_init: usize,
}

mod defaults {
    pub(super) fn tol() -> f64 {
        1e-3
    }
    pub(super) fn reg_covar() -> f64 {
        1e-6
    }
    pub(super) fn max_iter() -> usize {
        100
    }
    pub(super) fn n_init() -> usize {
        1
    }
}

impl GaussianMixtureSettings {
    /// Full covariances, a tolerance of 10⁻³, regularisation of 10⁻⁶, one run of at most 100 iterations.
    #[must_use]
    pub fn new(n_components: usize) -> Self {
        Self {
            n_components,
            covariance: Covariance::default(),
            tol: defaults::tol(),
            reg_covar: defaults::reg_covar(),
            max_iter: defaults::max_iter(),
            n_init: defaults::n_init(),
        }
    }

    /// Sets [`covariance`](Self::covariance).
    #[must_use]
    pub fn covariance(mut self, covariance: Covariance) -> Self {
        self.covariance = covariance;
        self
    }

    /// Sets [`tol`](Self::tol).
    #[must_use]
    pub fn tol(mut self, tol: f64) -> Self {
        self.tol = tol;
        self
    }

    /// Sets [`reg_covar`](Self::reg_covar).
    #[must_use]
    pub fn reg_covar(mut self, reg_covar: f64) -> Self {
        self.reg_covar = reg_covar;
        self
    }

    /// Sets [`max_iter`](Self::max_iter).
    #[must_use]
    pub fn max_iter(mut self, max_iter: usize) -> Self {
        self.max_iter = max_iter;
        self
    }

    /// Sets [`n_init`](Self::n_init).
    #[must_use]
    pub fn n_init(mut self, n_init: usize) -> Self {
        self.n_init = n_init;
        self
    }

    /// Checks every setting's range.
    ///
    /// # Errors
    /// [`Error::Setting`] with the name of the first setting out of range.
    pub fn validate(&self) -> Result<()> {
        at_least_one("n_components", self.n_components)?;
        at_least_one("max_iter", self.max_iter)?;
        at_least_one("n_init", self.n_init)?;
        for (name, value) in [("tol", self.tol), ("reg_covar", self.reg_covar)] {
            if !(value.is_finite() && value >= 0.0) {
                return Err(Error::Setting {
                    name,
                    expected: "finite and not negative",
                    found: value.to_string(),
                });
            }
        }
        Ok(())
    }
}
