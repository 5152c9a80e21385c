use super::dense::Dense;
use super::model::KMeansModel;
use super::points::Points;
use super::run::{Run, run};
use super::seeding::first_centers;
use super::settings::{KMeansSettings, Keep};
use super::sparse::Sparse;
use crate::error::{Error, Result};
use crate::simd::Lane;
use crate::{Float, check};
use deepclust_manifold::CsrView;
use ndarray::ArrayView2;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// k-means with checked settings.
#[derive(Debug, Clone, PartialEq)]
pub struct KMeans {
    settings: KMeansSettings,
}

impl KMeans {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`Error::Setting`] for the first setting out of range.
    pub fn new(settings: KMeansSettings) -> Result<Self> {
        settings.validate()?;
        Ok(Self { settings })
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &KMeansSettings {
        &self.settings
    }

    /// Clusters the rows of `x` (n × d).
    ///
    /// Every run has a ChaCha8 stream of its own, seeded from `rng` in order, so that its first centres do not depend on how long the
    /// runs before it took.
    ///
    /// # Errors
    /// If `x` is empty, holds NaN or an infinity, has fewer rows than there are clusters, or is so large or small that squared distances
    /// over- or underflow in f64.
    pub fn fit<F: Float>(&self, x: ArrayView2<'_, F>, rng: &mut impl Rng) -> Result<KMeansModel<F>> {
        self.fit_weighted(x, None, rng)
    }

    /// Clusters the rows of `x` (n × d), each counted as often as its weight says.
    ///
    /// # Errors
    /// As for [`fit`](Self::fit), if there is not one finite, non-negative weight a row, not all of them zero, and if the inertia overflows.
    pub fn fit_weighted<F: Float>(
        &self,
        x: ArrayView2<'_, F>,
        weights: Option<&[f64]>,
        rng: &mut impl Rng,
    ) -> Result<KMeansModel<F>> {
        let weights = check::weights(weights, x.nrows())?;
        let points = Dense::new(x, weights.each.as_deref(), self.settings.algorithm)?;
        self.runs(&points, rng)?.with_weights_in(weights.unit)
    }

    /// One run from the given centres (k × d), of at most `max_iter` iterations.
    ///
    /// # Errors
    /// As for [`fit_weighted`](Self::fit_weighted), and if the centres' shape does not fit or they hold NaN or an infinity.
    pub fn fit_from<F: Float>(
        &self,
        x: ArrayView2<'_, F>,
        initial: ArrayView2<'_, F>,
        weights: Option<&[f64]>,
    ) -> Result<KMeansModel<F>> {
        let weights = check::weights(weights, x.nrows())?;
        let points = Dense::new(x, weights.each.as_deref(), self.settings.algorithm)?;
        self.run_from(&points, initial)?.with_weights_in(weights.unit)
    }

    /// Clusters the rows of a CSR matrix.
    ///
    /// # Errors
    /// As for [`fit_weighted`](Self::fit_weighted), and if the matrix is stored by columns.
    pub fn fit_csr<F: Float>(
        &self,
        x: CsrView<'_, F>,
        weights: Option<&[f64]>,
        rng: &mut impl Rng,
    ) -> Result<KMeansModel<F>> {
        let weights = check::weights(weights, x.rows())?;
        self.runs(&Sparse::new(x, weights.each.as_deref())?, rng)?.with_weights_in(weights.unit)
    }

    /// One run on the rows of a CSR matrix from the given centres (k × d).
    ///
    /// # Errors
    /// As for [`fit_csr`](Self::fit_csr) and [`fit_from`](Self::fit_from).
    pub fn fit_csr_from<F: Float>(
        &self,
        x: CsrView<'_, F>,
        initial: ArrayView2<'_, F>,
        weights: Option<&[f64]>,
    ) -> Result<KMeansModel<F>> {
        let weights = check::weights(weights, x.rows())?;
        self.run_from(&Sparse::new(x, weights.each.as_deref())?, initial)?.with_weights_in(weights.unit)
    }

    pub(super) fn runs<T: Lane, P: Points<T>>(
        &self,
        points: &P,
        rng: &mut impl Rng,
    ) -> Result<KMeansModel<T>> {
        let k = self.settings.n_clusters;
        check::clusters(k, points.rows())?;
        let tol = self.settings.tol * points.mean_variance();
        let mut inertias = Vec::new();
        let mut kept: Option<Run<T>> = None;
        for max_iter in self.settings.runs() {
            let mut stream = ChaCha8Rng::from_seed(rng.random());
            let next = run(points, first_centers(points, k, self.settings.init, &mut stream), max_iter, tol);
            inertias.push(next.inertia);
            let replace = kept.as_ref().is_none_or(|kept| match self.settings.keep {
                Keep::Last => true,
                Keep::Best => {
                    next.inertia < kept.inertia * (1.0 - 1e-6)
                        && !same_partition(&next.labels, &kept.labels, k)
                }
            });
            if replace {
                kept = Some(next);
            }
        }
        let kept =
            kept.ok_or(Error::Setting { name: "n_init", expected: "at least 1", found: "0".into() })?;
        Ok(KMeansModel::from_run(kept, points.features(), inertias))
    }

    pub(super) fn run_from<T: Lane, P: Points<T>>(
        &self,
        points: &P,
        initial: ArrayView2<'_, T>,
    ) -> Result<KMeansModel<T>> {
        let (k, d) = (self.settings.n_clusters, points.features());
        check::clusters(k, points.rows())?;
        if initial.dim() != (k, d) {
            return Err(Error::Shape {
                what: "the initial centres",
                expected: vec![k, d],
                found: initial.shape().to_vec(),
            });
        }
        check::finite("the initial centres", initial)?;
        check::squares("the initial centres", initial)?;
        let tol = self.settings.tol * points.mean_variance();
        let run = run(points, check::contiguous(initial).into_owned(), self.settings.max_iter, tol);
        let inertias = vec![run.inertia];
        Ok(KMeansModel::from_run(run, d, inertias))
    }
}

/// Whether two labellings differ at most in the numbers they give the clusters.
fn same_partition(a: &[u32], b: &[u32], k: usize) -> bool {
    let mut map = vec![None; k];
    a.iter().zip(b).all(|(&a, &b)| *map[a as usize].get_or_insert(b) == b)
}
