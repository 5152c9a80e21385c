//! Samples a second while training the 784-128-64-128-784 autoencoder on one thread; `benches/peers/training` runs it
//! beside the same loop in Python's torch.
//!
//! Usage: `training_throughput [EPOCHS]`; the first epoch warms up and is not counted. With BY_MAKER in the environment MKL
//! chooses its kernels by itself, as in Python.

use deepclust_nets::{
    Activation, Adam, AdamSettings, Autoencoder, AutoencoderSettings, Device, Init, LayerInits, Products,
    Step, Tensor, TrainSettings, Trainer, use_threads,
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::ops::ControlFlow;
use std::time::Instant;
use tch::Reduction;

const SAMPLES: usize = 60_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    if std::env::var_os("BY_MAKER").is_some() {
        Products::ByMaker.choose();
    }
    use_threads(1);
    let epochs = std::env::args().nth(1).map_or(Ok(3), |text| text.parse())?;
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    // A fifth of the values are above 0, about as in MNIST.
    let pixel = |rng: &mut ChaCha8Rng| if rng.random_bool(0.2) { rng.random::<f32>() } else { 0.0 };
    let values: Vec<f32> = (0..SAMPLES * 784).map(|_| pixel(&mut rng)).collect();
    let data = Tensor::from_slice(&values).view([SAMPLES as i64, 784]);
    let settings = AutoencoderSettings {
        widths: vec![784, 128, 64],
        decoder: None,
        hidden: Activation::Relu,
        code: Activation::Identity,
        output: Activation::Tanh,
        init: LayerInits::all(Init::TorchLinear),
        batch_norm: None,
    };
    let network = Autoencoder::new(settings, Device::Cpu, &mut rng)?;
    let mut adam = Adam::new(AdamSettings::default(), network.parameters())?;
    let trainer = Trainer::new(TrainSettings::new(epochs + 1, 256))?;
    let loss = |step: &Step| {
        let x = data.index_select(0, &step.samples);
        network.forward(&x).mse_loss(&x, Reduction::Mean)
    };
    let mut start = Instant::now();
    trainer.run(SAMPLES, Device::Cpu, &mut adam, &mut rng, loss, |epoch| {
        if epoch.done == 1 {
            start = Instant::now();
        }
        ControlFlow::Continue(())
    })?;
    println!("{:.0}", (SAMPLES * epochs) as f64 / start.elapsed().as_secs_f64());
    Ok(())
}
