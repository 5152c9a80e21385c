//! The same bits for any number of threads, and for the same seed.

use deepclust_cluster::{
    Covariance, GaussianMixture, GaussianMixtureSettings, KMeans, KMeansSettings, MiniBatchKMeans,
    MiniBatchSettings, SweepSettings, sweep,
};
use ndarray::{Array1, Array2, Axis};
use ndarray_rand::RandomExt;
use rand::SeedableRng;
use rand::distr::StandardUniform;
use rand_chacha::ChaCha8Rng;

fn data(n: usize, d: usize) -> Array2<f32> {
    let unit = Array2::<f32>::random_using((n, d), StandardUniform, &mut ChaCha8Rng::seed_from_u64(5));
    let group = Array1::from_shape_fn(n, |i| (i % 5) as f32);
    unit * 3.0 + group.insert_axis(Axis(1))
}

/// The result with 1, 2 and 3 threads must be one and the same.
fn same_bits<R: PartialEq + Send + std::fmt::Debug>(job: impl Fn(&mut ChaCha8Rng) -> R + Sync) {
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| job(&mut ChaCha8Rng::seed_from_u64(7)))
    };
    let one = on(1);
    assert_eq!(one, on(2));
    assert_eq!(one, on(3));
}

#[test]
fn kmeans() {
    for (n, d) in [(6000, 13), (3000, 200)] {
        let x = data(n, d);
        same_bits(|rng| KMeans::new(KMeansSettings::new(9).n_init(2)).unwrap().fit(x.view(), rng).unwrap());
    }
}

#[test]
fn sparse_kmeans() {
    let x = data(2000, 30).mapv(|v| if v > 4.0 { v } else { 0.0 });
    let csr = deepclust_cluster::Csr::csr_from_dense(x.view(), 0.0);
    same_bits(|rng| {
        KMeans::new(KMeansSettings::new(4).n_init(2)).unwrap().fit_csr(csr.view(), None, rng).unwrap()
    });
}

#[test]
fn mini_batches() {
    let x = data(5000, 12);
    same_bits(|rng| {
        let settings = MiniBatchSettings::new(5).batch_size(700).max_epochs(3);
        let mut model = MiniBatchKMeans::start(settings, x.slice(ndarray::s![..2100, ..]), rng).unwrap();
        let steps = model.learn_all(x.view(), rng).unwrap();
        (steps, model)
    });
}

#[test]
fn mixtures() {
    let x = data(1500, 6);
    for shape in [Covariance::Full, Covariance::Tied, Covariance::Diagonal, Covariance::Spherical] {
        let settings = GaussianMixtureSettings::new(4).covariance(shape).max_iter(12);
        same_bits(|rng| GaussianMixture::new(settings.clone()).unwrap().fit(x.view(), rng).unwrap());
    }
}

#[test]
fn sweeps() {
    let x = data(300, 3);
    let mut settings = SweepSettings::new(1, 4);
    settings.references = 2;
    same_bits(|rng| sweep(x.view(), &settings, rng).unwrap());
}
