//! Exact k-nearest neighbours without an n × n matrix.

mod csr_rows;
mod prepared;
mod search;
mod settings;
mod sparse;
#[cfg(test)]
mod tests;

pub(crate) use csr_rows::{CsrRows, check_csr};
pub(crate) use prepared::{Frame, TINY, inverse_norm, small_distance, squared_difference};
pub use search::{nearest_neighbours, nearest_neighbours_of};
pub use settings::{KnnSettings, Metric, Neighbours};
pub use sparse::nearest_neighbours_csr;
