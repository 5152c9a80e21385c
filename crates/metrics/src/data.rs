use crate::silhouette::Lanes;
use crate::{Error, Result};
use ndarray::{Array2, ArrayView2};
use num_traits::Float;

/// The number types that data may have: `f32` and `f64`.
pub trait Scalar: Float + Send + Sync + Lanes + 'static {
    /// The same value in double precision.
    fn widen(self) -> f64;

    /// The nearest value of this type.
    fn narrow(value: f64) -> Self;
}

impl Scalar for f32 {
    fn widen(self) -> f64 {
        f64::from(self)
    }

    fn narrow(value: f64) -> Self {
        value as f32
    }
}

impl Scalar for f64 {
    fn widen(self) -> f64 {
        self
    }

    fn narrow(value: f64) -> Self {
        value
    }
}

/// Refuses empty data and values that are NaN or infinite.
pub(crate) fn check_finite<F: Scalar>(x: ArrayView2<'_, F>) -> Result<()> {
    if x.nrows() == 0 {
        return Err(Error::Empty);
    }
    if x.ncols() == 0 {
        return Err(Error::NoFeatures { rows: x.nrows() });
    }
    match x.indexed_iter().find(|(_, value)| !value.is_finite()) {
        Some(((row, column), value)) => Err(Error::NotFinite { row, column, value: value.widen() }),
        None => Ok(()),
    }
}

/// A power of two that keeps squares of extreme data, and sums of some thousand of them, from overflow and underflow of a
/// type with numbers up to `most`; 1 for all other data. Scores of the geometry do not depend on it.
pub(crate) fn common_scale<F: Scalar>(x: ArrayView2<'_, F>, most: f64) -> f64 {
    let largest = x.iter().fold(0.0, |largest: f64, value| largest.max(value.widen().abs()));
    let safe = most.log2() / 2.0 - 12.0;
    let exponent = largest.log2();
    if largest == 0.0 || exponent.abs() < safe {
        1.0
    } else {
        (-exponent.floor()).clamp(-1000.0, 1000.0).exp2()
    }
}

/// Sums of squares below this may have lost terms to underflow.
const TINY: f64 = 1e-280;

/// ‖*a* − *b*‖, also where the squares underflow.
pub(crate) fn distance<I: Iterator<Item = f64> + Clone>(a: I, b: impl Iterator<Item = f64> + Clone) -> f64 {
    let square = squared_distance(a.clone(), b.clone());
    if square > TINY {
        return square.sqrt();
    }
    let largest = a.clone().zip(b.clone()).fold(0.0, |largest: f64, (a, b)| largest.max((a - b).abs()));
    if largest == 0.0 {
        return 0.0;
    }
    largest * a.zip(b).map(|(a, b)| ((a - b) / largest).powi(2)).sum::<f64>().sqrt()
}

/// ‖*a* − *b*‖².
pub(crate) fn squared_distance(a: impl Iterator<Item = f64>, b: impl Iterator<Item = f64>) -> f64 {
    a.zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

/// Means of the groups of rows (*k* × *d*) times `scale`, in double precision.
///
/// Each mean is taken about the group's first row, so that a group of equal rows has exactly that row as its mean.
pub(crate) fn centroids<F: Scalar>(
    x: ArrayView2<'_, F>,
    scale: f64,
    codes: &[usize],
    counts: &[usize],
) -> Array2<f64> {
    let (k, d) = (counts.len(), x.ncols());
    let mut first = vec![usize::MAX; k];
    let mut sums = Array2::<f64>::zeros((k, d));
    for (row, &code) in codes.iter().enumerate() {
        if first[code] == usize::MAX {
            first[code] = row;
        }
        let origin = x.row(first[code]);
        for ((sum, &value), &base) in sums.row_mut(code).iter_mut().zip(x.row(row)).zip(origin) {
            *sum += value.widen() * scale - base.widen() * scale;
        }
    }
    for (code, mut sum) in sums.rows_mut().into_iter().enumerate() {
        for (sum, &base) in sum.iter_mut().zip(x.row(first[code])) {
            *sum = base.widen() * scale + *sum / counts[code] as f64;
        }
    }
    sums
}
