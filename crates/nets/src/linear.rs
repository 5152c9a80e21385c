use crate::Init;
use crate::working_copy::WorkingCopy;
use rand::Rng;
use tch::{Device, Kind, Tensor};

/// An affine layer: y = x Wᵀ + b.
///
/// Shapes: x (batch, fan_in), W (fan_out, fan_in), b (fan_out), y (batch, fan_out).
#[derive(Debug)]
pub struct Linear {
    /// W, shape (fan_out, fan_in).
    pub weight: Tensor,
    /// b, shape (fan_out).
    pub bias: Tensor,
    /// The bf16 weights of mixed-precision training.
    pub(crate) working: Option<WorkingCopy>,
}

impl Linear {
    /// A layer whose weights are drawn from `rng`, then moved to `device` as trainable leaves.
    pub fn new(fan_in: usize, fan_out: usize, init: Init, device: Device, rng: &mut impl Rng) -> Self {
        let weight = init.weight(fan_in, fan_out, rng);
        let bias = init.bias(fan_in, fan_out, rng);
        Self {
            weight: weight.to_device(device).set_requires_grad(true),
            bias: bias.to_device(device).set_requires_grad(true),
            working: None,
        }
    }

    /// A layer with weights of zero and equal biases, which does not see its input at first.
    pub(crate) fn full(fan_in: usize, fan_out: usize, bias: f64, device: Device) -> Self {
        let full = |shape: &[i64], value: f64| {
            Tensor::full(shape, value, (Kind::Float, device)).set_requires_grad(true)
        };
        let (fan_in, fan_out) = (fan_in as i64, fan_out as i64);
        Self { weight: full(&[fan_out, fan_in], 0.0), bias: full(&[fan_out], bias), working: None }
    }

    /// y = x Wᵀ + b for x of shape (batch, fan_in). For x in bf16 the layer's bf16 weights are taken, which are there after
    /// [`Network::train_in`](crate::Network::train_in), and y is bf16.
    ///
    /// # Panics
    /// When the width or the kind of x does not fit the weights.
    pub fn forward(&self, x: &Tensor) -> Tensor {
        match &self.working {
            Some(working) if x.kind() == Kind::BFloat16 => x.linear(&working.weight, Some(&working.bias)),
            _ => x.linear(&self.weight, Some(&self.bias)),
        }
    }

    /// Brings the bf16 weights up to date with the others.
    pub(crate) fn refresh_working(&self) {
        if let Some(working) = &self.working {
            working.weight.detach().copy_(&self.weight.detach());
            working.bias.detach().copy_(&self.bias.detach());
        }
    }

    /// Each parameter and its bf16 copy, where there are copies.
    pub(crate) fn working_tensors(&self) -> Option<[(Tensor, Tensor); 2]> {
        let pair = |parameter: &Tensor, copy: &Tensor| (parameter.shallow_clone(), copy.shallow_clone());
        let working = self.working.as_ref()?;
        Some([pair(&self.weight, &working.weight), pair(&self.bias, &working.bias)])
    }

    /// Number of trainable values, fan_in · fan_out + fan_out.
    pub fn parameter_count(&self) -> usize {
        self.weight.numel() + self.bias.numel()
    }
}
