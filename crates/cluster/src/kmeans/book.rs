//! Sums of the clusters, kept up to date by the rows that change cluster.

use super::distance::add_scaled;
use crate::simd::Lane;

/// What one run of rows adds to the clusters' sums: rows that came minus rows that went.
pub(crate) struct Delta {
    /// k × d.
    sums: Vec<f64>,
    /// Weight that came minus weight that went.
    mass: Vec<f64>,
    /// Weight that came plus weight that went.
    churn: Vec<f64>,
    /// Clusters that any row came to or went from.
    touched: Vec<bool>,
}

impl Delta {
    pub(crate) fn new(k: usize, d: usize) -> Self {
        Self { sums: vec![0.0; k * d], mass: vec![0.0; k], churn: vec![0.0; k], touched: vec![false; k] }
    }

    /// Books a dense row.
    #[inline(always)]
    pub(crate) fn add<T: Lane>(&mut self, cluster: u32, x: &[T], weight: f64) {
        add_scaled(self.open(cluster, x.len(), weight), x, weight);
    }

    /// Sum of a cluster that a row of this weight is about to be added to.
    #[inline(always)]
    pub(crate) fn open(&mut self, cluster: u32, d: usize, weight: f64) -> &mut [f64] {
        let c = cluster as usize;
        self.mass[c] += weight;
        self.churn[c] += weight.abs();
        self.touched[c] = true;
        &mut self.sums[c * d..(c + 1) * d]
    }
}

/// Sum and weight of every cluster.
pub(crate) struct Totals {
    /// k × d.
    pub sums: Vec<f64>,
    pub mass: Vec<f64>,
    /// Weight that has come and gone since the sums were last computed anew.
    churn: Vec<f64>,
}

impl Totals {
    pub(crate) fn new(k: usize, d: usize) -> Self {
        Self { sums: vec![0.0; k * d], mass: vec![0.0; k], churn: vec![0.0; k] }
    }

    pub(crate) fn clear(&mut self) {
        self.sums.fill(0.0);
        self.mass.fill(0.0);
        self.churn.fill(0.0);
    }

    /// Whether the rounding that coming and going rows have left could be seen in a mean of numbers with this rounding unit.
    ///
    /// The error of a mean is about the f64 rounding unit times churn / mass times the largest value of the feature. With less than this
    /// ratio it stays below 2⁻⁴⁰ times that value: far below what f32 can tell.
    pub(crate) fn worn(&self, unit: f64) -> bool {
        unit < 1e-10 || self.churn.iter().zip(&self.mass).any(|(churn, mass)| *churn > 4096.0 * mass)
    }

    /// Adds what the runs of rows have booked, in their order, and empties them.
    pub(crate) fn fold(&mut self, deltas: &mut [Delta]) {
        let d = self.sums.len() / self.mass.len();
        for delta in deltas {
            for c in 0..self.mass.len() {
                if std::mem::take(&mut delta.touched[c]) {
                    self.mass[c] += std::mem::take(&mut delta.mass[c]);
                    self.churn[c] += std::mem::take(&mut delta.churn[c]);
                    let part = &mut delta.sums[c * d..(c + 1) * d];
                    for (sum, part) in self.sums[c * d..(c + 1) * d].iter_mut().zip(part) {
                        *sum += std::mem::take(part);
                    }
                }
            }
        }
    }
}
