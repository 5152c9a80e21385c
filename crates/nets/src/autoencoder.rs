use crate::working_copy::WorkingCopy;
use crate::{
    Activation, Adam, AdamSettings, Error, Init, LayerOutput, Linear, Mlp, Precision, Result, to_array2,
    to_tensor,
};
use ndarray::{Array2, ArrayView2, s};
use rand::Rng;
use serde::{Deserialize, Serialize};
use tch::{Device, Kind, Tensor};

/// Initialisers by the place of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerInits {
    /// Hidden layers of encoder and decoder.
    pub hidden: Init,
    /// The layer whose output is the code.
    pub code: Init,
    /// The layer whose output is the reconstruction.
    pub output: Init,
}

impl LayerInits {
    /// One initialiser everywhere.
    pub fn all(init: Init) -> Self {
        Self { hidden: init, code: init, output: init }
    }
}

/// Sizes and functions of a fully connected autoencoder whose decoder mirrors its encoder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AutoencoderSettings {
    /// Widths from input to code, for instance `[784, 128, 64]`: at least two, each at least 1.
    pub widths: Vec<usize>,
    /// After the hidden layers.
    pub hidden: Activation,
    /// After the code layer.
    pub code: Activation,
    /// After the last layer.
    pub output: Activation,
    /// How weights start.
    pub init: LayerInits,
}

impl AutoencoderSettings {
    /// Checks the widths.
    ///
    /// # Errors
    /// [`Error::Setting`] when there are fewer than two widths or one is zero.
    pub fn validate(&self) -> Result<()> {
        if self.widths.len() < 2 || self.widths.contains(&0) {
            return Err(Error::Setting {
                name: "widths",
                expected: "two or more widths from input to code, each at least 1",
                found: format!("{:?}", self.widths),
            });
        }
        Ok(())
    }

    /// (fan_in, fan_out) of every linear layer, encoder first.
    pub fn layer_shapes(&self) -> Vec<(usize, usize)> {
        let encoder: Vec<_> = self.widths.windows(2).map(|pair| (pair[0], pair[1])).collect();
        let decoder = encoder.iter().rev().map(|&(a, b)| (b, a)).collect::<Vec<_>>();
        [encoder, decoder].concat()
    }
}

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
        let code_layer = shapes.len() / 2 - 1;
        for (i, &(fan_in, fan_out)) in shapes.iter().enumerate() {
            let (init, activation) = if i == code_layer {
                (settings.init.code, settings.code)
            } else if i + 1 == shapes.len() {
                (settings.init.output, settings.output)
            } else {
                (settings.init.hidden, settings.hidden)
            };
            let half = if i <= code_layer { &mut encoder } else { &mut decoder };
            half.push(Linear::new(fan_in, fan_out, init, device, rng), activation);
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
        self.encoder.forward(x)
    }

    /// Reconstruction of shape (batch, input width) for a code of shape (batch, code width).
    pub fn decode(&self, code: &Tensor) -> Tensor {
        self.decoder.forward(code)
    }

    /// Reconstruction of x, both of shape (batch, input width).
    pub fn forward(&self, x: &Tensor) -> Tensor {
        self.decode(&self.encode(x).to_kind(x.kind()))
    }

    /// What all layers give, in order: that of the code layer is at position `widths.len() − 2`, the last one's activated
    /// output is the reconstruction.
    pub fn layer_outputs(&self, x: &Tensor) -> Vec<LayerOutput> {
        let mut outputs = Vec::new();
        let code = self.encoder.forward_into(x, &mut outputs);
        let _ = self.decoder.forward_into(&code.to_kind(x.kind()), &mut outputs);
        outputs
    }

    /// Trainable tensors with their names (`encoder.0.weight`, …), encoder first.
    pub fn named_parameters(&self) -> Vec<(String, Tensor)> {
        let halves = [("encoder", &self.encoder), ("decoder", &self.decoder)];
        halves
            .into_iter()
            .flat_map(|(half, mlp)| {
                mlp.layers().enumerate().flat_map(move |(i, layer)| {
                    [("weight", &layer.weight), ("bias", &layer.bias)]
                        .map(|(name, tensor)| (format!("{half}.{i}.{name}"), tensor.shallow_clone()))
                })
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
        for layer in self.encoder.layers_mut().chain(self.decoder.layers_mut()) {
            layer.working = (precision == Precision::Bf16).then(|| WorkingCopy::of(layer));
        }
        let layers = || self.encoder.layers().chain(self.decoder.layers());
        let copies: Vec<Tensor> = layers()
            .filter_map(|layer| layer.working.as_ref())
            .flat_map(|copy| [copy.weight.shallow_clone(), copy.bias.shallow_clone()])
            .collect();
        match precision {
            Precision::Single => Adam::new(adam, self.parameters()),
            Precision::Bf16 => Adam::mixed(adam, self.parameters(), copies),
        }
    }

    /// Trainable values of each linear layer, encoder first.
    pub fn parameter_counts(&self) -> Vec<usize> {
        self.encoder.layers().chain(self.decoder.layers()).map(Linear::parameter_count).collect()
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

    /// Copies values into the parameters, by name.
    ///
    /// # Errors
    /// [`Error::Shape`] when a tensor is missing or of another shape; nothing is changed then.
    pub fn set_parameters(&self, values: &[(String, Tensor)]) -> Result<()> {
        let parameters = self.named_parameters();
        let find = |name: &str| values.iter().find(|(n, _)| n == name).map(|(_, tensor)| tensor);
        for (name, parameter) in &parameters {
            let found = find(name);
            if found.is_none_or(|value| value.size() != parameter.size()) {
                return Err(Error::Shape {
                    what: "saved parameters",
                    expected: format!("`{name}` of shape {:?}", parameter.size()),
                    found: found.map_or("no such tensor".to_owned(), |value| format!("{:?}", value.size())),
                });
            }
        }
        tch::no_grad(|| {
            for (name, mut parameter) in parameters {
                if let Some(value) = find(&name) {
                    parameter.copy_(&value.to_kind(Kind::Float));
                }
            }
            for layer in self.encoder.layers().chain(self.decoder.layers()) {
                layer.refresh_working();
            }
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Optimizer;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn biswas() -> AutoencoderSettings {
        AutoencoderSettings {
            widths: vec![784, 128, 64],
            hidden: Activation::Relu,
            code: Activation::Identity,
            output: Activation::Tanh,
            init: LayerInits::all(Init::TorchLinear),
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
        network.set_parameters(&other.named_parameters()).unwrap();
        for (copy, parameter) in adam.leaves().iter().zip(adam.parameters()) {
            assert_eq!(copy.detach(), parameter.detach().to_kind(Kind::BFloat16));
        }
    }

    #[test]
    fn parameters_travel_by_name() {
        let (a, b) = (network(7), network(8));
        let x = Array2::from_elem((1, 784), 0.5);
        b.set_parameters(&a.named_parameters()).unwrap();
        assert_eq!(a.embed(x.view()).unwrap(), b.embed(x.view()).unwrap());
        let error = b.set_parameters(&a.named_parameters()[1..]).unwrap_err().to_string();
        assert!(error.contains("`encoder.0.weight` of shape [128, 784], found no such tensor"), "{error}");
    }

    #[test]
    fn widths_are_checked() {
        let settings = AutoencoderSettings { widths: vec![784, 0], ..biswas() };
        let error = Autoencoder::new(settings, Device::Cpu, &mut ChaCha8Rng::seed_from_u64(0)).unwrap_err();
        assert!(error.to_string().starts_with("setting `widths`"), "{error}");
    }
}
