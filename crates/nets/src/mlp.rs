use crate::{Activation, Linear};
use tch::Tensor;

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
        self.layers
            .iter()
            .fold(x.shallow_clone(), |x, (layer, activation)| activation.apply(&layer.forward(&x)))
    }

    /// Like [`forward`](Self::forward), and what every layer on the way gives is appended to `outputs`.
    pub fn forward_into(&self, x: &Tensor, outputs: &mut Vec<LayerOutput>) -> Tensor {
        self.layers.iter().fold(x.shallow_clone(), |x, (layer, activation)| {
            let linear = layer.forward(&x);
            let activated = activation.apply(&linear);
            outputs.push(LayerOutput { linear, activated: activated.shallow_clone() });
            activated
        })
    }

    /// The layers in order.
    pub fn layers(&self) -> impl ExactSizeIterator<Item = &Linear> {
        self.layers.iter().map(|(layer, _)| layer)
    }
}
