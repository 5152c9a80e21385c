//! Settings and fitting.

use faer::{Mat, MatRef};
use ndarray::{Array1, Array2, ArrayView2};
use serde::{Deserialize, Serialize};
use std::ops::Range;

use super::covariance::{column_means, scatter};
use super::model::Pca;
use super::varying::varying_columns;
use crate::linalg::{right_singular, symmetric_eigen};
use crate::{Real, Result, check};

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
    /// Empty data, a value that is not finite, `n_components` of 0 or above min(n, d).
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
        let (variances, vectors) = if n < d { by_svd(x, &mean)? } else { by_covariance(x, &mean, k)? };
        let total: f64 = variances.iter().sum();
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
            explained_variance: kept.iter().map(|&v| F::narrow(v)).collect(),
            explained_variance_ratio: kept.iter().map(share).collect(),
            whiten: settings.whiten,
        })
    }
}

/// Variances (descending) and directions (columns), at least k of each, from the covariance of the columns that are not
/// constant, or of all columns where fewer than k vary.
fn by_covariance<F: Real>(x: ArrayView2<'_, F>, mean: &[f64], k: usize) -> Result<(Vec<f64>, Mat<f64>)> {
    let (n, d) = x.dim();
    let mut columns = varying_columns(x);
    if columns.iter().map(Range::len).sum::<usize>() < k {
        columns = std::iter::once(0..d).collect();
    }
    let scatter = scatter(x, mean, &columns);
    let columns: Vec<usize> = columns.into_iter().flatten().collect();
    let size = columns.len();
    let (values, found) = symmetric_eigen(MatRef::from_row_major_slice(&scatter, size, size))?;
    let scale = 1.0 / (n.max(2) - 1) as f64;
    let variances = values.iter().rev().map(|v| (v * scale).max(0.0)).collect();
    let mut vectors = Mat::zeros(d, size);
    for (i, &column) in columns.iter().enumerate() {
        for j in 0..size {
            vectors[(column, j)] = found[(i, size - 1 - j)];
        }
    }
    Ok((variances, vectors))
}

/// The same from the singular values of the centred data.
fn by_svd<F: Real>(x: ArrayView2<'_, F>, mean: &[f64]) -> Result<(Vec<f64>, Mat<f64>)> {
    let (n, d) = x.dim();
    let centred = Mat::from_fn(n, d, |i, j| x[[i, j]].wide() - mean[j]);
    let (values, vectors) = right_singular(centred.as_ref())?;
    let scale = 1.0 / (n.max(2) - 1) as f64;
    Ok((values.iter().map(|v| v * v * scale).collect(), vectors))
}

/// −1 when the entry of largest absolute value (the first of equals) is negative, else 1.
fn sign_of_largest(loadings: impl Iterator<Item = f64>) -> f64 {
    let largest = loadings.fold(0.0_f64, |best, v| if v.abs() > best.abs() { v } else { best });
    if largest < 0.0 { -1.0 } else { 1.0 }
}
