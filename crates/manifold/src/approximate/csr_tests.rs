use ndarray::{Array2, s};

use super::*;
use crate::knn::{KnnSettings, Metric, Neighbours, nearest_neighbours_csr};
use crate::samples::{noise, texts, with_threads};
use crate::{Csr, CsrView, ManifoldError, Real};

const BOTH: [Metric; 2] = [Metric::Euclidean, Metric::Cosine];

fn settings(k: usize, metric: Metric) -> KnnSettings {
    KnnSettings { k, metric, include_self: false }
}

fn near<F: Real>(x: CsrView<'_, F>, k: usize, metric: Metric) -> Neighbours<F> {
    approximate_neighbours_csr(x, &settings(k, metric), &ApproximateSettings::sparse()).unwrap()
}

/// Share of the rows found that are as near as the exact ones (rows of a few words are at equal distances from many). A pair
/// that both found has to be at the same distance.
fn recall<F: Real>(x: CsrView<'_, F>, found: &Neighbours<F>, metric: Metric) -> f64 {
    let k = found.indices.ncols();
    let exact = nearest_neighbours_csr(x, &settings(k, metric)).unwrap();
    let mut hits = 0;
    for i in 0..x.rows() {
        for (j, distance) in found.indices.row(i).iter().zip(found.distances.row(i)) {
            if let Some(at) = exact.indices.row(i).iter().position(|e| e == j) {
                assert_eq!(*distance, exact.distances[[i, at]]);
            }
            hits += usize::from(*distance <= exact.distances[[i, k - 1]]);
        }
    }
    hits as f64 / found.indices.len() as f64
}

#[test]
fn nearly_all_neighbours_of_texts_are_found_at_the_distances_of_the_exact_search() {
    let x = texts(4000, 1500, 12, 1);
    // Parts of texts: some are left very short, and are near to all.
    let part = Csr::csr_from_dense(x.to_dense().slice(s![.., ..150]), 0.0);
    for metric in BOTH {
        for x in [&x, &part] {
            let share = recall(x.view(), &near(x.view(), 15, metric), metric);
            assert!(share >= 0.97, "{metric:?}, {:?}: {share}", x.shape());
        }
        let single = x.map(|v| *v as f32);
        assert!(recall(single.view(), &near(single.view(), 15, metric), metric) >= 0.97);
    }
}

#[test]
fn threads_and_repetition_change_nothing() {
    let x = texts(3000, 800, 5, 4);
    for metric in BOTH {
        let one = with_threads(1, || near(x.view(), 10, metric));
        for threads in [2, 4] {
            assert_eq!(one, with_threads(threads, || near(x.view(), 10, metric)));
        }
    }
    let other = ApproximateSettings { seed: 1, passes: Some(1), trees: 2, ..Default::default() };
    let found = approximate_neighbours_csr(x.view(), &KnnSettings::new(10), &other).unwrap();
    assert!(found != near(x.view(), 10, Metric::Euclidean));
}

#[test]
fn the_row_itself_comes_first_when_asked_for() {
    let x = texts(900, 300, 4, 5);
    let with = KnnSettings { k: 6, metric: Metric::Cosine, include_self: true };
    let found = approximate_neighbours_csr(x.view(), &with, &ApproximateSettings::sparse()).unwrap();
    let without = near(x.view(), 5, Metric::Cosine);
    for (i, row) in found.indices.outer_iter().enumerate() {
        assert_eq!((row[0], found.distances[[i, 0]]), (i, 0.0));
        assert_eq!(row.slice(s![1..]), without.indices.row(i));
    }
}

#[test]
fn duplicates_have_neighbours_at_distance_zero() {
    // 40 rows, each 50 times: more duplicates than neighbours.
    let corners = noise(40, 30, 6).mapv(|v| if v.abs() > 0.5 { v } else { 0.0 });
    let x = Array2::from_shape_fn((2000, 30), |(i, j)| corners[[i % 40, j]]);
    let x = Csr::csr_from_dense(x.view(), 0.0);
    for metric in BOTH {
        let found = near(x.view(), 15, metric);
        assert!(found.distances.iter().all(|&d| d.abs() < 1e-15));
        found.check(2000).unwrap();
        for (i, row) in found.indices.outer_iter().enumerate() {
            let distinct: std::collections::BTreeSet<_> = row.iter().collect();
            assert!(distinct.len() == 15 && !distinct.contains(&i) && row.iter().all(|j| j % 40 == i % 40));
        }
    }
}

#[test]
fn zero_rows_are_at_cosine_distance_one() {
    let mut x = texts(1200, 200, 3, 7).to_dense();
    (0..30).for_each(|i| x.row_mut(i * 40).fill(0.0));
    let x = Csr::csr_from_dense(x.view(), 0.0);
    let found = near(x.view(), 10, Metric::Cosine);
    assert!(found.distances.row(80).iter().all(|&d| d == 1.0));
    assert!(found.distances.row(81).iter().all(|&d| d < 1.0));
    let none = Csr::<f64>::zero((500, 3));
    assert!(near(none.view(), 4, Metric::Euclidean).distances.iter().all(|&d| d == 0.0));
    assert!(near(none.view(), 4, Metric::Cosine).distances.iter().all(|&d| d == 1.0));
}

#[test]
fn extreme_scales() {
    let x = texts(1000, 200, 4, 8);
    let expected = near(x.view(), 5, Metric::Euclidean).indices;
    for exponent in [-600, 600] {
        let scaled = x.map(|v| v * 2.0_f64.powi(exponent));
        assert_eq!(near(scaled.view(), 5, Metric::Euclidean).indices, expected);
    }
    let huge = x.map(|v| v.signum() * 1.7e308);
    let error = approximate_neighbours_csr(huge.view(), &KnnSettings::new(5), &ApproximateSettings::sparse());
    assert_eq!(error.unwrap_err(), ManifoldError::Scale { what: "distances", size: "large" });
}

#[test]
fn the_cheaper_search_is_taken() {
    let x = texts(6000, 2000, 10, 9);
    assert!(!Search::Auto.is_exact_csr(x.view(), 5) && Search::Auto.is_exact_csr(x.view(), 200));
    assert!(Search::Exact.is_exact_csr(x.view(), 5) && !Search::Approximate.is_exact_csr(x.view(), 200));
    let few = x.slice_outer(0..600);
    let exact = nearest_neighbours_csr(few.view(), &KnnSettings::new(5)).unwrap();
    assert_eq!(Search::Auto.neighbours_csr(few.view(), &KnnSettings::new(5), 0).unwrap(), exact);
    let found = Search::Auto.neighbours_csr(x.view(), &KnnSettings::new(5), 0).unwrap();
    assert_eq!(found, near(x.view(), 5, Metric::Euclidean));
    assert!(Search::Approximate.neighbours_csr(x.to_csc().view(), &KnnSettings::new(5), 0).is_err());
}

#[test]
fn wrong_input_is_refused() {
    let x = texts(500, 60, 3, 0);
    let error = |x: CsrView<'_, f64>, k, approximate: ApproximateSettings| {
        approximate_neighbours_csr(x, &KnnSettings::new(k), &approximate).unwrap_err()
    };
    let sparse = ApproximateSettings::sparse();
    for k in [0, 500] {
        let expected = ManifoldError::Range { name: "k", low: 1, high: 499, found: k };
        assert_eq!(error(x.view(), k, sparse), expected);
    }
    let none = ApproximateSettings { trees: 0, ..sparse };
    assert!(matches!(error(x.view(), 5, none), ManifoldError::Range { name: "trees", .. }));
    assert!(matches!(error(x.to_csc().view(), 5, sparse), ManifoldError::Shape { .. }));
    assert!(matches!(error(x.map(|_| f64::NAN).view(), 5, sparse), ManifoldError::NotFinite { .. }));
    let empty = Csr::<f64>::zero((0, 3));
    assert!(matches!(error(empty.view(), 5, sparse), ManifoldError::Empty { .. }));
}
