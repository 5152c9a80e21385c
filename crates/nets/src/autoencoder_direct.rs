//! The methods of [`Network`] on [`Autoencoder`] for callers that have not brought the trait into scope. To be deleted when all have.

use crate::{Adam, AdamSettings, Autoencoder, LayerOutput, Network, Precision, Result};
use ndarray::{Array2, ArrayView2};
use tch::{Device, Tensor};

impl Autoencoder {
    /// [`Network::device`]
    pub fn device(&self) -> Device {
        Network::device(self)
    }

    /// [`Network::encode`]
    pub fn encode(&self, x: &Tensor) -> Tensor {
        Network::encode(self, x)
    }

    /// [`Network::encode_t`]
    pub fn encode_t(&self, x: &Tensor, train: bool) -> Tensor {
        Network::encode_t(self, x, train)
    }

    /// [`Network::decode`]
    pub fn decode(&self, code: &Tensor) -> Tensor {
        Network::decode(self, code)
    }

    /// [`Network::decode_t`]
    pub fn decode_t(&self, code: &Tensor, train: bool) -> Tensor {
        Network::decode_t(self, code, train)
    }

    /// [`Network::forward`]
    pub fn forward(&self, x: &Tensor) -> Tensor {
        Network::forward(self, x)
    }

    /// [`Network::forward_t`]
    pub fn forward_t(&self, x: &Tensor, train: bool) -> Tensor {
        Network::forward_t(self, x, train)
    }

    /// [`Network::layer_outputs`]
    pub fn layer_outputs(&self, x: &Tensor) -> Vec<LayerOutput> {
        Network::layer_outputs(self, x)
    }

    /// [`Network::named_parameters`]
    pub fn named_parameters(&self) -> Vec<(String, Tensor)> {
        Network::named_parameters(self)
    }

    /// [`Network::named_buffers`]
    pub fn named_buffers(&self) -> Vec<(String, Tensor)> {
        Network::named_buffers(self)
    }

    /// [`Network::named_state`]
    pub fn named_state(&self) -> Vec<(String, Tensor)> {
        Network::named_state(self)
    }

    /// [`Network::parameters`]
    pub fn parameters(&self) -> Vec<Tensor> {
        Network::parameters(self)
    }

    /// [`Network::set_state`]
    ///
    /// # Errors
    /// As there.
    pub fn set_state(&self, values: &[(String, Tensor)]) -> Result<()> {
        Network::set_state(self, values)
    }

    /// [`Network::train_in`]
    ///
    /// # Errors
    /// As there.
    pub fn train_in(&mut self, precision: Precision, adam: AdamSettings) -> Result<Adam> {
        Network::train_in(self, precision, adam)
    }

    /// [`Network::train_part_in`]
    ///
    /// # Errors
    /// As there.
    pub fn train_part_in(
        &mut self,
        precision: Precision,
        adam: AdamSettings,
        trained: impl Fn(&str) -> bool,
        others: impl IntoIterator<Item = Tensor>,
    ) -> Result<Adam> {
        Network::train_part_in(self, precision, adam, &trained, others.into_iter().collect())
    }

    /// [`Network::pairs`]
    pub fn pairs(&self) -> usize {
        Network::pairs(self)
    }

    /// [`Network::train_pair_in`]
    ///
    /// # Errors
    /// As there.
    pub fn train_pair_in(&mut self, pair: usize, precision: Precision, adam: AdamSettings) -> Result<Adam> {
        Network::train_pair_in(self, pair, precision, adam)
    }

    /// [`Network::encode_until`]
    pub fn encode_until(&self, x: &Tensor, layers: usize) -> Tensor {
        Network::encode_until(self, x, layers)
    }

    /// [`Network::pair_t`]
    pub fn pair_t(&self, x: &Tensor, pair: usize, train: bool) -> Tensor {
        Network::pair_t(self, x, pair, train)
    }

    /// [`Network::parameter_counts`]
    pub fn parameter_counts(&self) -> Vec<usize> {
        Network::parameter_counts(self)
    }

    /// [`Network::embed`]
    ///
    /// # Errors
    /// As there.
    pub fn embed(&self, x: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        Network::embed(self, x)
    }

    /// [`Network::reconstruct`]
    ///
    /// # Errors
    /// As there.
    pub fn reconstruct(&self, x: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        Network::reconstruct(self, x)
    }
}
