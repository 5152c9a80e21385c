//! GFLOP/s of products in single precision at the shapes of the papers' networks, on one thread, with MKL's own choice of
//! kernels or by what the processor can do.
//!
//! Usage: products by-maker|by-ability

use deepclust_nets::{Device, Kind, Products, Tensor, use_threads};
use std::time::Instant;

/// Rows of the batch, width in, width out.
const SHAPES: [(i64, i64, i64); 4] =
    [(256, 784, 500), (256, 500, 2000), (256, 2000, 500), (256, 784, 10_240)];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    match std::env::args().nth(1).as_deref() {
        Some("by-maker") => Products::ByMaker.choose(),
        Some("by-ability") => Products::ByAbility.choose(),
        other => return Err(format!("expected `by-maker` or `by-ability`, found {other:?}").into()),
    }
    use_threads(1);
    println!("kernels {}", Products::of_this_process());
    for (rows, fan_in, fan_out) in SHAPES {
        let x = Tensor::ones([rows, fan_in], (Kind::Float, Device::Cpu));
        let weight = Tensor::ones([fan_out, fan_in], (Kind::Float, Device::Cpu));
        let seconds = |_| {
            let start = Instant::now();
            let _ = x.linear::<&Tensor>(&weight, None);
            start.elapsed().as_secs_f64()
        };
        let best = (0..100).map(seconds).fold(f64::INFINITY, f64::min);
        let operations = 2.0 * (rows * fan_in * fan_out) as f64;
        println!("{rows} × {fan_in} × {fan_out}: {:.0} GFLOP/s", operations / best / 1e9);
    }
    Ok(())
}
