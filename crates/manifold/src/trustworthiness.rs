//! How far the neighbours in an embedding are neighbours in the data (Venna and Kaski 2001).

use ndarray::ArrayView2;
use pulp::{Arch, NullaryFnOnce};
use rayon::prelude::*;

use crate::knn::{KnnSettings, Metric, TINY, nearest_neighbours, small_distance};
use crate::{ManifoldError, Real, Result, check};

/// Rows ranked at a time.
const ROWS: usize = 8;

/// T = 1 − 2 / (n k (2n − 3k − 1)) Σᵢ Σⱼ max(0, r(i, j) − k) over the k nearest rows j of row i of `embedding` (n × q), where
/// r(i, j) is the rank of j by Euclidean distance from i in `x` (n × d), equals by index. From 0 to 1; exact, O(n² d)
/// time, O(n) memory for each thread.
///
/// # Errors
/// Empty input, values that are not finite, fewer than three rows, different numbers of rows, `k` of 0 or not below n / 2.
pub fn trustworthiness<F: Real, G: Real>(
    x: ArrayView2<'_, F>,
    embedding: ArrayView2<'_, G>,
    k: usize,
) -> Result<f64> {
    check::finite(x)?;
    check::finite(embedding)?;
    let n = x.nrows();
    check::same("rows of the embedding", n, embedding.nrows())?;
    if n < 3 {
        let what = "rows (k must be below half of them)";
        return Err(ManifoldError::Shape { what, expected: 3, found: n });
    }
    check::range("k", k, 1, ((n.max(1) - 1) / 2).max(1))?;
    let search = KnnSettings { k, metric: Metric::Euclidean, include_self: false };
    let near = nearest_neighbours(embedding, &search)?;
    // Ranks do not depend on the unit.
    let scaled = check::rescaled(x);
    let rows = scaled.as_standard_layout();
    let d = x.ncols();
    let data = rows.as_slice().unwrap_or(&[]);
    let arch = Arch::new();
    let excess: Vec<usize> = data
        .par_chunks(ROWS * d)
        .enumerate()
        .map(|(chunk, rows)| {
            let squares = arch.dispatch(Squares { rows, data, d });
            squares
                .chunks_exact(n)
                .zip(chunk * ROWS..)
                .map(|(squares, i)| {
                    let row = |l: usize| &data[l * d..(l + 1) * d];
                    let small = |l: usize| small_distance(row(i), row(l), 1.0, 1.0);
                    excess(squares, small, i, near.indices.row(i).iter().copied(), k)
                })
                .sum()
        })
        .collect();
    let (n, k) = (n as f64, k as f64);
    let penalty = excess.iter().sum::<usize>() as f64;
    Ok(1.0 - 2.0 * penalty / (n * k * (2.0 * n - 3.0 * k - 1.0)))
}

/// Σⱼ max(0, r(i, j) − k) over the given rows j, from the squared distances of row i to all rows. Where these underflow,
/// `small` has the distances.
fn excess(
    squares: &[f64],
    small: impl Fn(usize) -> f64,
    i: usize,
    near: impl Iterator<Item = usize>,
    k: usize,
) -> usize {
    near.map(|j| {
        let here = squares[j];
        let closer = |&(l, s): &(usize, &f64)| l != i && (*s < here || (*s == here && l < j));
        let before = if here < TINY {
            let apart = small(j);
            let closer =
                |l: usize| l != i && squares[l] < TINY && small(l).total_cmp(&apart).then(l.cmp(&j)).is_lt();
            (0..squares.len()).filter(|&l| closer(l)).count()
        } else {
            squares.iter().enumerate().filter(closer).count()
        };
        (before + 1).saturating_sub(k)
    })
    .sum()
}

/// Squared distances of some rows to all rows, row by row. A type of its own rather than a closure, so that all of it is
/// compiled for the vector unit found.
struct Squares<'a, F> {
    rows: &'a [F],
    data: &'a [F],
    d: usize,
}

impl<F: Real> NullaryFnOnce for Squares<'_, F> {
    type Output = Vec<f64>;

    #[inline(always)]
    fn call(self) -> Vec<f64> {
        let Self { rows, data, d } = self;
        let n = data.len() / d;
        let mut squares = vec![0.0; rows.len() / d * n];
        // All rows meet a point while it is in the cache.
        for (j, point) in data.chunks_exact(d).enumerate() {
            for (r, row) in rows.chunks_exact(d).enumerate() {
                squares[r * n + j] = square(row, point);
            }
        }
        squares
    }
}

/// Squared distance in f64, in 32 interleaved sums.
#[inline(always)]
fn square<F: Real>(a: &[F], b: &[F]) -> f64 {
    let mut lanes = [0.0; 32];
    let (a, a_rest) = a.as_chunks::<32>();
    let (b, b_rest) = b.as_chunks::<32>();
    for (a, b) in a.iter().zip(b) {
        for l in 0..32 {
            let t = a[l].wide() - b[l].wide();
            lanes[l] += t * t;
        }
    }
    for (lane, (a, b)) in lanes.iter_mut().zip(a_rest.iter().zip(b_rest)) {
        let t = a.wide() - b.wide();
        *lane += t * t;
    }
    lanes.iter().sum()
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::s;

    use super::trustworthiness;
    use crate::samples::waves;

    // trustworthiness(x, y, n_neighbors=k), scikit-learn 1.9.1.
    #[test]
    fn as_scikit_learn() {
        let x = waves();
        assert_abs_diff_eq!(
            trustworthiness(x.view(), x.slice(s![.., ..2]), 5).unwrap(),
            0.895,
            epsilon = 1e-12
        );
        let worse = trustworthiness(x.view(), x.slice(s![.., 2..]), 3).unwrap();
        assert_abs_diff_eq!(worse, 0.6711111111111111, epsilon = 1e-12);
        assert_abs_diff_eq!(trustworthiness(x.view(), x.view(), 9).unwrap(), 1.0, epsilon = 1e-12);
    }

    #[test]
    fn wrong_input_is_refused() {
        let x = waves();
        assert!(trustworthiness(x.view(), x.view(), 10).is_err());
        assert!(trustworthiness(x.view(), x.view(), 0).is_err());
        assert!(trustworthiness(x.view(), x.slice(s![..19, ..]), 3).is_err());
    }

    #[test]
    fn two_points_have_no_ranks() {
        let x = waves();
        let error = trustworthiness(x.slice(s![..2, ..]), x.slice(s![..2, ..]), 1).unwrap_err();
        assert!(error.to_string().contains("expected 3, found 2"), "{error}");
        assert_eq!(trustworthiness(x.slice(s![..3, ..]), x.slice(s![..3, ..]), 1).unwrap(), 1.0);
    }

    #[test]
    fn at_every_scale() {
        let x = waves();
        let expected = trustworthiness(x.view(), x.slice(s![.., ..2]), 5).unwrap();
        for scale in [1e-300, 1e-160, 1e160, 1e307] {
            let scaled = &x * scale;
            assert_eq!(trustworthiness(scaled.view(), x.slice(s![.., ..2]), 5).unwrap(), expected, "{scale}");
            assert_eq!(
                trustworthiness(scaled.view(), scaled.slice(s![.., ..2]), 5).unwrap(),
                expected,
                "{scale}"
            );
        }
        let single = x.mapv(|v| v as f32 * 1e37);
        assert_eq!(trustworthiness(single.view(), x.slice(s![.., ..2]), 5).unwrap(), expected);
        // One row far from all others: their distances underflow beside its own.
        let mut far = &x * 1e-200;
        far.row_mut(7).fill(1e10);
        let mut near = x.clone();
        near.row_mut(7).fill(1e30);
        let found = trustworthiness(far.view(), x.slice(s![.., ..2]), 5).unwrap();
        assert_eq!(found, trustworthiness(near.view(), x.slice(s![.., ..2]), 5).unwrap());
    }
}
