use ndarray::{Array2, ArrayView2};

use super::*;
use crate::knn::{KnnSettings, Metric, Neighbours, nearest_neighbours};
use crate::samples::{groups, noise, with_threads};
use crate::{ManifoldError, Real};

fn settings(k: usize, metric: Metric) -> KnnSettings {
    KnnSettings { k, metric, include_self: false }
}

fn near<F: Real>(x: ArrayView2<'_, F>, k: usize, metric: Metric) -> Neighbours<F> {
    approximate_neighbours(x, &settings(k, metric), &ApproximateSettings::default()).unwrap()
}

/// Share of the exact neighbours that were found.
fn recall<F: Real>(x: ArrayView2<'_, F>, found: &Neighbours<F>, metric: Metric) -> f64 {
    let exact = nearest_neighbours(x, &settings(found.indices.ncols(), metric)).unwrap();
    let pairs = exact.indices.outer_iter().zip(found.indices.outer_iter());
    let hits: usize = pairs.map(|(e, f)| e.iter().filter(|i| f.iter().any(|j| j == *i)).count()).sum();
    hits as f64 / found.indices.len() as f64
}

#[test]
fn nearly_all_neighbours_are_found() {
    for metric in [Metric::Euclidean, Metric::Cosine] {
        for x in [noise(3000, 5, 1), groups(2500, 100, 7, 2).mapv(f64::from)] {
            let found = near(x.view(), 15, metric);
            let share = recall(x.view(), &found, metric);
            assert!(share >= 0.97, "{metric:?}, {:?}: {share}", x.dim());
        }
    }
}

#[test]
fn distances_are_those_of_the_exact_search() {
    // Far from the origin single precision says little; the trees and the lists work on centred rows.
    let x = noise(1500, 6, 3).mapv(|v| 1e6 + v);
    let (found, exact) =
        (near(x.view(), 4, Metric::Euclidean), nearest_neighbours(x.view(), &KnnSettings::new(4)).unwrap());
    let same =
        found.indices.outer_iter().zip(exact.indices.outer_iter()).enumerate().filter(|(_, (a, b))| a == b);
    let rows: Vec<usize> = same.map(|(i, _)| i).collect();
    assert!(rows.len() > 1400, "{}", rows.len());
    for i in rows {
        assert_eq!(found.distances.row(i), exact.distances.row(i));
    }
}

#[test]
fn threads_layout_and_repetition_change_nothing() {
    let x = groups(3000, 80, 5, 4);
    let columns = x.t().as_standard_layout().into_owned();
    for metric in [Metric::Euclidean, Metric::Cosine] {
        let one = with_threads(1, || near(x.view(), 10, metric));
        for threads in [2, 4] {
            assert_eq!(one, with_threads(threads, || near(x.view(), 10, metric)));
        }
        assert_eq!(one, near(columns.t(), 10, metric));
    }
    let other = ApproximateSettings { seed: 1, passes: Some(1), trees: 2, ..Default::default() };
    assert!(
        approximate_neighbours(x.view(), &KnnSettings::new(10), &other).unwrap()
            != near(x.view(), 10, Metric::Euclidean)
    );
}

#[test]
fn the_point_itself_comes_first_when_asked_for() {
    let x = noise(900, 4, 5);
    let with = KnnSettings { k: 6, metric: Metric::Euclidean, include_self: true };
    let found = approximate_neighbours(x.view(), &with, &ApproximateSettings::default()).unwrap();
    let without = near(x.view(), 5, Metric::Euclidean);
    for (i, row) in found.indices.outer_iter().enumerate() {
        assert_eq!((row[0], found.distances[[i, 0]]), (i, 0.0));
        assert_eq!(row.slice(ndarray::s![1..]), without.indices.row(i));
    }
}

#[test]
fn duplicates_and_constant_data_have_neighbours_at_distance_zero() {
    // 40 rows, each 50 times: more duplicates than neighbours.
    let corners = noise(40, 3, 6);
    let x = Array2::from_shape_fn((2000, 3), |(i, j)| corners[[i % 40, j]]);
    let found = near(x.view(), 15, Metric::Euclidean);
    assert!(found.distances.iter().all(|&d| d == 0.0));
    let flat = Array2::from_elem((1000, 4), 7.5_f32);
    for metric in [Metric::Euclidean, Metric::Cosine] {
        let found = near(flat.view(), 15, metric);
        assert!(found.distances.iter().all(|&d| d.abs() < 1e-6));
        found.check(1000).unwrap();
        for (i, row) in found.indices.outer_iter().enumerate() {
            let distinct: std::collections::BTreeSet<_> = row.iter().collect();
            assert!(distinct.len() == 15 && !distinct.contains(&i));
        }
    }
}

#[test]
fn zero_rows_are_at_cosine_distance_one() {
    let mut x = noise(1200, 5, 7);
    for i in 0..30 {
        x.row_mut(i * 40).fill(0.0);
    }
    let found = near(x.view(), 10, Metric::Cosine);
    assert!(found.distances.row(80).iter().all(|&d| d == 1.0));
    assert!(
        recall(
            x.slice(ndarray::s![1..40, ..]),
            &near(x.slice(ndarray::s![1..40, ..]), 3, Metric::Cosine),
            Metric::Cosine
        ) > 0.99
    );
}

#[test]
fn extreme_scales() {
    let x = noise(1000, 4, 8);
    let expected = near(x.view(), 5, Metric::Euclidean).indices;
    for exponent in [-600, 600] {
        let scaled = x.mapv(|v| v * 2.0_f64.powi(exponent));
        assert_eq!(near(scaled.view(), 5, Metric::Euclidean).indices, expected);
    }
}

#[test]
fn the_cheaper_search_is_taken() {
    assert!(Search::Auto.is_exact(4096, 784, 15));
    assert!(!Search::Auto.is_exact(10_000, 784, 15));
    assert!(Search::Auto.is_exact(9298, 50, 15));
    assert!(!Search::Auto.is_exact(70_000, 10, 15));
    assert!(Search::Exact.is_exact(1_000_000, 50, 15) && !Search::Approximate.is_exact(5000, 2, 15));
    let x = noise(300, 3, 9);
    let exact = nearest_neighbours(x.view(), &KnnSettings::new(5)).unwrap();
    assert_eq!(Search::Auto.neighbours(x.view(), &KnnSettings::new(5), 0).unwrap(), exact);
}

#[test]
fn an_index_finds_the_neighbours_of_new_rows() {
    for metric in [Metric::Euclidean, Metric::Cosine] {
        for d in [3, 40] {
            let (x, q) = (groups(4000, d, 9, 11), groups(300, d, 9, 11));
            let index = NeighbourIndex::new(x.clone(), &near(x.view(), 15, metric), metric).unwrap();
            let found = index.search(q.view(), 10).unwrap();
            let exact = crate::nearest_neighbours_of(q.view(), x.view(), 10, metric).unwrap();
            let pairs = exact.indices.outer_iter().zip(found.indices.outer_iter());
            let hits: usize =
                pairs.map(|(e, f)| e.iter().filter(|i| f.iter().any(|j| j == *i)).count()).sum();
            assert!(hits as f64 >= 0.97 * 3000.0, "{metric:?}, {d}: {hits}");
            for threads in [1, 2, 4] {
                assert_eq!(found, with_threads(threads, || index.search(q.view(), 10).unwrap()));
            }
            let alone = index.search(q.slice(ndarray::s![7..8, ..]), 10).unwrap();
            assert_eq!(alone.indices.row(0), found.indices.row(7));
        }
    }
    let x = noise(500, 3, 12);
    let index =
        NeighbourIndex::new(x.clone(), &near(x.view(), 5, Metric::Euclidean), Metric::Euclidean).unwrap();
    // Far beyond what single precision holds beside the points, and all points: exactly.
    let far = index.search(noise(4, 3, 1).mapv(|v| v * 1e200).view(), 3).unwrap();
    assert!(far.distances.iter().all(|d| d.is_finite() && *d > 1e198));
    assert_eq!(index.search(x.view(), 500).unwrap().indices.ncols(), 500);
    assert!(index.search(x.view(), 501).is_err() && index.search(noise(4, 2, 1).view(), 3).is_err());
    assert!(
        NeighbourIndex::new(noise(400, 3, 12), &near(x.view(), 5, Metric::Euclidean), Metric::Euclidean)
            .is_err()
    );
}

#[test]
fn wrong_input_is_refused() {
    let x = noise(500, 2, 0);
    let error = |k, approximate: ApproximateSettings| {
        approximate_neighbours(x.view(), &KnnSettings::new(k), &approximate).unwrap_err().to_string()
    };
    let default = ApproximateSettings::default();
    assert_eq!(error(0, default), "k is 0, expected 1 to 499 for these data");
    assert_eq!(error(500, default), "k is 500, expected 1 to 499 for these data");
    assert_eq!(
        error(5, ApproximateSettings { trees: 0, ..default }),
        "trees is 0, expected 1 to 1024 for these data"
    );
    assert!(error(5, ApproximateSettings { tolerance: f64::NAN, ..default }).starts_with("tolerance is NaN"));
    let nan = Array2::from_elem((500, 2), f32::NAN);
    let refused = approximate_neighbours(nan.view(), &KnnSettings::new(5), &default).unwrap_err();
    assert!(matches!(refused, ManifoldError::NotFinite { .. }));
}
