//! Checks of input shared by the algorithms.

use ndarray::{ArrayView2, Axis, CowArray, Ix2};
use rayon::prelude::*;

use crate::{ManifoldError, Real, Result};

/// Rows checked at a time.
const ROWS: usize = 256;

/// Refuses data without a row or without a column.
pub(crate) fn some<F: Real>(x: ArrayView2<'_, F>) -> Result<()> {
    match x.dim() {
        (rows, columns) if rows == 0 || columns == 0 => Err(ManifoldError::Empty { rows, columns }),
        _ => Ok(()),
    }
}

/// Refuses a matrix without rows or columns, and any NaN or infinite value.
pub(crate) fn finite<F: Real>(x: ArrayView2<'_, F>) -> Result<()> {
    some(x)?;
    let bad = x
        .axis_chunks_iter(Axis(0), ROWS)
        .into_par_iter()
        .enumerate()
        .find_map_first(|(chunk, block)| Some((chunk * ROWS, first_bad(block)?)));
    match bad {
        Some((start, (row, column, value))) => {
            Err(ManifoldError::NotFinite { row: start + row, column, value })
        }
        None => Ok(()),
    }
}

/// Powers of two beyond which data are extreme: squares, and sums of many of them, are still far from the ends of f32.
const ORDINARY: i32 = 32;

/// A power of two near 1 / `size` where that is extreme, else 1: what does not depend on the unit of the data is computed in
/// such a unit, and has the same bits as before where the data are ordinary.
pub(crate) fn unit(size: f64) -> f64 {
    if size == 0.0 || !size.is_finite() || (-ORDINARY..=ORDINARY).contains(&(size.log2().floor() as i32)) {
        return 1.0;
    }
    2.0_f64.powi(-(size.log2().floor() as i32).clamp(-1000, 1000))
}

/// The data times a power of two, where they are so large or small that squares or sums of theirs could leave the number type.
pub(crate) fn rescaled<F: Real>(x: ArrayView2<'_, F>) -> CowArray<'_, F, Ix2> {
    let largest = x.iter().fold(0.0_f64, |top, v| top.max(v.wide().abs()));
    let unit = unit(largest);
    if unit == 1.0 { CowArray::from(x) } else { CowArray::from(x.mapv(|v| F::narrow(v.wide() * unit))) }
}

/// Refuses a result of which a number is not finite.
pub(crate) fn held<F: Real>(what: &'static str, numbers: ArrayView2<'_, F>) -> Result<()> {
    match first_bad(numbers) {
        Some(_) => Err(ManifoldError::Scale { what, size: "large" }),
        None => Ok(()),
    }
}

/// Row, column and value of the first number in the block that is not finite.
fn first_bad<F: Real>(block: ArrayView2<'_, F>) -> Option<(usize, usize, f64)> {
    // Without an early exit the common case, all finite, vectorises.
    let bad = |any: bool, v: &F| any | !num_traits::Float::is_finite(*v);
    let any = match block.as_slice() {
        Some(values) => values.iter().fold(false, bad),
        None => block.iter().fold(false, bad),
    };
    if !any {
        return None;
    }
    let at = block.indexed_iter().find(|(_, v)| !num_traits::Float::is_finite(**v));
    at.map(|((row, column), v)| (row, column, v.wide()))
}

/// Refuses a whole number outside `low..=high`.
pub(crate) fn range(name: &'static str, found: usize, low: usize, high: usize) -> Result<()> {
    if found < low || found > high {
        return Err(ManifoldError::Range { name, low, high, found });
    }
    Ok(())
}

/// Refuses a real number for which `ok` is false; NaN always.
pub(crate) fn setting(name: &'static str, found: f64, ok: bool, expected: &'static str) -> Result<()> {
    if found.is_nan() || !ok {
        return Err(ManifoldError::Setting { name, expected, found });
    }
    Ok(())
}

/// Refuses a count that differs from the one expected.
pub(crate) fn same(what: &'static str, expected: usize, found: usize) -> Result<()> {
    if expected == found { Ok(()) } else { Err(ManifoldError::Shape { what, expected, found }) }
}
