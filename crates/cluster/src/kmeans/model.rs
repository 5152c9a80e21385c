use super::assign::{Assign, NONE};
use super::distance::{squared_distance, squared_norm};
use super::packed::Packed;
use super::points::run_length;
use super::run::Run;
use crate::error::Result;
use crate::simd::Lane;
use crate::{check, error::Error};
use ndarray::{Array2, ArrayView2};
use pulp::Arch;
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
        let (k, d) = self.centers.dim();
        let centers: Vec<F> = self.centers.iter().copied().collect();
        let mean: Vec<f64> = (0..d)
            .map(|j| centers.iter().skip(j).step_by(d).map(|c| c.wide()).sum::<f64>() / k as f64)
            .collect();
        let origin: Vec<F> = mean.iter().map(|&m| F::narrow(m)).collect();
        let spread = centers.chunks_exact(d).map(|c| squared_distance(c, &origin)).sum::<f64>() / k as f64;
        let packed = Packed::new(&centers, d, (squared_norm(&mean) > 4.0 * spread).then_some(&origin));
        let n = x.len() / d;
        let mut labels = vec![NONE; n];
        let length = run_length(n, (n / 64).clamp(1, 64));
        labels.par_chunks_mut(length).zip(x.par_chunks(length * d)).for_each(|(labels, x)| {
            let squares = x.chunks_exact(d).map(|x| match packed.origin {
                Some(o) => squared_distance(x, o),
                None => squared_norm(x),
            });
            let squares: Vec<f64> = squares.collect();
            let largest = squares.iter().fold(0.0f64, |a, &b| a.max(b));
            let norms: Vec<F> = squares.into_iter().map(F::narrow).collect();
            let trusted = packed.trusted(largest);
            Arch::new().dispatch(Assign {
                x,
                norms: &norms,
                weights: None,
                packed: &packed,
                trusted,
                labels,
                bounds: None,
                delta: None,
            });
        });
        Ok(labels.into_iter().map(|l| l as usize).collect())
    }

    /// Euclidean distance of each row of `x` (n × d) to each centre, n × k.
    ///
    /// # Errors
    /// As for [`predict`](Self::predict).
    pub fn transform(&self, x: ArrayView2<'_, F>) -> Result<Array2<F>> {
        let x = self.rows(x)?;
        let (k, d) = self.centers.dim();
        let centers: Vec<F> = self.centers.iter().copied().collect();
        let mut out = Array2::zeros((x.len() / d, k));
        if let Some(slots) = out.as_slice_mut() {
            slots.par_chunks_mut(k).zip(x.par_chunks(d)).with_min_len(64).for_each(|(out, x)| {
                for (o, c) in out.iter_mut().zip(centers.chunks_exact(d)) {
                    *o = F::narrow(squared_distance(x, c).sqrt());
                }
            });
        }
        Ok(out)
    }

    fn rows<'a>(&self, x: ArrayView2<'a, F>) -> Result<std::borrow::Cow<'a, [F]>> {
        let d = self.centers.ncols();
        if x.ncols() != d {
            return Err(Error::Shape {
                what: "the data",
                expected: vec![x.nrows(), d],
                found: x.shape().to_vec(),
            });
        }
        check::finite("the data", x)?;
        Ok(check::contiguous(x))
    }
}
