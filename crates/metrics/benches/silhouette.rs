//! Silhouettes, exact and sampled: `cargo bench -p deepclust-metrics`, for one change against the next. How they stand
//! beside scikit-learn's is what `benches/peers/metrics` says.

use std::time::Duration;

use criterion::{BenchmarkId, Criterion};
use deepclust_metrics::{Distance, silhouette_sampled, silhouette_score};
use ndarray::Array2;
use ndarray_rand::RandomExt;
use rand::SeedableRng;
use rand::distr::Uniform;
use rand_chacha::ChaCha8Rng;

const K: usize = 10;
/// An error would be timed as if it were work.
const SOUND: &str = "data and labels are sound";

fn rng() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(0)
}

/// Noise, row i in cluster i mod K: what the silhouette does is the same for any data.
fn noise(n: usize, d: usize) -> (Array2<f32>, Vec<usize>) {
    let unit = Uniform::new(0.0, 1.0).expect("0 is below 1");
    (Array2::random_using((n, d), unit, &mut rng()), (0..n).map(|i| i % K).collect())
}

fn silhouette(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("silhouette");
    for (n, d) in [(3_000, 10), (1_500, 200)] {
        let (x, labels) = noise(n, d);
        for distance in [Distance::Euclidean, Distance::Cosine] {
            let name = BenchmarkId::new(format!("{distance:?}"), format!("{n} x {d}"));
            group.bench_function(name, |b| {
                b.iter(|| silhouette_score(x.view(), &labels, distance).expect(SOUND));
            });
        }
        group.bench_function(BenchmarkId::new("of 1000", format!("{n} x {d}")), |b| {
            b.iter(|| {
                silhouette_sampled(x.view(), &labels, Distance::Euclidean, 1_000, &mut rng()).expect(SOUND)
            });
        });
    }
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    silhouette(&mut criterion);
    criterion.final_summary();
}
