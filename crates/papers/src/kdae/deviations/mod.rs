//! Deviations from the protocol, for the start and for the methods that go on from it.

mod all;
mod baselines;
mod joint;
mod names;
mod start;
mod variant;

pub(super) use all::{has_papers_network, is_form, variants};
pub(super) use names::{
    AUTHORS_CLUSTERS_AUTHORS_DECODER, AUTHORS_CLUSTERS_DEC_START, AUTHORS_CODE, AUTHORS_CODE_DEC_START,
    AUTHORS_DECODER, AUTHORS_DECODER_NORMALISED_CODES, AUTHORS_DECODER_RESPONSIBLE,
    AUTHORS_DECODER_SQUARED_NORM, AUTHORS_START, DEC_START, DEC_START_300, DEC_START_EQUAL_WEIGHTS,
    DEC_START_SGD,
};

pub(super) use variant::Variant;
#[cfg(test)]
pub(super) use variant::pretraining_of;
