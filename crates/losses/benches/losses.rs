//! Each loss with its gradient on a batch of 256, one thread: `cargo bench -p deepclust-losses`, for one change against the
//! next.

use std::time::Duration;

use criterion::Criterion;
use deepclust_losses::{
    SoftNearestNeighbour, TCrossEntropy, assignment_divergence, binary_cross_entropy, mean_squared_error,
    student_t_assignment, target_distribution,
};
use ndarray::{Array, Ix2};
use ndarray_rand::RandomExt;
use ndarray_rand::rand_distr::Uniform;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use tch::Tensor;

const BATCH: usize = 256;

/// Uniform numbers from 0 to 1.
fn unit(rows: usize, columns: usize, seed: u64) -> Tensor {
    let distribution = Uniform::new(0.0f32, 1.0).expect("0 is below 1");
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let values = Array::<f32, Ix2>::random_using((rows, columns), distribution, &mut rng);
    let values: Vec<f32> = values.into_iter().collect();
    Tensor::from_slice(&values).view([rows as i64, columns as i64])
}

fn losses(criterion: &mut Criterion) {
    tch::set_num_threads(1);
    let mut group = criterion.benchmark_group("loss and gradient");
    let mut bench = |name: &str, leaf: &Tensor, loss: &dyn Fn(&Tensor) -> Tensor| {
        let leaf = leaf.shallow_clone().set_requires_grad(true);
        group.bench_function(name, |b| {
            b.iter(|| Tensor::run_backward(&[loss(&leaf)], &[&leaf], false, false));
        });
    };
    let (x, reconstruction) = (unit(BATCH, 784, 0), unit(BATCH, 784, 1));
    bench("mean squared error", &reconstruction, &|r| mean_squared_error(r, &x).unwrap());
    bench("binary cross-entropy", &reconstruction, &|r| binary_cross_entropy(r, &x).unwrap());

    let (code, centres) = (unit(BATCH, 10, 2), unit(10, 10, 3));
    let assignment = |z: &Tensor| student_t_assignment(z, &centres, 1.0).unwrap();
    let target = target_distribution(&assignment(&code)).unwrap();
    bench("assignment divergence", &code, &|z| assignment_divergence(&assignment(z), &target).unwrap());

    let form = TCrossEntropy::default();
    bench("t cross-entropy, of both", &code, &|z| form.loss(z, &(z * 1.0)).unwrap());

    let (layer, form) = (unit(BATCH, 128, 4), SoftNearestNeighbour::default());
    let labels: Vec<i64> = (0..BATCH as i64).map(|i| i % 10).collect();
    let labels = Tensor::from_slice(&labels);
    bench("soft nearest neighbour, autograd", &layer, &|x| form.loss(x, Some(&labels), 0.5).unwrap());
    bench("soft nearest neighbour, fused", &layer, &|x| form.fused(x, Some(&labels), 0.5).unwrap());
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    losses(&mut criterion);
    criterion.final_summary();
}
