use crate::training::train;
use crate::{Context, Error, ReconstructionLoss, Result};
use deepclust_nets::{
    Activation, AdamSettings, Autoencoder, AutoencoderSettings, LayerInits, Precision, Step, TrainSettings,
    load_tensors, save_tensors, to_tensor_on,
};
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
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
}

impl Pretraining {
    /// The network for samples of that many features.
    pub fn network(&self, features: usize) -> AutoencoderSettings {
        AutoencoderSettings {
            widths: std::iter::once(features).chain(self.widths.iter().copied()).collect(),
            hidden: self.hidden,
            code: self.code,
            output: self.output,
            init: self.init,
        }
    }

    /// The trained network and its loss by epoch, from the stage `autoencoder` and the streams `weights` and `batches`.
    ///
    /// Where the context has a cache, a network of the same samples, settings and seed is taken from there, and a new one
    /// is put there: it is the same bit for bit.
    pub(crate) fn run(
        &self,
        method: &'static str,
        x: ArrayView2<'_, f32>,
        context: &mut Context<'_>,
    ) -> Result<(Autoencoder, Vec<f64>)> {
        self.loss.check(method, self.output, x)?;
        let (seed, device) = (context.seed, context.device);
        let mut network = Autoencoder::new(self.network(x.ncols()), device, &mut seed.stream("weights"))?;
        let cached = match &context.cache {
            Some(folder) => Some(self.cache_path(method, folder, x, context)?),
            None => None,
        };
        if let Some(path) = cached.as_deref().filter(|path| path.exists())
            && let Ok(history) = restore(path, &network)
        {
            return Ok((network, history));
        }
        let mut adam = network.train_in(self.precision, self.adam)?;
        let data = to_tensor_on(x, device);
        let loss = |step: &Step| {
            let x = data.index_select(0, &step.samples);
            self.loss.between(&network.forward(&self.precision.input(&x)), &x)
        };
        let history = train("autoencoder", self.train, x.nrows(), &mut adam, loss, context)?;
        if let Some(path) = cached {
            let text = serde_json::to_string(&history.loss).map_err(|error| unwritable(method, error))?;
            save_tensors(&path, &network.named_parameters(), &text)?;
        }
        Ok((network, history.loss))
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

/// Parameters and losses from a file of the cache. A file that does not fit is as good as none: it is written anew.
fn restore(path: &Path, network: &Autoencoder) -> deepclust_nets::Result<Vec<f64>> {
    let (tensors, text) = load_tensors(path)?;
    let history = serde_json::from_str(&text).map_err(|error| deepclust_nets::Error::Checkpoint {
        path: path.to_owned(),
        problem: format!("expected a list of losses, found {error}"),
    })?;
    network.set_parameters(&tensors)?;
    Ok(history)
}
