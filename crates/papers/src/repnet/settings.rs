//! The paper's text as settings, and what its released code has instead.

use super::rows::TEXT;
use deepclust_cluster::KMeansOptions;
use deepclust_experiments::Scale;
use deepclust_losses::{PairNormalisation, TCrossEntropy};
use deepclust_methods::{
    AeKMeansSettings, Pretraining, ReconstructionLoss, RepNetSettings, RepNetWatch, Scaling,
};
use deepclust_nets::{
    Activation, AdamSettings, ClassifierSettings, Init, LayerInits, OptimizerSettings, TrainSettings,
};

/// Epochs of the joint training; the released code has 50 on MNIST. What there was time for, chosen before the first run on the data set.
pub(super) fn joint_epochs(dataset: &str) -> usize {
    if dataset == "mnist" { EPOCHS_OF_MNIST } else { 25 }
}

/// Joint epochs of the longer training on Fashion-MNIST; the released code has 200. What there was time for.
pub(super) const LONGER_EPOCHS_OF_FASHION: usize = 100;

/// Joint epochs of the released code on MNIST.
pub(super) const EPOCHS_OF_CODE_ON_MNIST: usize = 50;

const EPOCHS_OF_MNIST: usize = 20;

/// As many joint epochs of `n` samples as make the steps of those of MNIST.
pub(super) const fn epochs_of_as_many_steps(n: usize) -> usize {
    let steps = EPOCHS_OF_MNIST * 70_000_usize.div_ceil(BATCH);
    steps.div_ceil(n.div_ceil(BATCH))
}

/// When the clusters of a run are scored.
const SCORED: [usize; 7] = [0, 1, 5, 10, 15, 20, 25];
/// Epochs between two looks at the clusters.
const LOOK: usize = 5;
/// The share of samples below which clusters count as stable.
const TOLERANCE: f64 = 0.01;
const BATCH: usize = 100;

fn epochs(scale: Scale, full: usize) -> usize {
    scale.pick(full, 2)
}

fn pretraining(dataset: &str, scale: Scale) -> Pretraining {
    // From the released code, where USPS has 50 epochs.
    let full = if ["usps-9298", "uci-har"].contains(&dataset) { 50 } else { 10 };
    Pretraining {
        widths: vec![500, 500, 2000, 10],
        hidden: Activation::Relu,
        code: Activation::Identity,
        output: Activation::Identity,
        init: LayerInits::all(Init::GlorotUniform),
        loss: ReconstructionLoss::BinaryCrossEntropyOfLogits,
        adam: AdamSettings { learning_rate: learning_rate(dataset), ..Default::default() },
        train: TrainSettings::new(epochs(scale, full), BATCH),
        noise: Some(match dataset {
            "mnist" | "fashion-mnist" => 0.5,
            TEXT => 0.4,
            _ => 0.2,
        }),
        ..Pretraining::default()
    }
}

fn learning_rate(dataset: &str) -> f64 {
    if dataset == TEXT { 5e-4 } else { 1e-3 }
}

/// The loaders bring pixels into [0, 1]; words and sensors are brought there column by column, as the released code does with words.
fn scaling(dataset: &str) -> Scaling {
    if [TEXT, "uci-har"].contains(&dataset) { Scaling::Unit } else { Scaling::AsGiven }
}

/// By the paper's text; the size of the noise is the released code's, and ours for HAR.
pub(super) fn text(dataset: &str, scale: Scale) -> RepNetSettings {
    let adam = AdamSettings { learning_rate: learning_rate(dataset), ..Default::default() };
    let scored = SCORED.into_iter().filter(|epoch| *epoch <= joint_epochs(dataset)).collect();
    RepNetSettings {
        scaling: scaling(dataset),
        pretraining: pretraining(dataset, scale),
        representation: ClassifierSettings {
            widths: vec![2000, 500, 500],
            hidden: Activation::Relu,
            init: Init::GlorotUniform,
            batch_norm: None,
        },
        similarities: TCrossEntropy { normalisation: PairNormalisation::Batch, ..TCrossEntropy::default() },
        gamma: 0.01,
        optimizer: OptimizerSettings::Adam(adam),
        train: TrainSettings::new(epochs(scale, joint_epochs(dataset)), BATCH),
        k_means: KMeansOptions::default(),
        watch: Some(RepNetWatch { every: scale.pick(LOOK, 1), tolerance: TOLERANCE, stop: false }),
        shown: scale.pick(scored, vec![0, 1, 2]),
    }
}

/// What the released code has instead: similarities of each point that add up to 1, one more layer, and samples without noise, images in the
/// order of their files.
pub(super) fn per_point(dataset: &str, settings: &mut RepNetSettings) {
    settings.similarities.normalisation = PairNormalisation::Point;
    settings.representation.widths.push(500);
    // The files of the others are sorted by topic or person; the released code shuffles the first.
    let in_order = !["uci-har", TEXT].contains(&dataset);
    settings.train.in_order = in_order;
    clean(&mut settings.pretraining, in_order);
    if dataset == TEXT {
        settings.gamma = 0.001;
    }
}

fn clean(pretraining: &mut Pretraining, in_order: bool) {
    pretraining.noise = None;
    pretraining.train.in_order = in_order;
}

/// k-means in the codes that [`per_point`] starts from.
pub(super) fn ae_k_means(dataset: &str, scale: Scale) -> AeKMeansSettings {
    let mut start = text(dataset, scale);
    per_point(dataset, &mut start);
    AeKMeansSettings { scaling: start.scaling, pretraining: start.pretraining, k_means: start.k_means }
}
