use crate::Init;
use rand::Rng;
use tch::{Device, Tensor};

/// An affine layer: y = x Wᵀ + b.
///
/// Shapes: x (batch, fan_in), W (fan_out, fan_in), b (fan_out), y (batch, fan_out).
#[derive(Debug)]
pub struct Linear {
    /// W, shape (fan_out, fan_in).
    pub weight: Tensor,
    /// b, shape (fan_out).
    pub bias: Tensor,
}

impl Linear {
    /// A layer whose weights are drawn from `rng`, then moved to `device` as trainable leaves.
    pub fn new(fan_in: usize, fan_out: usize, init: Init, device: Device, rng: &mut impl Rng) -> Self {
        let weight = init.weight(fan_in, fan_out, rng);
        let bias = init.bias(fan_in, fan_out, rng);
        Self {
            weight: weight.to_device(device).set_requires_grad(true),
            bias: bias.to_device(device).set_requires_grad(true),
        }
    }

    /// y = x Wᵀ + b for x of shape (batch, fan_in).
    pub fn forward(&self, x: &Tensor) -> Tensor {
        x.linear(&self.weight, Some(&self.bias))
    }

    /// Number of trainable values, fan_in · fan_out + fan_out.
    pub fn parameter_count(&self) -> usize {
        self.weight.numel() + self.bias.numel()
    }
}
