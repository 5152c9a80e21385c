//! Samples a second while training the 784-128-64-128-784 autoencoder on one thread; `benches/peers/training` runs it
//! beside the same loop in Python's torch.
//!
//! Usage: `training_throughput [EPOCHS]`; the first epoch warms up and is not counted. With BY_MAKER in the environment MKL
//! chooses its kernels by itself, as in Python.

use deepclust_nets::{
    Activation, Adam, AdamSettings, Autoencoder, AutoencoderSettings, Device, Init, LayerInits, Losses,
    Network, Objective, Optimizer, Products, Step, TrainSettings, Trainer, to_tensor, use_threads,
};
use ndarray::Array2;
use ndarray_rand::RandomExt;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Uniform};
use std::ops::ControlFlow;
use std::time::Instant;
use tch::Reduction;

const SAMPLES: usize = 60_000;

struct Reconstruction {
    network: Autoencoder,
    adam: Adam,
}

impl Objective for Reconstruction {
    type Error = deepclust_nets::Error;

    fn loss(&mut self, step: &Step) -> deepclust_nets::Result<Losses> {
        Ok(self.network.forward(&step.x).mse_loss(&step.x, Reduction::Mean).into())
    }

    fn optimisers(&mut self) -> Vec<&mut dyn Optimizer> {
        vec![&mut self.adam]
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let own = std::env::var_os("BY_MAKER").is_some();
    if own { Products::ByMaker } else { Products::ByAbility }.choose();
    use_threads(1);
    let epochs = std::env::args().nth(1).map_or(Ok(3), |text| text.parse())?;
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    // A fifth of the values are above 0, about as in MNIST.
    let pixel = Uniform::new(-4.0f32, 1.0)?.map(|value| value.max(0.0));
    let data = to_tensor(Array2::random_using((SAMPLES, 784), pixel, &mut rng).view());
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
    let adam = Adam::new(AdamSettings::default(), network.parameters())?;
    let trainer = Trainer::new(TrainSettings::new(epochs + 1, 256))?;
    let mut start = Instant::now();
    trainer.run(&data, &mut Reconstruction { network, adam }, &mut rng, |round| {
        if round.done == 1 {
            start = Instant::now();
        }
        ControlFlow::Continue(())
    })?;
    println!("{:.0}", (SAMPLES * epochs) as f64 / start.elapsed().as_secs_f64());
    Ok(())
}
