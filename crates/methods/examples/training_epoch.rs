//! Seconds of an epoch of the soft nearest neighbour paper's network: 784-500-500-2000-70, 10,000 samples in batches of
//! 256, one thread. `benches/peers/training/snnl.sh` runs it beside Python's torch.
//!
//! Usage: training_epoch plain|supervised single|bf16 [EPOCHS]; the first epoch warms up and is not counted. With
//! BY_MAKER in the environment MKL chooses its kernels by itself, as in Python.

use deepclust_methods::{Context, LabelledSubset, Method, Progress, Seed, build, stages};
use deepclust_nets::{Device, Products};
use ndarray::Array2;
use rand::Rng;
use serde_json::json;
use std::ops::ControlFlow;
use std::time::Instant;

const SAMPLES: usize = 10_000;

/// Notes the time at which each epoch ends.
#[derive(Default)]
struct Clock(Vec<Instant>);

impl Progress for Clock {
    fn report(&mut self, stage: &str, done: usize, _: usize, _: &str) -> ControlFlow<()> {
        if stage == stages::AUTOENCODER && done > 0 {
            self.0.push(Instant::now());
        }
        ControlFlow::Continue(())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let own = std::env::var_os("BY_MAKER").is_some();
    if own { Products::ByMaker } else { Products::ByAbility }.choose();
    deepclust_nets::use_threads(1);
    deepclust_nets::keep_memory();
    let mut arguments = std::env::args().skip(1);
    let form = arguments.next().ok_or("expected `plain` or `supervised`")?;
    let precision = arguments.next().ok_or("expected `single` or `bf16`")?;
    let epochs: usize = arguments.next().map_or(Ok(3), |text| text.parse())?;
    let mut rng = Seed(0).stream("samples");
    // A fifth of the values are above 0, about as in MNIST.
    let x = Array2::from_shape_fn((SAMPLES, 784), |_| {
        if rng.random::<f32>() < 0.2 { rng.random::<f32>() } else { 0.0 }
    });
    let labels: Vec<usize> = (0..SAMPLES).map(|_| rng.random_range(0..10)).collect();
    let mut settings = json!({
        "widths": [500, 500, 2000, 70], "hidden": "relu", "code": "sigmoid", "output": "sigmoid",
        "init": {"hidden": "kaiming-normal", "code": "xavier-uniform", "output": "xavier-uniform"},
        "adam": {}, "train": {"epochs": epochs + 1, "batch_size": 256}, "precision": precision,
        "k_means": {"n_init": 1, "max_iter": 1}
    });
    let mut clock = Clock::default();
    let mut context = Context::new(Seed(0), Device::Cpu, &mut clock);
    match form.as_str() {
        "plain" => {
            settings["loss"] = json!("binary-cross-entropy");
            build("ae-k-means", &settings)?.fit_with(x.view(), 10, &mut context)?;
        }
        "supervised" => {
            settings["reconstruction"] = json!("binary-cross-entropy");
            settings["snnl"] = json!({"distance": "cosine", "epsilon": 1e-5});
            settings["alpha"] = json!(100.0);
            settings["supervised"] = json!(true);
            settings["temperature"] = json!({"annealed": {"eta": 1.0, "gamma": 0.55}});
            settings["layers"] = json!("all-tensors");
            settings["reduction"] = json!("sum");
            let subset = LabelledSubset::new(x.view(), &labels)?;
            let method: Box<dyn Method> = build("snnl-5", &settings)?;
            method.fit_labelled(&subset, 10, &mut context)?;
        }
        other => return Err(format!("expected `plain` or `supervised`, found `{other}`").into()),
    }
    let took = clock.0[epochs].duration_since(clock.0[0]).as_secs_f64() / epochs as f64;
    println!("{took:.4}");
    Ok(())
}
