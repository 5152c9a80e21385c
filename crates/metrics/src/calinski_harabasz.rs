use crate::data::{centroids, check_finite};
use crate::labels::encode_for_geometry;
use crate::{Result, Scalar};
use ndarray::ArrayView2;

/// The Calinski-Harabasz score (variance ratio), higher is better:
///
/// CH = \[Σⱼ *nⱼ* ‖*cⱼ* − *c*‖² / (*k* − 1)\] / \[Σᵢ ‖*xᵢ* − *c*₍ᵢ₎‖² / (*n* − *k*)\]
///
/// with cluster means *cⱼ*, the mean *c* of all samples and *c*₍ᵢ₎ that of the cluster of sample *i*.
/// `x` is samples × features; all sums are in double precision, also for `f32` data. Where every sample equals its cluster's
/// mean the ratio has no value and 1 is returned, as scikit-learn does.
///
/// Source: Caliński, Harabasz: A dendrite method for cluster analysis, Communications in Statistics 1974.
///
/// # Errors
/// [`Error::ClusterCount`](crate::Error::ClusterCount) unless 2 ≤ *k* < *n*;
/// [`Error::LengthMismatch`](crate::Error::LengthMismatch), [`Error::NotFinite`](crate::Error::NotFinite),
/// [`Error::Empty`](crate::Error::Empty), [`Error::NoFeatures`](crate::Error::NoFeatures).
pub fn calinski_harabasz<F: Scalar>(x: ArrayView2<'_, F>, labels: &[usize]) -> Result<f64> {
    check_finite(x)?;
    let groups = encode_for_geometry(labels, x.nrows())?;
    let (n, k) = (x.nrows() as f64, groups.k() as f64);
    let means = centroids(x, &groups.codes, &groups.counts);
    let mean = centroids(x, &vec![0; x.nrows()], &[x.nrows()]);
    let between = means.rows().into_iter().zip(&groups.counts);
    let between: f64 = between
        .map(|(c, &count)| count as f64 * squared_distance(c.iter().copied(), mean.iter().copied()))
        .sum();
    let within = x.rows().into_iter().zip(&groups.codes);
    let within: f64 = within
        .map(|(row, &code)| squared_distance(row.iter().map(|v| v.widen()), means.row(code).iter().copied()))
        .sum();
    Ok(if within == 0.0 { 1.0 } else { between * (n - k) / (within * (k - 1.0)) })
}

/// ‖*a* − *b*‖².
pub(crate) fn squared_distance(a: impl Iterator<Item = f64>, b: impl Iterator<Item = f64>) -> f64 {
    a.zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}
