//! Checks of input shared by the algorithms.

use ndarray::{ArrayView2, Axis};
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
