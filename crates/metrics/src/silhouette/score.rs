use crate::data::check_finite;
use crate::labels::encode_for_geometry;
use crate::{Error, Result, Scalar};
use ndarray::{Array1, ArrayView2, Axis};

/// The distance between two samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Distance {
    /// ‖*x* − *y*‖.
    #[default]
    Euclidean,
    /// 1 − *x*·*y* / (‖*x*‖ ‖*y*‖), which is 1 where a sample is all zero.
    Cosine,
}

/// The mean silhouette of all samples, in [−1, 1]: the mean of [`silhouette_samples`].
///
/// # Errors
/// Those of [`silhouette_samples`].
pub fn silhouette_score<F: Scalar>(
    x: ArrayView2<'_, F>,
    labels: &[usize],
    distance: Distance,
) -> Result<f64> {
    let samples = silhouette_samples(x, labels, distance)?;
    Ok(samples.sum() / samples.len() as f64)
}

/// The mean silhouette of a random part of the samples, drawn without replacement: scikit-learn's `sample_size`. Distances to
/// samples outside the part do not count.
///
/// # Errors
/// [`Error::SampleSize`] unless 1 ≤ `sample_size` ≤ *n*; those of [`silhouette_samples`], for the part drawn: it may hold too
/// few clusters.
pub fn silhouette_sampled<F: Scalar>(
    x: ArrayView2<'_, F>,
    labels: &[usize],
    distance: Distance,
    sample_size: usize,
    rng: &mut impl rand::Rng,
) -> Result<f64> {
    if labels.len() != x.nrows() {
        return Err(Error::LengthMismatch { what: "the label list", expected: x.nrows(), got: labels.len() });
    }
    if sample_size == 0 || sample_size > x.nrows() {
        return Err(Error::SampleSize { got: sample_size, samples: x.nrows() });
    }
    let mut drawn = rand::seq::index::sample(rng, x.nrows(), sample_size).into_vec();
    drawn.sort_unstable();
    let labels: Vec<usize> = drawn.iter().map(|&index| labels[index]).collect();
    silhouette_score(x.select(Axis(0), &drawn).view(), &labels, distance)
}

/// The silhouette of each sample.
pub fn silhouette_samples<F: Scalar>(
    x: ArrayView2<'_, F>,
    labels: &[usize],
    distance: Distance,
) -> Result<Array1<f64>> {
    check_finite(x)?;
    let groups = encode_for_geometry(labels, x.nrows())?;
    let norm = |i: usize| x.row(i).iter().map(|v| v.widen() * v.widen()).sum::<f64>().sqrt();
    let norms: Vec<f64> = (0..x.nrows()).map(norm).collect();
    let apart = |i: usize, j: usize| {
        let pairs = x.row(i).into_iter().zip(x.row(j));
        match distance {
            Distance::Euclidean => pairs.map(|(a, b)| (a.widen() - b.widen()).powi(2)).sum::<f64>().sqrt(),
            Distance::Cosine if norms[i] == 0.0 || norms[j] == 0.0 => 1.0,
            Distance::Cosine => {
                1.0 - pairs.map(|(a, b)| a.widen() / norms[i] * (b.widen() / norms[j])).sum::<f64>()
            }
        }
    };
    let mut result = Array1::zeros(x.nrows());
    for i in 0..x.nrows() {
        let mut sums = vec![0.0; groups.k()];
        for j in (0..x.nrows()).filter(|&j| j != i) {
            sums[groups.codes[j]] += apart(i, j);
        }
        let own = groups.codes[i];
        if groups.counts[own] > 1 {
            let a = sums[own] / (groups.counts[own] - 1) as f64;
            let others = (0..groups.k()).filter(|&c| c != own).map(|c| sums[c] / groups.counts[c] as f64);
            let b = others.fold(f64::INFINITY, f64::min);
            result[i] = if a.max(b) > 0.0 { (b - a) / a.max(b) } else { 0.0 };
        }
    }
    Ok(result)
}
