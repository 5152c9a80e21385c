//! Approximate nearest neighbours: trees of random projections, then descent from neighbour to neighbour.

mod descend;
mod forest;
mod index;
mod lists;
mod pairs;
mod rows;
mod search;
mod settings;
#[cfg(test)]
mod tests;

pub use index::NeighbourIndex;
pub use search::approximate_neighbours;
pub use settings::{ApproximateSettings, Search};
