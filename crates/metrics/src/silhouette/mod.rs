//! The silhouette, exact and without a distance matrix.
//!
//! Samples are put into the order of their clusters, so that a block of the (never stored) distance matrix falls into a few
//! rectangles of one cluster against one cluster, whose sums over rows and over columns are plain vector additions.
//!
//! - `lanes`: what the kernel needs of a number type and an instruction set;
//! - `tile`: the distances of 256 samples to a few at a time, and their sums;
//! - `fold`: what one sample remembers while the others pass by in order;
//! - `sorted`: the order of the samples, and how their features are scaled;
//! - `block`: a band of samples against 256 others;
//! - `sweep`: the blocks of the upper triangle, in parallel;
//! - `score`: the public functions.

mod block;
mod fold;
mod lanes;
mod score;
mod sorted;
mod sweep;
mod tile;

pub use lanes::Lanes;
pub use score::{Distance, silhouette_sampled, silhouette_samples, silhouette_score};
