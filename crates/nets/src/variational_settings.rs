use crate::{Activation, AutoencoderSettings, Error, Init, LayerInits, Result};
use serde::{Deserialize, Serialize};

/// How the log-variance head of a variational autoencoder starts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogVarianceStart {
    /// Drawn.
    Init(Init),
    /// With the weights and biases of the mean head.
    CopyOfMean,
    /// Weights of zero, and biases of this finite number: every sample starts with the same variance.
    Bias(f64),
}

impl Default for LogVarianceStart {
    /// [`Bias`](Self::Bias) of −4, a standard deviation of 0.14: a pretrained code is hardly disturbed by the noise at first.
    fn default() -> Self {
        Self::Bias(-4.0)
    }
}

/// Sizes and functions of a variational autoencoder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VariationalSettings {
    /// The layers whose code is the mean.
    pub autoencoder: AutoencoderSettings,
    /// How the head beside the code layer starts.
    #[serde(default)]
    pub log_variance: LogVarianceStart,
}

impl VariationalSettings {
    /// The network of VaDE (Jiang et al. 2017) for samples in [0, 1]: features-500-500-2000-10 and back, ReLU, a logistic output, Glorot's
    /// initialiser, and the default start of the log-variance. Its authors' code draws that head by Glorot's initialiser and
    /// needs weights that they give away; see [`LogVarianceStart`] for what works without.
    pub fn vade(features: usize) -> Self {
        let autoencoder = AutoencoderSettings {
            widths: vec![features, 500, 500, 2000, 10],
            decoder: None,
            hidden: Activation::Relu,
            code: Activation::Identity,
            output: Activation::Sigmoid,
            init: LayerInits::all(Init::GlorotUniform),
            batch_norm: None,
        };
        Self { autoencoder, log_variance: LogVarianceStart::default() }
    }

    /// Checks the layers and the start.
    ///
    /// # Errors
    /// What [`AutoencoderSettings::validate`] reports, and [`Error::Setting`] for a bias that is not finite.
    pub fn validate(&self) -> Result<()> {
        self.autoencoder.validate()?;
        match self.log_variance {
            LogVarianceStart::Bias(bias) if !bias.is_finite() => Err(Error::Setting {
                name: "log_variance",
                expected: "a finite bias",
                found: bias.to_string(),
            }),
            _ => Ok(()),
        }
    }
}
