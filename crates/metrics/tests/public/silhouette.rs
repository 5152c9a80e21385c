//! The blocked silhouette against its definition, against scikit-learn, and on hard data.

use crate::common::{clouds, grid, silhouette_by_definition};
use approx::{assert_abs_diff_eq, assert_relative_eq};
use deepclust_metrics::{Distance, Error, Scalar, silhouette_sampled, silhouette_samples, silhouette_score};
use ndarray::{Array1, Array2, ArrayView2, array, s};
use proptest::prelude::*;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

const BOTH: [Distance; 2] = [Distance::Euclidean, Distance::Cosine];

fn largest_difference(a: &Array1<f64>, b: &Array1<f64>) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

#[test]
fn reference_values() {
    // x = [[((i*37 + j*101 + i*i*j*7) % 97)/10 - 4 for j in range(5)] for i in range(60)]
    // l = [(i*i + i//7) % 4 for i in range(60)]
    // sklearn 1.9.1: silhouette_score(x, l, metric=…), silhouette_samples(x, l, metric=…)[:4]
    let (x, labels) = grid();
    let euclidean = silhouette_samples(x.view(), &labels, Distance::Euclidean).unwrap();
    let expected = [-0.12469628356697346, -0.11281167941011101, -0.14050684715061568, -0.00927989746331039];
    for (&found, expected) in euclidean.iter().zip(expected) {
        assert_relative_eq!(found, expected, max_relative = 1e-12);
    }
    let score = |distance| silhouette_score(x.view(), &labels, distance).unwrap();
    assert_relative_eq!(score(Distance::Euclidean), -0.06656998715023989, max_relative = 1e-12);
    assert_relative_eq!(score(Distance::Cosine), -0.10091495283335447, max_relative = 1e-12);
}

#[test]
fn singletons_duplicates_and_zero_rows() {
    // sklearn 1.9.1: silhouette_samples(x, l)
    let x = array![[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [10.0, 10.0], [11.0, 10.0], [50.0, 50.0]];
    let found = silhouette_samples(x.view(), &[0, 0, 0, 1, 1, 2], Distance::Euclidean).unwrap();
    let expected = [
        0.9310539882297567,
        0.9125150533570109,
        0.9127380948438325,
        0.9269172950166996,
        0.9305890957634447,
        0.0,
    ];
    for (&found, expected) in found.iter().zip(expected) {
        assert_relative_eq!(found, expected, max_relative = 1e-13);
    }
    let pairs = array![[1.0, 2.0], [1.0, 2.0], [3.0, 4.0], [3.0, 4.0], [5.0, 6.0]];
    let found = silhouette_samples(pairs.view(), &[0, 0, 1, 1, 2], Distance::Euclidean).unwrap();
    assert_eq!(found, array![1.0, 1.0, 1.0, 1.0, 0.0]);
    // sklearn 1.9.1: silhouette_samples(x, l, metric="cosine")
    let zero = array![[0.0, 0.0], [1.0, 0.0], [0.0, 2.0], [-3.0, -1.0], [2.0, 2.0]];
    let found = silhouette_samples(zero.view(), &[0, 0, 1, 1, 1], Distance::Cosine).unwrap();
    let expected =
        [0.0, 0.07452439132847535, 0.19543950758485473, -0.08159446046785922, -0.40891457282028115];
    for (&found, expected) in found.iter().zip(expected) {
        assert_abs_diff_eq!(found, expected, epsilon = 1e-15);
    }
}

#[test]
fn parallel_samples_are_at_no_cosine_distance() {
    // In one dimension there are two directions: all these are 0 apart, whatever their lengths.
    let x = Array2::from_shape_fn((44, 1), |(i, _)| 0.1 + 0.37 * i as f64);
    let labels: Vec<usize> = (0..44).map(|i| i % 3).collect();
    let found = silhouette_samples(x.view(), &labels, Distance::Cosine).unwrap();
    assert_eq!(found, Array1::zeros(44));
    let single = x.mapv(|value| value as f32);
    assert_eq!(silhouette_samples(single.view(), &labels, Distance::Cosine).unwrap(), Array1::zeros(44));
    // The same in seven, where every coordinate is rounded.
    let x = Array2::from_shape_fn((44, 7), |(i, j)| (0.1 + 0.37 * i as f64) * (1.0 + j as f64).sqrt());
    assert_eq!(silhouette_samples(x.view(), &labels, Distance::Cosine).unwrap(), Array1::zeros(44));
}

#[test]
fn all_samples_equal_is_zero() {
    let x = Array2::from_elem((9, 3), 0.1);
    let found = silhouette_samples(x.view(), &[0, 1, 0, 1, 0, 1, 0, 1, 1], Distance::Euclidean).unwrap();
    assert_eq!(found, Array1::zeros(9));
}

#[test]
fn many_blocks_and_many_clusters_equal_the_definition() {
    // Sizes around the block lengths, one cluster over several blocks, hundreds of clusters in one.
    for (n, d, k) in
        [(257, 70, 2), (1024, 3, 5), (1025, 130, 4), (2300, 2, 3), (2100, 5, 700), (2100, 64, 1050)]
    {
        let (x, labels) = clouds(n, d, k, 0.0, 11);
        for distance in BOTH {
            let expected = silhouette_by_definition(&x, &labels, distance);
            let found = silhouette_samples(x.view(), &labels, distance).unwrap();
            assert!(largest_difference(&found, &expected) < 1e-12, "{n}x{d}, {k} clusters, {distance:?}");
        }
    }
}

#[test]
fn single_precision_keeps_six_digits() {
    // The stated accuracy: 2e-6 for each sample, 1e-6 for the mean, also far from the origin, where products would leave none.
    for offset in [0.0, 1000.0] {
        let (x, labels) = clouds(2300, 100, 7, offset, 5);
        let x = x.mapv(|value| value as f32);
        let exact = x.mapv(f64::from);
        for distance in BOTH {
            let expected = silhouette_by_definition(&exact, &labels, distance);
            let found = silhouette_samples(x.view(), &labels, distance).unwrap();
            let tolerance = match (distance, offset == 0.0) {
                // Directions that differ by 1/1000 keep three digits fewer when rounded to unit length.
                (Distance::Cosine, false) => 2e-4,
                _ => 2e-6,
            };
            assert!(largest_difference(&found, &expected) < tolerance, "{distance:?} at {offset}");
            if distance == Distance::Euclidean {
                let score = silhouette_score(x.view(), &labels, distance).unwrap();
                assert_abs_diff_eq!(score, expected.mean().unwrap(), epsilon = 1e-6);
            }
        }
    }
}

#[test]
fn near_duplicates_far_from_the_origin_keep_their_digits() {
    // Differences of powers of two around 10⁶: ‖x‖² − 2x·y + ‖y‖² would lose all of them.
    let (n, d) = (300, 6);
    let step = (2f64).powi(-20);
    let x = Array2::from_shape_fn((n, d), |(i, j)| 1e6 + step * ((i * 7 + j * 13 + i * j) % 32) as f64);
    let moved = x.mapv(|value| value - 1e6);
    let labels: Vec<usize> = (0..n).map(|i| i % 3).collect();
    let expected = silhouette_by_definition(&moved, &labels, Distance::Euclidean);
    let found = silhouette_samples(x.view(), &labels, Distance::Euclidean).unwrap();
    assert!(largest_difference(&found, &expected) < 1e-13);
}

#[test]
fn extreme_magnitudes_neither_overflow_nor_vanish() {
    let (x, labels) = clouds(100, 4, 3, 0.0, 2);
    for distance in BOTH {
        let expected = silhouette_samples(x.view(), &labels, distance).unwrap();
        for exponent in [-700.0f64, -300.0, 0.0, 300.0, 900.0] {
            let scaled = x.mapv(|value| value * exponent.exp2());
            let found = silhouette_samples(scaled.view(), &labels, distance).unwrap();
            assert!(largest_difference(&found, &expected) < 1e-13, "{distance:?} at 2^{exponent}");
        }
        for exponent in [-100.0f64, 100.0] {
            let scaled = x.mapv(|value| (value * exponent.exp2()) as f32);
            let found = silhouette_samples(scaled.view(), &labels, distance).unwrap();
            assert!(largest_difference(&found, &expected) < 2e-6, "{distance:?} at 2^{exponent}, single");
        }
    }
}

#[test]
fn the_number_of_threads_does_not_change_a_bit() {
    let (x, labels) = clouds(3000, 20, 12, 0.0, 8);
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| bits(&x.view(), &labels))
    };
    let one = with(1);
    assert_eq!(one, with(2));
    assert_eq!(one, with(5));
}

fn bits<F: Scalar>(x: &ArrayView2<'_, F>, labels: &[usize]) -> Vec<u64> {
    silhouette_samples(*x, labels, Distance::Euclidean).unwrap().iter().map(|s| s.to_bits()).collect()
}

#[test]
fn any_layout_of_the_array_will_do() {
    let (x, labels) = clouds(400, 6, 4, 0.0, 3);
    let columns = x.t().as_standard_layout().to_owned();
    assert_eq!(bits(&x.view(), &labels), bits(&columns.t(), &labels));
    let mut wide = Array2::from_elem((800, 12), f64::NAN);
    wide.slice_mut(s![..;2, ..;2]).assign(&x);
    assert_eq!(bits(&x.view(), &labels), bits(&wide.slice(s![..;2, ..;2]), &labels));
}

#[test]
fn a_sample_is_the_score_of_the_part_drawn() {
    let (x, labels) = clouds(500, 4, 3, 0.0, 4);
    let sampled = |size, seed| {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        silhouette_sampled(x.view(), &labels, Distance::Euclidean, size, &mut rng)
    };
    let whole = silhouette_score(x.view(), &labels, Distance::Euclidean).unwrap();
    assert_eq!(sampled(500, 1).unwrap(), whole);
    let part = sampled(200, 1).unwrap();
    assert_eq!(part, sampled(200, 1).unwrap());
    assert_ne!(part, sampled(200, 2).unwrap());
    assert_abs_diff_eq!(part, whole, epsilon = 0.05);
    for size in [0, 501] {
        assert_eq!(sampled(size, 1).unwrap_err(), Error::SampleSize { got: size, samples: 500 });
    }
    assert!(matches!(sampled(1, 1), Err(Error::ClusterCount { clusters: 1, samples: 1 })));
}

#[test]
fn bad_input_is_refused() {
    let score = |x: &Array2<f64>, labels: &[usize]| {
        silhouette_score(x.view(), labels, Distance::Euclidean).unwrap_err().to_string()
    };
    let x = array![[0.0], [1.0], [2.0]];
    assert!(score(&x, &[1, 1, 1]).starts_with("found 1 clusters in 3 samples"));
    assert!(score(&x, &[0, 1, 2]).starts_with("found 3 clusters in 3 samples"));
    assert_eq!(score(&x, &[0, 1]), "the label list has 2 entries, expected 3");
    assert!(score(&array![[0.0], [f64::NAN], [1.0]], &[0, 0, 1]).contains("row 1, column 0 is not finite"));
    assert!(score(&array![[0.0], [1.0], [f64::NEG_INFINITY]], &[0, 0, 1]).contains("row 2"));
    assert!(score(&Array2::zeros((0, 2)), &[]).contains("empty"));
    assert!(score(&Array2::zeros((3, 0)), &[0, 0, 1]).contains("no columns"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn equals_the_definition(
        n in 3usize..600, d in 1usize..80, k in 2usize..40, seed in any::<u64>(), coarse in any::<bool>(),
    ) {
        let (mut x, labels) = clouds(n, d, k.min(n - 1), 0.0, seed);
        if coarse {
            // Many duplicates.
            x.mapv_inplace(f64::round);
        }
        for distance in BOTH {
            let expected = silhouette_by_definition(&x, &labels, distance);
            let found = silhouette_samples(x.view(), &labels, distance).unwrap();
            prop_assert!(largest_difference(&found, &expected) < 1e-11, "{distance:?}");
            prop_assert!(found.iter().all(|s| (-1.0..=1.0).contains(s)));
        }
    }

    #[test]
    fn names_of_clusters_and_order_of_samples_do_not_matter(
        n in 10usize..300, k in 2usize..6, seed in any::<u64>(), shift in 1usize..1_000_000,
    ) {
        let (x, labels) = clouds(n, 3, k, 0.0, seed);
        let plain = silhouette_samples(x.view(), &labels, Distance::Euclidean).unwrap();
        let renamed: Vec<usize> = labels.iter().map(|&l| (k - l) * shift).collect();
        let found = silhouette_samples(x.view(), &renamed, Distance::Euclidean).unwrap();
        prop_assert!(largest_difference(&found, &plain) < 1e-12);
        let reversed = x.slice(s![..;-1, ..]);
        let labels: Vec<usize> = labels.iter().rev().copied().collect();
        let found = silhouette_samples(reversed, &labels, Distance::Euclidean).unwrap();
        prop_assert!(largest_difference(&found.slice(s![..;-1]).to_owned(), &plain) < 1e-12);
    }
}
