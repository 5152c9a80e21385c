use crate::working_copy::WorkingCopy;
use crate::{
    Adam, AdamSettings, AutoencoderSettings, BatchNorm, Error, LayerOutput, Linear, Mlp, Precision, Result,
    to_array2, to_tensor,
};
use ndarray::{Array2, ArrayView2, s};
use rand::Rng;
use tch::{Device, Kind, Tensor};

/// A fully connected autoencoder: code z = f(x), reconstruction x̂ = g(z).
#[derive(Debug)]
pub struct Autoencoder {
    settings: AutoencoderSettings,
    encoder: Mlp,
    decoder: Mlp,
    device: Device,
}

impl Autoencoder {
    /// A network with weights drawn from `rng`, encoder first, weight before bias.
    ///
    /// # Errors
    /// [`Error::Setting`] for widths out of range.
    pub fn new(settings: AutoencoderSettings, device: Device, rng: &mut impl Rng) -> Result<Self> {
        settings.validate()?;
        let shapes = settings.layer_shapes();
        let (mut encoder, mut decoder) = (Mlp::new(), Mlp::new());
        for (i, &(fan_in, fan_out)) in shapes.iter().enumerate() {
            let place = settings.place(i);
            let half = if place.decodes { &mut decoder } else { &mut encoder };
            let norm = place.batch_norm.map(|norm| BatchNorm::new(fan_out, norm, device));
            half.push(Linear::new(fan_in, fan_out, place.init, device, rng), norm, place.activation);
        }
        Ok(Self { settings, encoder, decoder, device })
    }

    /// The settings it was made with.
    pub fn settings(&self) -> &AutoencoderSettings {
        &self.settings
    }

    /// Where its weights are.
    pub fn device(&self) -> Device {
        self.device
    }

    /// Code of shape (batch, code width) for x of shape (batch, input width).
    pub fn encode(&self, x: &Tensor) -> Tensor {
        self.encode_t(x, false)
    }

    /// As [`encode`](Self::encode); in training batch normalisation takes the batch's statistics and moves the running ones.
    pub fn encode_t(&self, x: &Tensor, train: bool) -> Tensor {
        self.encoder.forward_t(x, train)
    }

    /// Reconstruction of shape (batch, input width) for a code of shape (batch, code width).
    pub fn decode(&self, code: &Tensor) -> Tensor {
        self.decode_t(code, false)
    }

    /// As [`decode`](Self::decode), in training or not.
    pub fn decode_t(&self, code: &Tensor, train: bool) -> Tensor {
        self.decoder.forward_t(code, train)
    }

    /// Reconstruction of x, both of shape (batch, input width).
    pub fn forward(&self, x: &Tensor) -> Tensor {
        self.forward_t(x, false)
    }

    /// As [`forward`](Self::forward), in training or not.
    pub fn forward_t(&self, x: &Tensor, train: bool) -> Tensor {
        self.decode_t(&self.encode_t(x, train).to_kind(x.kind()), train)
    }

    /// What all layers give in training, in order: that of the code layer is at position `widths.len() − 2`, the last one's
    /// activated output is the reconstruction.
    pub fn layer_outputs(&self, x: &Tensor) -> Vec<LayerOutput> {
        let mut outputs = Vec::new();
        let code = self.encoder.forward_into(x, true, &mut outputs);
        let _ = self.decoder.forward_into(&code.to_kind(x.kind()), true, &mut outputs);
        outputs
    }

    /// Trainable tensors with their names (`encoder.0.weight`, …), encoder first.
    pub fn named_parameters(&self) -> Vec<(String, Tensor)> {
        self.named(Mlp::named_parameters)
    }

    /// What training changes besides the parameters: the running statistics of batch normalisation.
    pub fn named_buffers(&self) -> Vec<(String, Tensor)> {
        self.named(Mlp::named_buffers)
    }

    /// Parameters and buffers: all that makes two networks of the same settings the same.
    pub fn named_state(&self) -> Vec<(String, Tensor)> {
        self.named_parameters().into_iter().chain(self.named_buffers()).collect()
    }

    fn named(&self, of: impl Fn(&Mlp) -> Vec<(String, Tensor)>) -> Vec<(String, Tensor)> {
        let halves = [("encoder", &self.encoder), ("decoder", &self.decoder)];
        halves
            .into_iter()
            .flat_map(|(half, mlp)| {
                of(mlp).into_iter().map(move |(name, tensor)| (format!("{half}.{name}"), tensor))
            })
            .collect()
    }

    /// Trainable tensors, encoder first.
    pub fn parameters(&self) -> Vec<Tensor> {
        self.named_parameters().into_iter().map(|(_, tensor)| tensor).collect()
    }

    /// Prepares training in a precision, and answers the optimiser for it. In [`Precision::Bf16`] every layer gets bf16
    /// copies of its weights, which the optimiser keeps up to date; batches are to be given as
    /// [`Precision::input`] makes them.
    ///
    /// # Errors
    /// What [`Adam::new`] reports.
    pub fn train_in(&mut self, precision: Precision, adam: AdamSettings) -> Result<Adam> {
        self.train_part_in(precision, adam, |_| true, [])
    }

    /// As [`train_in`](Self::train_in), for [`pair_t`](Self::pair_t) alone.
    ///
    /// # Errors
    /// What [`Adam::new`] reports.
    pub fn train_pair_in(&mut self, pair: usize, precision: Precision, adam: AdamSettings) -> Result<Adam> {
        let of_pair = [format!("encoder.{pair}."), format!("decoder.{}.", self.mirrored(pair))];
        self.train_part_in(precision, adam, |name| of_pair.iter().any(|start| name.starts_with(start)), [])
    }

    /// As [`train_in`](Self::train_in), for the parameters whose names are `trained`, and for `others`, which are f32 leaves.
    ///
    /// # Errors
    /// What [`Adam::new`] reports.
    pub fn train_part_in(
        &mut self,
        precision: Precision,
        adam: AdamSettings,
        trained: impl Fn(&str) -> bool,
        others: impl IntoIterator<Item = Tensor>,
    ) -> Result<Adam> {
        for layer in self.encoder.layers_mut().chain(self.decoder.layers_mut()) {
            layer.working = (precision == Precision::Bf16).then(|| WorkingCopy::of(layer));
        }
        let named = self.named_parameters().into_iter();
        let mut parameters: Vec<_> =
            named.filter(|(name, _)| trained(name)).map(|(_, tensor)| tensor).collect();
        let layers = self.encoder.layers().chain(self.decoder.layers());
        let is_trained = |of: &Tensor| parameters.iter().any(|p| p.data_ptr() == of.data_ptr());
        let copies: Vec<_> = layers
            .filter_map(Linear::working_tensors)
            .flatten()
            .filter(|(parameter, _)| is_trained(parameter))
            .collect();
        parameters.extend(others);
        Adam::mixed(adam, parameters, &copies)
    }

    /// How many pairs of an encoder's layer and the decoder's that mirrors it there are.
    pub fn pairs(&self) -> usize {
        self.settings.widths.len() - 1
    }

    fn mirrored(&self, pair: usize) -> usize {
        self.pairs() - 1 - pair
    }

    /// What the encoder's first `layers` layers give outside training.
    pub fn encode_until(&self, x: &Tensor, layers: usize) -> Tensor {
        (0..layers).fold(x.shallow_clone(), |x, i| self.encoder.layer(i, &x, false).activated)
    }

    /// Through layer `pair` of the encoder and straight through the decoder's layer that mirrors it, for the outputs `x` of
    /// the layers before: shape (batch, fan_in of that layer) in and out.
    pub fn pair_t(&self, x: &Tensor, pair: usize, train: bool) -> Tensor {
        let code = self.encoder.layer(pair, x, train).activated;
        self.decoder.layer(self.mirrored(pair), &code.to_kind(x.kind()), train).activated
    }

    /// Trainable values of each layer, encoder first.
    pub fn parameter_counts(&self) -> Vec<usize> {
        self.encoder.parameter_counts().chain(self.decoder.parameter_counts()).collect()
    }

    /// Codes of all rows of `x`, shape (n, code width), computed in batches without a gradient.
    ///
    /// # Errors
    /// [`Error::Shape`] when the number of columns is not the input width.
    pub fn embed(&self, x: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        self.in_batches(x, |batch| self.encode(batch), self.settings.widths[self.settings.widths.len() - 1])
    }

    /// Reconstructions of all rows of `x`, shape (n, input width), computed in batches without a gradient.
    ///
    /// # Errors
    /// [`Error::Shape`] when the number of columns is not the input width.
    pub fn reconstruct(&self, x: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        self.in_batches(x, |batch| self.forward(batch), self.settings.widths[0])
    }

    fn in_batches(
        &self,
        x: ArrayView2<'_, f32>,
        f: impl Fn(&Tensor) -> Tensor,
        width: usize,
    ) -> Result<Array2<f32>> {
        const BATCH: usize = 2000;
        if x.ncols() != self.settings.widths[0] {
            return Err(Error::Shape {
                what: "samples",
                expected: format!("(n, {})", self.settings.widths[0]),
                found: format!("({}, {})", x.nrows(), x.ncols()),
            });
        }
        let mut outputs = Array2::zeros((x.nrows(), width));
        for start in (0..x.nrows()).step_by(BATCH) {
            let end = (start + BATCH).min(x.nrows());
            let batch = to_tensor(x.slice(s![start..end, ..])).to_device(self.device);
            let output = to_array2(&tch::no_grad(|| f(&batch)))?;
            outputs.slice_mut(s![start..end, ..]).assign(&output);
        }
        Ok(outputs)
    }

    /// Copies values into the parameters and buffers, by name.
    ///
    /// # Errors
    /// [`Error::Shape`] when a tensor is missing or of another shape; nothing is changed then.
    pub fn set_state(&self, values: &[(String, Tensor)]) -> Result<()> {
        set_tensors(&self.named_state(), values)?;
        self.encoder.layers().chain(self.decoder.layers()).for_each(Linear::refresh_working);
        Ok(())
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Activation, Init, LayerInits, Optimizer};
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn biswas() -> AutoencoderSettings {
        AutoencoderSettings {
            widths: vec![784, 128, 64],
            decoder: None,
            hidden: Activation::Relu,
            code: Activation::Identity,
            output: Activation::Tanh,
            init: LayerInits::all(Init::TorchLinear),
            batch_norm: None,
        }
    }

    fn network(seed: u64) -> Autoencoder {
        Autoencoder::new(biswas(), Device::Cpu, &mut ChaCha8Rng::seed_from_u64(seed)).unwrap()
    }

    #[test]
    fn parameter_counts_of_the_biswas_network() {
        // 784·128+128, 128·64+64, 64·128+128, 128·784+784
        assert_eq!(network(0).parameter_counts(), [100_480, 8_256, 8_320, 101_136]);
    }

    #[test]
    fn shapes_and_batches() {
        let network = network(1);
        let x = Array2::from_shape_fn((2003, 784), |(i, j)| ((i * 7 + j) % 11) as f32 / 11.0);
        let code = network.embed(x.view()).unwrap();
        assert_eq!(code.dim(), (2003, 64));
        let alone = network.embed(x.slice(s![2002.., ..])).unwrap();
        assert!((&code.row(2002) - &alone.row(0)).iter().all(|d| d.abs() < 1e-5));
        assert_eq!(network.reconstruct(x.view()).unwrap().dim(), (2003, 784));
        let outputs = network.layer_outputs(&to_tensor(x.slice(s![..3, ..])));
        assert_eq!(outputs.iter().map(|o| o.activated.size()[1]).collect::<Vec<_>>(), [128, 64, 128, 784]);
        let error = network.embed(x.slice(s![.., ..10])).unwrap_err().to_string();
        assert_eq!(error, "samples: expected shape (n, 784), found (2003, 10)");
    }

    #[test]
    fn same_generator_same_network() {
        let x = Array2::from_elem((1, 784), 0.5);
        assert_eq!(network(5).embed(x.view()).unwrap(), network(5).embed(x.view()).unwrap());
        assert_ne!(network(5).embed(x.view()).unwrap(), network(6).embed(x.view()).unwrap());
    }

    #[test]
    fn bf16_training_learns_and_keeps_its_copies_up_to_date() {
        let mut network = network(3);
        let mut adam = network.train_in(Precision::Bf16, AdamSettings::default()).unwrap();
        let x = Array2::from_shape_fn((64, 784), |(i, j)| ((i * 5 + j * 3) % 7) as f32 / 7.0);
        let data = to_tensor(x.view());
        let loss = |network: &Autoencoder| {
            let output = network.forward(&Precision::Bf16.input(&data));
            assert_eq!(output.kind(), Kind::Float);
            output.mse_loss(&data, tch::Reduction::Mean)
        };
        let first = loss(&network).double_value(&[]);
        for _ in 0..30 {
            adam.minimise(&loss(&network)).unwrap();
        }
        let last = loss(&network).double_value(&[]);
        assert!(last < 0.5 * first, "{first} {last}");
        // The f32 weights are the ones that were trained: in single precision the loss is nearly the same.
        let single = network.forward(&data).mse_loss(&data, tch::Reduction::Mean).double_value(&[]);
        assert!((single / last - 1.0).abs() < 0.05, "{single} {last}");
        for (copy, parameter) in adam.leaves().iter().zip(adam.parameters()) {
            assert_eq!(copy.detach(), parameter.detach().to_kind(Kind::BFloat16));
        }
        let other = Autoencoder::new(biswas(), Device::Cpu, &mut ChaCha8Rng::seed_from_u64(4)).unwrap();
        network.set_state(&other.named_parameters()).unwrap();
        for (copy, parameter) in adam.leaves().iter().zip(adam.parameters()) {
            assert_eq!(copy.detach(), parameter.detach().to_kind(Kind::BFloat16));
        }
    }

    #[test]
    fn parameters_travel_by_name() {
        let (a, b) = (network(7), network(8));
        let x = Array2::from_elem((1, 784), 0.5);
        b.set_state(&a.named_parameters()).unwrap();
        assert_eq!(a.embed(x.view()).unwrap(), b.embed(x.view()).unwrap());
        let error = b.set_state(&a.named_parameters()[1..]).unwrap_err().to_string();
        assert!(error.contains("`encoder.0.weight` of shape [128, 784], found no such tensor"), "{error}");
    }

    #[test]
    fn widths_are_checked() {
        let settings = AutoencoderSettings { widths: vec![784, 0], ..biswas() };
        let error = Autoencoder::new(settings, Device::Cpu, &mut ChaCha8Rng::seed_from_u64(0)).unwrap_err();
        assert!(error.to_string().starts_with("setting `widths`"), "{error}");
    }
}
