use crate::network::{below, no_such_pair};
use crate::working_copy::{adam_of, prepare};
use crate::{
    Adam, AdamSettings, AutoencoderSettings, BatchNorm, LayerOutput, Linear, Mlp, Network, NetworkSpec,
    Precision, Result,
};
use rand::Rng;
use tch::{Device, Tensor};

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
    /// [`Error::Setting`](crate::Error::Setting) for widths out of range.
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

    fn named(&self, of: impl Fn(&Mlp) -> Vec<(String, Tensor)>) -> Vec<(String, Tensor)> {
        below("encoder", of(&self.encoder)).chain(below("decoder", of(&self.decoder))).collect()
    }

    fn mirrored(&self, pair: usize) -> usize {
        self.pairs() - 1 - pair
    }

    /// The linear layers, encoder first.
    pub(crate) fn layers(&self) -> impl Iterator<Item = &Linear> {
        self.encoder.layers().chain(self.decoder.layers())
    }

    /// The linear layers, encoder first, to be changed.
    pub(crate) fn layers_mut(&mut self) -> impl Iterator<Item = &mut Linear> {
        self.encoder.layers_mut().chain(self.decoder.layers_mut())
    }

    /// The layer whose output is the code.
    pub(crate) fn code_layer(&self) -> usize {
        self.settings.widths.len() - 2
    }

    /// What layer `i` of the encoder makes of the outputs of those before.
    pub(crate) fn encoder_layer(&self, i: usize, x: &Tensor, train: bool) -> Tensor {
        self.encoder.layer(i, x, train).activated
    }

    /// The linear part of layer `i` of the encoder.
    pub(crate) fn encoder_linear(&self, i: usize) -> Option<&Linear> {
        self.encoder.layers().nth(i)
    }
}

impl Network for Autoencoder {
    fn spec(&self) -> NetworkSpec {
        NetworkSpec::FullyConnected(self.settings.clone())
    }

    fn device(&self) -> Device {
        self.device
    }

    fn features(&self) -> usize {
        self.settings.widths[0]
    }

    fn code_width(&self) -> usize {
        self.settings.widths[self.settings.widths.len() - 1]
    }

    fn encode_t(&self, x: &Tensor, train: bool) -> Tensor {
        self.encoder.forward_t(x, train)
    }

    fn decode_t(&self, code: &Tensor, train: bool) -> Tensor {
        self.decoder.forward_t(code, train)
    }

    /// The code layer's is at position `widths.len() − 2`.
    fn layer_outputs(&self, x: &Tensor) -> Vec<LayerOutput> {
        let mut outputs = Vec::new();
        let code = self.encoder.forward_into(x, true, &mut outputs);
        let _ = self.decoder.forward_into(&code.to_kind(x.kind()), true, &mut outputs);
        outputs
    }

    /// `encoder.0.weight`, `encoder.0.bias`, `encoder.0.norm.weight`, …
    fn named_parameters(&self) -> Vec<(String, Tensor)> {
        self.named(Mlp::named_parameters)
    }

    fn named_buffers(&self) -> Vec<(String, Tensor)> {
        self.named(Mlp::named_buffers)
    }

    fn parameter_counts(&self) -> Vec<usize> {
        self.encoder.parameter_counts().chain(self.decoder.parameter_counts()).collect()
    }

    /// In [`Precision::Bf16`] every layer gets bf16 copies of its weights, which the optimiser keeps up to date.
    fn train_part_in(
        &mut self,
        precision: Precision,
        adam: AdamSettings,
        trained: &dyn Fn(&str) -> bool,
        others: Vec<Tensor>,
    ) -> Result<Adam> {
        prepare(self.layers_mut(), precision);
        adam_of(self.named_parameters(), self.layers(), adam, trained, others)
    }

    fn pairs(&self) -> usize {
        self.settings.widths.len() - 1
    }

    fn train_pair_in(&mut self, pair: usize, precision: Precision, adam: AdamSettings) -> Result<Adam> {
        if pair >= self.pairs() {
            return Err(no_such_pair(pair, self.pairs()));
        }
        let of_pair = [format!("encoder.{pair}."), format!("decoder.{}.", self.mirrored(pair))];
        let trained = |name: &str| of_pair.iter().any(|start| name.starts_with(start));
        Network::train_part_in(self, precision, adam, &trained, Vec::new())
    }

    fn encode_until(&self, x: &Tensor, layers: usize) -> Tensor {
        (0..layers).fold(x.shallow_clone(), |x, i| self.encoder_layer(i, &x, false))
    }

    fn pair_t(&self, x: &Tensor, pair: usize, train: bool) -> Tensor {
        let code = self.encoder_layer(pair, x, train);
        self.decoder.layer(self.mirrored(pair), &code.to_kind(x.kind()), train).activated
    }

    fn set_state(&self, values: &[(String, Tensor)]) -> Result<()> {
        crate::network::set_tensors(&self.named_state(), values)?;
        self.layers().for_each(Linear::refresh_working);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Activation, Init, LayerInits, Optimizer, to_tensor};
    use ndarray::{Array2, s};
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use tch::Kind;

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
