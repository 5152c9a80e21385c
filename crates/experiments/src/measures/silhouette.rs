//! The silhouette of a random subset.

use serde::{Deserialize, Serialize};

/// The silhouette of a random subset, as scikit-learn's `sample_size` takes it: `sil_sampled_<samples>`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampledSilhouette {
    /// Size of the subset; nothing is measured where there are not more samples.
    pub samples: usize,
}

#[cfg(feature = "run")]
impl super::Measure for SampledSilhouette {
    fn measure(&self, run: &super::Scored<'_>, into: &mut crate::Measured) -> crate::Result<()> {
        if self.samples >= run.clusters.len() || !super::geometry::is_defined(run.clusters) {
            return Ok(());
        }
        let mut rng = run.seed().stream(&format!("silhouette sample {}", self.samples));
        let value = deepclust_metrics::silhouette_sampled(
            run.features,
            run.clusters,
            deepclust_metrics::Distance::Euclidean,
            self.samples,
            &mut rng,
        )?;
        into.metrics.insert(format!("sil_sampled_{}", self.samples), value);
        Ok(())
    }
}
