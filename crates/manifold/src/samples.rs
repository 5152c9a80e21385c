//! Data for the tests.

use ndarray::Array2;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use sprs::TriMatI;

use crate::Csr;

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

/// `n` texts of 20 to 80 of `d` words, most drawn by Zipf's law from the order of one of `topics`, as tf-idf.
pub(crate) fn texts(n: usize, d: usize, topics: usize, seed: u64) -> Csr<f64> {
    let draws = noise(n, 240, seed).mapv(|v| (v + 1.0) / 2.0);
    let mut rows = vec![std::collections::BTreeMap::new(); n];
    let mut documents = vec![0.0_f64; d];
    for (i, (row, draws)) in rows.iter_mut().zip(draws.outer_iter()).enumerate() {
        for w in 0..20 + (draws[239] * 60.0) as usize {
            let rank = ((d as f64).powf(draws[3 * w % 239]) as usize - 1).min(d - 1);
            // Words of all topics alike, or those of its own.
            let shift = if draws[(3 * w + 1) % 239] < 0.3 { 0 } else { 1 + i % topics };
            *row.entry((rank * 7 + shift * 131) % d).or_insert(0.0) += 1.0;
        }
        row.keys().for_each(|&c: &usize| documents[c] += 1.0);
    }
    let mut texts = TriMatI::<f64, u32>::new((n, d));
    for (i, row) in rows.iter().enumerate() {
        for (&c, &count) in row {
            texts.add_triplet(i, c, count * (1.0 + n as f64 / documents[c]).ln());
        }
    }
    texts.to_csr()
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
