//! What the paper does. Where it is silent the usual defaults of its tools are taken.

use super::DATASET;
use crate::{Result, Row};
use deepclust_cluster::KMeansOptions;
use deepclust_datasets::{Split, Subset};
use deepclust_experiments::measures::{Map, SampledSilhouette, Samples};
use deepclust_experiments::{Clusters, DataSpec, MeasureSpec, MethodSpec, RunSpec, Scale, Source};
use deepclust_manifold::{PcaSettings, TsneSettings};
use deepclust_methods::{
    AeKMeans, AeKMeansSettings, PcaKMeans, PcaKMeansSettings, Pretraining, RawKMeans, RawKMeansSettings,
    ReconstructionLoss, Scaling,
};
use deepclust_nets::{Activation, AdamSettings, Init, LayerInits, Precision, TrainSettings};
use serde::Serialize;

pub(super) const PIXELS: &str = "k-means";
pub(super) const COMPONENTS: &str = "pca-k-means";
pub(super) const CODE: &str = "ae-k-means";
pub(super) const CODE_10: &str = "ae-k-means/code-10";

/// Seeds of a row, and of an ablation.
const SEEDS: u64 = 5;
const ABLATION: [(&str, u64); 1] = [(DATASET, 3)];

/// Sizes of the random subsets whose silhouette is measured besides that of all samples.
pub(super) const SILHOUETTE_SAMPLES: [usize; 2] = [1_000, 10_000];

/// The paper's autoencoder: 784-128-64-128-784, ReLU, a linear code, tanh at the end, mean squared error, Adam at 1e-3,
/// batches of 256, 10 epochs, and PyTorch's own initial weights.
pub(super) fn autoencoder(scale: Scale) -> AeKMeansSettings {
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
            train: TrainSettings::new(scale.pick(10, 3), 256),
            precision: Precision::Single,
            batch_norm: None,
            layer_wise: None,
            network: None,
            noise: None,
        },
        k_means: KMeansOptions::default(),
    }
}

/// All rows, then what moves the silhouette.
pub(super) fn rows(scale: Scale) -> Result<Vec<Row>> {
    let (scaling, k_means) = (Scaling::AsGiven, KMeansOptions::default());
    let raw = RawKMeansSettings { scaling, k_means: k_means.clone() };
    let pca = PcaKMeansSettings { scaling, pca: PcaSettings::new(64), or_fewer: false, k_means };
    let pixels = Row::new(PIXELS, "k-means on pixels")
        .published("k-means")
        .on(run(RawKMeans::SLUG, raw, scale)?, SEEDS);
    let components = Row::new(COMPONENTS, "k-means on 64 principal components")
        .published("PCA-64+k-means")
        .on(run(PcaKMeans::SLUG, pca, scale)?, SEEDS);
    let map = Map {
        samples: scale.pick(10_000, 1_000),
        classes: None,
        clusters: true,
        settings: TsneSettings::default(),
    };
    let code = Row::new(CODE, "k-means on the 64-d autoencoder code")
        .published("AE-64+k-means")
        .on(run(AeKMeans::SLUG, autoencoder(scale), scale)?, SEEDS)
        .pictured(&[MeasureSpec::Map(map), MeasureSpec::Samples(Samples { per_cluster: 10 })]);

    let code_but =
        |id, words: &str, change: &dyn Fn(&mut AeKMeansSettings)| code.vary(id, words, &ABLATION, change);
    let standardised = Scaling::Standardise;
    let mut ablations = vec![
        pixels.vary(
            "k-means/standardised",
            "pixels standardised",
            &ABLATION,
            |s: &mut RawKMeansSettings| {
                s.scaling = standardised;
            },
        )?,
        components.vary(
            "pca-k-means/whitened",
            "components whitened",
            &ABLATION,
            |s: &mut PcaKMeansSettings| {
                s.pca.whiten = true;
            },
        )?,
        code_but(CODE_10, "10-dimensional code", &|s| s.pretraining.widths = vec![128, 10])?,
        code_but("ae-k-means/standardised", "pixels standardised, nothing at the end", &|s| {
            s.scaling = standardised;
            s.pretraining.output = Activation::Identity;
        })?,
        code_but("ae-k-means/signed-input", "pixels in [−1, 1], the range of tanh", &|s| {
            s.scaling = Scaling::SignedUnit;
        })?,
        code_but("ae-k-means/sigmoid-output", "sigmoid at the end, not tanh", &|s| {
            s.pretraining.output = Activation::Sigmoid;
        })?,
        code_but("ae-k-means/one-epoch", "1 epoch, not 10", &|s| s.pretraining.train.epochs = 1)?,
        code_but("ae-k-means/fifty-epochs", "50 epochs, not 10", &|s| {
            s.pretraining.train.epochs = scale.pick(50, 6);
        })?,
    ];
    // Their silhouettes are exact; those of random subsets answer another question.
    ablations.iter_mut().flat_map(|row| &mut row.runs).for_each(|planned| planned.spec.measures.clear());
    Ok([vec![pixels, components, code], ablations].concat())
}

fn run(method: &str, settings: impl Serialize, scale: Scale) -> Result<RunSpec> {
    let subset = scale.pick(None, Some(Subset::Random { n: 3_000 }));
    let silhouette = |samples| MeasureSpec::SampledSilhouette(SampledSilhouette { samples });
    Ok(RunSpec {
        data: DataSpec { source: Source::Named(DATASET.to_owned()), split: Split::Train, subset },
        fit: None,
        clusters: Clusters::Classes,
        method: MethodSpec { name: method.to_owned(), settings: serde_json::to_value(settings)? },
        seed: 0,
        scale,
        measures: SILHOUETTE_SAMPLES.map(silhouette).to_vec(),
    })
}
