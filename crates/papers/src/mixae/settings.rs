//! The paper's text as settings, and what is ours.

use super::rows::TEXT;
use deepclust_experiments::Scale;
use deepclust_losses::Responsibilities;
use deepclust_methods::{
    Consistency, EntropyWeights, MixaeSettings, SampleChange, Scaling, Shape, VadeSettings,
};
use deepclust_nets::{
    Activation, AdamSettings, AugmentationSettings, ConvolutionSettings, ConvolutionalSettings, Init,
    LayerInits, LogVarianceStart, NetworkSpec, Outside, TrainSettings,
};

pub(super) fn shape(dataset: &str) -> Shape {
    match dataset {
        TEXT => Shape::Text,
        "uci-har" => Shape::Tables,
        _ => Shape::Images,
    }
}

/// Epochs whose codes are drawn.
pub(super) fn shown(scale: Scale) -> Vec<usize> {
    scale.pick(vec![0, 1, 5, 50], vec![0, 2])
}

/// Fixed weights of the entropies and Adam at 3e-3: the method's defaults.
pub(super) fn fixed(dataset: &str, scale: Scale) -> MixaeSettings {
    let default = MixaeSettings::of(shape(dataset));
    let train = scale.pick(
        default.train,
        TrainSettings { schedule: default.train.schedule, ..TrainSettings::new(2, 256) },
    );
    MixaeSettings { train, ..default }
}

/// Weights that make the three terms equal, larger ones first; α up to a cap.
pub(super) fn balanced(most_alpha: f64) -> EntropyWeights {
    EntropyWeights::Balanced { first_alpha: 0.08, first_beta: 0.5, most_alpha, most_beta: 1.0 }
}

/// By the paper's text: Adam at 1e-3, and weights that make the three terms equal, larger ones first. The caps are ours: without them α grows
/// without end. That of α is below what equal terms ask for, from the second epoch on.
pub(super) fn text(dataset: &str, scale: Scale) -> MixaeSettings {
    let adam = AdamSettings { learning_rate: 1e-3, ..AdamSettings::default() };
    MixaeSettings { weights: balanced(0.04), adam, ..fixed(dataset, scale) }
}

/// Convolutional autoencoders in the place of the fully connected ones, sizes ours: 16 and 32 filters of 3 × 3 pixels with stride 2, then a
/// code of 8.
pub(super) fn convolutional(dataset: &str, scale: Scale) -> MixaeSettings {
    let layer = |filters| ConvolutionSettings {
        filters,
        kernel: 3,
        stride: 2,
        padding: 1,
        pooling: None,
        activation: Activation::LeakyRelu,
    };
    let network = ConvolutionalSettings {
        channels: 1,
        height: side(dataset),
        width: side(dataset),
        convolutions: vec![layer(16), layer(32)],
        dense: Vec::new(),
        code_width: 8,
        hidden: Activation::LeakyRelu,
        code: Activation::Identity,
        output: Activation::Sigmoid,
        init: LayerInits::all(Init::TorchLinear),
        batch_norm: None,
    };
    MixaeSettings { network: Some(NetworkSpec::Convolutional(network)), ..fixed(dataset, scale) }
}

/// The same by the paper's text, which has convolutional autoencoders for images.
pub(super) fn convolutional_text(dataset: &str, scale: Scale) -> MixaeSettings {
    MixaeSettings { network: convolutional(dataset, scale).network, ..text(dataset, scale) }
}

/// Of an image, in pixels.
fn side(dataset: &str) -> usize {
    if dataset.starts_with("usps") { 16 } else { 28 }
}

/// The weight of the consistency, in the units of α and β.
const CONSISTENCY: f64 = 0.38;

/// Assignments that stay under changes of the samples: images are turned by up to 20°, sheared by up to 17°, made larger or smaller and shifted
/// by up to 15 %; others get noise of half a standard deviation.
pub(super) fn consistent(dataset: &str, scale: Scale) -> MixaeSettings {
    let change = match shape(dataset) {
        Shape::Images => SampleChange::Images(AugmentationSettings {
            height: side(dataset),
            width: side(dataset),
            shift: 0.15,
            rotation: 20.0,
            shear: 17.0,
            zoom: 0.15,
            outside: Outside::Zero,
            ..AugmentationSettings::default()
        }),
        _ => SampleChange::Noise(0.5),
    };
    MixaeSettings { consistency: Some(Consistency { weight: CONSISTENCY, change }), ..fixed(dataset, scale) }
}

/// The same without the autoencoders' loss.
pub(super) fn control(dataset: &str, scale: Scale) -> MixaeSettings {
    MixaeSettings { reconstructs: false, ..consistent(dataset, scale) }
}

/// The control with the three terms weighted as in IMSAT, consistency : H(p) : H(p̄) = 1 : 0.1 : 0.4.
pub(super) fn control_as_imsat(dataset: &str, scale: Scale) -> MixaeSettings {
    let weights = EntropyWeights::Fixed { alpha: CONSISTENCY / 10.0, beta: 4.0 * CONSISTENCY / 10.0 };
    MixaeSettings { weights, ..control(dataset, scale) }
}

/// The default, but for the epochs: the authors' on HAR, on images what there was time for. Chosen before the first run on the data set.
pub(super) fn vade(dataset: &str, scale: Scale) -> VadeSettings {
    let mut settings = VadeSettings::of(shape(dataset));
    settings.train.epochs = if dataset == "uci-har" { 120 } else { 40 };
    if scale.is_quick() {
        settings.train.epochs = 2;
        // Without the steps that it has at least.
        settings.pretraining.train = TrainSettings::new(2, 256);
    }
    settings
}

/// The form of the authors' code, but for the epochs on images. On HAR the features are not scaled, the reconstruction counts five times,
/// and the mixture learns slowly.
pub(super) fn vade_of_authors(dataset: &str, scale: Scale) -> VadeSettings {
    let mut settings = vade(dataset, scale);
    settings.bound.responsibilities = Responsibilities::Authors;
    settings.start.equal_weights = true;
    settings.log_variance = LogVarianceStart::Init(Init::GlorotUniform);
    settings.adam.epsilon = 1e-4;
    if dataset == "uci-har" {
        settings.scaling = Scaling::AsGiven;
        settings.bound.reconstruction_weight = 5.0;
        settings.adam_of_mixture = Some(AdamSettings { learning_rate: 2e-5, ..settings.adam });
    }
    settings
}
