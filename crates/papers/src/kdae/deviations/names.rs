//! Names that several methods' deviations share or that other modules know, and words for the tables.

/// The deviation that has all of the authors' code but the decoder of the start.
pub(in crate::kdae) const AUTHORS_CODE: &str = "authors-code";

/// The deviations that start from the network of DEC and DCN.
pub(in crate::kdae) const DEC_START: &str = "dec-start";
pub(in crate::kdae) const DEC_START_EQUAL_WEIGHTS: &str = "dec-start-equal-weights";
pub(in crate::kdae) const AUTHORS_CODE_DEC_START: &str = "authors-code-dec-start";
pub(in crate::kdae) const AUTHORS_CLUSTERS_DEC_START: &str = "authors-clusters-dec-start";

/// The same network, trained longer.
pub(in crate::kdae) const DEC_START_300: &str = "dec-start-300";
pub(super) const DEC_START_300_WORDS: &str =
    "300 epochs for the start, as many as a public implementation of DEC has on MNIST";

/// The same network, trained as in that implementation.
pub(in crate::kdae) const DEC_START_SGD: &str = "dec-start-sgd";
pub(super) const DEC_START_SGD_WORDS: &str = "the start trained as a public implementation of DEC does on MNIST: gradient descent, step 1, momentum 0.9, 300 epochs";

/// The authors' code with its own decoder.
pub(in crate::kdae) const AUTHORS_DECODER: &str = "authors-decoder";
pub(super) const AUTHORS_DECODER_WORDS: &str =
    "the decoder of the start as in the authors' code, 10-500-500-d";

/// From that start, what else could keep k-DAE below print on Fashion-MNIST.
pub(in crate::kdae) const AUTHORS_DECODER_SQUARED_NORM: &str = "authors-decoder-squared-norm";
pub(in crate::kdae) const AUTHORS_DECODER_NORMALISED_CODES: &str = "authors-decoder-normalised-codes";

/// From that start, in the form that only sends winners through an autoencoder, and DAMIC.
pub(in crate::kdae) const AUTHORS_DECODER_RESPONSIBLE: &str = "authors-decoder-responsible";
pub(in crate::kdae) const AUTHORS_CLUSTERS_AUTHORS_DECODER: &str = "authors-clusters-authors-decoder";

pub(super) const DEC_START_WORDS: &str = "the network of DEC and DCN";

pub(in crate::kdae) const AUTHORS_START: &str = "authors-start";
pub(super) const AUTHORS_START_WORDS: &str = "the network of the authors' code of k-DAE, mirrored decoder";
