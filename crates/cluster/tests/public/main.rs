//! What the public interface promises, in one program: generic code is compiled once for all of these tests.

mod behaviour;
mod determinism;
mod errors;
mod extremes;
mod properties;
mod sklearn_kmeans;
mod sklearn_mixture;
