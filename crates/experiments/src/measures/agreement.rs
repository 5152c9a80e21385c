//! The scores that compare clusters with classes.

use super::{Measure, Scored};
use crate::{Measured, Result};
use deepclust_metrics as metrics;
use deepclust_metrics::Average;

/// ACC, NMI, ARI and purity, of the clusters and, with `start_` before the names, of those that the method started from. Nothing
/// where there are no labels.
pub(crate) struct Agreement;

impl Measure for Agreement {
    fn measure(&self, run: &Scored<'_>, into: &mut Measured) -> Result<()> {
        let Some(truth) = run.truth() else { return Ok(()) };
        agreement("", truth, run.clusters, into)?;
        match run.start {
            Some(start) => agreement("start_", truth, start, into),
            None => Ok(()),
        }
    }
}

/// The scores of some clusters, by name after a prefix.
pub(crate) fn agreement(
    prefix: &str,
    truth: &[usize],
    clusters: &[usize],
    into: &mut Measured,
) -> Result<()> {
    let mut add = |name: &str, value| into.metrics.insert(format!("{prefix}{name}"), value);
    add("acc", metrics::accuracy(truth, clusters)?);
    add("nmi", metrics::normalized_mutual_info(truth, clusters, Average::Arithmetic)?);
    add("ari", metrics::adjusted_rand_index(truth, clusters)?);
    add("purity", metrics::purity(truth, clusters)?);
    Ok(())
}
