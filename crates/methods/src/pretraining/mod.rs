//! What many deep methods start from: an autoencoder trained on reconstruction.

mod cache;
mod reconstruction;
mod train;

pub(crate) use cache::CacheKey;
pub use reconstruction::ReconstructionLoss;
pub(crate) use train::{EpochLosses, Names, Pretrained};

use crate::Result;
use deepclust_nets::{
    Activation, AdamSettings, AutoencoderSettings, BatchNormSettings, Init, LayerInits, NetworkSpec,
    Precision, SgdSettings, TrainSettings,
};
use serde::{Deserialize, Serialize};

/// An autoencoder trained on reconstruction: what many methods start from.
///
/// The default is the network of DEC (Xie et al. 2016), d-500-500-2000-10 with ReLU, linear code and output, trained as ClustPy does
/// it: mean squared error, Adam at 1e-3, batches of 256, 100 epochs, PyTorch's own first weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pretraining {
    /// Widths after the input, the last being the code's, for instance `[500, 500, 2000, 10]`.
    pub widths: Vec<usize>,
    /// Widths of the decoder between code and reconstruction; those of the encoder in reverse unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decoder: Option<Vec<usize>>,
    /// After the hidden layers.
    pub hidden: Activation,
    /// After the code layer.
    pub code: Activation,
    /// After the last layer.
    pub output: Activation,
    /// How weights start.
    pub init: LayerInits,
    /// What training minimises.
    pub loss: ReconstructionLoss,
    /// The optimiser.
    pub adam: AdamSettings,
    /// Gradient descent with momentum in the place of `adam`, in f32 and for the whole network; none unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sgd: Option<SgdSettings>,
    /// Epochs and batch size.
    pub train: TrainSettings,
    /// In what numbers the network is trained; f32 unless given.
    #[serde(default, skip_serializing_if = "Precision::is_single")]
    pub precision: Precision,
    /// Batch normalisation; none unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch_norm: Option<BatchNormSettings>,
    /// Greedy training of every layer before the whole: layer l of the encoder and its mirror in the decoder learn to
    /// reconstruct what the l − 1 layers before give, by `loss` for the samples themselves and by the mean squared error
    /// deeper inside. None unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer_wise: Option<TrainSettings>,
    /// A network of another kind in the place of the fully connected one, such as a convolutional one for images of one size: `widths`
    /// to `batch_norm` say nothing then. None unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<NetworkSpec>,
    /// σ of the Gaussian noise that is added to the samples in training, above 0; what is to be reconstructed stays clean. None unless
    /// given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noise: Option<f64>,
}

impl Default for Pretraining {
    fn default() -> Self {
        Self {
            widths: vec![500, 500, 2000, 10],
            decoder: None,
            hidden: Activation::Relu,
            code: Activation::Identity,
            output: Activation::Identity,
            init: LayerInits::all(Init::TorchLinear),
            loss: ReconstructionLoss::MeanSquaredError,
            adam: AdamSettings::default(),
            sgd: None,
            train: TrainSettings::new(100, 256),
            precision: Precision::Single,
            batch_norm: None,
            layer_wise: None,
            network: None,
            noise: None,
        }
    }
}

impl Pretraining {
    /// Checks what can be checked before any samples are there.
    ///
    /// # Errors
    /// [`Error::Nets`](crate::Error::Nets) or [`Error::Settings`](crate::Error::Settings) names the first field that is out of
    /// range or does not go with the others. Layers can be trained with their mirrors only where there are mirrors.
    pub fn validate(&self, method: &'static str) -> Result<()> {
        self.spec(1).validate()?;
        self.loss.check_output(method, self.output_of_network())?;
        if let (Some(_), Some(_)) = (&self.network, &self.layer_wise) {
            return Err(deepclust_nets::Error::Setting {
                name: "layer_wise",
                expected: "none beside `network`",
                found: "epochs".to_owned(),
            }
            .into());
        }
        if let (Some(decoder), Some(_)) = (&self.decoder, &self.layer_wise) {
            return Err(deepclust_nets::Error::Setting {
                name: "decoder",
                expected: "none beside `layer_wise`, which trains each layer with its mirror",
                found: format!("{decoder:?}"),
            }
            .into());
        }
        if let Some(noise) = self.noise {
            let positive = noise > 0.0 && noise.is_finite();
            let (expected, found) = match self.layer_wise {
                Some(_) => ("none beside `layer_wise`", "a number".to_owned()),
                None => ("a number above 0", noise.to_string()),
            };
            if !positive || self.layer_wise.is_some() {
                return Err(deepclust_nets::Error::Setting { name: "noise", expected, found }.into());
            }
        }
        self.adam.validate()?;
        if let Some(sgd) = self.sgd {
            sgd.validate()?;
            if !self.precision.is_single() {
                return Err(deepclust_nets::Error::Setting {
                    name: "precision",
                    expected: "single beside `sgd`",
                    found: format!("{:?}", self.precision),
                }
                .into());
            }
        }
        self.train.validate()?;
        Ok(self.layer_wise.as_ref().map_or(Ok(()), TrainSettings::validate)?)
    }

    /// The network for samples of that many features.
    pub fn spec(&self, features: usize) -> NetworkSpec {
        self.network.clone().unwrap_or_else(|| NetworkSpec::FullyConnected(self.fully_connected(features)))
    }

    fn output_of_network(&self) -> Activation {
        match &self.network {
            None => self.output,
            Some(NetworkSpec::FullyConnected(settings)) => settings.output,
            Some(NetworkSpec::Convolutional(settings)) => settings.output,
            Some(NetworkSpec::Variational(settings)) => settings.autoencoder.output,
        }
    }

    /// The fully connected network for samples of that many features.
    pub fn fully_connected(&self, features: usize) -> AutoencoderSettings {
        AutoencoderSettings {
            widths: std::iter::once(features).chain(self.widths.iter().copied()).collect(),
            decoder: self.decoder.clone(),
            hidden: self.hidden,
            code: self.code,
            output: self.output,
            init: self.init,
            batch_norm: self.batch_norm,
        }
    }
}
