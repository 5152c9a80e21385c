//! Example images of the clusters that there are with another k.

use deepclust_cluster::KMeansOptions;
use serde::{Deserialize, Serialize};

/// k-means with another number of clusters on the same embedding, and random members of each: figure data
/// [`SamplesData`](super::SamplesData).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OtherK {
    /// That number.
    pub k: usize,
    /// Images of each cluster, or all if it has fewer.
    pub per_cluster: usize,
    /// k-means itself.
    pub k_means: KMeansOptions,
}

impl OtherK {
    /// Its place in the figure data.
    pub fn key(k: usize) -> String {
        format!("samples-k-{k}")
    }
}

#[cfg(feature = "run")]
impl super::Measure for OtherK {
    fn measure(&self, run: &super::Scored<'_>, into: &mut crate::Measured) -> crate::Result<()> {
        let k_means = deepclust_cluster::KMeans::new(self.k_means.for_k(self.k))?;
        let clusters = k_means.fit(run.features, &mut run.seed().stream("k-means with another k"))?;
        let images = super::samples::images_of(run, clusters.labels(), self.k, self.per_cluster)?;
        into.figures.insert(&Self::key(self.k), &images)
    }
}
