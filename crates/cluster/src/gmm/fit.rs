use super::covariance::Covariances;
use super::expectation::{log_joint, most_likely, normalise};
use super::maximisation::{Parameters, maximise};
use super::model::GaussianMixtureModel;
use super::settings::GaussianMixtureSettings;
use crate::error::{Error, Result};
use crate::{Float, KMeans, KMeansSettings, check};
use ndarray::{Array1, Array2, ArrayView2};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Gaussian mixture with checked settings.
#[derive(Debug, Clone, PartialEq)]
pub struct GaussianMixture {
    settings: GaussianMixtureSettings,
}

impl GaussianMixture {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`Error::Setting`] for the first setting out of range.
    pub fn new(settings: GaussianMixtureSettings) -> Result<Self> {
        settings.validate()?;
        Ok(Self { settings })
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &GaussianMixtureSettings {
        &self.settings
    }

    /// Fits the rows of `x` (n × d), starting from the partition of one k-means run. Arithmetic is in f64 whatever the data.
    ///
    /// # Errors
    /// If `x` is empty, holds NaN or an infinity, or has fewer rows than there are components; or if a covariance ceases to be positive
    /// definite, which a larger `reg_covar` prevents.
    pub fn fit<F: Float>(&self, x: ArrayView2<'_, F>, rng: &mut impl Rng) -> Result<GaussianMixtureModel> {
        let k = self.settings.n_components;
        let kmeans = KMeans::new(KMeansSettings::new(k).n_init(1))?;
        let mut kept: Option<GaussianMixtureModel> = None;
        for _ in 0..self.settings.n_init {
            let mut stream = ChaCha8Rng::from_seed(rng.random());
            let partition = kmeans.fit(x, &mut stream)?;
            let mut posteriors = Array2::zeros((k, x.nrows()));
            for (i, &label) in partition.labels().iter().enumerate() {
                posteriors[[label, i]] = 1.0;
            }
            let start = maximise(x, &posteriors, self.settings.covariance, self.settings.reg_covar);
            let model = self.iterate(x, start)?;
            if kept.as_ref().is_none_or(|kept| model.lower_bound() > kept.lower_bound()) {
                kept = Some(model);
            }
        }
        kept.ok_or(Error::Setting { name: "n_init", expected: "at least 1", found: "0".into() })
    }

    /// One run from given posteriors (n × k, non-negative, each row summing to 1): a maximisation step comes first.
    ///
    /// # Errors
    /// As for [`fit`](Self::fit), and if the posteriors do not fit.
    pub fn fit_from_posteriors<F: Float>(
        &self,
        x: ArrayView2<'_, F>,
        posteriors: ArrayView2<'_, f64>,
    ) -> Result<GaussianMixtureModel> {
        self.check(x)?;
        let expected = vec![x.nrows(), self.settings.n_components];
        if posteriors.shape() != expected {
            let found = posteriors.shape().to_vec();
            return Err(Error::Shape { what: "the posteriors", expected, found });
        }
        check::finite("the posteriors", posteriors)?;
        for row in posteriors.rows() {
            if row.iter().any(|&p| p < 0.0) || (row.sum() - 1.0).abs() > 1e-6 {
                let found = row.to_string();
                return Err(Error::Setting {
                    name: "posteriors",
                    expected: "non-negative with rows summing to 1",
                    found,
                });
            }
        }
        let posteriors = posteriors.t().as_standard_layout().into_owned();
        self.iterate(x, maximise(x, &posteriors, self.settings.covariance, self.settings.reg_covar))
    }

    /// One run from given weights (k), means (k × d) and covariances (of the shape that the settings name).
    ///
    /// # Errors
    /// As for [`fit`](Self::fit), and if a parameter does not fit.
    pub fn fit_from_parameters<F: Float>(
        &self,
        x: ArrayView2<'_, F>,
        weights: Array1<f64>,
        means: Array2<f64>,
        covariances: Covariances,
    ) -> Result<GaussianMixtureModel> {
        self.check(x)?;
        let (k, d) = (self.settings.n_components, x.ncols());
        if means.dim() != (k, d) {
            return Err(Error::Shape {
                what: "the means",
                expected: vec![k, d],
                found: means.shape().to_vec(),
            });
        }
        if covariances.shape() != self.settings.covariance {
            let found = format!("{:?}", covariances.shape());
            return Err(Error::Setting {
                name: "covariances",
                expected: "of the shape in the settings",
                found,
            });
        }
        self.iterate(x, Parameters::checked(weights, means, covariances)?)
    }

    fn check<F: Float>(&self, x: ArrayView2<'_, F>) -> Result<()> {
        check::not_empty(x.nrows(), x.ncols())?;
        check::clusters(self.settings.n_components, x.nrows())?;
        check::finite("the data", x)?;
        check::squares("the data", x)
    }

    fn iterate<F: Float>(&self, x: ArrayView2<'_, F>, start: Parameters) -> Result<GaussianMixtureModel> {
        let GaussianMixtureSettings { covariance, tol, reg_covar, max_iter, .. } = self.settings;
        let mut at = start;
        let mut whitening = at.covariances.whiten(reg_covar)?;
        let (mut history, mut converged) = (Vec::new(), false);
        while history.len() < max_iter && !converged {
            let mut joint = log_joint(x, &at.weights, &at.means, &whitening);
            let mean = normalise(&mut joint)?.sum() / x.nrows() as f64;
            at = maximise(x, &joint, covariance, reg_covar);
            whitening = at.covariances.whiten(reg_covar)?;
            converged = history.last().is_some_and(|&last: &f64| (mean - last).abs() < tol);
            history.push(mean);
        }
        let labels = most_likely(&log_joint(x, &at.weights, &at.means, &whitening))?;
        let Parameters { weights, means, covariances } = at;
        Ok(GaussianMixtureModel { weights, means, covariances, whitening, labels, history, converged })
    }
}
