//! Approximate nearest neighbours: trees of random projections, then descent from neighbour to neighbour.

mod csr;
#[cfg(test)]
mod csr_tests;
mod descend;
mod forest;
mod hubs;
mod index;
mod lists;
mod pairs;
mod rows;
mod search;
mod settings;
mod space;
mod sparse_rows;
#[cfg(test)]
mod tests;

pub use csr::approximate_neighbours_csr;
pub use index::NeighbourIndex;
pub use search::approximate_neighbours;
pub use settings::{ApproximateSettings, Search};
