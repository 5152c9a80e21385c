use crate::{Error, Pretraining, ReconstructionLoss, Result, Scaling, Shape};
use deepclust_cluster::{Covariance, GaussianMixtureSettings};
use deepclust_losses::{EvidenceBound, Likelihood};
use deepclust_nets::{
    Activation, AdamSettings, Init, LayerInits, LogVarianceStart, Precision, Schedule, TrainSettings,
    VariationalSettings,
};
use serde::{Deserialize, Serialize};

/// Where the mixture of [`Vade`](crate::Vade) starts: a Gaussian mixture with diagonal covariances, fitted to the pretrained codes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VadeStart {
    /// Number of fits, each from a k-means of its own, at least 1; the one of the highest likelihood is kept. Default 10.
    pub starts: usize,
    /// Most iterations of a fit, at least 1. Default 100.
    pub max_iter: usize,
    /// A fit ends when the mean log-likelihood of a code changes by less than this. Default 1e-3.
    pub tol: f64,
    /// Added to every variance. Default 1e-6.
    pub reg_covar: f64,
    /// Whether the weights start at 1/k, as in the authors' code, and not at those of the fit. Default no.
    pub equal_weights: bool,
}

impl Default for VadeStart {
    fn default() -> Self {
        let of_one = GaussianMixtureSettings::new(1);
        Self {
            starts: 10,
            max_iter: of_one.max_iter,
            tol: of_one.tol,
            reg_covar: of_one.reg_covar,
            equal_weights: false,
        }
    }
}

impl VadeStart {
    /// The settings of the mixture for k clusters.
    pub(crate) fn for_k(&self, k: usize) -> GaussianMixtureSettings {
        GaussianMixtureSettings::new(k)
            .covariance(Covariance::Diagonal)
            .n_init(self.starts)
            .max_iter(self.max_iter)
            .tol(self.tol)
            .reg_covar(self.reg_covar)
    }
}

/// Settings of [`Vade`](crate::Vade).
///
/// The default follows the ports that reach 0.90 and more on MNIST without the authors' weights: d-500-500-2000-10 with ReLU and
/// Glorot's initialiser, 50 epochs of squared error and 1,000 steps at least, the best of ten diagonal mixtures, responsibilities by logarithms with
/// weights on the simplex, Adam at 2e-3, × 0.9 every ten epochs, batches of 100 (the authors'), 300 epochs. The log-variance
/// starts at −4: see [`LogVarianceStart`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VadeSettings {
    /// Applied to the features first.
    #[serde(default)]
    pub scaling: Scaling,
    /// The network and its first training, as an autoencoder: fully connected.
    pub pretraining: Pretraining,
    /// How the head of the log-variances starts.
    #[serde(default)]
    pub log_variance: LogVarianceStart,
    /// Where the mixture starts.
    #[serde(default)]
    pub start: VadeStart,
    /// What is minimised: the likelihood, the form of the responsibilities, and the weight of the reconstruction.
    #[serde(default)]
    pub bound: EvidenceBound,
    /// The optimiser.
    pub adam: AdamSettings,
    /// Another optimiser for the mixture: the authors have a tenth of the rate and less for human activities. None unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adam_of_mixture: Option<AdamSettings>,
    /// Epochs, batch size and learning rates of the joint training.
    pub train: TrainSettings,
    /// In what numbers the network is trained in the joint training; f32 unless given.
    #[serde(default, skip_serializing_if = "Precision::is_single")]
    pub precision: Precision,
}

impl Default for VadeSettings {
    fn default() -> Self {
        Self::of(Shape::default())
    }
}

impl VadeSettings {
    /// The default for data of that shape: pictures are compared by cross-entropy, and have to lie in [0, 1] once they are scaled; text and
    /// tables by squared errors. Those of text count 2,000 times: its rows have length 1, the authors' √2000.
    pub fn of(shape: Shape) -> Self {
        let (output, likelihood, reconstruction_weight) = match shape {
            Shape::Images => (Activation::Sigmoid, Likelihood::Bernoulli, 1.0),
            Shape::Text => (Activation::Identity, Likelihood::Gaussian, 2000.0),
            Shape::Tables => (Activation::Identity, Likelihood::Gaussian, 1.0),
        };
        let schedule = Schedule::Exponential { factor: 0.9, every: 10, least: 0.0 };
        Self {
            scaling: Scaling::of(shape),
            pretraining: Pretraining {
                output,
                init: LayerInits::all(Init::GlorotUniform),
                train: TrainSettings::new(50, 256).at_least(1000),
                ..Pretraining::default()
            },
            log_variance: LogVarianceStart::default(),
            start: VadeStart::default(),
            bound: EvidenceBound { likelihood, reconstruction_weight, ..EvidenceBound::default() },
            adam: AdamSettings { learning_rate: 2e-3, ..AdamSettings::default() },
            adam_of_mixture: None,
            train: TrainSettings { schedule, ..TrainSettings::new(300, 100) },
            precision: Precision::Single,
        }
    }

    /// Checks every field's range.
    ///
    /// # Errors
    /// [`Error::Settings`], [`Error::Nets`], [`Error::Losses`] or [`Error::Cluster`] names the first field that is out of range or
    /// does not go with the others.
    pub fn validate(&self, method: &'static str) -> Result<()> {
        let wrong = |problem: &str| Err(Error::Settings { method, problem: problem.to_owned() });
        if self.pretraining.network.is_some() {
            return wrong("`pretraining`: expected a fully connected network, found one in `network`");
        }
        self.pretraining.validate(method)?;
        self.network(1).validate()?;
        match self.bound.likelihood {
            Likelihood::Bernoulli => {
                ReconstructionLoss::BinaryCrossEntropy.check_output(method, self.pretraining.output)?;
            }
            Likelihood::BernoulliLogits => {
                return wrong("`likelihood`: expected `bernoulli` or `gaussian`, found `bernoulli-logits`");
            }
            Likelihood::Gaussian => {}
        }
        self.bound.validate()?;
        self.start.for_k(1).validate()?;
        self.adam.validate()?;
        self.adam_of_mixture.as_ref().map_or(Ok(()), AdamSettings::validate)?;
        Ok(self.train.validate()?)
    }

    /// The network for samples of that many features.
    pub(crate) fn network(&self, features: usize) -> VariationalSettings {
        let autoencoder = self.pretraining.fully_connected(features);
        VariationalSettings { autoencoder, log_variance: self.log_variance }
    }
}
