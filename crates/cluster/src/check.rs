use crate::error::{Error, Result};
use crate::simd::Lane;
use ndarray::ArrayView2;
use std::borrow::Cow;

/// Refuses NaN and infinities.
pub(crate) fn finite<T: Lane>(what: &'static str, x: ArrayView2<'_, T>) -> Result<()> {
    let bad = |((row, column), v): ((usize, usize), &T)| {
        (!v.is_finite()).then_some(Error::NotFinite { what, row, column })
    };
    x.indexed_iter().find_map(bad).map_or(Ok(()), Err)
}

/// Refuses arrays without rows or columns.
pub(crate) fn not_empty(rows: usize, columns: usize) -> Result<()> {
    if rows == 0 || columns == 0 {
        return Err(Error::Empty { rows, columns });
    }
    Ok(())
}

/// Refuses rows of another length than `d`.
pub(crate) fn features<T: Lane>(x: ArrayView2<'_, T>, d: usize) -> Result<()> {
    if x.ncols() != d {
        return Err(Error::Shape {
            what: "the data",
            expected: vec![x.nrows(), d],
            found: x.shape().to_vec(),
        });
    }
    Ok(())
}

/// Refuses k > n.
pub(crate) fn clusters(clusters: usize, samples: usize) -> Result<()> {
    if clusters > samples {
        return Err(Error::TooManyClusters { clusters, samples });
    }
    Ok(())
}

/// Refuses rows whose squared norms, or the sum of these, overflow.
pub(crate) fn squares<T: Lane>(what: &'static str, x: ArrayView2<'_, T>) -> Result<()> {
    let sum: f64 = x.iter().map(|v| v.wide() * v.wide()).sum();
    if (4.0 * sum).is_finite() { Ok(()) } else { Err(Error::Overflow { what }) }
}

/// Sample weights of ordinary size, and what they are counted in.
pub(crate) struct Weights<'a> {
    /// None where every sample weighs 1.
    pub each: Option<Cow<'a, [f64]>>,
    /// A power of two: weights as given, divided by this, are `each`. 1 but for extreme weights, whose sums would overflow.
    pub unit: f64,
}

/// Refuses weights of the wrong number, negative, not finite, or all zero.
pub(crate) fn weights(weights: Option<&[f64]>, samples: usize) -> Result<Weights<'_>> {
    let Some(weights) = weights else { return Ok(Weights { each: None, unit: 1.0 }) };
    if weights.len() != samples {
        return Err(Error::Shape {
            what: "the sample weights",
            expected: vec![samples],
            found: vec![weights.len()],
        });
    }
    if let Some(row) = weights.iter().position(|w| !(w.is_finite() && *w >= 0.0)) {
        return Err(Error::Weight { row, found: weights[row] });
    }
    let largest = weights.iter().fold(0.0, |largest: f64, &w| largest.max(w));
    if largest == 0.0 {
        return Err(Error::Weight { row: 0, found: 0.0 });
    }
    if (1e-60..1e60).contains(&largest) {
        return Ok(Weights { each: Some(Cow::Borrowed(weights)), unit: 1.0 });
    }
    let unit = 2f64.powi(largest.log2().floor().clamp(-1000.0, 1000.0) as i32);
    Ok(Weights { each: Some(weights.iter().map(|w| w / unit).collect()), unit })
}

/// The rows one after another, copied only where they are not so already.
pub(crate) fn contiguous<T: Lane>(x: ArrayView2<'_, T>) -> Cow<'_, [T]> {
    match x.to_slice() {
        Some(slice) => Cow::Borrowed(slice),
        None => Cow::Owned(x.iter().copied().collect()),
    }
}
