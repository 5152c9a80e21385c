use crate::data::{centroids, check_finite, common_scale, distance};
use crate::labels::encode_for_geometry;
use crate::{Error, Result, Scalar};
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
/// [`Error::Empty`](crate::Error::Empty), [`Error::NoFeatures`](crate::Error::NoFeatures),
/// [`Error::TooLarge`](crate::Error::TooLarge).
pub fn davies_bouldin<F: Scalar>(x: ArrayView2<'_, F>, labels: &[usize]) -> Result<f64> {
    check_finite(x)?;
    let groups = encode_for_geometry(labels, x.nrows())?;
    let k = groups.k();
    let scale = common_scale(x, f64::MAX);
    let means = centroids(x, scale, &groups.codes, &groups.counts);
    let mut spread = vec![0.0; k];
    for (row, &code) in x.rows().into_iter().zip(&groups.codes) {
        let mean = means.row(code);
        spread[code] += distance(row.iter().map(|v| v.widen() * scale), mean.iter().copied());
    }
    for (spread, &count) in spread.iter_mut().zip(&groups.counts) {
        *spread /= count as f64;
    }
    let mut worst = vec![0.0f64; k];
    for i in 0..k {
        for j in 0..i {
            let apart = distance(means.row(i).iter().copied(), means.row(j).iter().copied());
            if apart > 0.0 {
                let ratio = (spread[i] + spread[j]) / apart;
                worst[i] = worst[i].max(ratio);
                worst[j] = worst[j].max(ratio);
            }
        }
    }
    let score = worst.iter().sum::<f64>() / k as f64;
    if score.is_finite() { Ok(score) } else { Err(Error::TooLarge { score: "the Davies-Bouldin score" }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    // sklearn.metrics.davies_bouldin_score([[0], [1], [10], [12]], [0, 0, 1, 1]) is 1/7, scikit-learn 1.9
    #[test]
    fn at_every_scale() {
        let x = array![[0.0], [1.0], [10.0], [12.0]];
        for exponent in [-1060, -600, -20, 0, 20, 500, 1018] {
            let half = 2f64.powi(exponent / 2);
            let found = davies_bouldin((&x * half * half).view(), &[0, 0, 1, 1]).unwrap();
            assert!((found * 7.0 - 1.0).abs() < 1e-15, "{exponent}: {found}");
        }
    }

    #[test]
    fn means_near_one_another_beside_others_far_away() {
        let x = array![[0.0], [2e-200], [4e-200], [6e-200], [1.0], [1.0]];
        // Spreads of 1e-200, means 4e-200 apart: 0.5 for the two, next to nothing for the third.
        let found = davies_bouldin(x.view(), &[0, 0, 1, 1, 2, 2]).unwrap();
        assert!((found * 3.0 - 1.0).abs() < 1e-12, "{found}");
        let x = array![[0.0], [1.0], [0.5], [f64::from_bits(1)]];
        // Equal means are left out; 0.5 / 0.5 for the first and the last.
        assert_eq!(davies_bouldin(x.view(), &[0, 0, 1, 2]).unwrap(), 2.0 / 3.0);
    }
}
