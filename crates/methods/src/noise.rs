//! Noise on what a network sees in training.

use deepclust_nets::{Device, Kind, Step, Tensor};
use rand::Rng;
use rand_distr::StandardNormal;

/// x + σ ε for the samples of a step, with ε from N(0, 1) by the step's own generator; x itself without a σ.
pub(crate) fn noisy(step: &Step, sigma: Option<f64>) -> Tensor {
    let Some(sigma) = sigma else { return step.x.shallow_clone() };
    let drawn: Vec<f32> = step.generator().sample_iter(StandardNormal).take(step.x.numel()).collect();
    let noise = Tensor::from_slice(&drawn).view(step.x.size().as_slice());
    let noise = if step.x.device() == Device::Cpu { noise } else { noise.to_device(step.x.device()) };
    &step.x + noise.to_kind(Kind::Float) * sigma
}
