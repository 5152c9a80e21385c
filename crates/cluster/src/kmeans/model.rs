use super::distance::distance;
use super::nearest::nearest_labels;
use super::run::Run;
use super::sparse::Sparse;
use crate::error::Result;
use crate::simd::Lane;
use crate::{check, error::Error};
use deepclust_manifold::CsrView;
use ndarray::{Array2, ArrayView2};
use rayon::prelude::*;

/// A fitted k-means: centres, and the partition of the samples they were fitted to.
#[derive(Debug, Clone, PartialEq)]
pub struct KMeansModel<F> {
    centers: Array2<F>,
    labels: Vec<usize>,
    inertia: f64,
    n_iter: usize,
    converged: bool,
    inertias: Vec<f64>,
}

impl<F: Lane> KMeansModel<F> {
    pub(crate) fn from_run(run: Run<F>, d: usize, inertias: Vec<f64>) -> Self {
        let Run { centers, labels, inertia, n_iter, converged } = run;
        Self {
            centers: Array2::from_shape_fn((centers.len() / d, d), |(c, j)| centers[c * d + j]),
            labels: labels.into_iter().map(|l| l as usize).collect(),
            inertia,
            n_iter,
            converged,
            inertias,
        }
    }

    /// The same, fitted with weights that were divided by `unit` before.
    pub(crate) fn with_weights_in(mut self, unit: f64) -> Result<Self> {
        let what = if self.inertia.is_finite() { "the sample weights" } else { "the data" };
        self.inertia *= unit;
        self.inertias.iter_mut().for_each(|inertia| *inertia *= unit);
        if self.inertias.iter().all(|inertia| inertia.is_finite()) {
            Ok(self)
        } else {
            Err(Error::Overflow { what })
        }
    }

    /// A model of known centres (k × d), such as those of a file: it predicts and transforms. It has no labels and no
    /// iterations, and its inertia is 0.
    ///
    /// # Errors
    /// Without a centre or a feature, and for a value that is NaN or infinite.
    pub fn from_centers(centers: Array2<F>) -> Result<Self> {
        check::finite("the centres", centers.view())?;
        if centers.is_empty() {
            let found = vec![centers.nrows(), centers.ncols()];
            return Err(Error::Shape { what: "the centres", expected: vec![1, 1], found });
        }
        Ok(Self {
            centers,
            labels: Vec::new(),
            inertia: 0.0,
            n_iter: 0,
            converged: true,
            inertias: Vec::new(),
        })
    }

    /// Centres, k × d: each the weighted mean of its samples.
    #[must_use]
    pub fn centers(&self) -> &Array2<F> {
        &self.centers
    }

    /// Label of each fitted sample, 0 to k − 1: the index of its nearest centre, the lowest of equals.
    #[must_use]
    pub fn labels(&self) -> &[usize] {
        &self.labels
    }

    /// Σᵢ wᵢ ‖xᵢ − c(labelᵢ)‖², computed in f64 from the final labels and centres.
    #[must_use]
    pub fn inertia(&self) -> f64 {
        self.inertia
    }

    /// Iterations of the run reported.
    #[must_use]
    pub fn n_iter(&self) -> usize {
        self.n_iter
    }

    /// Whether the run reported ended before its last allowed iteration, by unchanged labels or by the tolerance.
    #[must_use]
    pub fn converged(&self) -> bool {
        self.converged
    }

    /// Inertia of every run, in order.
    #[must_use]
    pub fn inertias(&self) -> &[f64] {
        &self.inertias
    }

    /// Label of the nearest centre for each row of `x` (n × d).
    ///
    /// # Errors
    /// If `x` has another number of features, or a value that is NaN or infinite.
    pub fn predict(&self, x: ArrayView2<'_, F>) -> Result<Vec<usize>> {
        let x = self.rows(x)?;
        let centers: Vec<F> = self.centers.iter().copied().collect();
        let labels = nearest_labels(&x, &centers, self.centers.ncols(), None);
        Ok(labels.into_iter().map(|l| l as usize).collect())
    }

    /// Euclidean distance of each row of `x` (n × d) to each centre, n × k.
    ///
    /// # Errors
    /// As for [`predict`](Self::predict), and if a distance is beyond the number type.
    pub fn transform(&self, x: ArrayView2<'_, F>) -> Result<Array2<F>> {
        let x = self.rows(x)?;
        let (k, d) = self.centers.dim();
        let centers: Vec<F> = self.centers.iter().copied().collect();
        let mut out = Array2::zeros((x.len() / d, k));
        if let Some(slots) = out.as_slice_mut() {
            slots.par_chunks_mut(k).zip(x.par_chunks(d)).with_min_len(64).for_each(|(out, x)| {
                for (o, c) in out.iter_mut().zip(centers.chunks_exact(d)) {
                    *o = F::narrow(distance(x, c));
                }
            });
        }
        if out.iter().any(|v| !v.is_finite()) {
            return Err(Error::Overflow { what: "the distances" });
        }
        Ok(out)
    }

    /// Label of the nearest centre for each row of a CSR matrix.
    ///
    /// # Errors
    /// As for [`predict`](Self::predict), and if the matrix is stored by columns.
    pub fn predict_csr(&self, x: CsrView<'_, F>) -> Result<Vec<usize>> {
        let d = self.centers.ncols();
        if x.cols() != d {
            return Err(Error::Shape {
                what: "the data",
                expected: vec![x.rows(), d],
                found: vec![x.rows(), x.cols()],
            });
        }
        let points = Sparse::new(x, None)?;
        let centers: Vec<F> = self.centers.iter().copied().collect();
        Ok(points.labels(&centers).into_iter().map(|l| l as usize).collect())
    }

    fn rows<'a>(&self, x: ArrayView2<'a, F>) -> Result<std::borrow::Cow<'a, [F]>> {
        check::features(x, self.centers.ncols())?;
        check::finite("the data", x)?;
        Ok(check::contiguous(x))
    }
}
