//! Networks whose weights a reference in Python can have too.

use deepclust_nets::{Autoencoder, BatchNormSettings, Network, Tensor};

/// Fills weights and biases of the linear layers; batch normalisation stays as it starts.
pub(crate) fn set_linear(network: &Autoencoder, fill: impl IntoIterator<Item = impl Fn(usize) -> Vec<f32>>) {
    let mut fill = fill.into_iter();
    let value = |(name, tensor): (String, Tensor)| {
        if name.contains("norm") {
            return (name, tensor.detach().copy());
        }
        let values = fill.next().unwrap()(tensor.numel());
        (name, Tensor::from_slice(&values).view(tensor.size().as_slice()))
    };
    let values: Vec<_> = network.named_state().into_iter().map(value).collect();
    network.set_state(&values).unwrap();
}

/// Of all layers but the last, the code's too.
pub(crate) const NORMALISED: BatchNormSettings =
    BatchNormSettings { momentum: 0.1, epsilon: 1e-3, code: true };
