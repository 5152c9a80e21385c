//! Calinski-Harabasz and Davies-Bouldin.

use crate::common::{clouds, grid};
use approx::assert_relative_eq;
use deepclust_metrics::{Error, calinski_harabasz, davies_bouldin};
use ndarray::{Array2, array};
use proptest::prelude::*;

#[test]
fn reference_values() {
    // x, l as in tests/silhouette.rs; sklearn 1.9.1: calinski_harabasz_score(x, l), davies_bouldin_score(x, l)
    let (x, labels) = grid();
    assert_relative_eq!(
        calinski_harabasz(x.view(), &labels).unwrap(),
        0.30830998998743125,
        max_relative = 1e-12
    );
    assert_relative_eq!(davies_bouldin(x.view(), &labels).unwrap(), 14.22640042324814, max_relative = 1e-12);
    let single = x.mapv(|value| value as f32);
    assert_relative_eq!(
        calinski_harabasz(single.view(), &labels).unwrap(),
        0.30830998998743125,
        max_relative = 1e-6
    );
    assert_relative_eq!(
        davies_bouldin(single.view(), &labels).unwrap(),
        14.22640042324814,
        max_relative = 1e-6
    );
}

#[test]
fn singletons_duplicates_and_equal_means() {
    // sklearn 1.9.1 for each.
    let x = array![[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [10.0, 10.0], [11.0, 10.0], [50.0, 50.0]];
    let labels = [0, 0, 0, 1, 1, 2];
    assert_relative_eq!(
        calinski_harabasz(x.view(), &labels).unwrap(),
        3041.181818181818,
        max_relative = 1e-13
    );
    assert_relative_eq!(davies_bouldin(x.view(), &labels).unwrap(), 0.0579455078924776, max_relative = 1e-13);
    let pairs = array![[1.0, 2.0], [1.0, 2.0], [3.0, 4.0], [3.0, 4.0], [5.0, 6.0]];
    assert_eq!(calinski_harabasz(pairs.view(), &[0, 0, 1, 1, 2]).unwrap(), 1.0);
    assert_eq!(davies_bouldin(pairs.view(), &[0, 0, 1, 1, 2]).unwrap(), 0.0);
    let crossed = array![[-1.0, 0.0], [1.0, 0.0], [0.0, -1.0], [0.0, 1.0], [5.0, 5.0], [5.0, 6.0]];
    let labels = [0, 0, 1, 1, 2, 2];
    assert_relative_eq!(
        davies_bouldin(crossed.view(), &labels).unwrap(),
        0.20180183819889375,
        max_relative = 1e-13
    );
    let both = crossed.slice(ndarray::s![..4, ..]);
    assert_eq!(davies_bouldin(both, &labels[..4]).unwrap(), 0.0);
    assert_eq!(calinski_harabasz(both, &labels[..4]).unwrap(), 0.0);
}

#[test]
fn duplicates_of_inexact_values_have_no_spread() {
    // The mean of n copies of 0.1 is not 0.1 when it is a rounded sum.
    let x = Array2::from_shape_fn((20, 3), |(i, j)| 0.1 * (1 + i % 2 + j) as f64);
    let labels: Vec<usize> = (0..20).map(|i| i % 2).collect();
    assert_eq!(calinski_harabasz(x.view(), &labels).unwrap(), 1.0);
    assert_eq!(davies_bouldin(x.view(), &labels).unwrap(), 0.0);
}

#[test]
fn bad_input_is_refused() {
    let x = array![[0.0], [1.0], [f64::NAN]];
    for labels in [[0, 0, 0], [0, 1, 2]] {
        let finite = array![[0.0f32], [1.0], [2.0]];
        assert!(matches!(calinski_harabasz(finite.view(), &labels), Err(Error::ClusterCount { .. })));
        assert!(matches!(davies_bouldin(finite.view(), &labels), Err(Error::ClusterCount { .. })));
        assert!(matches!(
            calinski_harabasz(x.view(), &labels),
            Err(Error::NotFinite { row: 2, column: 0, .. })
        ));
    }
    assert!(matches!(davies_bouldin(x.view(), &[0, 1]), Err(Error::NotFinite { .. })));
    let finite = array![[0.0], [1.0]];
    assert!(matches!(
        davies_bouldin(finite.view(), &[0]),
        Err(Error::LengthMismatch { expected: 2, got: 1, .. })
    ));
}

proptest! {
    #[test]
    fn unit_place_and_names_do_not_matter(
        n in 10usize..200, d in 1usize..10, k in 2usize..6, seed in any::<u64>(), shift in -1e3..1e3,
    ) {
        let (x, labels) = clouds(n, d, k, 0.0, seed);
        let moved = x.mapv(|value| value * 1e6 + shift);
        let renamed: Vec<usize> = labels.iter().map(|&label| 77 * (k - label)).collect();
        for score in [calinski_harabasz, davies_bouldin] {
            let plain = score(x.view(), &labels).unwrap();
            prop_assert!(plain >= 0.0);
            prop_assert!((score(moved.view(), &renamed).unwrap() - plain).abs() <= 1e-9 * plain);
        }
    }
}
