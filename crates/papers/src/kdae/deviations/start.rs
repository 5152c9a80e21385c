//! Deviations of the start, and the changes to it that are deviations of the methods that go on from it.

use super::names::{
    AUTHORS_CODE, AUTHORS_DECODER, AUTHORS_DECODER_WORDS, DEC_START, DEC_START_300, DEC_START_300_WORDS,
    DEC_START_SGD, DEC_START_SGD_WORDS,
};
use super::variant::Deviation;
use crate::kdae::protocol::NORMALISED;
use deepclust_methods::{Pretraining, ReconstructionLoss};
use deepclust_nets::{Activation, BatchNormSettings, Init, LayerInits, SgdSettings, TrainSettings};

pub(super) const STARTS: &[Deviation<Pretraining>] = &[
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

pub(super) const STARTS_FROM_AUTHORS: &[Deviation<Pretraining>] =
    &[(AUTHORS_DECODER, AUTHORS_DECODER_WORDS, authors_decoder)];

pub(super) const STARTS_FROM_DEC_START: &[Deviation<Pretraining>] = &[
    (DEC_START_300, DEC_START_300_WORDS, three_hundred_epochs),
    (DEC_START_SGD, DEC_START_SGD_WORDS, gradient_descent),
];

pub(super) fn linear_code(settings: &mut Pretraining) {
    settings.code = Activation::Identity;
    settings.batch_norm = Some(BatchNormSettings { code: false, ..NORMALISED });
}

/// The paper's text: ELU and batch normalisation of the code too.
pub(super) fn normalised_code(settings: &mut Pretraining) {
    settings.code = Activation::Elu;
    settings.batch_norm = Some(NORMALISED);
}

/// Its decoder leaves the 2000 neurons out ([`authors_decoder`]); here it mirrors the encoder, as the paper describes its own.
pub(super) fn authors(settings: &mut Pretraining) {
    linear_code(settings);
    settings.widths = vec![500, 500, 2000, 10];
    settings.layer_wise = None;
    settings.train.epochs = settings.train.epochs * 8 / 5;
}

pub(super) fn authors_decoder(settings: &mut Pretraining) {
    settings.decoder = Some(vec![500, 500]);
}

/// The autoencoder of DEC and DCN on pixels in [0, 1], with the optimiser and the epochs of all others here.
pub(super) fn dec_start(settings: &mut Pretraining) {
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
pub(super) fn three_hundred_epochs(settings: &mut Pretraining) {
    settings.train = TrainSettings::new(settings.train.epochs * 6, 256);
}

pub(super) fn gradient_descent(settings: &mut Pretraining) {
    three_hundred_epochs(settings);
    settings.sgd = Some(SgdSettings { learning_rate: 1.0, momentum: 0.9 });
}
