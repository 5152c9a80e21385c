use crate::{Context, Model, Result};
use ndarray::{Array2, ArrayView2, CowArray, Ix2};
use std::collections::BTreeMap;

/// What a method does once for all seeds and all numbers of clusters: scaled samples, components, neighbours.
///
/// The partitions of one seed are as good as those of [`Method::fit_with`](crate::Method::fit_with), but not the same: there each seed
/// searches neighbours anew.
pub trait Prepared: Send + Sync {
    /// The features in which clusters are found, shape (n, d′): the same for every seed.
    fn embedding(&self) -> ArrayView2<'_, f32>;

    /// Finds `k` clusters. All randomness comes from `context.seed`.
    ///
    /// # Errors
    /// [`Error::Samples`](crate::Error::Samples) for k outside 1…n; otherwise what the parts of the method report.
    fn partition(&self, k: usize, context: &mut Context<'_>) -> Result<Partition>;

    /// What puts samples that were not there into the clusters of a partition of these samples.
    ///
    /// # Errors
    /// When the partition is not one of these samples.
    fn model(&self, partition: &Partition) -> Result<Box<dyn Model>>;

    /// The embedding, when no more partitions are wanted.
    fn into_embedding(self: Box<Self>) -> Array2<f32>;
}

/// What one seed comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Partition {
    /// The cluster of every sample, length n.
    pub labels: Vec<usize>,
    /// Single numbers worth keeping, by the names of [`facts`](crate::facts).
    pub facts: BTreeMap<String, f64>,
    /// The centres of the clusters among the features, shape (k, d′), for methods that have some.
    pub centres: Option<Array2<f32>>,
}

/// What [`Method::prepare`](crate::Method::prepare) answers.
pub enum Preparation<'x> {
    /// Every seed has this in common.
    Shared(Box<dyn Prepared + 'x>),
    /// Every seed begins with the samples, which are given back.
    Samples(CowArray<'x, f32, Ix2>),
}

impl std::fmt::Debug for Preparation<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Shared(prepared) => f.debug_tuple("Shared").field(&prepared.embedding().dim()).finish(),
            Self::Samples(x) => f.debug_tuple("Samples").field(&x.dim()).finish(),
        }
    }
}
