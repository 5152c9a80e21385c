use crate::{NetworkSpec, Result};
use ndarray::{Array3, ArrayView2};
use tch::{Device, Tensor};

/// k autoencoders of one form of which soft weights say how far a sample belongs to each.
pub trait MixtureOfNetworks: std::fmt::Debug + Send {
    /// The form of each.
    fn spec(&self) -> NetworkSpec;

    /// How many there are.
    fn k(&self) -> usize;

    /// Width of a code.
    fn code_width(&self) -> usize;

    /// Where the weights are.
    fn device(&self) -> Device;

    /// Trainable tensors, by the names of [`Network::named_parameters`](crate::Network::named_parameters): stacked along a new first dimension of
    /// length k, and those of batch normalisation one after the other.
    fn named_parameters(&self) -> Vec<(String, Tensor)>;

    /// Running statistics, likewise.
    fn named_buffers(&self) -> Vec<(String, Tensor)>;

    /// Parameters and buffers.
    fn named_state(&self) -> Vec<(String, Tensor)> {
        self.named_parameters().into_iter().chain(self.named_buffers()).collect()
    }

    /// Copies values into parameters and buffers, by name.
    ///
    /// # Errors
    /// [`Error::Shape`](crate::Error::Shape) when a tensor is missing or of another shape; nothing is changed then.
    fn set_state(&self, values: &[(String, Tensor)]) -> Result<()>;

    /// Code of each autoencoder, shape (k, batch, code width), for x of shape (batch, features).
    fn codes(&self, x: &Tensor, train: bool) -> Tensor;

    /// The mean over the batch of Σ_i w_i ‖x − x̂(i)‖², a scalar in training: the gradient reaches weights, codes and decoders.
    ///
    /// Shapes: codes (k, batch, code width) as [`codes`](Self::codes) gives them, x (batch, features), weights (batch, k). A
    /// code whose weight is [`NEGLIGIBLE`](crate::AutoencoderMixture::NEGLIGIBLE) is not decoded: where weights are nearly one-hot, decoders
    /// cost a kth.
    fn weighted_error(&self, codes: &Tensor, x: &Tensor, weights: &Tensor) -> Tensor;

    /// x̂(i) of the rows of `x` by every autoencoder, in batches: shape (n, k, features).
    ///
    /// # Errors
    /// [`Error::Shape`](crate::Error::Shape) when the number of columns is not that of the features.
    fn reconstructions_of(&self, x: ArrayView2<'_, f32>) -> Result<Array3<f32>>;
}
