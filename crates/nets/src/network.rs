use crate::{
    Adam, AdamSettings, Error, LayerOutput, NetworkSpec, Precision, Result, to_array2, to_tensor_on,
};
use ndarray::{Array2, ArrayView2, s};
use tch::{Device, Kind, Tensor};

/// What methods, caches and saved models need to know of an autoencoder: code z = f(x), reconstruction x̂ = g(z).
///
/// A sample is a row: x has shape (batch, features) for every network. A network of images takes the pixels channel by channel and
/// row by row, and answers them in this order.
///
/// In training (`train`) batch normalisation takes the batch's statistics and moves the running ones.
///
/// [`AutoencoderMixture`](crate::AutoencoderMixture) is no such network. A sample has k codes and k reconstructions there, and who trains
/// it says which of them count.
///
/// # Panics
/// Functions of tensors panic when the shape or the kind of a tensor does not fit, as libtorch's own do. Functions of arrays answer
/// an error.
pub trait Network: std::fmt::Debug + Send {
    /// What it was made from: a network of the same spec takes over its state.
    fn spec(&self) -> NetworkSpec;

    /// Where its weights are.
    fn device(&self) -> Device;

    /// Width of a sample.
    fn features(&self) -> usize;

    /// Width of a code.
    fn code_width(&self) -> usize;

    /// Code of shape (batch, code width) for x of shape (batch, features).
    fn encode_t(&self, x: &Tensor, train: bool) -> Tensor;

    /// Reconstruction of shape (batch, features) for a code of shape (batch, code width).
    fn decode_t(&self, code: &Tensor, train: bool) -> Tensor;

    /// What all layers give for x in training, encoder first, each of shape (batch, width of the layer). The encoder and the decoder
    /// have their own layers; the last one's activated output is the reconstruction.
    fn layer_outputs(&self, x: &Tensor) -> Vec<LayerOutput>;

    /// Trainable tensors with their names, which begin with `encoder.` or `decoder.`; encoder first.
    fn named_parameters(&self) -> Vec<(String, Tensor)>;

    /// What training changes besides the parameters: the running statistics of batch normalisation.
    fn named_buffers(&self) -> Vec<(String, Tensor)>;

    /// Trainable values of each layer, encoder first.
    fn parameter_counts(&self) -> Vec<usize>;

    /// Prepares training in a precision, and answers the optimiser of the parameters whose names are `trained` and of `others`, which are
    /// f32 leaves. Batches are to be given as [`Precision::input`] makes them.
    ///
    /// # Errors
    /// What [`Adam::new`] reports, and [`Error::Setting`] for a precision that the network does not have.
    fn train_part_in(
        &mut self,
        precision: Precision,
        adam: AdamSettings,
        trained: &dyn Fn(&str) -> bool,
        others: Vec<Tensor>,
    ) -> Result<Adam>;

    /// Whether the reconstruction depends on the parameter of that name. What it does not depend on has no gradient of a loss of
    /// reconstructions, and optimisers refuse it.
    fn reconstructs_by(&self, _parameter: &str) -> bool {
        true
    }

    /// As [`train_part_in`](Self::train_part_in), for all parameters that the reconstruction depends on.
    ///
    /// # Errors
    /// As [`train_part_in`](Self::train_part_in).
    fn train_in(&mut self, precision: Precision, adam: AdamSettings) -> Result<Adam> {
        let names: Vec<String> = self.named_parameters().into_iter().map(|(name, _)| name).collect();
        let names: Vec<String> = names.into_iter().filter(|name| self.reconstructs_by(name)).collect();
        self.train_part_in(precision, adam, &|name| names.iter().any(|n| n == name), Vec::new())
    }

    /// How many pairs of an encoder's layer and the decoder's that mirrors it can be trained layer by layer; 0 where that is not
    /// provided for.
    fn pairs(&self) -> usize {
        0
    }

    /// As [`train_in`](Self::train_in), for [`pair_t`](Self::pair_t) alone.
    ///
    /// # Errors
    /// As [`train_part_in`](Self::train_part_in), and [`Error::Setting`] when there is no such pair.
    fn train_pair_in(&mut self, pair: usize, precision: Precision, adam: AdamSettings) -> Result<Adam> {
        let _ = (precision, adam);
        Err(no_such_pair(pair, self.pairs()))
    }

    /// What the encoder's first `layers` layers of [`pairs`](Self::pairs) give outside training: x itself where there are none.
    fn encode_until(&self, x: &Tensor, layers: usize) -> Tensor {
        let _ = layers;
        x.shallow_clone()
    }

    /// Through layer `pair` of the encoder and straight through the decoder's layer that mirrors it, for the outputs `x` of
    /// the layers before: shape (batch, inputs of that layer) in and out. x itself where there are no pairs.
    fn pair_t(&self, x: &Tensor, pair: usize, train: bool) -> Tensor {
        let _ = (pair, train);
        x.shallow_clone()
    }

    /// As [`encode_t`](Self::encode_t) outside training.
    fn encode(&self, x: &Tensor) -> Tensor {
        self.encode_t(x, false)
    }

    /// As [`decode_t`](Self::decode_t) outside training.
    fn decode(&self, code: &Tensor) -> Tensor {
        self.decode_t(code, false)
    }

    /// Reconstruction of x, both of shape (batch, features).
    fn forward_t(&self, x: &Tensor, train: bool) -> Tensor {
        self.decode_t(&self.encode_t(x, train).to_kind(x.kind()), train)
    }

    /// As [`forward_t`](Self::forward_t) outside training.
    fn forward(&self, x: &Tensor) -> Tensor {
        self.forward_t(x, false)
    }

    /// Parameters and buffers: all that makes two networks of one spec the same.
    fn named_state(&self) -> Vec<(String, Tensor)> {
        self.named_parameters().into_iter().chain(self.named_buffers()).collect()
    }

    /// Trainable tensors, encoder first.
    fn parameters(&self) -> Vec<Tensor> {
        self.named_parameters().into_iter().map(|(_, tensor)| tensor).collect()
    }

    /// Copies values into the parameters and buffers, by name.
    ///
    /// # Errors
    /// [`Error::Shape`] when a tensor is missing or of another shape; nothing is changed then.
    fn set_state(&self, values: &[(String, Tensor)]) -> Result<()> {
        set_tensors(&self.named_state(), values)
    }

    /// Codes of all rows of `x`, shape (n, code width), computed in batches without a gradient.
    ///
    /// # Errors
    /// [`Error::Shape`] when the number of columns is not that of the features.
    fn embed(&self, x: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        check_columns(x, self.features())?;
        in_batches(x, self.device(), self.code_width(), |batch| self.encode(batch))
    }

    /// Reconstructions of all rows of `x`, shape (n, features), computed in batches without a gradient.
    ///
    /// # Errors
    /// [`Error::Shape`] when the number of columns is not that of the features.
    fn reconstruct(&self, x: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        check_columns(x, self.features())?;
        in_batches(x, self.device(), self.features(), |batch| self.forward(batch))
    }
}

pub(crate) fn no_such_pair(pair: usize, pairs: usize) -> Error {
    let found = format!("pair {pair} of {pairs}");
    Error::Setting { name: "pair", expected: "one of the network's pairs of layers, from 0", found }
}

pub(crate) fn check_columns(x: ArrayView2<'_, f32>, features: usize) -> Result<()> {
    if x.ncols() == features {
        return Ok(());
    }
    Err(Error::Shape {
        what: "samples",
        expected: format!("(n, {features})"),
        found: format!("({}, {})", x.nrows(), x.ncols()),
    })
}

fn in_batches(
    x: ArrayView2<'_, f32>,
    device: Device,
    width: usize,
    f: impl Fn(&Tensor) -> Tensor,
) -> Result<Array2<f32>> {
    const BATCH: usize = 2000;
    let mut outputs = Array2::zeros((x.nrows(), width));
    for start in (0..x.nrows()).step_by(BATCH) {
        let end = (start + BATCH).min(x.nrows());
        let batch = to_tensor_on(x.slice(s![start..end, ..]), device);
        let output = to_array2(&tch::no_grad(|| f(&batch)))?;
        outputs.slice_mut(s![start..end, ..]).assign(&output);
    }
    Ok(outputs)
}

/// Copies values into tensors of the same names.
///
/// # Errors
/// [`Error::Shape`] when a tensor is missing or of another shape; nothing is changed then.
pub(crate) fn set_tensors(targets: &[(String, Tensor)], values: &[(String, Tensor)]) -> Result<()> {
    let find = |name: &str| values.iter().find(|(n, _)| n == name).map(|(_, tensor)| tensor);
    for (name, target) in targets {
        let found = find(name);
        if found.is_none_or(|value| value.size() != target.size()) {
            return Err(Error::Shape {
                what: "saved parameters",
                expected: format!("`{name}` of shape {:?}", target.size()),
                found: found.map_or("no such tensor".to_owned(), |value| format!("{:?}", value.size())),
            });
        }
    }
    tch::no_grad(|| {
        for (name, target) in targets {
            if let Some(value) = find(name) {
                target.detach().copy_(&value.to_kind(Kind::Float));
            }
        }
    });
    Ok(())
}

/// The tensors of `named` with `prefix` and a point before their names.
pub(crate) fn below(
    prefix: &str,
    named: impl IntoIterator<Item = (String, Tensor)>,
) -> impl Iterator<Item = (String, Tensor)> {
    named.into_iter().map(move |(name, tensor)| (format!("{prefix}.{name}"), tensor))
}
