//! Data and definitions that several tests use.
#![allow(dead_code, reason = "each test binary uses a part")]

use deepclust_metrics::Distance;
use ndarray::{Array1, Array2, Axis};
use ndarray_rand::RandomExt;
use rand::Rng;
use rand::distr::Uniform;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// 60 × 5 values and labels that a line of Python makes as well.
pub fn grid() -> (Array2<f64>, Vec<usize>) {
    let value = |(i, j): (usize, usize)| ((i * 37 + j * 101 + i * i * j * 7) % 97) as f64 / 10.0 - 4.0;
    (Array2::from_shape_fn((60, 5), value), (0..60).map(|i| (i * i + i / 7) % 4).collect())
}

/// Overlapping clouds around random centres; every one of the `k` clusters occurs.
pub fn clouds(n: usize, d: usize, k: usize, offset: f64, seed: u64) -> (Array2<f64>, Vec<usize>) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let centres = Array2::random_using((k, d), Uniform::new(-1.5, 1.5).unwrap(), &mut rng);
    let labels: Vec<usize> = (0..n).map(|i| if i < k { i } else { rng.random_range(0..k) }).collect();
    let noise = Array2::random_using((n, d), Uniform::new(-2.0, 2.0).unwrap(), &mut rng);
    (offset + centres.select(Axis(0), &labels) + noise, labels)
}

/// The silhouette as it is written down: every distance, then the means.
pub fn silhouette_by_definition(x: &Array2<f64>, labels: &[usize], distance: Distance) -> Array1<f64> {
    let k = labels.iter().max().unwrap() + 1;
    let mut sizes = vec![0; k];
    for &label in labels {
        sizes[label] += 1;
    }
    let lengths: Vec<f64> = x.rows().into_iter().map(|row| row.dot(&row).sqrt()).collect();
    let apart = |i: usize, j: usize| match distance {
        Distance::Euclidean => {
            x.row(i).iter().zip(x.row(j)).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
        }
        Distance::Cosine if lengths[i] == 0.0 || lengths[j] == 0.0 => 1.0,
        // ½‖a/|a| − b/|b|‖², which does not cancel for near directions.
        Distance::Cosine => {
            let pairs = x.row(i).into_iter().zip(x.row(j));
            let half = pairs.map(|(a, b)| (a / lengths[i] - b / lengths[j]).powi(2)).sum::<f64>() / 2.0;
            // One direction, up to rounding.
            if half < 8.0 * f64::EPSILON.powi(2) { 0.0 } else { half }
        }
    };
    let silhouette = |i: usize| {
        let mut sums = vec![0.0; k];
        for j in (0..labels.len()).filter(|&j| j != i) {
            sums[labels[j]] += apart(i, j);
        }
        if sizes[labels[i]] == 1 {
            return 0.0;
        }
        let a = sums[labels[i]] / (sizes[labels[i]] - 1) as f64;
        let others = (0..k).filter(|&c| c != labels[i] && sizes[c] > 0);
        let b = others.map(|c| sums[c] / sizes[c] as f64).fold(f64::INFINITY, f64::min);
        if a.max(b) > 0.0 { (b - a) / a.max(b) } else { 0.0 }
    };
    (0..labels.len()).map(silhouette).collect()
}
