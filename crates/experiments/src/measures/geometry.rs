//! The metrics of the clusters' geometry.

use super::{Measure, Scored};
use crate::{Measured, Result};
use deepclust_metrics as metrics;
use deepclust_metrics::Distance;

/// Silhouette (`sil`), Calinski-Harabasz (`chs`) and Davies-Bouldin (`dbi`), in the features in which the clusters were found.
/// Nothing where they are not defined: with one cluster only, or one sample in each.
pub(crate) struct Geometry;

impl Measure for Geometry {
    fn measure(&self, run: &Scored<'_>, into: &mut Measured) -> Result<()> {
        if is_defined(run.clusters) {
            let (x, clusters) = (run.features, run.clusters);
            into.metrics.insert("sil", metrics::silhouette_score(x, clusters, Distance::Euclidean)?);
            into.metrics.insert("chs", metrics::calinski_harabasz(x, clusters)?);
            into.metrics.insert("dbi", metrics::davies_bouldin(x, clusters)?);
        }
        Ok(())
    }
}

/// Whether there are at least two clusters, and one of them has two samples.
pub(super) fn is_defined(clusters: &[usize]) -> bool {
    let mut used = clusters.to_vec();
    used.sort_unstable();
    used.dedup();
    used.len() >= 2 && used.len() < clusters.len()
}
