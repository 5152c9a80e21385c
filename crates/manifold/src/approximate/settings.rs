//! How thoroughly to search, and when to search approximately at all.

use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use super::{approximate_neighbours, approximate_neighbours_csr};
use crate::knn::{KnnSettings, Neighbours, nearest_neighbours, nearest_neighbours_csr};
use crate::{CsrView, Real, Result, check};

/// Settings of [`approximate_neighbours`](super::approximate_neighbours).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ApproximateSettings {
    /// Random-projection trees that the search starts from, at least 1.
    pub trees: usize,
    /// Points of a leaf at most, at least 2.
    pub leaf: usize,
    /// Fresh neighbours, and as many others, that are joined around a point in one pass, at least 1.
    pub candidates: usize,
    /// Passes at most; `None`: log₂ n, at least 5.
    pub passes: Option<usize>,
    /// Share of entries below which changes end the search, 0 to 1.
    pub tolerance: f64,
    /// Seed of the trees.
    pub seed: u64,
}

impl Default for ApproximateSettings {
    fn default() -> Self {
        Self { trees: 8, leaf: 64, candidates: 15, passes: None, tolerance: 0.01, seed: 0 }
    }
}

impl ApproximateSettings {
    /// What sparse rows of text want: twice the default's candidates.
    pub fn sparse() -> Self {
        Self { candidates: 30, ..Self::default() }
    }

    /// Checks every setting.
    ///
    /// # Errors
    /// A value outside the range its field states.
    pub fn validate(&self) -> Result<()> {
        check::range("trees", self.trees, 1, 1024)?;
        check::range("leaf", self.leaf, 2, 4096)?;
        check::range("candidates", self.candidates, 1, 4096)?;
        let t = self.tolerance;
        check::setting("tolerance", t, (0.0..=1.0).contains(&t), "a number from 0 to 1")
    }

    pub(super) fn passes(&self, n: usize) -> usize {
        self.passes.unwrap_or_else(|| (n.max(2).ilog2() as usize).max(5))
    }
}

/// Which search finds the neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Search {
    /// The cheaper one: exact up to 4,096 rows and while n (d + 30) is at most 100,000 k, where the two take about as
    /// long, else approximate.
    #[default]
    Auto,
    /// [`nearest_neighbours`].
    Exact,
    /// [`approximate_neighbours`] with default settings.
    Approximate,
}

impl Search {
    /// Whether the search for `k` neighbours among `n` rows of `d` columns is exact.
    pub fn is_exact(self, n: usize, d: usize, k: usize) -> bool {
        match self {
            Self::Auto => n <= 4096 || n.saturating_mul(d + 30) <= 100_000 * k,
            Self::Exact => true,
            Self::Approximate => false,
        }
    }

    /// The neighbours of every row of `x` (n × d); `seed` starts the approximate search and is not read by the exact one.
    ///
    /// # Errors
    /// As [`nearest_neighbours`].
    pub fn neighbours<F: Real>(
        self,
        x: ArrayView2<'_, F>,
        settings: &KnnSettings,
        seed: u64,
    ) -> Result<Neighbours<F>> {
        if self.is_exact(x.nrows(), x.ncols(), settings.k) {
            return nearest_neighbours(x, settings);
        }
        approximate_neighbours(x, settings, &ApproximateSettings { seed, ..Default::default() })
    }

    /// Whether the search for `k` neighbours among sparse rows is exact.
    ///
    /// `Auto` is exact up to 4,096 rows, and while 2 n² + Σ v(c)² is at most 35 k (v + 20 n), where the two take about as
    /// long: v values are stored, v(c) of them in column c, and the exact search meets every pair of values of a column.
    pub fn is_exact_csr<F>(self, x: CsrView<'_, F>, k: usize) -> bool {
        let n = x.rows();
        match self {
            Self::Auto if n > 4096 => {
                let mut columns = vec![0_u32; x.cols()];
                x.indices().iter().for_each(|&c| columns[c as usize] += 1);
                let pairs: f64 = columns.iter().map(|&v| f64::from(v) * f64::from(v)).sum();
                let n = n as f64;
                2.0 * n * n + pairs <= 35.0 * k as f64 * (x.nnz() as f64 + 20.0 * n)
            }
            Self::Auto | Self::Exact => true,
            Self::Approximate => false,
        }
    }

    /// The neighbours of every row of a sparse matrix (n × d, CSR); `seed` as for [`neighbours`](Self::neighbours). The
    /// approximate search has the settings [`ApproximateSettings::sparse`].
    ///
    /// # Errors
    /// As [`nearest_neighbours_csr`].
    pub fn neighbours_csr<F: Real>(
        self,
        x: CsrView<'_, F>,
        settings: &KnnSettings,
        seed: u64,
    ) -> Result<Neighbours<F>> {
        if !x.is_csr() || self.is_exact_csr(x, settings.k) {
            return nearest_neighbours_csr(x, settings);
        }
        approximate_neighbours_csr(
            x,
            settings,
            &ApproximateSettings { seed, ..ApproximateSettings::sparse() },
        )
    }
}
