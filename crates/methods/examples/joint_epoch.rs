//! Seconds of an epoch of joint training: k-DAE on ten 784-1024-256-10 autoencoders, MIXAE on ten 784-128-64-8, DEC, VaDE or the
//! representation network on 784-500-500-2000-10; 5,120 samples of ten kinds in batches of 256 (the representation network: 100), one
//! thread. `benches/peers/training/joint.sh` runs it beside Python's.
//!
//! Usage: joint_epoch k-dae all|responsible single|bf16 [EPOCHS], joint_epoch dec|dec-batch-targets|vade single|bf16 [EPOCHS], or
//! joint_epoch mixae|repnet [EPOCHS]; the first epoch warms up and is not counted. With BY_MAKER in the environment MKL chooses its
//! kernels by itself, as in Python.

use deepclust_methods::{Context, Progress, RepNetSettings, Seed, Shape, build, method as entry, stages};
use deepclust_nets::{Device, Products};
use ndarray::Array2;
use rand::Rng;
use serde_json::{Value, json};
use std::ops::ControlFlow;
use std::time::Instant;

const SAMPLES: usize = 5_120;
const BATCH: usize = 256;
/// Steps of DEC between two updates of the targets: the share of an epoch that its authors' 140 steps are on MNIST.
const UPDATE_INTERVAL: usize = 10;

/// Notes the time at which each epoch of the joint training ends.
#[derive(Default)]
struct Clock(Vec<Instant>);

impl Progress for Clock {
    fn report(&mut self, stage: &str, done: usize, _: usize, _: &str) -> ControlFlow<()> {
        if [stages::JOINT, stages::MIXTURE].contains(&stage) && done > 0 {
            self.0.push(Instant::now());
        }
        ControlFlow::Continue(())
    }
}

/// Ten random pictures with a fifth of their pixels above 0, and noise.
fn samples() -> Array2<f32> {
    let mut rng = Seed(0).stream("samples");
    let mut pixel = |_| if rng.random::<f32>() < 0.2 { rng.random::<f32>() } else { 0.0 };
    let kinds = Array2::from_shape_fn((10, 784), &mut pixel);
    Array2::from_shape_fn((SAMPLES, 784), |(i, j)| 0.8 * kinds[[i % 10, j]] + 0.2 * pixel((i, j)))
}

fn pretraining(widths: &[usize], deep: bool) -> Value {
    let mut settings = json!({
        "widths": widths, "hidden": if deep { "elu" } else { "relu" }, "code": "identity",
        "output": if deep { "sigmoid" } else { "identity" },
        "init": {"hidden": "glorot-uniform", "code": "glorot-uniform", "output": "glorot-uniform"},
        "loss": "mean-squared-error", "adam": {}, "train": {"epochs": 1, "batch_size": BATCH}
    });
    if deep {
        settings["batch_norm"] = json!({"momentum": 0.01, "epsilon": 0.001, "code": false});
    }
    settings
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let own = std::env::var_os("BY_MAKER").is_some();
    if own { Products::ByMaker } else { Products::ByAbility }.choose();
    deepclust_nets::use_threads(1);
    deepclust_nets::keep_memory();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let word = |i: usize| arguments.get(i).map(String::as_str);
    let epochs = |i: usize| word(i).map_or(Ok(2), str::parse::<usize>);
    let k_means = json!({"n_init": 5});
    let (method, interval) = match word(0).unwrap_or_default() {
        "dec-batch-targets" => ("dec", None),
        method => (method, Some(UPDATE_INTERVAL)),
    };
    let (settings, epochs) = match method {
        "k-dae" => {
            let (pass, precision) = (word(1).unwrap_or("all"), word(2).unwrap_or("single"));
            let epochs = epochs(3)?;
            let widths = [1024, 256, 10];
            let start = json!({
                "pretraining": pretraining(&widths, true), "k_means": k_means, "of_cluster": pretraining(&widths, true)
            });
            let joint = json!({
                "pass": pass, "precision": precision, "adam": {}, "train": {"epochs": epochs + 1, "batch_size": BATCH}
            });
            (json!({"start": start, "joint": joint}), epochs)
        }
        "dec" => {
            let (precision, epochs) = (word(1).unwrap_or("single"), epochs(2)?);
            let settings = json!({
                "pretraining": pretraining(&[500, 500, 2000, 10], false), "k_means": k_means,
                "optimizer": {"adam": {"learning_rate": 1e-4}}, "batch_size": BATCH, "update_interval": interval,
                "max_steps": (epochs + 1) * SAMPLES / BATCH, "tolerance": 0.0, "nu": 1.0, "precision": precision
            });
            (settings, epochs)
        }
        "repnet" => {
            let epochs = epochs(1)?;
            let mut settings = serde_json::to_value(RepNetSettings::default())?;
            settings["pretraining"]["train"]["epochs"] = json!(1);
            settings["train"]["epochs"] = json!(epochs + 1);
            (settings, epochs)
        }
        "mixae" => {
            let epochs = epochs(1)?;
            let mut settings = entry("mixae")?.defaults(Shape::Images)?;
            settings["train"] = json!({"epochs": epochs + 1, "batch_size": BATCH});
            (settings, epochs)
        }
        "vade" => {
            let (precision, epochs) = (word(1).unwrap_or("single"), epochs(2)?);
            let mut settings = entry("vade")?.defaults(Shape::Images)?;
            settings["pretraining"]["train"]["epochs"] = json!(1);
            settings["train"] = json!({"epochs": epochs + 1, "batch_size": BATCH});
            settings["precision"] = json!(precision);
            (settings, epochs)
        }
        other => {
            let expected = "`k-dae`, `dec`, `dec-batch-targets`, `mixae`, `repnet` or `vade`";
            return Err(format!("expected {expected}, found `{other}`").into());
        }
    };
    let mut clock = Clock::default();
    let mut context = Context::new(Seed(0), Device::Cpu, &mut clock);
    build(method, &settings)?.fit_with(samples().view(), 10, &mut context)?;
    // DEC reports every update of its targets, the others every epoch.
    let reports = if method == "dec" { interval.map_or(1, |interval| SAMPLES / BATCH / interval) } else { 1 };
    let first = reports - 1;
    let took = clock.0[first + epochs * reports].duration_since(clock.0[first]).as_secs_f64() / epochs as f64;
    println!("{took:.4}");
    Ok(())
}
