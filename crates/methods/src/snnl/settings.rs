use crate::{Error, ReconstructionLoss, Result, Scaling, Shape};
use deepclust_cluster::KMeansOptions;
use deepclust_losses::{LayerReduction, SoftNearestNeighbour, Temperature};
use deepclust_nets::{
    Activation, AdamSettings, AutoencoderSettings, Init, LayerInits, LayerOutput, NetworkSpec, Precision,
    Tensor, TrainSettings,
};
use serde::{Deserialize, Serialize};

/// Which tensors of the network the soft nearest neighbour loss is taken of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SnnlLayers {
    /// Of all layers, before and after the activation, the reconstruction included: 16 tensors for the paper's network.
    /// The authors' code does this.
    AllTensors,
    /// Of all layers after the activation, the reconstruction included.
    Activations,
    /// Of all layers but the last, after the activation: what the paper's words say.
    Hidden,
    /// Of the encoder's layers after the activation, the code included.
    Encoder,
    /// The code alone.
    Code,
}

impl SnnlLayers {
    /// The tensors, given what all layers of an autoencoder gave.
    pub fn select(self, outputs: &[LayerOutput]) -> Vec<Tensor> {
        let activated = |range: &[LayerOutput]| range.iter().map(|o| o.activated.shallow_clone()).collect();
        let half = outputs.len() / 2;
        match self {
            Self::AllTensors => {
                outputs.iter().flat_map(|o| [o.linear.shallow_clone(), o.activated.shallow_clone()]).collect()
            }
            Self::Activations => activated(outputs),
            Self::Hidden => activated(&outputs[..outputs.len() - 1]),
            Self::Encoder => activated(&outputs[..half]),
            Self::Code => activated(&outputs[half - 1..half]),
        }
    }
}

/// Settings of [`Snnl`](crate::Snnl).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SnnlSettings {
    /// Applied to the features first.
    #[serde(default)]
    pub scaling: Scaling,
    /// Widths after the input, the last being the code's: `[500, 500, 2000, 70]` in the paper.
    pub widths: Vec<usize>,
    /// After the hidden layers.
    pub hidden: Activation,
    /// After the code layer.
    pub code: Activation,
    /// After the last layer.
    pub output: Activation,
    /// How weights start.
    pub init: LayerInits,
    /// The first part of the loss.
    pub reconstruction: ReconstructionLoss,
    /// The second part of the loss.
    pub snnl: SoftNearestNeighbour,
    /// α, at least 0: the weight of the second part.
    pub alpha: f64,
    /// Whether the second part knows the classes.
    pub supervised: bool,
    /// Its temperature by epoch.
    pub temperature: Temperature,
    /// The tensors that it is taken of.
    pub layers: SnnlLayers,
    /// How their losses become one.
    pub reduction: LayerReduction,
    /// The optimiser.
    pub adam: AdamSettings,
    /// Epochs and batch size.
    pub train: TrainSettings,
    /// In what numbers the network is trained; f32 unless given.
    #[serde(default, skip_serializing_if = "Precision::is_single")]
    pub precision: Precision,
    /// k-means on the codes.
    pub k_means: KMeansOptions,
}

impl Default for SnnlSettings {
    fn default() -> Self {
        Self::of(Shape::default())
    }
}

impl SnnlSettings {
    /// The default for data of that shape: the paper's d-500-500-2000-70 with ReLU and sigmoid, Kaiming and Xavier weights, α = 100
    /// and annealed temperature (its authors' code), 50 epochs in batches of 256, on labelled samples; but the loss is taken of the
    /// code alone, which serves k-means better than the paper's sum over all layers. The reconstruction is by squared error, which
    /// data of any range can have.
    pub fn of(shape: Shape) -> Self {
        let init = LayerInits {
            hidden: Init::KaimingNormal,
            code: Init::XavierUniform,
            output: Init::XavierUniform,
        };
        Self {
            scaling: Scaling::of(shape),
            widths: vec![500, 500, 2000, 70],
            hidden: Activation::Relu,
            code: Activation::Sigmoid,
            output: Activation::Identity,
            init,
            reconstruction: ReconstructionLoss::MeanSquaredError,
            snnl: SoftNearestNeighbour::default(),
            alpha: 100.0,
            supervised: true,
            temperature: Temperature::Annealed { eta: 1.0, gamma: 0.55 },
            layers: SnnlLayers::Code,
            reduction: LayerReduction::Sum,
            adam: AdamSettings::default(),
            train: TrainSettings::new(50, 256),
            precision: Precision::Single,
            k_means: KMeansOptions::default(),
        }
    }

    /// Checks every field's range.
    ///
    /// # Errors
    /// [`Error::Settings`], [`Error::Nets`] or [`Error::Cluster`] names the first field that is out of range.
    pub fn validate(&self, method: &'static str) -> Result<()> {
        let positive = |v: f64| v > 0.0 && v.is_finite();
        let check =
            |ok: bool, problem: String| if ok { Ok(()) } else { Err(Error::Settings { method, problem }) };
        let found =
            |name: &str, range: &str, v: f64| format!("`{name}`: expected a number {range}, found {v}");
        self.spec(1).validate()?;
        self.reconstruction.check_output(method, self.output)?;
        self.adam.validate()?;
        self.train.validate()?;
        self.k_means.validate()?;
        let alpha = self.alpha;
        check(alpha >= 0.0 && alpha.is_finite(), found("alpha", "of at least 0", alpha))?;
        check(positive(self.snnl.epsilon), found("epsilon", "above 0", self.snnl.epsilon))?;
        match self.temperature {
            Temperature::Fixed(t) => check(positive(t), found("temperature", "above 0", t)),
            Temperature::Annealed { eta, gamma } => {
                check(positive(eta), found("eta", "above 0", eta))?;
                check(gamma >= 0.0 && gamma.is_finite(), found("gamma", "of at least 0", gamma))
            }
        }
    }

    /// The network for samples of that many features.
    pub fn spec(&self, features: usize) -> NetworkSpec {
        NetworkSpec::FullyConnected(self.fully_connected(features))
    }

    fn fully_connected(&self, features: usize) -> AutoencoderSettings {
        AutoencoderSettings {
            widths: std::iter::once(features).chain(self.widths.iter().copied()).collect(),
            decoder: None,
            hidden: self.hidden,
            code: self.code,
            output: self.output,
            init: self.init,
            batch_norm: None,
        }
    }
}
