//! Communities of a neighbour graph: components → neighbours → weights → Leiden (Traag, Waltman and van Eck 2019).

mod absorb;
mod fit;
mod graph;
mod labels;
mod leiden;
mod model;
mod modularity;
mod parts;
mod prepare;
mod resolution;
mod scan;
mod settings;
#[cfg(test)]
mod tests;

pub use fit::{GraphCommunities, NeighbourGraph, mean_agreement};
pub use graph::Graph;
pub(crate) use leiden::Arranged;
pub use leiden::leiden;
pub use model::{GraphCommunitiesModel, SeedRun};
pub use modularity::modularity;
pub(crate) use prepare::{check, near, reduce, weigh};
pub(crate) use scan::Scan;
pub use settings::{GraphCommunitiesSettings, GraphWeights};
