//! What the paper does, as runs. Where it is silent the usual defaults of its tools are taken, and the page says so.

use super::DATASET;
use crate::run::{Extras, RunSpec, TsneExtra};
use crate::{Request, Result};
use deepclust_cluster::KMeansSettings;
use deepclust_datasets::Split;
use deepclust_manifold::{PcaSettings, TsneSettings};
use deepclust_methods::{
    AeKMeans, AeKMeansSettings, PcaKMeans, PcaKMeansSettings, Pretraining, RawKMeans, RawKMeansSettings,
    ReconstructionLoss, Scaling, Seed,
};
use deepclust_nets::{Activation, AdamSettings, Init, LayerInits, Precision, TrainSettings};
use serde_json::Value;

pub(super) const METHODS: [&str; 3] = [RawKMeans::SLUG, PcaKMeans::SLUG, AeKMeans::SLUG_64];

/// Seeds of a full reproduction.
pub(super) const SEEDS: usize = 5;

/// Sizes of the random subsets whose silhouette is measured besides that of all samples.
pub(super) const SILHOUETTE_SAMPLES: [usize; 2] = [1_000, 10_000];

const QUICK_SAMPLES: usize = 3_000;
const QUICK_EPOCHS: usize = 3;

pub(super) fn k_means() -> KMeansSettings {
    KMeansSettings::new(10).n_init(10)
}

pub(super) fn raw() -> RawKMeansSettings {
    RawKMeansSettings { scaling: Scaling::AsGiven, k_means: k_means() }
}

pub(super) fn pca() -> PcaKMeansSettings {
    PcaKMeansSettings { scaling: Scaling::AsGiven, pca: PcaSettings::new(64), k_means: k_means() }
}

/// The paper's autoencoder: 784-128-64-128-784, ReLU, a linear code, tanh at the end, mean squared error, Adam at 1e-3,
/// batches of 256, 10 epochs, and PyTorch's own initial weights.
pub(super) fn autoencoder(quick: bool) -> AeKMeansSettings {
    AeKMeansSettings {
        scaling: Scaling::AsGiven,
        pretraining: Pretraining {
            widths: vec![128, 64],
            decoder: None,
            hidden: Activation::Relu,
            code: Activation::Identity,
            output: Activation::Tanh,
            init: LayerInits::all(Init::TorchLinear),
            loss: ReconstructionLoss::MeanSquaredError,
            adam: AdamSettings::default(),
            sgd: None,
            train: TrainSettings::new(if quick { QUICK_EPOCHS } else { 10 }, 256),
            precision: Precision::Single,
            batch_norm: None,
            layer_wise: None,
        },
        k_means: k_means(),
    }
}

/// Every row at the first seed, then the next seed.
pub(super) fn runs(request: &Request) -> Result<Vec<RunSpec>> {
    let quick = request.quick;
    let settings: [Value; 3] = [
        serde_json::to_value(raw())?,
        serde_json::to_value(pca())?,
        serde_json::to_value(autoencoder(quick))?,
    ];
    let row = |seed| METHODS.iter().zip(&settings).map(move |(method, s)| (seed, *method, s.clone()));
    let runs = request.seeds(SEEDS).flat_map(row).map(|(seed, method, settings)| RunSpec {
        extras: extras(method, seed, quick),
        ..run(method, settings, seed, quick)
    });
    Ok(runs.collect())
}

pub(super) fn run(method: &str, settings: Value, seed: Seed, quick: bool) -> RunSpec {
    RunSpec {
        dataset: DATASET.to_owned(),
        split: Split::Train,
        samples: quick.then_some(QUICK_SAMPLES),
        fit: None,
        method: method.to_owned(),
        variant: None,
        settings,
        seed,
        quick,
        extras: Extras::default(),
    }
}

/// Size of the random subset in the t-SNE figure.
pub(super) fn mapped(quick: bool) -> usize {
    if quick { 1_000 } else { 10_000 }
}

/// Figure 2 is a map of one autoencoder's code: the first seed's.
fn extras(method: &str, seed: Seed, quick: bool) -> Extras {
    let pictured = method == AeKMeans::SLUG_64 && seed == Seed(0);
    Extras {
        tsne: pictured.then(|| TsneExtra { samples: mapped(quick), settings: TsneSettings::default() }),
        images_per_cluster: pictured.then_some(10),
        silhouette_samples: SILHOUETTE_SAMPLES.to_vec(),
        ..Extras::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(quick: bool, runs: Option<usize>) -> Request {
        Request { runs, quick, ..Request::default() }
    }

    #[test]
    fn every_row_at_a_seed_before_the_next() {
        let runs = runs(&request(false, None)).unwrap();
        let order: Vec<_> = runs.iter().map(|run| (run.seed.0, run.method.as_str())).collect();
        assert_eq!(order.len(), 15);
        assert_eq!(order[..4], [(0, "k-means"), (0, "pca-k-means"), (0, "ae64-k-means"), (1, "k-means")]);
        assert!(runs.iter().all(|run| run.split == Split::Train && run.samples.is_none() && !run.quick));
    }

    #[test]
    fn all_settings_build_their_method() {
        for run in runs(&request(true, Some(1))).unwrap() {
            assert_eq!(deepclust_methods::build(&run.method, &run.settings).unwrap().slug(), run.method);
            assert!(run.quick && run.samples == Some(QUICK_SAMPLES));
        }
    }
}
