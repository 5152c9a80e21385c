//! Deviations of DEC and DCN.

use super::names::{
    AUTHORS_START, AUTHORS_START_WORDS, DEC_START, DEC_START_EQUAL_WEIGHTS, DEC_START_SGD,
    DEC_START_SGD_WORDS, DEC_START_WORDS,
};
use super::start::{authors, dec_start, gradient_descent};
use super::variant::Deviation;
use deepclust_methods::{DcnSettings, DecSettings};

pub(super) const BATCH_TARGETS: &str = "batch-targets";
pub(super) const EQUAL_WEIGHTS: &str = "equal-weights";

pub(super) const DECS: &[Deviation<DecSettings>] = &[
    (
        BATCH_TARGETS,
        "targets of each batch from its own assignments, as in ClustPy, and as many steps as DEC may take, without early stop",
        |s| {
            s.update_interval = None;
            s.tolerance = 0.0;
        },
    ),
    (AUTHORS_START, AUTHORS_START_WORDS, |s| authors(&mut s.pretraining)),
    (DEC_START, DEC_START_WORDS, |s| dec_start(&mut s.pretraining)),
];

pub(super) const DECS_FROM_DEC_START: &[Deviation<DecSettings>] =
    &[(DEC_START_SGD, DEC_START_SGD_WORDS, |s| gradient_descent(&mut s.pretraining))];

pub(super) const DCNS: &[Deviation<DcnSettings>] = &[
    (EQUAL_WEIGHTS, "λ = 1: both parts of the loss weighed alike, on pixels in [0, 1]", |s| {
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

pub(super) const DCNS_FROM_DEC_START: &[Deviation<DcnSettings>] =
    &[(DEC_START_SGD, DEC_START_SGD_WORDS, |s| gradient_descent(&mut s.pretraining))];
