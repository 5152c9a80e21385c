//! Settings and fitting.

use faer::{Mat, MatRef};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2};
use serde::{Deserialize, Serialize};
use std::ops::Range;

use super::covariance::{column_means, scatter};
use super::model::Pca;
use super::varying::varying_columns;
use crate::linalg::{right_singular, symmetric_eigen};
use crate::{ManifoldError, Real, Result, check};

/// How many components, and whether to scale them to unit variance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PcaSettings {
    /// Components kept, from 1 to min(n, d).
    pub n_components: usize,
    /// Divide every score by the standard deviation of its component (n − 1 in the denominator).
    #[serde(default)]
    pub whiten: bool,
}

impl PcaSettings {
    /// `n_components` components, not whitened.
    pub fn new(n_components: usize) -> Self {
        Self { n_components, whiten: false }
    }
}

impl<F: Real> Pca<F> {
    /// The principal components of the rows of `x` (n × d): eigenvectors of the covariance (1/(n−1)) Σ (x−μ)(x−μ)ᵀ by
    /// falling eigenvalue.
    ///
    /// With n ≥ d the covariance is decomposed; with n < d a thin singular value decomposition of the centred data is
    /// cheaper and is used. Both are exact, not randomised. Products run in the precision of `x` over panels of 512
    /// rows, which are added up in f64; decompositions run in f64. The sign of each component makes its loading of
    /// largest absolute value positive.
    ///
    /// # Errors
    /// Empty data, a value that is not finite, `n_components` of 0 or above min(n, d), and data so small or large that the
    /// greatest variance is beyond the number type.
    pub fn fit(x: ArrayView2<'_, F>, settings: &PcaSettings) -> Result<Self> {
        check::some(x)?;
        let (n, d) = x.dim();
        check::range("n_components", settings.n_components, 1, n.min(d))?;
        let mean = column_means(x);
        // A value that is not finite makes its column's mean so: the data are looked through for it only then.
        if mean.iter().any(|m| !m.is_finite()) {
            check::finite(x)?;
        }
        let k = settings.n_components;
        let Spectrum { variances, vectors, unit } =
            if n < d { by_svd(x, &mean)? } else { by_covariance(x, &mean, k)? };
        let total: f64 = variances.iter().sum();
        let greatest = variances[0] / unit / unit;
        let held = num_traits::Float::is_normal(F::narrow(greatest));
        if variances[0] > 0.0 && !held && !varying_columns(x).is_empty() {
            let size = if greatest > 1.0 { "large" } else { "small" };
            return Err(ManifoldError::Scale { what: "variances", size });
        }
        let mut components = Array2::<F>::zeros((k, d));
        for (c, mut row) in components.outer_iter_mut().enumerate() {
            let loadings = vectors.col(c);
            let sign = sign_of_largest(loadings.iter().copied());
            for (to, &from) in row.iter_mut().zip(loadings.iter()) {
                *to = F::narrow(sign * from);
            }
        }
        let kept = &variances[..k];
        let share = |v: &f64| F::narrow(if total > 0.0 { v / total } else { 0.0 });
        Ok(Self {
            mean: Array1::from(mean),
            components,
            explained_variance: kept.iter().map(|&v| F::narrow(v / unit / unit)).collect(),
            explained_variance_ratio: kept.iter().map(share).collect(),
            whiten: settings.whiten,
        })
    }
}

/// Variances (descending) and directions (columns) of data times `unit`.
struct Spectrum {
    variances: Vec<f64>,
    vectors: Mat<f64>,
    unit: f64,
}

/// Variances between these are far from what the squares of a number type can hold, whatever the others are.
fn ordinary<F: Real>(variance: f64) -> bool {
    let range = if size_of::<F>() == size_of::<f32>() { 1e-26..1e26 } else { 1e-250..1e250 };
    range.contains(&variance)
}

/// A power of two near 1 / max |x − mean|; 1 where nothing varies.
fn unit_of<F: Real>(x: ArrayView2<'_, F>, mean: &[f64]) -> f64 {
    let most = |row: ArrayView1<'_, F>| {
        row.iter().zip(mean).fold(0.0, |top: f64, (v, m)| top.max((v.wide() - m).abs()))
    };
    let largest = x.outer_iter().map(most).fold(0.0, f64::max).min(f64::MAX);
    if largest == 0.0 { 1.0 } else { 2.0_f64.powi(-(largest.log2().floor() as i32).clamp(-1000, 1000)) }
}

/// At least k directions, from the covariance of the columns that are not constant, or of all columns where fewer than k vary.
fn by_covariance<F: Real>(x: ArrayView2<'_, F>, mean: &[f64], k: usize) -> Result<Spectrum> {
    let (n, d) = x.dim();
    let mut columns = varying_columns(x);
    let constant = columns.is_empty();
    if columns.iter().map(Range::len).sum::<usize>() < k {
        columns = std::iter::once(0..d).collect();
    }
    let mut unit = 1.0;
    let mut sums = scatter(x, mean, &columns, unit);
    let size = columns.iter().map(Range::len).sum::<usize>();
    let largest =
        sums.iter().step_by(size + 1).fold(0.0, |top: f64, &v| if v > top || v.is_nan() { v } else { top });
    if !constant && !ordinary::<F>(largest / n as f64) {
        // Squares may have been lost at an end of the number type.
        unit = unit_of(x, mean);
        sums = scatter(x, mean, &columns, unit);
    }
    let columns: Vec<usize> = columns.into_iter().flatten().collect();
    let (values, found) = symmetric_eigen(MatRef::from_row_major_slice(&sums, size, size))?;
    let scale = 1.0 / (n.max(2) - 1) as f64;
    let variances = values.iter().rev().map(|v| (v * scale).max(0.0)).collect();
    let mut vectors = Mat::zeros(d, size);
    for (i, &column) in columns.iter().enumerate() {
        for j in 0..size {
            vectors[(column, j)] = found[(i, size - 1 - j)];
        }
    }
    Ok(Spectrum { variances, vectors, unit })
}

/// The same from the singular values of the centred data.
fn by_svd<F: Real>(x: ArrayView2<'_, F>, mean: &[f64]) -> Result<Spectrum> {
    let (n, d) = x.dim();
    let unit = match unit_of(x, mean) {
        // Squares in f64 are safe.
        unit if (1e-100..1e100).contains(&unit) => 1.0,
        unit => unit,
    };
    let centred = Mat::from_fn(n, d, |i, j| x[[i, j]].wide() * unit - mean[j] * unit);
    let (values, vectors) = right_singular(centred.as_ref())?;
    let scale = 1.0 / (n.max(2) - 1) as f64;
    Ok(Spectrum { variances: values.iter().map(|v| v * v * scale).collect(), vectors, unit })
}

/// −1 when the entry of largest absolute value (the first of equals) is negative, else 1.
fn sign_of_largest(loadings: impl Iterator<Item = f64>) -> f64 {
    let largest = loadings.fold(0.0_f64, |best, v| if v.abs() > best.abs() { v } else { best });
    if largest < 0.0 { -1.0 } else { 1.0 }
}
