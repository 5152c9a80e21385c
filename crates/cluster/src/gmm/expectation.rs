//! The expectation step: how likely each component has made each sample.

use super::covariance::Whitening;
use crate::error::{Error, Result};
use crate::simd::Lane;
use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, s};
use rayon::prelude::*;

/// Samples taken at a time.
pub(crate) const CHUNK: usize = 256;

/// Writes `x − mean` of a chunk of rows, widened.
pub(crate) fn differences<T: Lane>(x: ArrayView2<'_, T>, mean: ArrayView1<'_, f64>, out: &mut Array2<f64>) {
    for (x, mut out) in x.rows().into_iter().zip(out.rows_mut()) {
        for ((o, x), m) in out.iter_mut().zip(x).zip(mean) {
            *o = x.wide() - m;
        }
    }
}

/// ln(πₖ N(xᵢ; μₖ, Σₖ)), k × n.
pub(crate) fn log_joint<T: Lane>(
    x: ArrayView2<'_, T>,
    weights: &Array1<f64>,
    means: &Array2<f64>,
    whitening: &Whitening,
) -> Array2<f64> {
    let (n, d) = x.dim();
    let mut out = Array2::zeros((weights.len(), n));
    out.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each(|(c, mut out)| {
        let constant = weights[c].ln() + whitening.half_log_determinant(c, d)
            - 0.5 * d as f64 * (2.0 * std::f64::consts::PI).ln();
        let mut difference = Array2::zeros((CHUNK, d));
        let mut white = Array2::zeros((CHUNK, d));
        for (x, mut out) in x.axis_chunks_iter(Axis(0), CHUNK).zip(out.axis_chunks_iter_mut(Axis(0), CHUNK)) {
            differences(x, means.row(c), &mut difference);
            match whitening {
                Whitening::Full(all) => {
                    let inverse = &all[c.min(all.len() - 1)];
                    let rows = difference.slice(s![..x.nrows(), ..]);
                    general_mat_mul(1.0, &rows, &inverse.t(), 0.0, &mut white.slice_mut(s![..x.nrows(), ..]));
                    for (o, row) in out.iter_mut().zip(white.rows()) {
                        *o = constant - 0.5 * row.dot(&row);
                    }
                }
                Whitening::Diagonal(rows) => {
                    let inverse = rows.row(c);
                    for (o, row) in out.iter_mut().zip(difference.rows()) {
                        let square: f64 = if inverse.len() == 1 {
                            row.dot(&row) * inverse[0] * inverse[0]
                        } else {
                            row.iter().zip(inverse).map(|(t, w)| (t * w) * (t * w)).sum()
                        };
                        *o = constant - 0.5 * square;
                    }
                }
            }
        }
        // Where squares overflow, differences of infinities may stand: the density is 0 all the same.
        out.mapv_inplace(|v| if v.is_nan() { f64::NEG_INFINITY } else { v });
    });
    out
}

/// Turns log joint densities into posteriors in place; answers ln p(xᵢ) of each sample.
///
/// # Errors
/// If all of a sample's densities are beyond f64.
pub(crate) fn normalise(joint: &mut Array2<f64>) -> Result<Array1<f64>> {
    check(joint)?;
    let mut log_density = Array1::zeros(joint.ncols());
    joint
        .axis_chunks_iter_mut(Axis(1), CHUNK)
        .into_par_iter()
        .zip(log_density.axis_chunks_iter_mut(Axis(0), CHUNK))
        .for_each(|(mut joint, mut out)| {
            for (mut column, out) in joint.columns_mut().into_iter().zip(&mut out) {
                let largest = column.fold(f64::NEG_INFINITY, |a, &b| a.max(b));
                let sum: f64 = column.iter().map(|v| (v - largest).exp()).sum();
                *out = largest + sum.ln();
                if largest.abs() < 1e12 {
                    column.mapv_inplace(|v| (v - *out).exp());
                } else {
                    // So far away that ln Σ is less than a rounding unit.
                    column.mapv_inplace(|v| (v - largest).exp() / sum);
                }
            }
        });
    Ok(log_density)
}

/// Component of the largest value in each column, the lowest index of equals.
///
/// # Errors
/// If all of a sample's densities are beyond f64.
pub(crate) fn most_likely(joint: &Array2<f64>) -> Result<Vec<usize>> {
    check(joint)?;
    let best = |column: ArrayView1<'_, f64>| {
        (1..column.len()).fold(0, |best, c| if column[c] > column[best] { c } else { best })
    };
    Ok(joint.columns().into_iter().map(best).collect())
}

/// Refuses a sample without a finite log-density.
fn check(joint: &Array2<f64>) -> Result<()> {
    let largest = joint.fold_axis(Axis(0), f64::NEG_INFINITY, |a, &b| a.max(b));
    if largest.iter().all(|v| v.is_finite()) { Ok(()) } else { Err(Error::Overflow { what: "the data" }) }
}
