//! One step of Adam over the parameters of the 784-128-64-128-784 autoencoder, one thread: `cargo bench -p deepclust-nets`,
//! for one change against the next. How a whole training stands beside Python's is what `benches/peers/training` says.

use std::time::Duration;

use criterion::Criterion;
use deepclust_nets::{Adam, AdamSettings, Init, Kind, Optimizer, Result, Tensor, to_tensor, use_threads};
use ndarray::Array2;
use ndarray_rand::RandomExt;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

/// An error would be timed as if it were work.
const SOUND: &str = "a gradient for each parameter, of its shape";
const WIDTHS: [usize; 5] = [784, 128, 64, 128, 784];

fn weights(rng: &mut ChaCha8Rng) -> Vec<Tensor> {
    let layer = |pair: &[usize]| Init::TorchLinear.weight(pair[0], pair[1], rng).set_requires_grad(true);
    WIDTHS.windows(2).map(layer).collect()
}

fn gradients(rng: &mut ChaCha8Rng) -> Vec<Tensor> {
    let layer = |pair: &[usize]| {
        to_tensor(Array2::random_using((pair[1], pair[0]), StandardNormal, rng).view()) * 1e-2
    };
    WIDTHS.windows(2).map(layer).collect()
}

fn adam(criterion: &mut Criterion) -> Result<()> {
    use_threads(1);
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let mut group = criterion.benchmark_group("Adam step");

    let gradients = gradients(&mut rng);
    let mut single = Adam::new(AdamSettings::default(), weights(&mut rng))?;
    group.bench_function("f32", |b| b.iter(|| single.apply(&gradients).expect(SOUND)));

    let parameters = weights(&mut rng);
    let half = |tensor: &Tensor| tensor.detach().to_kind(Kind::BFloat16);
    let copies: Vec<_> =
        parameters.iter().map(|p| (p.shallow_clone(), half(p).set_requires_grad(true))).collect();
    let gradients: Vec<Tensor> = gradients.iter().map(half).collect();
    let mut mixed = Adam::mixed(AdamSettings::default(), parameters, &copies)?;
    group.bench_function("bf16 copies", |b| b.iter(|| mixed.apply(&gradients).expect(SOUND)));
    group.finish();
    Ok(())
}

fn main() -> Result<()> {
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    adam(&mut criterion)?;
    criterion.final_summary();
    Ok(())
}
