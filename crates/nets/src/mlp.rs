use crate::{Activation, BatchNorm, Linear};
use tch::{Kind, Tensor};

/// What one layer gives for a batch, both of shape (batch, width): fan_out, or channels · rows · columns of a convolution.
#[derive(Debug)]
pub struct LayerOutput {
    /// y = x Wᵀ + b, or the convolution, normalised where the layer has batch normalisation.
    pub linear: Tensor,
    /// y after the activation.
    pub activated: Tensor,
}

/// A linear layer and what follows it.
#[derive(Debug)]
struct Layer {
    linear: Linear,
    norm: Option<BatchNorm>,
    activation: Activation,
}

/// A stack of linear layers, each followed by batch normalisation where it has one, and by its activation.
#[derive(Debug, Default)]
pub struct Mlp {
    layers: Vec<Layer>,
}

impl Mlp {
    /// An empty stack, which is the identity.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a layer and what follows it.
    pub fn push(&mut self, linear: Linear, norm: Option<BatchNorm>, activation: Activation) {
        self.layers.push(Layer { linear, norm, activation });
    }

    /// The output of the last layer, shape (batch, last fan_out), for x of shape (batch, first fan_in); `train` is for
    /// batch normalisation.
    pub fn forward_t(&self, x: &Tensor, train: bool) -> Tensor {
        (0..self.layers.len()).fold(x.shallow_clone(), |x, i| self.layer(i, &x, train).activated)
    }

    /// Like [`forward_t`](Self::forward_t), and what every layer on the way gives is appended to `outputs`.
    pub fn forward_into(&self, x: &Tensor, train: bool, outputs: &mut Vec<LayerOutput>) -> Tensor {
        (0..self.layers.len()).fold(x.shallow_clone(), |x, i| {
            let output = self.layer(i, &x, train);
            let activated = output.activated.shallow_clone();
            outputs.push(output);
            activated
        })
    }

    /// What layer `i` gives. The last layer answers in single precision: a logistic function in bf16 would round to 1, and a code to three digits.
    pub(crate) fn layer(&self, i: usize, x: &Tensor, train: bool) -> LayerOutput {
        let layer = &self.layers[i];
        let mut linear = layer.linear.forward(x);
        if i + 1 == self.layers.len() && linear.kind() == Kind::BFloat16 {
            linear = linear.to_kind(Kind::Float);
        }
        if let Some(norm) = &layer.norm {
            linear = norm.forward_t(&linear, train);
        }
        LayerOutput { activated: layer.activation.apply(&linear), linear }
    }

    /// The linear layers in order, to be changed.
    pub(crate) fn layers_mut(&mut self) -> impl Iterator<Item = &mut Linear> {
        self.layers.iter_mut().map(|layer| &mut layer.linear)
    }

    /// The linear layers in order.
    pub fn layers(&self) -> impl ExactSizeIterator<Item = &Linear> {
        self.layers.iter().map(|layer| &layer.linear)
    }

    /// Trainable tensors with their names, the layers in order: `0.weight`, `0.bias`, `0.norm.weight`, …
    pub(crate) fn named_parameters(&self) -> Vec<(String, Tensor)> {
        self.named(|layer| {
            let linear =
                [("weight".to_owned(), &layer.linear.weight), ("bias".to_owned(), &layer.linear.bias)];
            let norm = layer.norm.iter().flat_map(BatchNorm::parameters);
            linear.into_iter().chain(norm.map(|(name, tensor)| (format!("norm.{name}"), tensor))).collect()
        })
    }

    /// Running statistics with their names.
    pub(crate) fn named_buffers(&self) -> Vec<(String, Tensor)> {
        self.named(|layer| {
            let norm = layer.norm.iter().flat_map(BatchNorm::buffers);
            norm.map(|(name, tensor)| (format!("norm.{name}"), tensor)).collect()
        })
    }

    fn named<'a>(&'a self, of: impl Fn(&'a Layer) -> Vec<(String, &'a Tensor)>) -> Vec<(String, Tensor)> {
        let layers = self.layers.iter().enumerate();
        layers
            .flat_map(|(i, layer)| {
                of(layer)
                    .into_iter()
                    .map(move |(name, tensor)| (format!("{i}.{name}"), tensor.shallow_clone()))
            })
            .collect()
    }

    /// Trainable values of each layer.
    pub(crate) fn parameter_counts(&self) -> impl Iterator<Item = usize> + '_ {
        self.layers.iter().map(|layer| {
            let norm = layer.norm.iter().flat_map(BatchNorm::parameters);
            layer.linear.parameter_count() + norm.map(|(_, tensor)| tensor.numel()).sum::<usize>()
        })
    }
}
