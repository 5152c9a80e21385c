//! Equal rows as one row with a weight, in an order that does not depend on theirs.

use ndarray::ArrayView2;
use std::cmp::Ordering;

/// The different rows.
pub(super) struct Distinct {
    /// One after another, by rising values of the first column, then of the second, and so on.
    pub rows: Vec<f64>,
    /// How many rows are equal to it.
    pub weights: Vec<usize>,
    /// For every row given the place of its equal.
    pub place: Vec<usize>,
}

impl Distinct {
    pub(super) fn of(x: ArrayView2<'_, f64>) -> Self {
        // −0 equals 0.
        let x = x.mapv(|v| v + 0.0);
        let compare = |a: usize, b: usize| {
            let pairs = x.row(a).into_iter().zip(x.row(b));
            pairs.map(|(a, b)| a.total_cmp(b)).find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
        };
        let mut order: Vec<usize> = (0..x.nrows()).collect();
        order.sort_unstable_by(|&a, &b| compare(a, b));
        let (mut rows, mut weights, mut place) = (Vec::new(), Vec::new(), vec![0; x.nrows()]);
        for (at, &row) in order.iter().enumerate() {
            if at == 0 || compare(order[at - 1], row).is_ne() {
                rows.extend(x.row(row));
                weights.push(0);
            }
            let last = weights.len() - 1;
            weights[last] += 1;
            place[row] = last;
        }
        Self { rows, weights, place }
    }

    pub(super) fn len(&self) -> usize {
        self.weights.len()
    }
}
