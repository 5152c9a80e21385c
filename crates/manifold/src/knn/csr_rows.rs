//! Sparse rows made ready for distances.

use super::prepared::inverse_norm;
use super::settings::{KnnSettings, Metric};
use crate::{CsrView, ManifoldError, Real, Result, check};

/// Refuses a matrix without rows or columns, one that is not by rows, any NaN or infinite value, and `k` out of range.
pub(crate) fn check_csr<F: Real>(x: CsrView<'_, F>, settings: &KnnSettings) -> Result<()> {
    let (n, d) = x.shape();
    if n == 0 || d == 0 {
        return Err(ManifoldError::Empty { rows: n, columns: d });
    }
    if !x.is_csr() {
        return Err(ManifoldError::Shape { what: "rows stored (CSR)", expected: n, found: 0 });
    }
    for (row, values) in x.outer_iterator().enumerate() {
        if let Some((column, v)) = values.iter().find(|e| !num_traits::Float::is_finite(*e.1)) {
            return Err(ManifoldError::NotFinite { row, column, value: v.wide() });
        }
    }
    let own = usize::from(settings.include_self);
    check::range("k", settings.k, 1, (n - 1 + own).max(1))?;
    if n == 1 && own == 0 {
        return Err(ManifoldError::Shape { what: "rows (a row needs another)", expected: 2, found: 1 });
    }
    Ok(())
}

/// The rows, each multiplied by its factor.
pub(crate) struct CsrRows<'a, F> {
    x: CsrView<'a, F>,
    metric: Metric,
    factors: Vec<f64>,
    scale: f64,
}

impl<'a, F: Real> CsrRows<'a, F> {
    /// Euclidean rows are multiplied by a power of two that keeps squares from over- and underflowing, cosine rows by
    /// 1 / norm.
    pub(crate) fn new(x: CsrView<'a, F>, metric: Metric) -> Self {
        let largest = x.data().iter().fold(0.0_f64, |top, v| top.max(v.wide().abs()));
        let scale = if largest > 0.0 {
            2.0_f64.powi((-largest.log2().floor()).clamp(-1000.0, 1000.0) as i32)
        } else {
            1.0
        };
        let factor = |row: sprs::CsVecViewI<'_, F, u32>| match metric {
            Metric::Euclidean => scale,
            Metric::Cosine => inverse_norm(row.data().iter().copied()),
        };
        let factors = x.outer_iterator().map(factor).collect();
        Self { x, metric, factors, scale }
    }

    pub(crate) fn len(&self) -> usize {
        self.x.rows()
    }

    pub(crate) fn columns(&self) -> usize {
        self.x.cols()
    }

    /// How many values are stored.
    pub(crate) fn values(&self) -> usize {
        self.x.nnz()
    }

    /// What row `i` is multiplied by; 0 for a zero row under cosine.
    pub(crate) fn factor(&self, i: usize) -> f64 {
        self.factors[i]
    }

    /// Columns and values of row `i`.
    pub(crate) fn of(&self, i: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        let (columns, values) = self.parts(i);
        let factor = self.factors[i];
        columns.iter().zip(values).map(move |(&c, v)| (c as usize, v.wide() * factor))
    }

    fn parts(&self, i: usize) -> (&[u32], &[F]) {
        let range = self.x.indptr().outer_inds_sz(i);
        (&self.x.indices()[range.clone()], &self.x.data()[range])
    }

    /// The squared distance of two rows, Σ (aⱼ − bⱼ)² over the columns of either; 2 for a zero row under cosine.
    pub(crate) fn apart(&self, i: usize, j: usize) -> f64 {
        let (s, t) = (self.factors[i], self.factors[j]);
        if self.metric == Metric::Cosine && (s == 0.0 || t == 0.0) {
            // A zero row has cosine 0 with every row, hence distance 1.
            return 2.0;
        }
        let ((a, v), (b, w)) = (self.parts(i), self.parts(j));
        let (mut p, mut q) = (0, 0);
        let mut sum = 0.0;
        // Steps without branches: which row has the next column cannot be foretold.
        while p < a.len() && q < b.len() {
            let (left, right) = (a[p] <= b[q], b[q] <= a[p]);
            let first = if left { v[p].wide() * s } else { 0.0 };
            let second = if right { w[q].wide() * t } else { 0.0 };
            sum += (first - second) * (first - second);
            p += usize::from(left);
            q += usize::from(right);
        }
        let square = |v: &F, factor: f64| (v.wide() * factor) * (v.wide() * factor);
        v[p..].iter().for_each(|v| sum += square(v, s));
        w[q..].iter().for_each(|w| sum += square(w, t));
        sum
    }

    /// The distance that a squared distance between rows with their factors means.
    pub(crate) fn distance(&self, square: f64) -> F {
        match self.metric {
            Metric::Euclidean => F::narrow(square.sqrt() / self.scale),
            Metric::Cosine => F::narrow(square / 2.0),
        }
    }
}
