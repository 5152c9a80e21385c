//! Properties on random data: every algorithm gives plain Lloyd's result, bit for bit, and that result is consistent with itself.

use deepclust_cluster::{Algorithm, Float, KMeans, KMeansModel, KMeansSettings};
use ndarray::{Array2, ArrayView2};
use ndarray_rand::RandomExt;
use proptest::prelude::*;
use rand::distr::Uniform;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Blobs, optionally on a grid so coarse that many samples and distances are equal.
fn blobs(n: usize, d: usize, k: usize, grid: bool, offset: f64, seed: u64) -> Array2<f64> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let centers = Array2::random_using((k, d), Uniform::new(-2.0, 2.0).unwrap(), &mut rng);
    let mut x = Array2::zeros((n, d));
    for mut row in x.rows_mut() {
        let c = rng.random_range(0..k as u64) as usize;
        for (v, m) in row.iter_mut().zip(centers.row(c)) {
            let value: f64 = m + rng.random_range(-1.0..1.0);
            *v = offset + if grid { value.round() } else { value };
        }
    }
    x
}

fn nearest<T: Float>(x: ArrayView2<'_, T>, model: &KMeansModel<T>) -> (Vec<usize>, f64) {
    let mut inertia = 0.0;
    let labels = x.rows().into_iter().map(|row| {
        let squares = model.centers().rows().into_iter().map(|c| {
            row.iter().zip(c).map(|(a, b)| (a.to_f64().unwrap() - b.to_f64().unwrap()).powi(2)).sum::<f64>()
        });
        let (label, square) =
            squares.enumerate().fold((0, f64::INFINITY), |best, s| if s.1 < best.1 { s } else { best });
        inertia += square;
        label
    });
    (labels.collect(), inertia)
}

fn check<T: Float>(x: &Array2<T>, k: usize, max_iter: usize) {
    let init = x.slice(ndarray::s![..k, ..]);
    let fit = |algorithm| {
        let settings = KMeansSettings::new(k).algorithm(algorithm).max_iter(max_iter).tol(0.0);
        KMeans::new(settings).unwrap().fit_from(x.view(), init, None).unwrap()
    };
    let plain = fit(Algorithm::Lloyd);
    for algorithm in [Algorithm::Auto, Algorithm::Hamerly, Algorithm::Yinyang] {
        assert_eq!(fit(algorithm), plain, "{algorithm:?}");
    }
    let (labels, inertia) = nearest(x.view(), &plain);
    // Sums in another order: equal up to rounding, and labels equal where distances differ by more than that. On a grid two centres may
    // be the same number but for rounding, and then neither is nearer.
    let centers = plain.centers();
    let apart = |a: usize, b: usize| {
        let pairs = centers.row(a).into_iter().zip(centers.row(b));
        pairs.map(|(u, v)| (u.to_f64().unwrap() - v.to_f64().unwrap()).abs()).fold(0.0, f64::max)
    };
    let tiny = 1e-5 * (1.0 + centers.iter().fold(0.0, |most: f64, c| most.max(c.to_f64().unwrap().abs())));
    let wrong = labels.iter().zip(plain.labels()).filter(|&(&a, &b)| a != b && apart(a, b) > tiny).count();
    assert!(wrong * 100 <= labels.len(), "{wrong} labels are not the nearest");
    assert!((inertia - plain.inertia()).abs() <= 1e-9 * (inertia + 1e-9), "{inertia} {}", plain.inertia());
    assert_eq!(plain.predict(x.view()).unwrap(), plain.labels());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn algorithms_agree(
        n in 40usize..600, d in 1usize..40, k in 1usize..40, grid: bool, far: bool, max_iter in 1usize..30, seed: u64,
    ) {
        let x = blobs(n, d, k, grid, if far { 3e4 } else { 0.0 }, seed);
        check(&x, k, max_iter);
        check(&x.mapv(|v| v as f32), k, max_iter);
    }

    #[test]
    fn scale_does_not_matter(seed: u64, exponent in -40i32..40) {
        // Powers of two scale exactly, so that every label stays.
        let x = blobs(200, 6, 5, false, 0.0, seed);
        let fit = |x: &Array2<f64>| KMeans::new(KMeansSettings::new(5)).unwrap()
            .fit_from(x.view(), x.slice(ndarray::s![..5, ..]), None).unwrap();
        let scale = 2f64.powi(exponent);
        let (one, other) = (fit(&x), fit(&x.mapv(|v| v * scale)));
        prop_assert_eq!(one.labels(), other.labels());
        prop_assert_eq!(one.inertia() * scale * scale, other.inertia());
    }

    #[test]
    fn weight_is_repetition(seed: u64) {
        let x = blobs(60, 3, 4, false, 0.0, seed);
        let weights: Vec<f64> = (0..60).map(|i| f64::from(i % 3)).collect();
        let rows: Vec<usize> = (0..60).flat_map(|i| std::iter::repeat_n(i, i % 3)).collect();
        let repeated = x.select(ndarray::Axis(0), &rows);
        // Samples of some weight as centres and a single iteration: no cluster can be empty, whose repair depends on single samples.
        let init = x.select(ndarray::Axis(0), &[1, 2, 4, 5]);
        let init = init.view();
        let kmeans = KMeans::new(KMeansSettings::new(4).max_iter(1)).unwrap();
        let weighted = kmeans.fit_from(x.view(), init, Some(&weights)).unwrap();
        let plain = kmeans.fit_from(repeated.view(), init, None).unwrap();
        prop_assert!((weighted.inertia() - plain.inertia()).abs() < 1e-9);
        for (a, b) in weighted.centers().iter().zip(plain.centers()) {
            prop_assert!((a - b).abs() < 1e-9);
        }
    }
}

/// Values so large or small that single-precision products would over- or underflow.
#[test]
fn extreme_scales() {
    for scale in [1e-30f32, 1e-15, 1e15, 1e30] {
        check(&blobs(300, 7, 5, false, 0.0, 4).mapv(|v| v as f32 * scale), 5, 50);
    }
    for scale in [1e-140, 1e140] {
        check(&blobs(300, 7, 5, false, 0.0, 4).mapv(|v| v * scale), 5, 50);
    }
}

/// Long chains, several panels and tiles that are not full.
#[test]
fn larger_shapes() {
    for (n, d, k) in [
        (700, 300, 47),
        (1100, 2, 100),
        (900, 129, 33),
        (500, 784, 10),
        (400, 64, 70),
        (5000, 10, 10),
        (3000, 16, 3),
    ] {
        let x = blobs(n, d, k, false, 0.0, 9);
        check(&x, k, 20);
        check(&x.mapv(|v| v as f32), k, 20);
    }
}
