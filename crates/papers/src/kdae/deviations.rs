//! Deviations from the protocol, for the start and for the methods that go on from it.

use super::protocol::{NORMALISED, ae_k_means, damic, dcn, dec, k_dae, pretraining};
use crate::Result;
use deepclust_methods::{
    AeKMeans, ClusterAutoencoders, Damic, DamicSettings, Dcn, DcnSettings, Dec, DecSettings, KDae, KDaeCost,
    KDaeSettings, Pretraining, ReconstructionDistance, ReconstructionLoss,
};
use deepclust_nets::{
    Activation, BatchNormSettings, Init, LayerInits, MixturePass, Precision, SgdSettings, TrainSettings,
};
use serde::Serialize;
use serde_json::Value;

/// A deviation from a row's protocol, or from another deviation.
pub(super) struct Variant {
    pub method: &'static str,
    pub name: &'static str,
    pub words: &'static str,
    /// The deviation that it is a further one of; none for one of the protocol.
    pub base: Option<&'static str>,
    pub settings: Value,
}

/// The deviation that has all of the authors' code but the decoder of the start.
pub(super) const AUTHORS_CODE: &str = "authors-code";

/// The deviations that start from the network of DEC and DCN.
pub(super) const DEC_START: &str = "dec-start";
pub(super) const DEC_START_EQUAL_WEIGHTS: &str = "dec-start-equal-weights";
pub(super) const AUTHORS_CODE_DEC_START: &str = "authors-code-dec-start";
pub(super) const AUTHORS_CLUSTERS_DEC_START: &str = "authors-clusters-dec-start";

/// The same network, trained longer.
const DEC_START_300: &str = "dec-start-300";
const DEC_START_300_WORDS: &str =
    "300 epochs for the start, as many as a public implementation of DEC has on MNIST";

/// The same network, trained as in that implementation.
pub(super) const DEC_START_SGD: &str = "dec-start-sgd";
const DEC_START_SGD_WORDS: &str = "the start trained as a public implementation of DEC does on MNIST: gradient descent, step 1, momentum 0.9, 300 epochs";

/// As in the authors' code.
pub(super) const AUTHORS_DECODER: &str = "authors-decoder";
const AUTHORS_DECODER_WORDS: &str = "the decoder of the start as in the authors' code, 10-500-500-d";

/// All deviations of a data set, in the order of the table.
pub(super) fn variants(dataset: &str, quick: bool) -> Result<Vec<Variant>> {
    let base = Base { method: AeKMeans::SLUG, name: None };
    let mut start = pretraining(quick);
    let finish = |start: &Pretraining| ae_k_means(quick, start);
    let mut variants = base.variants(&start, STARTS, finish)?;
    dec_start(&mut start);
    variants.extend(base.named(DEC_START).variants(&start, STARTS_FROM_DEC_START, finish)?);
    let mut start = pretraining(quick);
    authors(&mut start);
    variants.extend(base.named(AUTHORS_CODE).variants(&start, STARTS_FROM_AUTHORS, finish)?);

    let base = Base { method: Dec::SLUG, name: None };
    let mut settings = dec(dataset, false, quick)?;
    variants.extend(base.variants(&settings, DECS, Clone::clone)?);
    dec_start(&mut settings.pretraining);
    variants.extend(base.named(DEC_START).variants(&settings, DECS_FROM_DEC_START, Clone::clone)?);

    variants.extend(Base { method: Dcn::SLUG, name: None }.variants(&dcn(quick), DCNS, Clone::clone)?);

    let base = Base { method: KDae::SLUG, name: None };
    let mut settings = k_dae(quick);
    variants.extend(base.variants(&settings, JOINTS, Clone::clone)?);
    variants.extend(base.variants(&settings, JOINTS_OF_AUTHORS, Clone::clone)?);
    authors_code_dec_start(&mut settings);
    let from_dec_start = base.named(AUTHORS_CODE_DEC_START);
    variants.extend(from_dec_start.variants(&settings, JOINTS_FROM_DEC_START, Clone::clone)?);
    let mut settings = k_dae(quick);
    authors_code(&mut settings);
    variants.extend(base.named(AUTHORS_CODE).variants(&settings, JOINTS_FROM_AUTHORS, Clone::clone)?);

    variants.extend(Base { method: Damic::SLUG, name: None }.variants(
        &damic(quick),
        DAMICS,
        Clone::clone,
    )?);
    Ok(variants)
}

/// A name, words for the table, and the change of the settings.
type Deviation<T> = (&'static str, &'static str, fn(&mut T));

/// What is deviated from: the protocol of a method, or a deviation of it.
#[derive(Clone, Copy)]
struct Base {
    method: &'static str,
    name: Option<&'static str>,
}

impl Base {
    fn named(self, name: &'static str) -> Self {
        Self { name: Some(name), ..self }
    }

    /// What becomes of its `settings` by each deviation; `finish` makes the method's own of them.
    fn variants<T: Clone, S: Serialize>(
        self,
        settings: &T,
        deviations: &[Deviation<T>],
        finish: impl Fn(&T) -> S,
    ) -> Result<Vec<Variant>> {
        let variant = |&(name, words, change): &Deviation<T>| {
            let mut changed = settings.clone();
            change(&mut changed);
            let settings = serde_json::to_value(finish(&changed))?;
            Ok(Variant { method: self.method, name, words, base: self.name, settings })
        };
        deviations.iter().map(variant).collect()
    }
}

/// Whether it is a deviation of k-DAE with the paper's own network, whose joint training is the slowest.
pub(super) fn has_slowest_network(method: &str, name: &str) -> bool {
    method == KDae::SLUG && JOINTS.iter().any(|(own, ..)| *own == name)
}

const STARTS: &[Deviation<Pretraining>] = &[
    ("linear-code", "linear code without batch normalisation", linear_code),
    ("no-layer-wise", "no layer-wise pretraining", |s| s.layer_wise = None),
    ("no-batch-norm", "no batch normalisation", |s| s.batch_norm = None),
    (
        AUTHORS_CODE,
        "several, as in the authors' code: d-500-500-2000-10 (mirrored: the decoder is not theirs), linear code, 80 epochs at most, no layer-wise pretraining",
        authors,
    ),
    (
        DEC_START,
        "the network of DEC and DCN: d-500-500-2000-10, ReLU, linear code and output, mean squared error, weights from U(±1/√fan-in), no batch normalisation, no layer-wise pretraining",
        dec_start,
    ),
];

const STARTS_FROM_AUTHORS: &[Deviation<Pretraining>] =
    &[(AUTHORS_DECODER, AUTHORS_DECODER_WORDS, authors_decoder)];

const STARTS_FROM_DEC_START: &[Deviation<Pretraining>] = &[
    (DEC_START_300, DEC_START_300_WORDS, three_hundred_epochs),
    (DEC_START_SGD, DEC_START_SGD_WORDS, gradient_descent),
];

const DEC_START_WORDS: &str = "the network of DEC and DCN";

const AUTHORS_START: &str = "authors-start";
const AUTHORS_START_WORDS: &str = "the network of the authors' code of k-DAE, mirrored decoder";

const DECS: &[Deviation<DecSettings>] = &[
    (
        "batch-targets",
        "targets of each batch from its own assignments, as in ClustPy, and as many steps as DEC may take, without early stop",
        |s| {
            s.update_interval = None;
            s.tolerance = 0.0;
        },
    ),
    (AUTHORS_START, AUTHORS_START_WORDS, |s| authors(&mut s.pretraining)),
    (DEC_START, DEC_START_WORDS, |s| dec_start(&mut s.pretraining)),
];

const DECS_FROM_DEC_START: &[Deviation<DecSettings>] =
    &[(DEC_START_SGD, DEC_START_SGD_WORDS, |s| gradient_descent(&mut s.pretraining))];

const DCNS: &[Deviation<DcnSettings>] = &[
    ("equal-weights", "λ = 1: both parts of the loss weighed alike, on pixels in [0, 1]", |s| {
        s.clustering_weight = 1.0;
    }),
    (AUTHORS_START, AUTHORS_START_WORDS, |s| authors(&mut s.pretraining)),
    (DEC_START, DEC_START_WORDS, |s| dec_start(&mut s.pretraining)),
    (
        DEC_START_EQUAL_WEIGHTS,
        "the network of DEC and DCN, and λ = 1, both parts of the loss weighed alike as by its authors: nothing keeps the size of these codes",
        |s| {
            dec_start(&mut s.pretraining);
            s.clustering_weight = 1.0;
        },
    ),
];

const JOINTS: &[Deviation<KDaeSettings>] = &[
    (
        "responsible",
        "only the samples that an autoencoder wins go through it in training, from running statistics set to its cluster's",
        |s| {
            s.joint.pass = MixturePass::Responsible;
        },
    ),
    (
        "responsible-bf16",
        "only the samples that an autoencoder wins go through it in training, in bf16",
        |s| {
            s.joint.pass = MixturePass::Responsible;
            s.joint.precision = Precision::Bf16;
        },
    ),
    ("bf16", "the joint training in bf16", |s| s.joint.precision = Precision::Bf16),
    ("cluster-epochs", "50 epochs at most for each cluster's own autoencoder, not 10", |s| {
        s.start.of_cluster.train = s.start.pretraining.train;
    }),
    ("norm", "‖x − x̂‖, not squared", |s| s.joint.distance = ReconstructionDistance::Norm),
    ("soft", "the soft cost (eq. 4)", |s| s.cost = KDaeCost::Soft),
    ("linear-code", "linear codes without batch normalisation", |s| {
        linear_code(&mut s.start.pretraining);
        linear_code(&mut s.start.of_cluster);
    }),
    ("no-batch-norm", "no batch normalisation", |s| {
        s.start.pretraining.batch_norm = None;
        s.start.of_cluster.batch_norm = None;
    }),
];

/// In the place of the paper's network that of the authors' code.
const JOINTS_OF_AUTHORS: &[Deviation<KDaeSettings>] = &[
    (
        AUTHORS_CODE,
        "several, as in the authors' code: d-500-500-2000-10 at the start (mirrored: the decoder is not theirs), d-500-100-10 for each cluster, linear codes, ‖x − x̂‖; at the start no layer-wise pretraining and 80 epochs at most, together 40 without early stop",
        authors_code,
    ),
    (
        AUTHORS_CODE_DEC_START,
        "several, as in the authors' code, but from the network of DEC and DCN",
        authors_code_dec_start,
    ),
];

const JOINTS_FROM_AUTHORS: &[Deviation<KDaeSettings>] =
    &[(AUTHORS_DECODER, AUTHORS_DECODER_WORDS, |s| authors_decoder(&mut s.start.pretraining))];

/// Of k-DAE as in its authors' code from the network of DEC and DCN, which came nearest to print in its first runs.
const JOINTS_FROM_DEC_START: &[Deviation<KDaeSettings>] = &[
    ("dec-start-squared-norm", "‖x − x̂‖², not its root", |s| {
        s.joint.distance = ReconstructionDistance::SquaredNorm;
    }),
    (
        "dec-start-responsible",
        "only the samples that an autoencoder wins go through it in training, from running statistics set to its cluster's",
        |s| s.joint.pass = MixturePass::Responsible,
    ),
    ("dec-start-soft", "the soft cost (eq. 4)", |s| s.cost = KDaeCost::Soft),
    ("dec-start-cluster-epochs", "50 epochs for each cluster's own autoencoder, not 10", |s| {
        s.start.of_cluster.train.epochs *= 5;
    }),
    (DEC_START_300, DEC_START_300_WORDS, |s| three_hundred_epochs(&mut s.start.pretraining)),
    (DEC_START_SGD, DEC_START_SGD_WORDS, |s| gradient_descent(&mut s.start.pretraining)),
];

const DAMICS: &[Deviation<DamicSettings>] = &[(
    AUTHORS_CLUSTERS_DEC_START,
    "the network of DEC and DCN, and for each cluster d-500-100-10 with a linear code, as in the authors' code of k-DAE",
    |s| {
        dec_start(&mut s.start.pretraining);
        authors_clusters(&mut s.start);
    },
)];

fn linear_code(settings: &mut Pretraining) {
    settings.code = Activation::Identity;
    settings.batch_norm = Some(BatchNormSettings { code: false, ..NORMALISED });
}

/// Its decoder leaves the 2000 neurons out ([`authors_decoder`]); here it mirrors the encoder, as the paper describes its own.
fn authors(settings: &mut Pretraining) {
    linear_code(settings);
    settings.widths = vec![500, 500, 2000, 10];
    settings.layer_wise = None;
    settings.train.epochs = settings.train.epochs * 8 / 5;
}

fn authors_decoder(settings: &mut Pretraining) {
    settings.decoder = Some(vec![500, 500]);
}

/// The autoencoder of DEC and DCN on pixels in [0, 1], with the optimiser and the epochs of all others here.
fn dec_start(settings: &mut Pretraining) {
    *settings = Pretraining {
        widths: vec![500, 500, 2000, 10],
        hidden: Activation::Relu,
        code: Activation::Identity,
        output: Activation::Identity,
        // The variance is that of a public implementation of DEC on MNIST.
        init: LayerInits::all(Init::TorchLinear),
        loss: ReconstructionLoss::MeanSquaredError,
        batch_norm: None,
        layer_wise: None,
        ..settings.clone()
    };
}

/// Six times the protocol's, without early stop.
fn three_hundred_epochs(settings: &mut Pretraining) {
    settings.train = TrainSettings::new(settings.train.epochs * 6, 256);
}

fn gradient_descent(settings: &mut Pretraining) {
    three_hundred_epochs(settings);
    settings.sgd = Some(SgdSettings { learning_rate: 1.0, momentum: 0.9 });
}

/// Each cluster's autoencoder in the authors' code.
fn authors_clusters(settings: &mut ClusterAutoencoders) {
    linear_code(&mut settings.of_cluster);
    settings.of_cluster.widths = vec![500, 100, 10];
}

/// What follows the start in the authors' code.
fn authors_joint(settings: &mut KDaeSettings) {
    authors_clusters(&mut settings.start);
    settings.joint.distance = ReconstructionDistance::Norm;
    settings.joint.train = TrainSettings::new(settings.joint.train.epochs.min(40), 256);
}

fn authors_code(settings: &mut KDaeSettings) {
    authors(&mut settings.start.pretraining);
    authors_joint(settings);
}

fn authors_code_dec_start(settings: &mut KDaeSettings) {
    dec_start(&mut settings.start.pretraining);
    authors_joint(settings);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deviations_of_one_start_share_its_autoencoder() {
        let variants = variants("mnist", false).unwrap();
        let start = |name: &str, method: &str| {
            let found = variants.iter().find(|v| v.name == name && v.method == method).unwrap();
            let settings = found.settings.as_object().unwrap();
            match method {
                KDae::SLUG | Damic::SLUG => settings["start"]["pretraining"].clone(),
                AeKMeans::SLUG => {
                    let shared = |key: &&String| !["scaling", "k_means"].contains(&key.as_str());
                    settings.keys().filter(shared).map(|key| (key.clone(), settings[key].clone())).collect()
                }
                _ => settings["pretraining"].clone(),
            }
        };
        let authors = start(AUTHORS_CODE, AeKMeans::SLUG);
        for (name, method) in
            [(AUTHORS_CODE, KDae::SLUG), (AUTHORS_START, Dec::SLUG), (AUTHORS_START, Dcn::SLUG)]
        {
            assert_eq!(start(name, method), authors, "{method}");
        }
        let with_its_decoder = start(AUTHORS_DECODER, AeKMeans::SLUG);
        assert_eq!(start(AUTHORS_DECODER, KDae::SLUG), with_its_decoder);
        assert_eq!(with_its_decoder["decoder"], serde_json::json!([500, 500]));
        let dec = start(DEC_START, AeKMeans::SLUG);
        for (name, method) in [
            (AUTHORS_CODE_DEC_START, KDae::SLUG),
            (AUTHORS_CLUSTERS_DEC_START, Damic::SLUG),
            (DEC_START, Dec::SLUG),
            (DEC_START, Dcn::SLUG),
            (DEC_START_EQUAL_WEIGHTS, Dcn::SLUG),
        ] {
            assert_eq!(start(name, method), dec, "{method}");
        }
        assert_ne!(authors, dec);
    }

    #[test]
    fn what_a_deviation_deviates_from_is_one_of_its_method() {
        let variants = variants("mnist", false).unwrap();
        for variant in variants.iter().filter(|variant| variant.base.is_some()) {
            let base = variants.iter().find(|v| v.method == variant.method && Some(v.name) == variant.base);
            assert_ne!(base.unwrap().settings, variant.settings, "{}", variant.name);
        }
        assert!(has_slowest_network(KDae::SLUG, "soft"));
        for name in [AUTHORS_CODE, AUTHORS_CODE_DEC_START, "dec-start-soft"] {
            assert!(!has_slowest_network(KDae::SLUG, name), "{name}");
        }
    }
}
