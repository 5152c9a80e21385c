//! HDBSCAN: clusters as dense regions of any density, with noise (Campello, Moulavi and Sander 2013).

mod condense;
mod fit;
mod kdtree;
mod model;
mod select;
mod settings;
mod spanning;
#[cfg(test)]
mod tests;

pub use fit::Hdbscan;
pub(crate) use fit::{by_size, checked};
pub(crate) use kdtree::KdTree;
pub use model::{HdbscanModel, HdbscanParts};
pub use settings::{HdbscanSettings, Selection};
pub(crate) use spanning::{root, spanning_tree};
