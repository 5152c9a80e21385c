//! The paper's text as settings. Where it is silent the authors' code counts, and where that is silent too, this module's constants.

use crate::Result;
use deepclust_cluster::KMeansOptions;
use deepclust_experiments::Scale;
use deepclust_methods::{
    AeKMeansSettings, ClusterAutoencoders, DamicGate, DamicSettings, DcnSettings, DecSettings, KDaeCost,
    KDaeSettings, MixtureJoint, Pretraining, RawKMeansSettings, ReconstructionDistance, ReconstructionLoss,
    Scaling,
};
use deepclust_nets::{
    Activation, AdamSettings, BatchNormSettings, ClassifierSettings, EarlyStop, Init, LayerInits,
    MixturePass, OptimizerSettings, Precision, SgdSettings, TrainSettings,
};

/// Width of the code.
const CODE: usize = 10;

/// Epochs of the greedy training of each layer. The paper says that there is one, and no more.
const LAYER_WISE_EPOCHS: usize = 10;

/// Epochs of each cluster's own autoencoder before the joint training, from the authors' code.
const CLUSTER_EPOCHS: usize = 10;

/// Epochs without a lower training loss after which the authors' code stops; the paper stops early without saying when.
const PATIENCE: usize = 10;

/// Keras's defaults, with the code's layer normalised too: "on all layers".
pub(super) const NORMALISED: BatchNormSettings =
    BatchNormSettings { momentum: 0.01, epsilon: 1e-3, code: true };

fn epochs(scale: Scale, full: usize) -> usize {
    scale.pick(full, 2)
}

fn train(scale: Scale, full: usize) -> TrainSettings {
    TrainSettings {
        early_stop: Some(EarlyStop { patience: PATIENCE, min_delta: 0.0 }),
        ..TrainSettings::new(epochs(scale, full), 256)
    }
}

/// 100 restarts on the codes, from the authors' code.
fn k_means(scale: Scale) -> KMeansOptions {
    KMeansOptions { n_init: scale.pick(100, 5), ..KMeansOptions::default() }
}

pub(super) fn raw(scale: Scale) -> RawKMeansSettings {
    RawKMeansSettings { scaling: Scaling::AsGiven, k_means: KMeansOptions { n_init: 20, ..k_means(scale) } }
}

/// The autoencoder of all samples: d-1024-256-10-256-1024-d, ELU and batch normalisation everywhere but at the end.
pub(super) fn pretraining(scale: Scale) -> Pretraining {
    Pretraining {
        widths: vec![1024, 256, CODE],
        decoder: None,
        hidden: Activation::Elu,
        code: Activation::Elu,
        output: Activation::Sigmoid,
        init: LayerInits::all(Init::GlorotUniform),
        loss: ReconstructionLoss::BinaryCrossEntropy,
        adam: AdamSettings::default(),
        sgd: None,
        train: train(scale, 50),
        precision: Precision::Single,
        batch_norm: Some(NORMALISED),
        layer_wise: Some(TrainSettings::new(epochs(scale, LAYER_WISE_EPOCHS), 256)),
        network: None,
        noise: None,
    }
}

pub(super) fn ae_k_means(scale: Scale) -> AeKMeansSettings {
    AeKMeansSettings { scaling: Scaling::AsGiven, pretraining: pretraining(scale), k_means: k_means(scale) }
}

fn clusters(scale: Scale) -> ClusterAutoencoders {
    let pretraining = pretraining(scale);
    let of_cluster = Pretraining {
        train: TrainSettings::new(epochs(scale, CLUSTER_EPOCHS), 256),
        layer_wise: None,
        ..pretraining.clone()
    };
    ClusterAutoencoders { pretraining, k_means: k_means(scale), of_cluster }
}

fn joint(scale: Scale) -> MixtureJoint {
    MixtureJoint {
        distance: ReconstructionDistance::SquaredNorm,
        pass: MixturePass::All,
        adam: AdamSettings::default(),
        train: train(scale, 50),
        precision: Precision::Single,
    }
}

pub(super) fn k_dae(scale: Scale) -> KDaeSettings {
    KDaeSettings {
        scaling: Scaling::AsGiven,
        start: clusters(scale),
        cost: KDaeCost::Hard,
        joint: joint(scale),
    }
}

/// The gate as far as it is known: two hidden layers of 512 on the samples themselves.
pub(super) fn damic(scale: Scale) -> DamicSettings {
    let gate = DamicGate {
        network: ClassifierSettings {
            widths: vec![512, 512],
            hidden: Activation::Relu,
            init: Init::GlorotUniform,
            batch_norm: Some(NORMALISED),
        },
        adam: AdamSettings::default(),
        train: TrainSettings::new(epochs(scale, CLUSTER_EPOCHS), 256),
    };
    DamicSettings { scaling: Scaling::AsGiven, start: clusters(scale), gate, joint: joint(scale) }
}

/// From the k-DAE paper's autoencoder, and otherwise as its authors' Caffe code on MNIST and USPS. IDEC, which is no row of the
/// paper, gets the 50 epochs that every other joint training has, DEC its own limit of steps.
pub(super) fn dec(dataset: &str, improved: bool, scale: Scale) -> Result<DecSettings> {
    let entry = deepclust_datasets::entry(dataset)?;
    let epoch = (entry.train + entry.test).div_ceil(256);
    Ok(DecSettings {
        scaling: Scaling::AsGiven,
        pretraining: pretraining(scale),
        k_means: k_means(scale),
        optimizer: match improved {
            false => OptimizerSettings::Sgd(SgdSettings { learning_rate: 0.01, momentum: 0.9 }),
            true => OptimizerSettings::Adam(AdamSettings::default()),
        },
        batch_size: 256,
        update_interval: Some(if dataset.starts_with("usps") { 30 } else { 140 }),
        max_steps: scale.pick(if improved { 50 * epoch } else { 20_000 }, 60),
        max_epochs: None,
        tolerance: 0.001,
        nu: 1.0,
        divergence_weight: improved.then_some(0.1),
        precision: Precision::Single,
    })
}

pub(super) fn dcn(scale: Scale) -> DcnSettings {
    DcnSettings {
        scaling: Scaling::AsGiven,
        pretraining: pretraining(scale),
        k_means: k_means(scale),
        optimizer: OptimizerSettings::Adam(AdamSettings::default()),
        train: TrainSettings::new(epochs(scale, 50), 256),
        // Its authors' code weighs both parts alike on pixels times 5.1. Normalised layers keep the codes' size whatever the
        // pixels', so that here the factor goes to the weight.
        clustering_weight: 1.0 / (5.1 * 5.1),
        initial_count: 100,
    }
}
