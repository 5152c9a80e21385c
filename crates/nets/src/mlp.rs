use crate::{Activation, Linear};
use tch::{Kind, Tensor};

/// What one layer gives for a batch, both of shape (batch, fan_out).
#[derive(Debug)]
pub struct LayerOutput {
    /// y = x Wᵀ + b.
    pub linear: Tensor,
    /// y after the activation.
    pub activated: Tensor,
}

/// A stack of linear layers, each followed by its activation.
#[derive(Debug, Default)]
pub struct Mlp {
    layers: Vec<(Linear, Activation)>,
}

impl Mlp {
    /// An empty stack, which is the identity.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a layer and the activation after it.
    pub fn push(&mut self, layer: Linear, activation: Activation) {
        self.layers.push((layer, activation));
    }

    /// The output of the last layer, shape (batch, last fan_out), for x of shape (batch, first fan_in).
    pub fn forward(&self, x: &Tensor) -> Tensor {
        (0..self.layers.len())
            .fold(x.shallow_clone(), |x, i| self.layers[i].1.apply(&self.linear_output(i, &x)))
    }

    /// Like [`forward`](Self::forward), and what every layer on the way gives is appended to `outputs`.
    pub fn forward_into(&self, x: &Tensor, outputs: &mut Vec<LayerOutput>) -> Tensor {
        self.layers.iter().enumerate().fold(x.shallow_clone(), |x, (i, (_, activation))| {
            let linear = self.linear_output(i, &x);
            let activated = activation.apply(&linear);
            outputs.push(LayerOutput { linear, activated: activated.shallow_clone() });
            activated
        })
    }

    /// y = x Wᵀ + b of layer i. The last layer answers in single precision: a logistic function in bf16 would round to 1,
    /// and a code to three digits.
    fn linear_output(&self, i: usize, x: &Tensor) -> Tensor {
        let y = self.layers[i].0.forward(x);
        if i + 1 == self.layers.len() && y.kind() == Kind::BFloat16 { y.to_kind(Kind::Float) } else { y }
    }

    /// The layers in order, to be changed.
    pub(crate) fn layers_mut(&mut self) -> impl Iterator<Item = &mut Linear> {
        self.layers.iter_mut().map(|(layer, _)| layer)
    }

    /// The layers in order.
    pub fn layers(&self) -> impl ExactSizeIterator<Item = &Linear> {
        self.layers.iter().map(|(layer, _)| layer)
    }
}
