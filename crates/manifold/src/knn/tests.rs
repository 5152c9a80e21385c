use approx::assert_abs_diff_eq;
use ndarray::{Array2, Axis, array, concatenate, s};
use proptest::prelude::*;

use super::*;
use crate::ManifoldError;
use crate::samples::noise;

/// Every distance, sorted.
fn brute(q: &Array2<f64>, x: &Array2<f64>, k: usize, metric: Metric, same: bool) -> Neighbours<f64> {
    let mut indices = Array2::zeros((q.nrows(), k));
    let mut distances = Array2::zeros((q.nrows(), k));
    for (i, a) in q.outer_iter().enumerate() {
        let mut all: Vec<(f64, usize)> = x
            .outer_iter()
            .enumerate()
            .filter(|(j, _)| !same || *j != i)
            .map(|(j, b)| {
                let distance = match metric {
                    Metric::Euclidean => (&a - &b).mapv(|v| v * v).sum().sqrt(),
                    Metric::Cosine => {
                        let norms = (a.dot(&a) * b.dot(&b)).sqrt();
                        if norms > 0.0 { 1.0 - a.dot(&b) / norms } else { 1.0 }
                    }
                };
                (distance, j)
            })
            .collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        for (c, (d, j)) in all.into_iter().take(k).enumerate() {
            indices[[i, c]] = j;
            distances[[i, c]] = d;
        }
    }
    Neighbours { indices, distances }
}

#[test]
fn equals_brute_force() {
    for metric in [Metric::Euclidean, Metric::Cosine] {
        for (n, d, k) in [(1300, 7, 15), (90, 3, 89), (600, 40, 1)] {
            let x = noise(n, d, 1);
            let found =
                nearest_neighbours(x.view(), &KnnSettings { k, metric, include_self: false }).unwrap();
            let expected = brute(&x, &x, k, metric, true);
            assert_eq!(found.indices, expected.indices);
            assert_abs_diff_eq!(found.distances, expected.distances, epsilon = 1e-12);
        }
        let (x, q) = (noise(700, 5, 2), noise(130, 5, 3));
        let found = nearest_neighbours_of(q.view(), x.view(), 9, metric).unwrap();
        let expected = brute(&q, &x, 9, metric, false);
        assert_eq!(found.indices, expected.indices);
        assert_abs_diff_eq!(found.distances, expected.distances, epsilon = 1e-12);
    }
}

#[test]
fn differences_below_single_precision_decide() {
    // Neighbours at 10⁶ that differ by 10⁻⁶: products in f32 cannot tell them apart, the exact pass does.
    let x = noise(500, 3, 4).mapv(|v| 1e6 + v * 1e-6);
    let far = concatenate![Axis(0), x, array![[0.0, 0.0, 0.0]]];
    let found = nearest_neighbours(far.view(), &KnnSettings::new(5)).unwrap();
    assert_eq!(found.indices, brute(&far, &far, 5, Metric::Euclidean, true).indices);
}

#[test]
fn extreme_scales() {
    for scale in [1e-200, 1e-30, 1e30, 1e150] {
        let x = noise(200, 4, 6);
        let scaled = x.mapv(|v| v * scale);
        let found = nearest_neighbours(scaled.view(), &KnnSettings::new(4)).unwrap();
        assert_eq!(found.indices, brute(&x, &x, 4, Metric::Euclidean, true).indices, "scale {scale}");
        let cosine = KnnSettings { k: 4, metric: Metric::Cosine, include_self: false };
        let found = nearest_neighbours(scaled.view(), &cosine).unwrap();
        assert_eq!(found.indices, brute(&x, &x, 4, Metric::Cosine, true).indices, "scale {scale}");
    }
}

#[test]
fn duplicates_come_by_index_and_self_comes_first() {
    let x = Array2::from_elem((9, 2), 3.0_f32);
    let found = nearest_neighbours(x.view(), &KnnSettings::new(3)).unwrap();
    assert_eq!(found.indices.row(0).to_vec(), [1, 2, 3]);
    assert_eq!(found.indices.row(5).to_vec(), [0, 1, 2]);
    let with = KnnSettings { k: 9, metric: Metric::Euclidean, include_self: true };
    let found = nearest_neighbours(x.view(), &with).unwrap();
    assert_eq!(found.indices.row(5).to_vec(), [5, 0, 1, 2, 3, 4, 6, 7, 8]);
    assert!(found.distances.iter().all(|&d| d == 0.0));
    let alone = KnnSettings { k: 1, metric: Metric::Euclidean, include_self: true };
    assert_eq!(nearest_neighbours(x.view(), &alone).unwrap().indices.row(7).to_vec(), [7]);
}

#[test]
fn a_zero_row_is_at_cosine_distance_one() {
    let x = array![[0.0, 0.0], [1.0, 1.0], [2.0, 2.0], [-1.0, -1.0]];
    let settings = KnnSettings { k: 3, metric: Metric::Cosine, include_self: false };
    let found = nearest_neighbours(x.view(), &settings).unwrap();
    assert_eq!(found.indices, array![[1, 2, 3], [2, 0, 3], [1, 0, 3], [0, 1, 2]]);
    assert_abs_diff_eq!(
        found.distances,
        array![[1.0, 1.0, 1.0], [0.0, 1.0, 2.0], [0.0, 1.0, 2.0], [1.0, 2.0, 2.0]],
        epsilon = 1e-12
    );
}

#[test]
fn threads_and_layout_change_nothing() {
    let x = noise(1000, 12, 8).mapv(|v| v as f32);
    let columns = x.t().as_standard_layout().into_owned();
    let run = |threads, x: ndarray::ArrayView2<'_, f32>| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| nearest_neighbours(x, &KnnSettings::new(10)).unwrap())
    };
    let one = run(1, x.view());
    assert_eq!(one, run(2, x.view()));
    assert_eq!(one, run(2, columns.t()));
}

#[test]
fn wrong_input_is_refused() {
    let x = noise(5, 2, 0);
    let error = |k, include_self| {
        let settings = KnnSettings { k, metric: Metric::Euclidean, include_self };
        nearest_neighbours(x.view(), &settings).unwrap_err()
    };
    assert_eq!(error(5, false), ManifoldError::Range { name: "k", low: 1, high: 4, found: 5 });
    assert_eq!(error(6, true), ManifoldError::Range { name: "k", low: 1, high: 5, found: 6 });
    assert_eq!(error(0, true), ManifoldError::Range { name: "k", low: 1, high: 5, found: 0 });
    let one = Array2::<f64>::zeros((1, 2));
    assert!(nearest_neighbours(one.view(), &KnnSettings::new(1)).is_err());
    let other = Array2::<f64>::zeros((3, 4));
    assert!(nearest_neighbours_of(other.view(), x.view(), 1, Metric::Euclidean).is_err());
    let nan = Array2::from_elem((3, 2), f64::NAN);
    assert!(nearest_neighbours(nan.view(), &KnnSettings::new(1)).is_err());
}

#[test]
fn sparse_rows_have_the_neighbours_of_dense_ones() {
    // A third of the values are left, some rows are zero, some equal.
    let mut x = noise(400, 30, 9).mapv(|v| if v.abs() > 0.66 { v } else { 0.0 });
    (0..400).step_by(50).for_each(|i| x.row_mut(i).fill(0.0));
    let row = x.row(7).to_owned();
    (0..400).step_by(40).for_each(|i| x.row_mut(i + 3).assign(&row));
    for scale in [1.0, 1e-200, 1e150] {
        let x = x.mapv(|v| v * scale);
        let csr = crate::Csr::csr_from_dense(x.view(), 0.0);
        for metric in [Metric::Euclidean, Metric::Cosine] {
            for include_self in [false, true] {
                let settings = KnnSettings { k: 12, metric, include_self };
                let found = nearest_neighbours_csr(csr.view(), &settings).unwrap();
                let exact = nearest_neighbours(x.view(), &settings).unwrap();
                let near = (&found.distances - &exact.distances).mapv(f64::abs);
                assert!(
                    near.iter()
                        .all(|&d| d <= 1e-12 * scale.max(f64::from(u8::from(metric == Metric::Cosine))))
                );
                let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
                assert_eq!(found, one.install(|| nearest_neighbours_csr(csr.view(), &settings).unwrap()));
            }
        }
    }
    let csr = crate::Csr::csr_from_dense(x.view(), 0.0);
    assert!(nearest_neighbours_csr(csr.view(), &KnnSettings::new(400)).is_err());
    assert!(nearest_neighbours_csr(csr.to_csc().view(), &KnnSettings::new(4)).is_err());
    let bad = csr.map(|_| f64::NAN);
    assert!(matches!(
        nearest_neighbours_csr(bad.view(), &KnnSettings::new(4)),
        Err(ManifoldError::NotFinite { .. })
    ));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn equals_brute_force_on_a_grid_full_of_ties(n in 2_usize..150, d in 1_usize..4, k in 1_usize..20, seed in any::<u64>()) {
        let x = noise(n, d, seed).mapv(|v| (v * 3.0).round());
        let k = k.min(n - 1);
        let found = nearest_neighbours(x.view(), &KnnSettings::new(k)).unwrap();
        prop_assert_eq!(found, brute(&x, &x, k, Metric::Euclidean, true));
    }
}

#[test]
fn numbers_at_the_ends_of_the_type() {
    // Neighbours of −1e308 among these: 0 is 1e308 away, 1e308 would be 2e308, which f64 does not hold.
    let x = array![[-1e308_f64], [-0.9e308], [0.0], [1e308]];
    let near = nearest_neighbours(x.view(), &KnnSettings::new(1)).unwrap();
    assert_eq!(near.indices.column(0).to_vec(), [1, 0, 1, 2]);
    assert!((near.distances[[3, 0]] / 1e308 - 1.0).abs() < 1e-12);
    let error = nearest_neighbours(x.view(), &KnnSettings::new(3)).unwrap_err();
    assert_eq!(error, ManifoldError::Scale { what: "distances", size: "large" });
    let of = nearest_neighbours_of(array![[1e308]].view(), x.view(), 2, Metric::Euclidean).unwrap();
    assert_eq!(of.indices, array![[3, 2]]);
    let single = array![[-3e38_f32], [3e38], [2.9e38]];
    let near = nearest_neighbours(single.slice(s![1.., ..]), &KnnSettings::new(1)).unwrap();
    assert_eq!(near.indices, array![[1], [0]]);
    assert!(nearest_neighbours(single.view(), &KnnSettings::new(2)).is_err());
    for scale in [1e-320, 1e-310, 1e-160, 1e160, 1e307] {
        let near =
            nearest_neighbours((array![[0.0], [3.0], [4.0], [9.0]] * scale).view(), &KnnSettings::new(2))
                .unwrap();
        assert_eq!(near.indices, array![[1, 2], [2, 0], [1, 0], [2, 1]], "{scale}");
    }
}

#[test]
fn differences_whose_squares_underflow_decide() {
    let x = array![[0.0_f64], [2e-200], [1e-200], [1.0]];
    let near = nearest_neighbours(x.view(), &KnnSettings::new(3)).unwrap();
    assert_eq!(near.indices.row(0).to_vec(), [2, 1, 3]);
    assert!((near.distances[[0, 0]] / 1e-200 - 1.0).abs() < 1e-12);
}

#[test]
fn cosines_of_rows_of_any_length() {
    // The angles of 1, 40, 80 degrees.
    let rows = [1.0_f64, 40.0, 80.0].map(|a| [a.to_radians().cos(), a.to_radians().sin()]);
    let expected = 1.0 - 39.0_f64.to_radians().cos();
    for scale in [1e-322, 1e-310, 1e-200, 1.0, 1e200, 1.7e308] {
        let mut x = ndarray::arr2(&rows);
        x.row_mut(0).mapv_inplace(|v| v * scale);
        let settings = KnnSettings { metric: Metric::Cosine, ..KnnSettings::new(2) };
        let near = nearest_neighbours(x.view(), &settings).unwrap();
        assert_eq!(near.indices, array![[1, 2], [0, 2], [1, 0]], "{scale}");
        assert!((near.distances[[0, 0]] - expected).abs() < if scale < 1e-315 { 0.05 } else { 1e-12 });
    }
    let mut long = Array2::from_elem((3, 200), 1.7e308);
    long[[1, 0]] = -1.7e308;
    let settings = KnnSettings { metric: Metric::Cosine, ..KnnSettings::new(1) };
    assert_eq!(nearest_neighbours(long.view(), &settings).unwrap().indices.column(0).to_vec(), [2, 0, 0]);
}
