//! Exact k-nearest neighbours without an n × n matrix.

mod prepared;
mod search;
mod settings;
#[cfg(test)]
mod tests;

pub(crate) use prepared::{TINY, small_distance};
pub use search::{nearest_neighbours, nearest_neighbours_of};
pub use settings::{KnnSettings, Metric, Neighbours};
