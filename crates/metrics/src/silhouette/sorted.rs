use super::Distance;
use super::fold::{Segment, segments};
use crate::Scalar;
use crate::data::common_scale;
use crate::labels::Encoded;
use ndarray::ArrayView2;

/// The samples in the order of their clusters.
pub(super) struct Sorted<'a, F> {
    pub x: ArrayView2<'a, F>,
    /// Original row of each sample.
    pub order: Vec<usize>,
    /// Cluster of each sample, ascending.
    pub clusters: Vec<usize>,
    /// First sample of each cluster and, last, the number of samples.
    starts: Vec<usize>,
    /// What each row is multiplied by: a common power of two, or the inverse length.
    scale: Vec<f64>,
    pub distance: Distance,
}

impl<'a, F: Scalar> Sorted<'a, F> {
    pub fn new(x: ArrayView2<'a, F>, groups: &Encoded, distance: Distance) -> Self {
        let mut starts = vec![0];
        for &count in &groups.counts {
            starts.push(starts[starts.len() - 1] + count);
        }
        let mut next = starts.clone();
        let mut order = vec![0; x.nrows()];
        for (row, &code) in groups.codes.iter().enumerate() {
            order[next[code]] = row;
            next[code] += 1;
        }
        let clusters = order.iter().map(|&row| groups.codes[row]).collect();
        let scale = match distance {
            Distance::Euclidean => vec![common_scale(x, F::max_value().widen()); x.nrows()],
            Distance::Cosine => order.iter().map(|&row| inverse_length(x, row)).collect(),
        };
        Self { x, order, clusters, starts, scale, distance }
    }

    /// Copies the scaled features of a sample.
    pub fn fetch(&self, sample: usize, into: &mut [F]) {
        let scale = self.scale[sample];
        let row = self.x.row(self.order[sample]);
        match row.as_slice() {
            Some(row) if scale == 1.0 => into.copy_from_slice(row),
            _ => {
                for (into, &value) in into.iter_mut().zip(row) {
                    *into = F::narrow(value.widen() * scale);
                }
            }
        }
    }

    /// The stretches of one cluster each in `start..end`.
    pub fn segments(&self, start: usize, end: usize) -> Vec<Segment> {
        segments(&self.clusters, &self.starts, start, end)
    }

    /// Samples without a direction are at cosine distance 1 from every other one. Directions that only rounding tells apart
    /// are equal: without this, a cluster of parallel samples would have the silhouette of its rounding errors.
    #[inline(always)]
    pub fn mend_directions(&self, row: usize, from: usize, line: &mut [F]) {
        if self.distance == Distance::Euclidean {
            return;
        }
        let row_is_zero = self.scale[row] == 0.0;
        // ½ Σ (2ε u)² for two unit vectors that should be one, four times over.
        let rounding = F::narrow(8.0) * F::epsilon() * F::epsilon();
        for (column, value) in line.iter_mut().enumerate() {
            if (row_is_zero || self.scale[from + column] == 0.0) && row != from + column {
                *value = F::one();
            } else if *value < rounding {
                *value = F::zero();
            }
        }
    }
}

/// 1/‖*x*‖ of a row, 0 for a row of zeros (or so near to zero that the quotient is out of range).
fn inverse_length<F: Scalar>(x: ArrayView2<'_, F>, row: usize) -> f64 {
    let row = x.row(row);
    let largest = row.iter().fold(0.0, |largest: f64, value| largest.max(value.widen().abs()));
    if largest == 0.0 {
        return 0.0;
    }
    // Relative to the largest entry, so that no square overflows.
    let squares: f64 = row.iter().map(|value| (value.widen() / largest).powi(2)).sum();
    let inverse = 1.0 / (squares.sqrt() * largest);
    if inverse.is_finite() { inverse } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn only_extreme_data_are_scaled() {
        let (single, double) = (f64::from(f32::MAX), f64::MAX);
        assert_eq!(common_scale(array![[1e6, -3e9]].view(), double), 1.0);
        assert_eq!(common_scale(array![[0.0f32, 0.0]].view(), single), 1.0);
        assert_eq!(common_scale(array![[1e300, 2.0]].view(), double) * 1e300f64.log2().floor().exp2(), 1.0);
        assert!(common_scale(array![[f64::from_bits(1)]].view(), double).is_finite());
        assert!(common_scale(array![[1e30f32]].view(), single) < 1e-29);
    }

    #[test]
    fn inverse_lengths() {
        assert_eq!(inverse_length(array![[3.0, 4.0]].view(), 0), 0.2);
        assert_eq!(inverse_length(array![[0.0f32, 0.0]].view(), 0), 0.0);
        assert_eq!(inverse_length(array![[f64::from_bits(1)]].view(), 0), 0.0);
        let huge = inverse_length(array![[3e300, 4e300]].view(), 0);
        assert!((huge / 0.2e-300 - 1.0).abs() < 1e-15);
    }
}
