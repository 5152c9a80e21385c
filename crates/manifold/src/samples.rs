//! Data for the tests.

use ndarray::Array2;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// `[[sin(1.7 * i * (j + 1)) + 0.1 * i for j in range(3)] for i in range(20)]`, rounded to single precision: what the
/// reference values were computed from.
pub(crate) fn waves() -> Array2<f64> {
    let wave = |(i, j): (usize, usize)| (1.7 * i as f64 * (j + 1) as f64).sin() + 0.1 * i as f64;
    Array2::from_shape_fn((20, 3), |at| f64::from(wave(at) as f32))
}

/// Uniform numbers from −1 to 1.
pub(crate) fn noise(n: usize, d: usize, seed: u64) -> Array2<f64> {
    crate::noise::uniform(n, d, &mut ChaCha8Rng::seed_from_u64(seed))
}

/// `k` groups of equal size around corners far apart; row i belongs to group i mod k.
pub(crate) fn groups(n: usize, d: usize, k: usize, seed: u64) -> Array2<f32> {
    let corners = noise(k, d, seed).mapv(|v| v * 20.0);
    let around = noise(n, d, seed + 1);
    Array2::from_shape_fn((n, d), |(i, j)| (corners[[i % k, j]] + around[[i, j]]) as f32)
}

/// Share of rows whose nearest other row is of the same group.
pub(crate) fn purity_of_nearest(y: &Array2<f32>, k: usize) -> f64 {
    let near = crate::nearest_neighbours(y.view(), &crate::KnnSettings::new(1)).unwrap();
    let same = near.indices.column(0).iter().enumerate().filter(|(i, j)| i % k == **j % k).count();
    same as f64 / y.nrows() as f64
}

/// Runs `f` in a pool of this many threads.
pub(crate) fn with_threads<T: Send>(threads: usize, f: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(f)
}
