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

/// Means of the groups of rows (*k* × *d*), in double precision.
///
/// Each mean is taken about the group's first row, so that a group of equal rows has exactly that row as its mean.
pub(crate) fn centroids<F: Scalar>(x: ArrayView2<'_, F>, codes: &[usize], counts: &[usize]) -> Array2<f64> {
    let (k, d) = (counts.len(), x.ncols());
    let mut first = vec![usize::MAX; k];
    let mut sums = Array2::<f64>::zeros((k, d));
    for (row, &code) in codes.iter().enumerate() {
        if first[code] == usize::MAX {
            first[code] = row;
        }
        let origin = x.row(first[code]);
        for ((sum, &value), &base) in sums.row_mut(code).iter_mut().zip(x.row(row)).zip(origin) {
            *sum += value.widen() - base.widen();
        }
    }
    for (code, mut sum) in sums.rows_mut().into_iter().enumerate() {
        for (sum, &base) in sum.iter_mut().zip(x.row(first[code])) {
            *sum = base.widen() + *sum / counts[code] as f64;
        }
    }
    sums
}
