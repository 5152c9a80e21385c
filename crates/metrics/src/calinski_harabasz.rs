use crate::data::{centroids, check_finite, common_scale, squared_distance};
use crate::labels::encode_for_geometry;
use crate::{Error, Result, Scalar};
use ndarray::{ArrayView1, ArrayView2};

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
/// [`Error::Empty`](crate::Error::Empty), [`Error::NoFeatures`](crate::Error::NoFeatures),
/// [`Error::TooLarge`](crate::Error::TooLarge).
pub fn calinski_harabasz<F: Scalar>(x: ArrayView2<'_, F>, labels: &[usize]) -> Result<f64> {
    check_finite(x)?;
    let groups = encode_for_geometry(labels, x.nrows())?;
    let (n, k) = (x.nrows() as f64, groups.k() as f64);
    let scale = common_scale(x, f64::MAX);
    let means = centroids(x, scale, &groups.codes, &groups.counts);
    let mean = centroids(x, scale, &vec![0; x.nrows()], &[x.nrows()]);
    let between = means.rows().into_iter().zip(&groups.counts);
    let between: f64 = between
        .map(|(c, &count)| count as f64 * squared_distance(c.iter().copied(), mean.iter().copied()))
        .sum();
    let rows = || x.rows().into_iter().zip(&groups.codes).map(|(row, &code)| (row, means.row(code)));
    let within: f64 = rows()
        .map(|(row, mean)| squared_distance(row.iter().map(|v| v.widen() * scale), mean.iter().copied()))
        .sum();
    if within > 1e-280 {
        return Ok(between * (n - k) / (within * (k - 1.0)));
    }
    // No sample is away from its mean, or so little that the squares underflow.
    let away = |(row, mean): (ArrayView1<'_, F>, ArrayView1<'_, f64>)| {
        row.iter().zip(mean).fold(0.0, |most: f64, (v, m)| most.max((v.widen() * scale - m).abs()))
    };
    let most = rows().map(away).fold(0.0, f64::max);
    if most == 0.0 {
        return Ok(1.0);
    }
    let share = |v: f64| v / most;
    let within: f64 = rows()
        .map(|(row, mean)| {
            squared_distance(row.iter().map(|v| share(v.widen() * scale)), mean.iter().map(|&m| share(m)))
        })
        .sum();
    let score = between / most * (n - k) / (within * (k - 1.0)) / most;
    if score.is_finite() { Ok(score) } else { Err(Error::TooLarge { score: "the Calinski-Harabasz score" }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    // sklearn.metrics.calinski_harabasz_score([[0], [1], [10], [12]], [0, 0, 1, 1]) is 88.2, scikit-learn 1.9
    #[test]
    fn at_every_scale() {
        let x = array![[0.0], [1.0], [10.0], [12.0]];
        for exponent in [-1060, -600, -20, 0, 20, 500, 1018] {
            let half = 2f64.powi(exponent / 2);
            let found = calinski_harabasz((&x * half * half).view(), &[0, 0, 1, 1]).unwrap();
            assert!((found / 88.2 - 1.0).abs() < 1e-14, "{exponent}: {found}");
        }
        for scale in [1e-38f32, 1e37] {
            let found = calinski_harabasz(x.mapv(|v| v as f32 * scale).view(), &[0, 0, 1, 1]).unwrap();
            assert!((found / 88.2 - 1.0).abs() < 1e-5, "{found}");
        }
    }

    #[test]
    fn clusters_much_smaller_than_their_distance() {
        let score =
            |x: [f64; 4]| calinski_harabasz(array![[x[0]], [x[1]], [x[2]], [x[3]]].view(), &[0, 0, 1, 1]);
        // Between 1, within 2 (1e-150 / 2)², and n − k = 2.
        assert!((score([0.0, 1e-150, 1.0, 1.0]).unwrap() / 4e300 - 1.0).abs() < 1e-12);
        assert!(matches!(score([0.0, 1e-200, 1.0, 1.0]), Err(Error::TooLarge { .. })));
        assert_eq!(score([0.0, 0.0, 1.0, 1.0]).unwrap(), 1.0);
    }
}
