//! Communities of a neighbour graph: components → neighbours → weights → Leiden (Traag, Waltman and van Eck 2019).

mod absorb;
mod fit;
mod graph;
mod leiden;
mod model;
mod resolution;
mod settings;
#[cfg(test)]
mod tests;

pub use fit::{GraphCommunities, NeighbourGraph, mean_agreement};
pub use graph::Graph;
pub use leiden::{leiden, modularity};
pub use model::{GraphCommunitiesModel, SeedRun};
pub use settings::{GraphCommunitiesSettings, GraphWeights};
