//! What to search for, and what comes back.

use ndarray::Array2;
use serde::{Deserialize, Serialize};

use crate::{ManifoldError, Real, Result, check};

/// How far apart two rows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Metric {
    /// ‖x − y‖.
    #[default]
    Euclidean,
    /// 1 − x·y / (‖x‖ ‖y‖); 1 where a row is zero, as in scikit-learn.
    Cosine,
}

/// A search among the rows of one data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnnSettings {
    /// Neighbours of each row, the row itself counted when it is included: 1 to n − 1 without it, 1 to n with it.
    pub k: usize,
    /// The distance.
    #[serde(default)]
    pub metric: Metric,
    /// Whether each row comes first among its own neighbours, at distance 0.
    #[serde(default)]
    pub include_self: bool,
}

impl KnnSettings {
    /// `k` neighbours by Euclidean distance, the row itself excluded.
    pub fn new(k: usize) -> Self {
        Self { k, metric: Metric::Euclidean, include_self: false }
    }
}

/// The neighbours of every row by rising distance, equals by rising index.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbours<F> {
    /// Row numbers, n × k.
    pub indices: Array2<usize>,
    /// Distances, n × k.
    pub distances: Array2<F>,
}

impl<F: Real> Neighbours<F> {
    /// Refuses shapes that disagree, indices of `points` or more, and distances that are negative, not finite or fall
    /// along a row.
    pub(crate) fn check(&self, points: usize) -> Result<()> {
        let (rows, columns) = self.indices.dim();
        if rows == 0 || columns == 0 {
            return Err(ManifoldError::Empty { rows, columns });
        }
        check::same("rows of distances", rows, self.distances.nrows())?;
        check::same("columns of distances", columns, self.distances.ncols())?;
        for (row, (indices, distances)) in
            self.indices.outer_iter().zip(self.distances.outer_iter()).enumerate()
        {
            let wrong = |reason| Err(ManifoldError::Neighbours { row, reason });
            if indices.iter().any(|&i| i >= points) {
                return wrong("an index is beyond the last point");
            }
            if distances.iter().any(|d| !d.wide().is_finite() || *d < F::zero()) {
                return wrong("a distance is negative or not finite");
            }
            if distances.windows(2).into_iter().any(|pair| pair[0] > pair[1]) {
                return wrong("the distances fall");
            }
        }
        Ok(())
    }
}
