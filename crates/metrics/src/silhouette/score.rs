use super::sweep::silhouettes;
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

/// The silhouette of each sample, *s* = (*b* − *a*) / max(*a*, *b*) in [−1, 1].
///
/// *a* is the mean distance to the other samples of the same cluster, *b* the smallest mean distance to the samples of
/// another one; *s* is 0 in a cluster of one sample, and where *a* = *b* = 0. `x` is samples × features.
///
/// Exact, in *n*² *d* / 2 operations and memory linear in *n*: no distance matrix. Distances are taken in the type of `x`,
/// from differences of coordinates, so that equal and nearly equal samples keep all digits; sums run in blocks of a fixed
/// size, folded in order in double precision: the result does not depend on the number of threads.
///
/// Source: Rousseeuw: Silhouettes, Journal of Computational and Applied Mathematics 1987.
///
/// # Errors
/// [`Error::ClusterCount`] unless 2 ≤ *k* < *n*; [`Error::LengthMismatch`], [`Error::NotFinite`], [`Error::Empty`],
/// [`Error::NoFeatures`].
pub fn silhouette_samples<F: Scalar>(
    x: ArrayView2<'_, F>,
    labels: &[usize],
    distance: Distance,
) -> Result<Array1<f64>> {
    check_finite(x)?;
    let groups = encode_for_geometry(labels, x.nrows())?;
    Ok(silhouettes(x, &groups, distance))
}
