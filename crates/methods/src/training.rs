//! What every training inside a method has in common.

use crate::{Context, Result};
use deepclust_nets::{Losses, Optimizer, Step, Tensor, TrainHistory, TrainSettings, Trainer, load_tensors};
use std::path::PathBuf;
use std::time::Duration;

/// How often a training's state is written.
pub(crate) const CHECKPOINT_EVERY: Duration = Duration::from_secs(60);

/// One training of a method.
pub(crate) struct Phase<'a> {
    /// What people see, and what the wall time is added to.
    pub stage: &'a str,
    /// Tells apart trainings of one stage: names the checkpoint and the stream of batches.
    pub name: &'a str,
    pub settings: TrainSettings,
    /// What the loss changes besides the optimiser's parameters.
    pub buffers: Vec<Tensor>,
}

impl<'a> Phase<'a> {
    /// A training that is the only one of its stage.
    pub(crate) fn new(stage: &'a str, settings: TrainSettings) -> Self {
        Self { stage, name: stage, settings, buffers: Vec::new() }
    }

    /// The stream that decides the order of samples.
    fn stream(&self) -> String {
        // The first kind of training that there was has the short name; its records depend on it.
        if self.name == AUTOENCODER { "batches".to_owned() } else { format!("batches of {}", self.name) }
    }

    /// Trains: progress to the listener, and a checkpoint where the context has a folder for it.
    pub(crate) fn train<L: Into<Losses>>(
        self,
        n: usize,
        optimizer: &mut dyn Optimizer,
        loss: impl FnMut(&Step) -> L,
        context: &mut Context<'_>,
    ) -> Result<TrainHistory> {
        self.train_then(n, optimizer, loss, |_| {}, context)
    }

    /// As [`train`](Self::train), and `after` is called with every batch once its step is taken.
    pub(crate) fn train_then<L: Into<Losses>>(
        self,
        n: usize,
        optimizer: &mut dyn Optimizer,
        loss: impl FnMut(&Step) -> L,
        after: impl FnMut(&Step),
        context: &mut Context<'_>,
    ) -> Result<TrainHistory> {
        let (stage, stream) = (self.stage, self.stream());
        let mut trainer = Trainer::new(self.settings)?.buffers(self.buffers);
        if let Some(path) = checkpoint_path(self.name, context)? {
            trainer = trainer.resumable(path, CHECKPOINT_EVERY);
        }
        let (device, mut rng) = (context.device, context.seed.stream(&stream));
        let history = context.stage(stage, |context| {
            trainer.run_then(n, device, optimizer, &mut rng, loss, after, |epoch| {
                let detail = format!("loss {:.5}", epoch.loss);
                context.progress.report(stage, epoch.done, epoch.total, &detail)
            })
        })?;
        context.add_seconds(stage, history.seconds_before);
        Ok(history)
    }
}

/// Where the state of a training of this name is kept, if anywhere.
pub(crate) fn checkpoint_path(name: &str, context: &Context<'_>) -> Result<Option<PathBuf>> {
    let Some(folder) = &context.checkpoints else { return Ok(None) };
    let path = folder.join(format!("{name}.safetensors"));
    // A file that cannot be read is no reason never to finish: the training starts anew.
    if path.exists() && load_tensors(&path).is_err() {
        std::fs::remove_file(&path)
            .map_err(|source| deepclust_nets::Error::Io { path: path.clone(), source })?;
    }
    Ok(Some(path))
}

/// The stage, and the name, of the autoencoder that sees all samples.
pub(crate) const AUTOENCODER: &str = "autoencoder";
