//! k-means once more, on what is scored.

use deepclust_cluster::KMeansOptions;
use serde::{Deserialize, Serialize};

/// k-means once more, on the scored samples' own embedding: its scores are kept with `recluster_` before their names. It says what
/// fitting on other samples costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Recluster(pub KMeansOptions);

#[cfg(feature = "run")]
impl super::Measure for Recluster {
    fn measure(&self, run: &super::Scored<'_>, into: &mut crate::Measured) -> crate::Result<()> {
        let Some(truth) = run.truth() else { return Ok(()) };
        let k_means = deepclust_cluster::KMeans::new(self.0.for_k(run.k))?;
        let again = k_means.fit(run.features, &mut run.seed().stream("recluster"))?;
        super::agreement::agreement("recluster_", truth, again.labels(), into)
    }
}
