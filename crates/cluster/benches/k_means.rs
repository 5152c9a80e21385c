//! k-means by each algorithm on blobs, f32: `cargo bench -p deepclust-cluster`, for one change against the next. How it
//! stands beside other libraries is what `benches/peers/cluster` says.

use std::time::Duration;

use criterion::{BatchSize, BenchmarkId, Criterion};
use deepclust_cluster::{Algorithm, KMeans, KMeansSettings, MiniBatchKMeans, MiniBatchSettings};
use ndarray::{Array1, Array2, Axis};
use ndarray_rand::RandomExt;
use ndarray_rand::rand_distr::{StandardNormal, Uniform};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

const K: usize = 10;
/// An error would be timed as if it were work.
const SOUND: &str = "data and settings are sound";

fn rng() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(0)
}

/// Blobs that overlap a little, so that the algorithms have some iterations to go.
fn blobs(n: usize, d: usize) -> Array2<f32> {
    let mut rng = rng();
    let centres = Array2::<f32>::random_using((K, d), StandardNormal, &mut rng);
    let cluster = Array1::random_using(n, Uniform::new(0, K).expect("K is above 0"), &mut rng);
    let noise = Array2::<f32>::random_using((n, d), StandardNormal, &mut rng);
    centres.select(Axis(0), cluster.as_slice().expect("a new array is contiguous")) + noise
}

fn k_means(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("k-means");
    for (n, d) in [(10_000, 10), (2_000, 200)] {
        let x = blobs(n, d);
        let start = x.slice(ndarray::s![..K, ..]);
        for algorithm in [Algorithm::Lloyd, Algorithm::Hamerly, Algorithm::Yinyang] {
            let settings = KMeansSettings::new(K).algorithm(algorithm).tol(0.0).max_iter(30);
            let k_means = KMeans::new(settings).expect(SOUND);
            let name = BenchmarkId::new(format!("{algorithm:?}"), format!("{n} x {d}"));
            group.bench_function(name, |b| b.iter(|| k_means.fit_from(x.view(), start, None).expect(SOUND)));
        }
    }
    let x = blobs(5_000, 50);
    let seeded = KMeans::new(KMeansSettings::new(K).n_init(1).max_iter(1)).expect(SOUND);
    group.bench_function("seeding and one iteration/5000 x 50", |b| {
        b.iter_batched_ref(rng, |rng| seeded.fit(x.view(), rng).expect(SOUND), BatchSize::SmallInput);
    });
    group.bench_function("mini-batches, one epoch/5000 x 50", |b| {
        let settings = MiniBatchSettings::new(K).batch_size(500).max_epochs(1);
        let learn = |rng: &mut ChaCha8Rng| {
            let mut model = MiniBatchKMeans::start(settings.clone(), x.view(), rng).expect(SOUND);
            model.learn_all(x.view(), rng).expect(SOUND)
        };
        b.iter_batched_ref(rng, learn, BatchSize::SmallInput);
    });
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    k_means(&mut criterion);
    criterion.final_summary();
}
