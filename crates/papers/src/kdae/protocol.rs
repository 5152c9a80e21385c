//! What the paper does, as runs. Where the authors' code differs from the paper, the paper counts, and a deviation has the
//! code's; where both are silent, this module's named constants.

use super::deviations::{AUTHORS_CODE_DEC_START, DEC_START_SGD};
use crate::run::{Extras, RunSpec};
use crate::{Request, Result};
use deepclust_cluster::KMeansSettings;
use deepclust_datasets::Split;
use deepclust_methods::{
    AeKMeans, AeKMeansSettings, ClusterAutoencoders, Damic, DamicGate, DamicSettings, Dcn, DcnSettings, Dec,
    DecSettings, KDae, KDaeCost, KDaeSettings, MixtureJoint, Pretraining, RawKMeans, RawKMeansSettings,
    ReconstructionDistance, ReconstructionLoss, Scaling, Seed,
};
use deepclust_nets::{
    Activation, AdamSettings, BatchNormSettings, ClassifierSettings, EarlyStop, Init, LayerInits,
    MixturePass, OptimizerSettings, Precision, SgdSettings, TrainSettings,
};
use serde_json::Value;

/// The methods that are measured, in the order of the runs. IDEC is not in the paper.
pub(super) const METHODS: [&str; 7] =
    [RawKMeans::SLUG_ALL, AeKMeans::SLUG, Dec::SLUG, Dec::SLUG_IMPROVED, Dcn::SLUG, KDae::SLUG, Damic::SLUG];

/// The paper's data sets in the order of the runs, which begins with those that take minutes; USPS in the version of its text
/// (11,000) and of its code (9,298).
pub(super) const DATASETS: [&str; 4] = ["usps-9298", "usps-11000", "mnist", "fashion-mnist"];

/// The same in the order of the paper's table, and of ours.
pub(super) const SHOWN: [&str; 4] = ["mnist", "fashion-mnist", "usps-9298", "usps-11000"];

/// Runs of every row in the paper.
pub(super) const SEEDS: usize = 5;

/// Width of the code.
const CODE: usize = 10;

/// Epochs of the greedy training of each layer. The paper says that there is one, and no more.
pub(super) const LAYER_WISE_EPOCHS: usize = 10;

/// Epochs of each cluster's own autoencoder before the joint training, from the authors' code. The paper has "the number of
/// epochs for the training phases" at 50 with early stopping, and does not say whether that is one of them: a deviation
/// has it.
pub(super) const CLUSTER_EPOCHS: usize = 10;

/// Epochs without a lower training loss after which the authors' code stops; the paper stops early without saying when.
const PATIENCE: usize = 10;

/// Restarts of k-means on the codes, from the authors' code.
const RESTARTS: usize = 100;

/// Sizes of the small version.
const QUICK_SAMPLES: usize = 600;
const QUICK_EPOCHS: usize = 2;

/// Keras's defaults, with the code's layer normalised too: "on all layers".
pub(super) const NORMALISED: BatchNormSettings =
    BatchNormSettings { momentum: 0.01, epsilon: 1e-3, code: true };

fn epochs(quick: bool, full: usize) -> usize {
    if quick { QUICK_EPOCHS } else { full }
}

fn train(quick: bool, full: usize) -> TrainSettings {
    TrainSettings {
        early_stop: Some(EarlyStop { patience: PATIENCE, min_delta: 0.0 }),
        ..TrainSettings::new(epochs(quick, full), 256)
    }
}

pub(super) fn k_means(quick: bool) -> KMeansSettings {
    KMeansSettings::new(10).n_init(if quick { 5 } else { RESTARTS })
}

/// The autoencoder of all samples: d-1024-256-10-256-1024-d, ELU and batch normalisation everywhere but at the end.
pub(super) fn pretraining(quick: bool) -> Pretraining {
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
        train: train(quick, 50),
        precision: Precision::Single,
        batch_norm: Some(NORMALISED),
        layer_wise: Some(TrainSettings::new(epochs(quick, LAYER_WISE_EPOCHS), 256)),
    }
}

pub(super) fn ae_k_means(quick: bool, pretraining: &Pretraining) -> AeKMeansSettings {
    AeKMeansSettings { scaling: Scaling::AsGiven, pretraining: pretraining.clone(), k_means: k_means(quick) }
}

fn clusters(quick: bool) -> ClusterAutoencoders {
    let pretraining = pretraining(quick);
    let of_cluster = Pretraining {
        train: TrainSettings::new(epochs(quick, CLUSTER_EPOCHS), 256),
        layer_wise: None,
        ..pretraining.clone()
    };
    ClusterAutoencoders { pretraining, k_means: k_means(quick), of_cluster }
}

fn joint(quick: bool) -> MixtureJoint {
    MixtureJoint {
        distance: ReconstructionDistance::SquaredNorm,
        pass: MixturePass::All,
        adam: AdamSettings::default(),
        train: train(quick, 50),
        precision: Precision::Single,
    }
}

pub(super) fn k_dae(quick: bool) -> KDaeSettings {
    KDaeSettings {
        scaling: Scaling::AsGiven,
        start: clusters(quick),
        cost: KDaeCost::Hard,
        joint: joint(quick),
    }
}

/// The gate as far as it is known: two hidden layers of 512 on the samples themselves.
pub(super) fn damic(quick: bool) -> DamicSettings {
    let gate = DamicGate {
        network: ClassifierSettings {
            widths: vec![512, 512],
            hidden: Activation::Relu,
            init: Init::GlorotUniform,
            batch_norm: Some(NORMALISED),
        },
        adam: AdamSettings::default(),
        train: TrainSettings::new(epochs(quick, CLUSTER_EPOCHS), 256),
    };
    DamicSettings { scaling: Scaling::AsGiven, start: clusters(quick), gate, joint: joint(quick) }
}

/// From the k-DAE paper's autoencoder, and otherwise as its authors' Caffe code on MNIST and USPS.
pub(super) fn dec(dataset: &str, improved: bool, quick: bool) -> Result<DecSettings> {
    Ok(DecSettings {
        scaling: Scaling::AsGiven,
        pretraining: pretraining(quick),
        k_means: k_means(quick),
        optimizer: match improved {
            false => OptimizerSettings::Sgd(SgdSettings { learning_rate: 0.01, momentum: 0.9 }),
            true => OptimizerSettings::Adam(AdamSettings::default()),
        },
        batch_size: 256,
        update_interval: Some(if dataset.starts_with("usps") { 30 } else { 140 }),
        max_steps: if quick { 60 } else { max_steps(dataset, improved)? },
        tolerance: 0.001,
        nu: 1.0,
        divergence_weight: improved.then_some(0.1),
        precision: Precision::Single,
    })
}

/// DEC's own limit; IDEC, which is no row of the paper, gets the 50 epochs that every other joint training has.
fn max_steps(dataset: &str, improved: bool) -> Result<usize> {
    let entry = deepclust_datasets::entry(dataset)?;
    let epoch = (entry.train + entry.test).div_ceil(256);
    Ok(if improved { 50 * epoch } else { 20_000 })
}

pub(super) fn dcn(quick: bool) -> DcnSettings {
    DcnSettings {
        scaling: Scaling::AsGiven,
        pretraining: pretraining(quick),
        k_means: k_means(quick),
        optimizer: OptimizerSettings::Adam(AdamSettings::default()),
        train: TrainSettings::new(epochs(quick, 50), 256),
        // Its authors' code weighs both parts alike on pixels times 5.1. Normalised layers keep the codes' size whatever the
        // pixels', so that here the factor goes to the weight.
        clustering_weight: 1.0 / (5.1 * 5.1),
        initial_count: 100,
    }
}

fn settings(dataset: &str, method: &str, quick: bool) -> Result<Value> {
    let settings = match method {
        RawKMeans::SLUG_ALL => serde_json::to_value(RawKMeansSettings {
            scaling: Scaling::AsGiven,
            k_means: KMeansSettings { n_init: 20, ..k_means(quick) },
        }),
        AeKMeans::SLUG => serde_json::to_value(ae_k_means(quick, &pretraining(quick))),
        Dec::SLUG => serde_json::to_value(dec(dataset, false, quick)?),
        Dec::SLUG_IMPROVED => serde_json::to_value(dec(dataset, true, quick)?),
        Dcn::SLUG => serde_json::to_value(dcn(quick)),
        Damic::SLUG => serde_json::to_value(damic(quick)),
        _ => serde_json::to_value(k_dae(quick)),
    };
    Ok(settings?)
}

/// The rows of k-DAE that are drawn, at their first seed: the paper's text, the start that its figures are of, and on MNIST the
/// one that reaches the figure in print.
pub(super) const PICTURED: [Option<&str>; 3] = [None, Some(AUTHORS_CODE_DEC_START), Some(DEC_START_SGD)];

/// What a run keeps for the figures.
pub(super) fn extras(method: &str, variant: Option<&str>, seed: Seed) -> Extras {
    let pictured = seed == Seed(0) && method == KDae::SLUG && PICTURED.contains(&variant);
    Extras {
        images_per_cluster: pictured.then_some(10),
        reconstructions: pictured.then_some(10),
        ..Extras::default()
    }
}

/// A row at a seed: fitted and scored on all images.
pub(super) fn row(dataset: &str, method: &str, seed: Seed, quick: bool) -> Result<RunSpec> {
    Ok(RunSpec {
        dataset: dataset.to_owned(),
        split: Split::All,
        samples: quick.then_some(QUICK_SAMPLES),
        fit: None,
        method: method.to_owned(),
        variant: None,
        settings: settings(dataset, method, quick)?,
        seed,
        quick,
        extras: extras(method, None, seed),
    })
}

/// The data sets of a request.
pub(super) fn datasets(request: &Request) -> Vec<&'static str> {
    DATASETS.into_iter().filter(|name| request.dataset.as_deref().is_none_or(|d| d == *name)).collect()
}

/// Every row at the first seed on all data sets, then the next seed.
pub(super) fn runs(request: &Request) -> Result<Vec<RunSpec>> {
    let mut runs = Vec::new();
    for seed in request.seeds(SEEDS) {
        for dataset in datasets(request) {
            for method in METHODS {
                runs.push(row(dataset, method, seed, request.quick)?);
            }
        }
    }
    Ok(runs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_settings_build_their_method_and_no_row_knows_labels() {
        for quick in [false, true] {
            let runs = runs(&Request { quick, ..Request::default() }).unwrap();
            assert_eq!(runs.len(), METHODS.len() * DATASETS.len() * if quick { 2 } else { SEEDS });
            for run in runs {
                let method = deepclust_methods::build(&run.method, &run.settings).unwrap();
                assert_eq!(method.slug(), run.method);
                assert!(run.fit.is_none());
            }
        }
    }

    #[test]
    fn all_deep_rows_start_from_one_autoencoder() {
        let of = |method: &str| settings("mnist", method, false).unwrap();
        let expected = serde_json::to_value(pretraining(false)).unwrap();
        for method in [Dec::SLUG, Dec::SLUG_IMPROVED, Dcn::SLUG] {
            assert_eq!(of(method)["pretraining"], expected, "{method}");
        }
        for method in [KDae::SLUG, Damic::SLUG] {
            assert_eq!(of(method)["start"]["pretraining"], expected, "{method}");
        }
        let alone = of(AeKMeans::SLUG);
        for (key, value) in expected.as_object().unwrap() {
            assert_eq!(&alone[key], value, "{key}");
        }
    }
}
