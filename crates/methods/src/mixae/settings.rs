use super::EntropyWeights;
use crate::{Error, Result, Scaling, Shape};
use deepclust_nets::{
    Activation, AdamSettings, AugmentationSettings, AutoencoderSettings, ClassifierSettings, Init,
    LayerInits, NetworkSpec, Schedule, TrainSettings,
};
use ndarray::{ArrayView2, Axis};
use serde::{Deserialize, Serialize};

/// What ‖x − x̂‖² is measured in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorUnit {
    /// Squared units of the scaled features, summed over them: the paper's.
    #[default]
    Squares,
    /// The total variance of the scaled samples, Σ_j var(x_j): the same α and β then suit data of any scale and width.
    Variance,
}

impl ErrorUnit {
    /// One unit in squared units of the features of `x`, shape (n, d).
    pub(super) fn of(self, x: ArrayView2<'_, f32>) -> f64 {
        let variance = |column: ndarray::ArrayView1<'_, f32>| {
            let n = column.len() as f64;
            let mean = column.iter().map(|&v| f64::from(v)).sum::<f64>() / n;
            column.iter().map(|&v| (f64::from(v) - mean).powi(2)).sum::<f64>() / n
        };
        let total = match self {
            Self::Squares => 1.0,
            Self::Variance => x.axis_iter(Axis(1)).map(variance).sum(),
        };
        if total > 0.0 { total } else { 1.0 }
    }
}

/// The assignment network of [`Mixae`](crate::Mixae): a classifier of the concatenated codes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MixaeGate {
    /// The network; without hidden widths it is linear.
    pub network: ClassifierSettings,
    /// What weights and biases of its last layer are multiplied by at the start, at least 0: small ones begin with nearly equal shares.
    pub start: f64,
}

/// How a sample is changed for [`Consistency`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SampleChange {
    /// Random affine changes of images.
    Images(AugmentationSettings),
    /// Noise from N(0, std²) on every scaled feature; the std is at least 0.
    Noise(f64),
}

/// A term that asks soft assignments to stay under changes T of the samples: + c · KL(p(x) ‖ p(Tx)), with p(x) held.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consistency {
    /// c, in units of the reconstruction loss per nat, at least 0.
    pub weight: f64,
    /// T.
    pub change: SampleChange,
}

/// Settings of [`Mixae`](crate::Mixae).
///
/// The paper prints neither sizes, batch size nor epochs: sizes ours. The default is what first looks at MNIST and
/// human activities supported, with their accuracies in view, so that it is tested on other data alone: autoencoders d-128-64-8 with leaky ReLU, a linear gate whose weights start small, fixed weights of the entropies (at
/// 28×28 pixels of MNIST they are 0.4 and 12 in squared units), Adam at 3e-3, × 0.9 every ten epochs, batches of 256, 50 epochs, and
/// 1,000 steps at least.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MixaeSettings {
    /// Applied to the features first.
    #[serde(default)]
    pub scaling: Scaling,
    /// Widths of each autoencoder after the input, the last being the code's, for instance `[128, 64, 8]`.
    pub widths: Vec<usize>,
    /// After the hidden layers.
    pub hidden: Activation,
    /// After the code layer.
    pub code: Activation,
    /// After the last layer.
    pub output: Activation,
    /// How weights of the autoencoders start.
    pub init: LayerInits,
    /// Autoencoders of another kind in the place of the fully connected ones, such as convolutional ones for images of one size: `widths`
    /// to `init` say nothing then. None unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<NetworkSpec>,
    /// The assignment network.
    pub gate: MixaeGate,
    /// What squared errors are measured in.
    #[serde(default)]
    pub unit: ErrorUnit,
    /// α and β.
    pub weights: EntropyWeights,
    /// Whether the reconstruction is a part of the loss. Without it nothing but the entropies and, where it is asked for, the consistency is
    /// left: a control.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub reconstructs: bool,
    /// Assignments that stay under changes of the samples; none unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consistency: Option<Consistency>,
    /// The share of ln k up to which the batch entropy is asked for, in (0, 1]: less than 1 where clusters of unequal size are expected.
    /// Above it that term has no gradient. None unless given, as in the paper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entropy_cap: Option<f64>,
    /// Variational autoencoders, the paper's future work: c of c Σ_i p_i KL(N(f_i(x), σ_i²) ‖ N(0, 1)) beside the reconstruction of drawn
    /// codes, in units of the reconstruction loss per nat, above 0. σ is learned, one for each autoencoder and feature of its code. None
    /// unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variational: Option<f64>,
    /// The optimiser.
    pub adam: AdamSettings,
    /// Epochs, batch size and learning rates.
    pub train: TrainSettings,
    /// Epochs whose concatenated codes are kept as snapshots, 0 being those of the first weights; all samples are kept, so that they need memory.
    /// None by default.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shown: Vec<usize>,
}

fn yes() -> bool {
    true
}

fn is_yes(value: &bool) -> bool {
    *value
}

impl Default for MixaeGate {
    /// Linear, PyTorch's first weights times 0.1.
    fn default() -> Self {
        let network = ClassifierSettings {
            widths: Vec::new(),
            hidden: Activation::Relu,
            init: Init::TorchLinear,
            batch_norm: None,
        };
        Self { network, start: 0.1 }
    }
}

impl Default for MixaeSettings {
    fn default() -> Self {
        Self::of(Shape::default())
    }
}

impl MixaeSettings {
    /// The default for data of that shape: pictures have a logistic output, text and tables a linear one.
    pub fn of(shape: Shape) -> Self {
        let schedule = Schedule::Exponential { factor: 0.9, every: 10, least: 0.1 };
        Self {
            scaling: Scaling::of(shape),
            widths: vec![128, 64, 8],
            hidden: Activation::LeakyRelu,
            code: Activation::Identity,
            output: if shape == Shape::Images { Activation::Sigmoid } else { Activation::Identity },
            init: LayerInits::all(Init::TorchLinear),
            network: None,
            gate: MixaeGate::default(),
            unit: ErrorUnit::Variance,
            weights: EntropyWeights::Fixed { alpha: 0.008, beta: 0.23 },
            reconstructs: true,
            consistency: None,
            entropy_cap: None,
            variational: None,
            adam: AdamSettings { learning_rate: 3e-3, ..AdamSettings::default() },
            train: TrainSettings { schedule, ..TrainSettings::new(50, 256).at_least(1000) },
            shown: Vec::new(),
        }
    }

    /// Checks every field's range.
    ///
    /// # Errors
    /// [`Error::Settings`] or [`Error::Nets`] names the first field that is out of range or does not go with the others.
    pub fn validate(&self, method: &'static str) -> Result<()> {
        let wrong = |problem: String| Err(Error::Settings { method, problem });
        let at_least_0 = |name: &str, value: f64| match value >= 0.0 && value.is_finite() {
            true => Ok(()),
            false => wrong(format!("`{name}`: expected a number of at least 0, found {value}")),
        };
        self.autoencoder(1).validate()?;
        if let Some(NetworkSpec::Variational(_)) = self.network {
            return wrong(
                "`network`: expected a fully connected or a convolutional one, found a variational one"
                    .to_owned(),
            );
        }
        self.gate.network.validate()?;
        at_least_0("start", self.gate.start)?;
        self.weights.validate(method)?;
        if let (EntropyWeights::Balanced { .. }, false) = (self.weights, self.reconstructs) {
            return wrong("`weights`: expected `fixed` without `reconstructs`, found `balanced`".to_owned());
        }
        if let Some(Consistency { weight, change }) = &self.consistency {
            at_least_0("weight", *weight)?;
            match change {
                SampleChange::Images(augmentation) => augmentation.validate()?,
                SampleChange::Noise(std) => at_least_0("noise", *std)?,
            }
        }
        if let Some(cap) = self.entropy_cap.filter(|&cap| !(cap > 0.0 && cap <= 1.0)) {
            return wrong(format!("`entropy_cap`: expected a number in (0, 1], found {cap}"));
        }
        match self.variational {
            Some(c) if !(c > 0.0 && c.is_finite()) => {
                return wrong(format!("`variational`: expected a number above 0, found {c}"));
            }
            Some(_) if !self.reconstructs => {
                return wrong(
                    "`variational`: expected none without `reconstructs`, found a number".to_owned(),
                );
            }
            _ => {}
        }
        self.adam.validate()?;
        self.train.validate()?;
        let most = self.train.epochs;
        match self.shown.iter().find(|&&epoch| epoch > most) {
            Some(late) => wrong(format!("`shown`: expected epochs up to {most}, found {late}")),
            None => Ok(()),
        }
    }

    /// Each autoencoder for samples of that many features.
    pub(super) fn autoencoder(&self, features: usize) -> NetworkSpec {
        if let Some(network) = &self.network {
            return network.clone();
        }
        NetworkSpec::FullyConnected(AutoencoderSettings {
            widths: std::iter::once(features).chain(self.widths.iter().copied()).collect(),
            decoder: None,
            hidden: self.hidden,
            code: self.code,
            output: self.output,
            init: self.init,
            batch_norm: None,
        })
    }
}
