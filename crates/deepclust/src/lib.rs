#![doc = include_str!("../README.md")]

#[cfg(feature = "torch")]
pub mod fit;
#[cfg(feature = "program")]
#[doc(hidden)]
pub mod program;

pub use deepclust_cluster as cluster;
#[cfg(feature = "datasets")]
pub use deepclust_datasets as datasets;
#[cfg(feature = "torch")]
pub use deepclust_losses as losses;
pub use deepclust_manifold as manifold;
#[cfg(feature = "torch")]
pub use deepclust_methods as methods;
pub use deepclust_metrics as metrics;
#[cfg(feature = "torch")]
pub use deepclust_nets as nets;
#[cfg(feature = "plots")]
pub use deepclust_plots as plots;

#[cfg(feature = "torch")]
#[doc(inline)]
pub use fit::{Answer, Options, fit};

// The versions that the signatures here have: one's own dependency would bring the newest, whose types are others.
pub use ndarray;
pub use rand;
pub use rand_chacha;

/// The page's Rust lines are run with the other examples.
#[cfg(all(doctest, feature = "torch"))]
#[doc = include_str!("../../../docs/own-data.md")]
pub struct OwnDataPage;
