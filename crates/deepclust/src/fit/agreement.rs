//! How far seeds agree.

use super::numbering::as_numbers;
use super::{Result, Run};
use deepclust_metrics::adjusted_rand_index;
use ndarray::Array2;

/// The adjusted Rand index of every pair of runs; noise is one cluster more.
pub(super) fn agreement(runs: &[Run]) -> Result<Array2<f64>> {
    let labels: Vec<Vec<usize>> = runs.iter().map(|run| as_numbers(&run.labels)).collect();
    let mut matrix = Array2::eye(runs.len());
    for a in 0..runs.len() {
        for b in a + 1..runs.len() {
            let index = adjusted_rand_index(&labels[a], &labels[b])?;
            (matrix[[a, b]], matrix[[b, a]]) = (index, index);
        }
    }
    Ok(matrix)
}

/// Mean over the pairs of different runs; 1 for a single one.
pub(super) fn mean_of_pairs(matrix: &Array2<f64>) -> f64 {
    let count = matrix.nrows();
    if count < 2 {
        return 1.0;
    }
    (matrix.sum() - count as f64) / (count * (count - 1)) as f64
}

/// Mean of each run's agreement with the others.
pub(super) fn with_others(matrix: &Array2<f64>) -> Vec<f64> {
    let others = matrix.nrows().saturating_sub(1).max(1) as f64;
    matrix.rows().into_iter().map(|row| (row.sum() - 1.0) / others).collect()
}
