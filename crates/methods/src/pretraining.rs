use crate::training::{AUTOENCODER, Phase};
use crate::{Context, Error, ReconstructionLoss, Result};
use deepclust_nets::{
    Activation, AdamSettings, Autoencoder, AutoencoderSettings, BatchNormSettings, LayerInits, Precision,
    Step, Tensor, TrainSettings, load_tensors, save_tensors, to_tensor_on,
};
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::path::{Path, PathBuf};

/// An autoencoder trained on reconstruction: what many methods start from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pretraining {
    /// Widths after the input, the last being the code's, for instance `[500, 500, 2000, 10]`.
    pub widths: Vec<usize>,
    /// After the hidden layers.
    pub hidden: Activation,
    /// After the code layer.
    pub code: Activation,
    /// After the last layer.
    pub output: Activation,
    /// How weights start.
    pub init: LayerInits,
    /// What training minimises.
    pub loss: ReconstructionLoss,
    /// The optimiser.
    pub adam: AdamSettings,
    /// Epochs and batch size.
    pub train: TrainSettings,
    /// In what numbers the network is trained; f32 unless given.
    #[serde(default, skip_serializing_if = "Precision::is_single")]
    pub precision: Precision,
    /// Batch normalisation; none unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch_norm: Option<BatchNormSettings>,
    /// Greedy training of every layer before the whole: layer l of the encoder and its mirror in the decoder learn to
    /// reconstruct what the l − 1 layers before give, by `loss` for the samples themselves and by the mean squared error
    /// deeper inside. None unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer_wise: Option<TrainSettings>,
}

/// A trained network and how its losses fell.
pub(crate) struct Pretrained {
    pub network: Autoencoder,
    pub losses: EpochLosses,
}

/// Losses by epoch.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EpochLosses {
    /// Of the greedy training, layer by layer.
    pub layers: Vec<Vec<f64>>,
    /// Of the whole network.
    pub whole: Vec<f64>,
}

/// What a training is called.
pub(crate) struct Names<'a> {
    pub stage: &'a str,
    pub name: &'a str,
    /// The stream of the first weights.
    pub weights: &'a str,
}

impl Pretraining {
    /// Checks what can be checked before any samples are there.
    ///
    /// # Errors
    /// [`Error::Nets`] names the first field that is out of range.
    pub fn validate(&self) -> Result<()> {
        self.network(1).validate()?;
        self.adam.validate()?;
        self.train.validate()?;
        Ok(self.layer_wise.as_ref().map_or(Ok(()), TrainSettings::validate)?)
    }

    /// The network for samples of that many features.
    pub fn network(&self, features: usize) -> AutoencoderSettings {
        AutoencoderSettings {
            widths: std::iter::once(features).chain(self.widths.iter().copied()).collect(),
            hidden: self.hidden,
            code: self.code,
            output: self.output,
            init: self.init,
            batch_norm: self.batch_norm,
        }
    }

    /// The trained network and its losses by epoch, from the stage `autoencoder` and the streams `weights` and `batches`.
    ///
    /// Where the context has a cache, a network of the same samples, settings and seed is taken from there, and a new one
    /// is put there, by one process at a time: it is the same bit for bit. The wall time of its training is counted either
    /// way.
    pub(crate) fn run(
        &self,
        method: &'static str,
        x: ArrayView2<'_, f32>,
        context: &mut Context<'_>,
    ) -> Result<Pretrained> {
        let names = Names { stage: AUTOENCODER, name: AUTOENCODER, weights: "weights" };
        let Some(folder) = context.cache.clone() else { return self.train(method, x, &names, context) };
        let path = self.cache_path(method, &folder, x, context)?;
        // Another process may be training the same network: it is done once.
        let lock = path.with_extension("lock");
        let io = |source| deepclust_nets::Error::Io { path: lock.clone(), source };
        let held = File::create(&lock).map_err(io)?;
        held.lock().map_err(io)?;
        if path.exists() {
            let weights = &mut context.seed.stream(names.weights);
            let network = Autoencoder::new(self.network(x.ncols()), context.device, weights)?;
            // A file that does not fit is as good as none: it is written anew.
            if let Ok(cached) = restore(&path, &network) {
                context.add_seconds(AUTOENCODER, cached.seconds);
                return Ok(Pretrained { network, losses: cached.losses });
            }
        }
        let before = context.stages().get(AUTOENCODER).copied().unwrap_or_default();
        let trained = self.train(method, x, &names, context)?;
        let seconds = context.stages().get(AUTOENCODER).copied().unwrap_or_default() - before;
        let text = serde_json::to_string(&Cached { seconds, losses: trained.losses.clone() })
            .map_err(|error| unwritable(method, error))?;
        save_tensors(&path, &trained.network.named_state(), &text)?;
        Ok(trained)
    }

    /// The trained network and its losses by epoch.
    pub(crate) fn train(
        &self,
        method: &'static str,
        x: ArrayView2<'_, f32>,
        names: &Names<'_>,
        context: &mut Context<'_>,
    ) -> Result<Pretrained> {
        self.loss.check(method, self.output, x)?;
        let (seed, device) = (context.seed, context.device);
        let mut network = Autoencoder::new(self.network(x.ncols()), device, &mut seed.stream(names.weights))?;
        let data = to_tensor_on(x, device);
        let mut layers = Vec::new();
        if let Some(settings) = self.layer_wise {
            for pair in 0..network.pairs() {
                layers.push(self.train_pair(&mut network, pair, settings, &data, names, context)?);
            }
        }
        let mut adam = network.train_in(self.precision, self.adam)?;
        let loss = |step: &Step| {
            let x = data.index_select(0, &step.samples);
            self.loss.between(&network.forward_t(&self.precision.input(&x), true), &x)
        };
        let phase = Phase {
            stage: names.stage,
            name: names.name,
            settings: self.train,
            buffers: tensors(network.named_buffers()),
        };
        let history = phase.train(x.nrows(), &mut adam, loss, context)?;
        Ok(Pretrained { network, losses: EpochLosses { layers, whole: history.loss } })
    }

    /// Trains one layer of the encoder with its mirror in the decoder; answers its loss by epoch.
    fn train_pair(
        &self,
        network: &mut Autoencoder,
        pair: usize,
        settings: TrainSettings,
        data: &Tensor,
        names: &Names<'_>,
        context: &mut Context<'_>,
    ) -> Result<Vec<f64>> {
        let mut adam = network.train_pair_in(pair, self.precision, self.adam)?;
        let network = &*network;
        let loss = |step: &Step| {
            let x = data.index_select(0, &step.samples);
            let input = deepclust_nets::no_grad(|| network.encode_until(&self.precision.input(&x), pair));
            let output = network.pair_t(&input, pair, true);
            if pair == 0 {
                self.loss.between(&output, &x)
            } else {
                ReconstructionLoss::MeanSquaredError.between(&output, &input.to_kind(output.kind()))
            }
        };
        let name = format!("{}, layer {}", names.name, pair + 1);
        let phase =
            Phase { stage: names.stage, name: &name, settings, buffers: tensors(network.named_buffers()) };
        Ok(phase.train(data.size()[0] as usize, &mut adam, loss, context)?.loss)
    }

    /// One file for each combination of samples, settings, seed, libtorch and device.
    fn cache_path(
        &self,
        method: &'static str,
        folder: &Path,
        x: ArrayView2<'_, f32>,
        context: &Context<'_>,
    ) -> Result<PathBuf> {
        let mut hash = Sha256::new();
        let settings = serde_json::to_string(self).map_err(|error| unwritable(method, error))?;
        let device = deepclust_nets::device_name(context.device);
        let about = format!(
            "{:?} {} {settings} {} {device}",
            x.dim(),
            context.seed.0,
            deepclust_nets::libtorch_version()
        );
        hash.update(about.as_bytes());
        for value in x {
            hash.update(value.to_le_bytes());
        }
        let name: String = hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        std::fs::create_dir_all(folder)
            .map_err(|source| deepclust_nets::Error::Io { path: folder.to_owned(), source })?;
        Ok(folder.join(format!("{name}.safetensors")))
    }
}

/// An error of writing settings or losses as text.
fn unwritable(method: &'static str, error: serde_json::Error) -> Error {
    Error::Settings { method, problem: error.to_string() }
}

/// What a file of the cache keeps besides the network.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cached {
    seconds: f64,
    losses: EpochLosses,
}

/// Fills the network from a file of the cache.
fn restore(path: &Path, network: &Autoencoder) -> deepclust_nets::Result<Cached> {
    let (values, text) = load_tensors(path)?;
    let cached = serde_json::from_str(&text).map_err(|error| deepclust_nets::Error::Checkpoint {
        path: path.to_owned(),
        problem: format!("expected seconds and losses, found {error}"),
    })?;
    network.set_state(&values)?;
    Ok(cached)
}

/// The tensors without their names.
pub(crate) fn tensors(named: Vec<(String, Tensor)>) -> Vec<Tensor> {
    named.into_iter().map(|(_, tensor)| tensor).collect()
}
