use crate::network::{check_columns, set_tensors};
use crate::selection::{Selection, batches, squared_errors};
use crate::stacked_layer::StackedLayer;
use crate::{
    Adam, AdamSettings, Autoencoder, AutoencoderSettings, Error, MixtureOfNetworks, Network, NetworkSpec,
    Precision, Result, to_array2, to_tensor,
};
use ndarray::{Array2, Array3, ArrayView2, s};
use tch::{Device, Kind, Tensor};

/// k autoencoders of one shape as one network: the weights of a layer lie in one tensor, and a batch goes through all of
/// them in one product a layer.
///
/// It is no [`Network`](crate::Network): a sample has k codes and k reconstructions, and responsibilities say which of them are trained.
#[derive(Debug)]
pub struct AutoencoderMixture {
    settings: AutoencoderSettings,
    k: i64,
    layers: Vec<StackedLayer>,
    device: Device,
}

/// Which samples go through which autoencoder in training.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MixturePass {
    /// Every sample goes through every autoencoder in training mode: batch statistics are those of all samples, and through
    /// them every sample has a part in every gradient.
    #[default]
    All,
    /// Responsibilities are found outside training mode, and then only the samples that an autoencoder is responsible for
    /// go through it in training mode: batch statistics are those of its own samples. Without batch normalisation it is the
    /// same as [`All`](Self::All), at a fraction of its cost.
    Responsible,
}

/// What a training pass of a batch gives.
#[derive(Debug)]
pub struct MixtureStep {
    /// ‖x − x̂(i)‖² of every sample and autoencoder, shape (batch, k), without a gradient.
    pub errors: Tensor,
    /// What the caller made of them, shape (batch, k).
    pub responsibilities: Tensor,
    /// ‖x − x̂(i)‖² with a gradient, of each sample and autoencoder i that is responsible for it: shape (m), m being the
    /// number of such pairs.
    pub selected: Tensor,
    /// Their responsibilities, shape (m).
    pub weights: Tensor,
}

impl AutoencoderMixture {
    /// Responsibilities up to this are taken as none.
    pub const NEGLIGIBLE: f64 = 1e-6;

    /// The autoencoders as one network. Their values are copied.
    ///
    /// # Errors
    /// [`Error::Setting`] when there is none, or their settings differ.
    pub fn stack(parts: &[Autoencoder]) -> Result<Self> {
        let wrong = |found: String| Error::Setting {
            name: "autoencoders",
            expected: "one or more of the same settings",
            found,
        };
        let first = parts.first().ok_or_else(|| wrong("none".to_owned()))?;
        if let Some(i) = parts.iter().position(|part| part.settings() != first.settings()) {
            return Err(wrong(format!("number {i} is different from number 0")));
        }
        let states: Vec<_> = parts.iter().map(Autoencoder::named_state).collect();
        let stacked = states[0].iter().enumerate().map(|(i, (name, _))| {
            let tensors: Vec<Tensor> = states.iter().map(|state| state[i].1.detach()).collect();
            // Normalisation sees the features of all parts as one row of features.
            let all =
                if name.contains(".norm.") { Tensor::cat(&tensors, 0) } else { Tensor::stack(&tensors, 0) };
            (name.clone(), all)
        });
        let mixture = Self::zeros(first.settings().clone(), parts.len(), first.device())?;
        mixture.set_state(&stacked.collect::<Vec<_>>())?;
        Ok(mixture)
    }

    /// k autoencoders whose weights are all zero, to be filled by [`set_state`](MixtureOfNetworks::set_state).
    ///
    /// # Errors
    /// [`Error::Setting`] for settings out of range or k = 0.
    pub fn zeros(settings: AutoencoderSettings, k: usize, device: Device) -> Result<Self> {
        settings.validate()?;
        if k == 0 {
            return Err(Error::Setting { name: "k", expected: "at least 1", found: "0".to_owned() });
        }
        let k = k as i64;
        let shapes = settings.layer_shapes();
        let layers = shapes.iter().enumerate().map(|(i, &(fan_in, fan_out))| {
            StackedLayer::zeros(k, fan_in as i64, fan_out as i64, &settings.place(i), device)
        });
        Ok(Self { k, layers: layers.collect(), settings, device })
    }

    /// The settings of each autoencoder.
    pub fn settings(&self) -> &AutoencoderSettings {
        &self.settings
    }

    fn named(&self, of: impl Fn(&StackedLayer) -> Vec<(String, Tensor)>) -> Vec<(String, Tensor)> {
        let half = self.settings.widths.len() - 1;
        let layers = self.layers.iter().enumerate();
        layers
            .flat_map(|(i, layer)| {
                let place = if i < half { format!("encoder.{i}") } else { format!("decoder.{}", i - half) };
                of(layer).into_iter().map(move |(name, tensor)| (format!("{place}.{name}"), tensor))
            })
            .collect()
    }

    /// Prepares training in a precision, as [`Network::train_in`](crate::Network::train_in) does; the optimiser moves `others` too, which are
    /// f32 leaves.
    ///
    /// # Errors
    /// What [`Adam::new`] reports.
    pub fn train_in(
        &mut self,
        precision: Precision,
        adam: AdamSettings,
        others: impl IntoIterator<Item = Tensor>,
    ) -> Result<Adam> {
        self.layers.iter_mut().for_each(|layer| layer.prepare(precision));
        let copies: Vec<_> = self.layers.iter().flat_map(StackedLayer::working_tensors).collect();
        let own = self.named_parameters().into_iter().map(|(_, tensor)| tensor);
        Adam::mixed(adam, own.chain(others).collect(), &copies)
    }

    /// ‖x − x̂(i)‖² of every sample and autoencoder outside training mode, shape (batch, k), without a gradient. x has shape
    /// (batch, input width), and goes through the network in `precision`.
    pub fn errors(&self, x: &Tensor, precision: Precision) -> Tensor {
        tch::no_grad(|| squared_errors(&self.outputs(&precision.input(x)), x).transpose(0, 1).contiguous())
    }

    /// x̂(i) outside training mode, shape (k, batch, input width).
    fn outputs(&self, x: &Tensor) -> Tensor {
        self.output_of(&self.hidden(x, false))
    }

    /// The pass of a batch in training. `responsibilities` is asked, without a gradient, how far every autoencoder is
    /// responsible for every sample, given the errors; both have shape (batch, k).
    ///
    /// With [`MixturePass::All`] the gradient of Σ weights · f(selected) is that of Σ responsibilities · f(errors) with
    /// constant responsibilities. With [`MixturePass::Responsible`] `errors` are those outside training mode, `selected`
    /// those in training mode. Of the layer of the reconstructions only what is selected is differentiated, in either pass.
    pub fn step(
        &self,
        x: &Tensor,
        pass: MixturePass,
        precision: Precision,
        responsibilities: impl FnOnce(&Tensor) -> Tensor,
    ) -> MixtureStep {
        let select = |errors: Tensor| {
            let responsibilities = responsibilities(&errors);
            let selection = Selection::of(&responsibilities);
            (errors, responsibilities, selection)
        };
        let (errors, responsibilities, selection, own, hidden) = match pass {
            MixturePass::All => {
                let hidden = self.hidden(&precision.input(x), true);
                let (errors, responsibilities, selection) = tch::no_grad(|| {
                    select(squared_errors(&self.output_of(&hidden.detach()), x).transpose(0, 1).contiguous())
                });
                let own = x.index_select(0, &selection.rows);
                let hidden = selection.split(&selection.of_each(&hidden));
                (errors, responsibilities, selection, own, hidden)
            }
            MixturePass::Responsible => {
                let (errors, responsibilities, selection) =
                    tch::no_grad(|| select(self.errors(x, precision)));
                let own = x.index_select(0, &selection.rows);
                let layers = &self.layers[..self.layers.len() - 1];
                let hidden = layers.iter().fold(selection.split(&precision.input(&own)), |parts, layer| {
                    layer.forward_parts(&parts, None)
                });
                (errors, responsibilities, selection, own, hidden)
            }
        };
        let last = &self.layers[self.layers.len() - 1];
        let output = Tensor::cat(&last.linear_parts(&hidden), 0).to_kind(Kind::Float);
        let selected = squared_errors(&last.activate(&output), &own);
        MixtureStep { errors, responsibilities, selected, weights: selection.weights }
    }

    /// Sets the running statistics of autoencoder i to those of the rows of `own[i]`, shape (rows of i, input width). After a
    /// training of few steps, running statistics are still near where they start.
    pub fn settle_statistics(&self, own: &[Tensor]) {
        tch::no_grad(|| {
            let parts: Vec<Tensor> = own.iter().map(Tensor::shallow_clone).collect();
            let hidden = &self.layers[..self.layers.len() - 1];
            hidden.iter().fold(parts, |parts, layer| layer.forward_parts(&parts, Some(1.0)));
        });
    }

    /// The activations before the layer of the reconstructions, shape (k, rows, width).
    fn hidden(&self, x: &Tensor, train: bool) -> Tensor {
        let hidden = &self.layers[..self.layers.len() - 1];
        hidden.iter().fold(x.shallow_clone(), |x, layer| layer.forward_t(&x, train))
    }

    /// The reconstructions from what is before their layer, in single precision.
    fn output_of(&self, hidden: &Tensor) -> Tensor {
        let last = &self.layers[self.layers.len() - 1];
        last.activate(&last.linear(hidden).to_kind(Kind::Float))
    }

    /// As [`errors`](Self::errors), of all rows of `x`, in batches and single precision: shape (n, k).
    ///
    /// # Errors
    /// [`Error::Shape`] when the number of columns is not the input width.
    pub fn errors_of(&self, x: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        check_columns(x, self.settings.widths[0])?;
        let mut errors = Array2::zeros((x.nrows(), self.k()));
        for rows in batches(x.nrows()) {
            let batch = to_tensor(x.slice(s![rows.clone(), ..])).to_device(self.device);
            errors.slice_mut(s![rows, ..]).assign(&to_array2(&self.errors(&batch, Precision::Single))?);
        }
        Ok(errors)
    }
}

impl MixtureOfNetworks for AutoencoderMixture {
    fn spec(&self) -> NetworkSpec {
        NetworkSpec::FullyConnected(self.settings.clone())
    }

    fn k(&self) -> usize {
        self.k as usize
    }

    fn code_width(&self) -> usize {
        self.settings.widths.last().copied().unwrap_or_default()
    }

    fn device(&self) -> Device {
        self.device
    }

    fn named_parameters(&self) -> Vec<(String, Tensor)> {
        self.named(StackedLayer::parameters)
    }

    fn named_buffers(&self) -> Vec<(String, Tensor)> {
        self.named(StackedLayer::buffers)
    }

    fn set_state(&self, values: &[(String, Tensor)]) -> Result<()> {
        set_tensors(&self.named_state(), values)?;
        self.layers.iter().for_each(StackedLayer::refresh_working);
        Ok(())
    }

    fn codes(&self, x: &Tensor, train: bool) -> Tensor {
        let encoder = &self.layers[..self.settings.widths.len() - 1];
        encoder.iter().fold(x.shallow_clone(), |x, layer| layer.forward_t(&x, train))
    }

    // Batch statistics of a decoder are those of the codes that it decodes.
    fn weighted_error(&self, codes: &Tensor, x: &Tensor, weights: &Tensor) -> Tensor {
        let (selection, own) = Selection::with_rows(x, weights);
        let decoder = &self.layers[self.settings.widths.len() - 1..self.layers.len() - 1];
        let codes = selection.split(&selection.of_each(codes));
        let hidden = decoder.iter().fold(codes, |parts, layer| layer.forward_parts(&parts, None));
        let last = &self.layers[self.layers.len() - 1];
        // One autoencoder after the other: its reconstructions stay in the cache.
        let errors = last.linear_parts(&hidden).into_iter().zip(&own);
        let errors: Vec<Tensor> =
            errors.map(|(y, x)| squared_errors(&last.activate(&y.to_kind(Kind::Float)), x)).collect();
        selection.weighted_mean(&errors, weights)
    }

    fn reconstructions_of(&self, x: ArrayView2<'_, f32>) -> Result<Array3<f32>> {
        check_columns(x, self.settings.widths[0])?;
        let mut all = Array3::zeros((x.nrows(), self.k(), x.ncols()));
        for rows in batches(x.nrows()) {
            let batch = to_tensor(x.slice(s![rows.clone(), ..])).to_device(self.device);
            let outputs = tch::no_grad(|| self.outputs(&batch));
            for i in 0..self.k() {
                all.slice_mut(s![rows.clone(), i, ..]).assign(&to_array2(&outputs.get(i as i64))?);
            }
        }
        Ok(all)
    }
}
