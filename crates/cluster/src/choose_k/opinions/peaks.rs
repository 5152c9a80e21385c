use crate::error::Result;
use crate::{Tomato, TomatoSettings, few_dimensions};
use deepclust_manifold::Metric;
use ndarray::{ArrayView2, Axis};
use rand::seq::index::sample;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// The peaks of the density that stand out, where rows lie in few dimensions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PeakCounts {
    /// How many stand out; the number may lie outside the range asked for.
    pub clusters: usize,
    /// The dimension in which the rows lie.
    pub dimension: f64,
    /// How far a peak has to stand out, in standard deviations of the log density.
    pub threshold: f64,
    /// How far each peak but the highest stands out, falling.
    pub prominences: Vec<f64>,
}

impl PeakCounts {
    /// The number of peaks that stand out, where there are two or more.
    pub(super) fn choice(&self) -> std::result::Result<usize, String> {
        match self.clusters {
            k @ 2.. => Ok(k),
            _ => Err("no peak but the highest stands out".to_owned()),
        }
    }

    /// How far the k-th peak stands out; none for the highest, and where there are fewer.
    pub fn prominence(&self, k: usize) -> Option<f64> {
        self.prominences.get(k.checked_sub(2)?).copied()
    }
}

/// Rows by which their dimension is told.
const LOOKED_AT: usize = 1_000;

/// The peaks; none where rows lie in more than a few dimensions, or are compared by their direction.
pub(super) fn counts(
    rows: ArrayView2<'_, f32>,
    metric: Metric,
    rng: &mut ChaCha8Rng,
) -> Result<Option<PeakCounts>> {
    if metric != Metric::Euclidean || rows.nrows() < 2 {
        return Ok(None);
    }
    let few = match rows.nrows() {
        n if n > LOOKED_AT => {
            few_dimensions(rows.select(Axis(0), &sample(rng, n, LOOKED_AT).into_vec()).view())?
        }
        _ => few_dimensions(rows)?,
    };
    if few.is_none() {
        return Ok(None);
    }
    let found = Tomato::new(TomatoSettings::default())?.fit(rows)?;
    let (clusters, dimension, threshold) = (found.n_clusters(), found.dimension(), found.threshold());
    let prominences = found.prominences().to_vec();
    Ok(Some(PeakCounts { clusters, dimension, threshold, prominences }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_peaks_that_stand_out_and_how_far() {
        let found = |clusters, prominences: &[f64]| PeakCounts {
            clusters,
            dimension: 2.0,
            threshold: 4.0,
            prominences: prominences.to_vec(),
        };
        let three = found(3, &[9.0, 5.0, 2.0]);
        assert_eq!(three.choice(), Ok(3));
        assert_eq!(
            [1, 2, 3, 4, 5].map(|k| three.prominence(k)),
            [None, Some(9.0), Some(5.0), Some(2.0), None]
        );
        assert!(found(1, &[2.0]).choice().is_err());
    }
}
