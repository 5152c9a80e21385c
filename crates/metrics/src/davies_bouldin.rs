use crate::calinski_harabasz::squared_distance;
use crate::data::{centroids, check_finite};
use crate::labels::encode_for_geometry;
use crate::{Result, Scalar};
use ndarray::ArrayView2;

/// The Davies-Bouldin score, at least 0, lower is better:
///
/// DB = (1/*k*) Σᵢ max_{*j*≠*i*} (*sᵢ* + *sⱼ*) / ‖*cᵢ* − *cⱼ*‖
///
/// with cluster means *cᵢ* and *sᵢ* the mean Euclidean distance of a cluster's samples to its mean. `x` is samples × features;
/// all sums are in double precision, also for `f32` data. Pairs of clusters with equal means are left out of the maximum, and
/// the score is 0 where every *s* is 0 or all means are equal, as in scikit-learn, but with exact zeros in place of its
/// absolute tolerance of 10⁻⁸, so that the score does not depend on the unit of the data.
///
/// Source: Davies, Bouldin: A cluster separation measure, IEEE TPAMI 1979.
///
/// # Errors
/// [`Error::ClusterCount`](crate::Error::ClusterCount) unless 2 ≤ *k* < *n*;
/// [`Error::LengthMismatch`](crate::Error::LengthMismatch), [`Error::NotFinite`](crate::Error::NotFinite),
/// [`Error::Empty`](crate::Error::Empty), [`Error::NoFeatures`](crate::Error::NoFeatures).
pub fn davies_bouldin<F: Scalar>(x: ArrayView2<'_, F>, labels: &[usize]) -> Result<f64> {
    check_finite(x)?;
    let groups = encode_for_geometry(labels, x.nrows())?;
    let k = groups.k();
    let means = centroids(x, &groups.codes, &groups.counts);
    let mut spread = vec![0.0; k];
    for (row, &code) in x.rows().into_iter().zip(&groups.codes) {
        let mean = means.row(code);
        spread[code] += squared_distance(row.iter().map(|v| v.widen()), mean.iter().copied()).sqrt();
    }
    for (spread, &count) in spread.iter_mut().zip(&groups.counts) {
        *spread /= count as f64;
    }
    let mut worst = vec![0.0f64; k];
    for i in 0..k {
        for j in 0..i {
            let apart = squared_distance(means.row(i).iter().copied(), means.row(j).iter().copied()).sqrt();
            if apart > 0.0 {
                let ratio = (spread[i] + spread[j]) / apart;
                worst[i] = worst[i].max(ratio);
                worst[j] = worst[j].max(ratio);
            }
        }
    }
    Ok(worst.iter().sum::<f64>() / k as f64)
}
