//! Noise from a generator of ours, never from libtorch's.

use deepclust_nets::{Device, Step, Tensor, to_tensor_on};
use ndarray::Array2;
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

/// Numbers from N(0, 1), drawn row by row, as f32 of that shape.
pub(crate) fn normal([rows, columns]: [usize; 2], device: Device, rng: &mut (impl Rng + ?Sized)) -> Tensor {
    let values: Array2<f32> = Array2::from_shape_simple_fn((rows, columns), || StandardNormal.sample(rng));
    to_tensor_on(values.view(), device)
}

/// x + σ ε for the samples of a step, shape (batch, features), with ε from N(0, 1) by the step's own generator; x itself without a σ.
pub(crate) fn noisy(step: &Step, sigma: Option<f64>) -> Tensor {
    let Some(sigma) = sigma else { return step.x.shallow_clone() };
    let [rows, columns] = [0, 1].map(|axis| step.x.size()[axis] as usize);
    &step.x + normal([rows, columns], step.x.device(), &mut step.generator()) * sigma
}
