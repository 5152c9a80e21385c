//! A fitted model: projection and reconstruction.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};
use rayon::prelude::*;

use super::covariance::subtract;
use super::fit::PcaSettings;
use crate::linalg::{Block, product_ab, product_abt};
use crate::{Real, Result, check};

/// Rows projected at a time.
const ROWS: usize = 256;

/// Principal components of a data set; see [`Pca::fit`].
#[derive(Debug, Clone, PartialEq)]
pub struct Pca<F> {
    pub(super) mean: Array1<f64>,
    pub(super) components: Array2<F>,
    pub(super) explained_variance: Array1<F>,
    pub(super) explained_variance_ratio: Array1<F>,
    pub(super) whiten: bool,
}

impl<F: Real> Pca<F> {
    /// Fits and projects the same data.
    ///
    /// # Errors
    /// As [`Pca::fit`].
    pub fn fit_transform(x: ArrayView2<'_, F>, settings: &PcaSettings) -> Result<(Self, Array2<F>)> {
        let model = Self::fit(x, settings)?;
        let scores = model.transform(x)?;
        Ok((model, scores))
    }

    /// A model from its parts, such as those of a file: what [`mean`](Self::mean), [`components`](Self::components),
    /// [`explained_variance`](Self::explained_variance) and
    /// [`explained_variance_ratio`](Self::explained_variance_ratio) answer, and whether it whitens.
    ///
    /// # Errors
    /// When the lengths do not fit one another.
    pub fn from_parts(
        mean: Array1<f64>,
        components: Array2<F>,
        explained_variance: Array1<F>,
        explained_variance_ratio: Array1<F>,
        whiten: bool,
    ) -> Result<Self> {
        let (k, d) = components.dim();
        check::same("columns", d, mean.len())?;
        check::same("explained variances", k, explained_variance.len())?;
        check::same("explained variance ratios", k, explained_variance_ratio.len())?;
        Ok(Self { mean, components, explained_variance, explained_variance_ratio, whiten })
    }

    /// Whether scores are divided by their component's standard deviation.
    pub fn whitens(&self) -> bool {
        self.whiten
    }

    /// Mean of every column of the fitted data, in f64.
    pub fn mean(&self) -> &Array1<f64> {
        &self.mean
    }

    /// The components as rows, k × d, orthonormal.
    pub fn components(&self) -> &Array2<F> {
        &self.components
    }

    /// Variance along each component (n − 1 in the denominator), falling.
    pub fn explained_variance(&self) -> &Array1<F> {
        &self.explained_variance
    }

    /// The same as shares of the total variance of the data.
    pub fn explained_variance_ratio(&self) -> &Array1<F> {
        &self.explained_variance_ratio
    }

    /// Scores (x − μ) Wᵀ, n × k; each divided by its component's standard deviation when whitening.
    ///
    /// # Errors
    /// Empty data, a value that is not finite, another number of columns than the fitted data had, scores beyond the number
    /// type.
    pub fn transform(&self, x: ArrayView2<'_, F>) -> Result<Array2<F>> {
        check::finite(x)?;
        let (k, d) = self.components.dim();
        check::same("columns", d, x.ncols())?;
        let directions = self.components.as_standard_layout();
        let directions = Block::new(directions.as_slice().unwrap_or(&[]), k, d, d);
        let scale = self.deviations();
        // The rounded mean is subtracted from the data, and the rest of the mean from the scores.
        let near: Vec<F> = self.mean.iter().map(|&m| F::narrow(m)).collect();
        let rest: Vec<F> = self.components.outer_iter().map(|w| self.rest_along(w, &near)).collect();
        let mut scores = Array2::zeros((x.nrows(), k));
        scores
            .axis_chunks_iter_mut(Axis(0), ROWS)
            .into_par_iter()
            .zip(x.axis_chunks_iter(Axis(0), ROWS))
            .for_each(|(mut to, from)| {
                let mut centred = vec![F::zero(); from.len()];
                for (row, from) in centred.chunks_exact_mut(d).zip(from.outer_iter()) {
                    subtract(row, from, &near, std::slice::from_ref(&(0..d)));
                }
                let mut product = vec![F::zero(); to.len()];
                product_abt(&mut product, Block::new(&centred, from.nrows(), d, d), directions, F::one());
                for (mut to, from) in to.outer_iter_mut().zip(product.chunks_exact(k)) {
                    for (((t, &p), &s), &r) in to.iter_mut().zip(from).zip(&scale).zip(&rest) {
                        *t = (p - r) / s;
                    }
                }
            });
        check::held("scores", scores.view())?;
        Ok(scores)
    }

    /// The point of the fitted subspace that has these scores: scores · W + μ (scores multiplied by the standard
    /// deviations first when whitening), n × d.
    ///
    /// # Errors
    /// Empty scores, a value that is not finite, another number of columns than there are components, points beyond the number
    /// type.
    pub fn inverse_transform(&self, scores: ArrayView2<'_, F>) -> Result<Array2<F>> {
        check::finite(scores)?;
        let (k, d) = self.components.dim();
        check::same("columns of the scores", k, scores.ncols())?;
        let directions = self.components.as_standard_layout();
        let directions = Block::new(directions.as_slice().unwrap_or(&[]), k, d, d);
        let scale = self.deviations();
        let mut points = Array2::zeros((scores.nrows(), d));
        points
            .axis_chunks_iter_mut(Axis(0), ROWS)
            .into_par_iter()
            .zip(scores.axis_chunks_iter(Axis(0), ROWS))
            .for_each(|(mut to, from)| {
                let mut scaled = vec![F::zero(); from.len()];
                for (row, from) in scaled.chunks_exact_mut(k).zip(from.outer_iter()) {
                    for ((c, &v), &s) in row.iter_mut().zip(from).zip(&scale) {
                        *c = v * s;
                    }
                }
                let mut product = vec![F::zero(); to.len()];
                product_ab(&mut product, Block::new(&scaled, from.nrows(), k, k), directions);
                for (mut to, from) in to.outer_iter_mut().zip(product.chunks_exact(d)) {
                    for ((t, &p), &m) in to.iter_mut().zip(from).zip(&self.mean) {
                        *t = F::narrow(p.wide() + m);
                    }
                }
            });
        check::held("points", points.view())?;
        Ok(points)
    }

    /// What rounding took from the mean, projected on one component.
    fn rest_along(&self, component: ArrayView1<'_, F>, near: &[F]) -> F {
        let terms = self.mean.iter().zip(near).zip(component);
        F::narrow(terms.map(|((&m, &r), &w)| (m - r.wide()) * w.wide()).sum())
    }

    /// Divisors of the scores: 1 without whitening. A component without variance is divided by √ε times the first one's standard
    /// deviation, below which rounding has made what there is (scikit-learn: by √ε, in whatever unit the data are).
    fn deviations(&self) -> Vec<F> {
        let greatest = self.explained_variance.first().copied().unwrap_or_else(F::zero);
        if !self.whiten || greatest == F::zero() {
            return vec![F::one(); self.explained_variance.len()];
        }
        let least = num_traits::Float::sqrt(greatest) * num_traits::Float::sqrt(F::epsilon());
        self.explained_variance.iter().map(|&v| num_traits::Float::sqrt(v).max(least)).collect()
    }
}
