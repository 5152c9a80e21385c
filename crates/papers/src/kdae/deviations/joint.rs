//! Deviations of k-DAE and DAMIC.

use super::names::{
    AUTHORS_CLUSTERS_AUTHORS_DECODER, AUTHORS_CLUSTERS_DEC_START, AUTHORS_CODE, AUTHORS_CODE_DEC_START,
    AUTHORS_DECODER, AUTHORS_DECODER_NORMALISED_CODES, AUTHORS_DECODER_RESPONSIBLE,
    AUTHORS_DECODER_SQUARED_NORM, AUTHORS_DECODER_WORDS, DEC_START_300, DEC_START_300_WORDS, DEC_START_SGD,
    DEC_START_SGD_WORDS,
};
use super::start::{
    authors, authors_decoder, dec_start, gradient_descent, linear_code, normalised_code, three_hundred_epochs,
};
use super::variant::Deviation;
use deepclust_methods::{ClusterAutoencoders, DamicSettings, KDaeCost, KDaeSettings, ReconstructionDistance};
use deepclust_nets::{MixturePass, Precision, TrainSettings};

pub(super) const RESPONSIBLE: &str = "responsible";
const RESPONSIBLE_WORDS: &str = "only the samples that an autoencoder wins go through it in training, from running statistics set to its cluster's";

const SQUARED_NORM_WORDS: &str = "‖x − x̂‖², not its root";
const BF16: &str = "bf16";
const RESPONSIBLE_BF16: &str = "responsible-bf16";
const DEC_START_RESPONSIBLE: &str = "dec-start-responsible";

/// Those of the form alone.
pub(super) const FORMS: [&str; 5] =
    [RESPONSIBLE, BF16, RESPONSIBLE_BF16, DEC_START_RESPONSIBLE, AUTHORS_DECODER_RESPONSIBLE];

pub(super) const JOINTS: &[Deviation<KDaeSettings>] = &[
    (RESPONSIBLE, RESPONSIBLE_WORDS, |s| {
        s.joint.pass = MixturePass::Responsible;
    }),
    (BF16, "the joint training in bf16", |s| s.joint.precision = Precision::Bf16),
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

pub(super) const JOINTS_FROM_RESPONSIBLE: &[Deviation<KDaeSettings>] =
    &[(RESPONSIBLE_BF16, "the joint training in bf16", |s| s.joint.precision = Precision::Bf16)];

/// In the place of the paper's network that of the authors' code.
pub(super) const JOINTS_OF_AUTHORS: &[Deviation<KDaeSettings>] = &[
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

pub(super) const JOINTS_FROM_AUTHORS: &[Deviation<KDaeSettings>] =
    &[(AUTHORS_DECODER, AUTHORS_DECODER_WORDS, |s| authors_decoder(&mut s.start.pretraining))];

pub(super) const JOINTS_FROM_AUTHORS_DECODER: &[Deviation<KDaeSettings>] = &[
    (AUTHORS_DECODER_RESPONSIBLE, RESPONSIBLE_WORDS, |s| s.joint.pass = MixturePass::Responsible),
    (AUTHORS_DECODER_SQUARED_NORM, SQUARED_NORM_WORDS, |s| {
        s.joint.distance = ReconstructionDistance::SquaredNorm;
    }),
    (
        AUTHORS_DECODER_NORMALISED_CODES,
        "each cluster's code as in the paper's text: ELU and batch normalisation, not linear",
        |s| normalised_code(&mut s.start.of_cluster),
    ),
];

/// Of k-DAE as in its authors' code from the network of DEC and DCN, which came nearest to print in its first runs.
pub(super) const JOINTS_FROM_DEC_START: &[Deviation<KDaeSettings>] = &[
    ("dec-start-squared-norm", SQUARED_NORM_WORDS, |s| {
        s.joint.distance = ReconstructionDistance::SquaredNorm;
    }),
    (DEC_START_RESPONSIBLE, RESPONSIBLE_WORDS, |s| s.joint.pass = MixturePass::Responsible),
    ("dec-start-soft", "the soft cost (eq. 4)", |s| s.cost = KDaeCost::Soft),
    ("dec-start-cluster-epochs", "50 epochs for each cluster's own autoencoder, not 10", |s| {
        s.start.of_cluster.train.epochs *= 5;
    }),
    (DEC_START_300, DEC_START_300_WORDS, |s| three_hundred_epochs(&mut s.start.pretraining)),
    (DEC_START_SGD, DEC_START_SGD_WORDS, |s| gradient_descent(&mut s.start.pretraining)),
];

pub(super) const DAMICS: &[Deviation<DamicSettings>] = &[
    (
        AUTHORS_CLUSTERS_DEC_START,
        "the network of DEC and DCN, and for each cluster d-500-100-10 with a linear code, as in the authors' code of k-DAE",
        |s| {
            dec_start(&mut s.start.pretraining);
            authors_clusters(&mut s.start);
        },
    ),
    (
        AUTHORS_CLUSTERS_AUTHORS_DECODER,
        "the networks of the authors' code of k-DAE, with its own decoder, at the start and for each cluster",
        |s| {
            authors(&mut s.start.pretraining);
            authors_decoder(&mut s.start.pretraining);
            authors_clusters(&mut s.start);
        },
    ),
];

pub(super) const DAMICS_FROM_DEC_START: &[Deviation<DamicSettings>] =
    &[(DEC_START_SGD, DEC_START_SGD_WORDS, |s| gradient_descent(&mut s.start.pretraining))];

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
