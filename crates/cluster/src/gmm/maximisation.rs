//! The maximisation step: parameters from the posteriors.

use super::covariance::{Covariance, Covariances};
use super::expectation::{CHUNK, differences};
use crate::check;
use crate::error::Result;
use crate::simd::Lane;
use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, s};
use rayon::prelude::*;
use std::borrow::Cow;

/// Weights πₖ, means μₖ and covariances Σₖ (regularised).
pub(crate) struct Parameters {
    pub weights: Array1<f64>,
    pub means: Array2<f64>,
    pub covariances: Covariances,
}

impl Parameters {
    /// Parameters that fit one another, with weights of sum 1.
    pub(crate) fn checked(
        weights: Array1<f64>,
        means: Array2<f64>,
        covariances: Covariances,
    ) -> Result<Self> {
        let (k, d) = means.dim();
        check::not_empty(k, d)?;
        check::finite("the means", means.view())?;
        let weights = check::weights(Some(&weights.to_vec()), k)?.each.map_or_else(Vec::new, Cow::into_owned);
        let weights = Array1::from(weights);
        covariances.check(k, d)?;
        Ok(Self { weights: &weights / weights.sum(), means, covariances })
    }
}

/// Parameters that maximise the expected log-likelihood under the posteriors (k × n).
pub(crate) fn maximise<T: Lane>(
    x: ArrayView2<'_, T>,
    posteriors: &Array2<f64>,
    shape: Covariance,
    reg_covar: f64,
) -> Parameters {
    let k = posteriors.nrows();
    let d = x.ncols();
    // Ten rounding units, as scikit-learn adds, keep a component without samples from dividing by zero.
    let mass: Array1<f64> = posteriors.rows().into_iter().map(|r| r.sum() + 10.0 * f64::EPSILON).collect();
    let components: Vec<usize> = (0..k).collect();
    let rows: Vec<Array1<f64>> =
        components.par_iter().map(|&c| weighted_sum(x, posteriors.row(c)) / mass[c]).collect();
    let mut means = Array2::zeros((k, d));
    for (mut mean, row) in means.rows_mut().into_iter().zip(&rows) {
        mean.assign(row);
    }
    let covariances = match shape {
        Covariance::Full => Covariances::Full(
            components
                .par_iter()
                .map(|&c| {
                    let mut m = scatter(x, means.row(c), posteriors.row(c)) / mass[c];
                    m.diag_mut().mapv_inplace(|v| v + reg_covar);
                    m
                })
                .collect(),
        ),
        Covariance::Tied => {
            let parts: Vec<Array2<f64>> =
                components.par_iter().map(|&c| scatter(x, means.row(c), posteriors.row(c))).collect();
            let mut m = parts.into_iter().fold(Array2::zeros((d, d)), |sum, part| sum + part) / mass.sum();
            m.diag_mut().mapv_inplace(|v| v + reg_covar);
            Covariances::Tied(m)
        }
        Covariance::Diagonal | Covariance::Spherical => {
            let parts: Vec<Array1<f64>> = components
                .par_iter()
                .map(|&c| variances(x, means.row(c), posteriors.row(c)) / mass[c] + reg_covar)
                .collect();
            if shape == Covariance::Spherical {
                Covariances::Spherical(parts.iter().map(|v| v.sum() / d as f64).collect())
            } else {
                let mut all = Array2::zeros((k, d));
                for (mut row, part) in all.rows_mut().into_iter().zip(&parts) {
                    row.assign(part);
                }
                Covariances::Diagonal(all)
            }
        }
    };
    Parameters { weights: &mass / mass.sum(), means, covariances }
}

fn weighted_sum<T: Lane>(x: ArrayView2<'_, T>, weights: ArrayView1<'_, f64>) -> Array1<f64> {
    let mut sum = Array1::zeros(x.ncols());
    for (row, &w) in x.rows().into_iter().zip(weights) {
        for (s, x) in sum.iter_mut().zip(row) {
            *s += w * x.wide();
        }
    }
    sum
}

/// Σᵢ wᵢ (xᵢ − μ)², by feature.
fn variances<T: Lane>(
    x: ArrayView2<'_, T>,
    mean: ArrayView1<'_, f64>,
    weights: ArrayView1<'_, f64>,
) -> Array1<f64> {
    let mut sum = Array1::zeros(x.ncols());
    for (row, &w) in x.rows().into_iter().zip(weights) {
        for ((s, x), m) in sum.iter_mut().zip(row).zip(mean) {
            let t = x.wide() - m;
            *s += w * t * t;
        }
    }
    sum
}

/// Σᵢ wᵢ (xᵢ − μ)(xᵢ − μ)ᵀ.
fn scatter<T: Lane>(
    x: ArrayView2<'_, T>,
    mean: ArrayView1<'_, f64>,
    weights: ArrayView1<'_, f64>,
) -> Array2<f64> {
    let d = x.ncols();
    let mut sum = Array2::zeros((d, d));
    let mut difference = Array2::zeros((CHUNK, d));
    for (x, w) in x.axis_chunks_iter(Axis(0), CHUNK).zip(weights.axis_chunks_iter(Axis(0), CHUNK)) {
        differences(x, mean, &mut difference);
        for (mut row, w) in difference.rows_mut().into_iter().zip(w) {
            row *= w.sqrt();
        }
        let rows = difference.slice(s![..x.nrows(), ..]);
        general_mat_mul(1.0, &rows.t(), &rows, 1.0, &mut sum);
    }
    sum
}
