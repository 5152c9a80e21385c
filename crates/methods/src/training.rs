//! What every training inside a method has in common.

use crate::names::series::JOINT_LOSS;
pub(crate) use crate::names::stages::{AUTOENCODER, JOINT};
use crate::{Context, Error, Result, Series, guard};
use deepclust_nets::{
    Network, Objective, Optimizer, OptimizerSettings, Precision, Rows, Sgd, Tensor, TrainHistory,
    TrainSettings, Trainer, load_tensors,
};
use rand::RngCore;
use std::path::PathBuf;
use std::time::Duration;

/// How often a training's state is written.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(60);

/// One training of a method.
pub(crate) struct Training<'a> {
    /// What people see, and what the wall time is added to.
    pub stage: &'a str,
    /// Tells apart trainings of one stage: names the checkpoint and the streams.
    pub name: &'a str,
    pub settings: TrainSettings,
    /// The stream that decides the order of samples, where it has not the name of the training.
    pub stream: Option<&'a str>,
    /// The last step, where steps are counted.
    pub last_step: Option<usize>,
    /// Steps of a round, where it is no epoch.
    pub round: Option<usize>,
    /// A measurement of the history that people see beside the loss.
    pub shown: Option<&'a str>,
}

impl<'a> Training<'a> {
    /// A training that is the only one of its stage.
    pub(crate) fn new(stage: &'a str, settings: TrainSettings) -> Self {
        Self { stage, name: stage, settings, stream: None, last_step: None, round: None, shown: None }
    }

    /// Trains on the rows of `data`: progress to the listener, and a checkpoint where the context has a folder for it.
    pub(crate) fn run<'d, O: Objective<Error = Error>>(
        self,
        data: impl Into<Rows<'d>>,
        objective: &mut O,
        context: &mut Context<'_>,
    ) -> Result<TrainHistory> {
        let mut noise = [0; 32];
        context.seed.stream(&format!("noise of {}", self.name)).fill_bytes(&mut noise);
        let mut trainer = Trainer::new(self.settings)?.noise(noise);
        if let Some(path) = checkpoint_path(self.name, context)? {
            trainer = trainer.resumable(path, CHECKPOINT_EVERY);
        }
        if let Some(step) = self.last_step {
            trainer = trainer.until_step(step);
        }
        if let Some(steps) = self.round {
            trainer = trainer.rounds_of(steps);
        }
        // The first kind of training that there was has a short name; its records depend on it.
        let stream = match self.stream {
            Some(stream) => stream.to_owned(),
            None if self.name == AUTOENCODER => "batches".to_owned(),
            None => format!("batches of {}", self.name),
        };
        let mut rng = context.seed.stream(&stream);
        let history = context.stage(self.stage, |context| {
            trainer.run(data, objective, &mut rng, |round| {
                let shown = self.shown.and_then(|name| Some((name, round.history.parts.get(name)?.last()?)));
                let shown = shown.map_or(String::new(), |(name, value)| format!(", {name} {value:.4}"));
                let detail = format!("loss {:.5}{shown}{}", round.loss, guard::warning(round.history));
                context.progress.report(self.stage, round.done, round.total, &detail)
            })
        })?;
        context.add_seconds(self.stage, history.seconds_before);
        Ok(history)
    }
}

/// Where the state of a training of this name is kept, if anywhere.
fn checkpoint_path(name: &str, context: &Context<'_>) -> Result<Option<PathBuf>> {
    let Some(folder) = &context.checkpoints else { return Ok(None) };
    let unwritten = |source| deepclust_nets::Error::Io { path: folder.clone(), source };
    std::fs::create_dir_all(folder).map_err(unwritten)?;
    let path = folder.join(format!("{name}.safetensors"));
    // A file that cannot be read is no reason never to finish: the training starts anew.
    if path.exists() && load_tensors(&path).is_err() {
        std::fs::remove_file(&path)
            .map_err(|source| deepclust_nets::Error::Io { path: path.clone(), source })?;
    }
    Ok(Some(path))
}

/// The optimiser of a network's parameters that are `wanted`, and of `others`. What no reconstruction depends on is left out: a loss of
/// codes and reconstructions has no gradient by it.
pub(crate) fn optimiser_of(
    network: &mut dyn Network,
    settings: OptimizerSettings,
    precision: Precision,
    wanted: impl Fn(&str) -> bool,
    others: Vec<Tensor>,
) -> Result<Box<dyn Optimizer>> {
    let mut named = network.named_parameters();
    named.retain(|(name, _)| wanted(name) && network.reconstructs_by(name));
    Ok(match settings {
        OptimizerSettings::Sgd(sgd) => {
            Box::new(Sgd::new(sgd, tensors(named).into_iter().chain(others).collect())?)
        }
        OptimizerSettings::Adam(adam) => {
            let trained = |name: &str| named.iter().any(|(wanted, _)| wanted == name);
            Box::new(network.train_part_in(precision, adam, &trained, others)?)
        }
    })
}

/// The tensors without their names.
pub(crate) fn tensors(named: Vec<(String, Tensor)>) -> Vec<Tensor> {
    named.into_iter().map(|(_, tensor)| tensor).collect()
}

/// A joint training's loss and parts.
pub(crate) fn joint_series(history: TrainHistory) -> impl Iterator<Item = Series> {
    let parts = history.parts.into_iter().map(|(name, values)| Series::of_epochs(name, values));
    std::iter::once(Series::of_epochs(JOINT_LOSS, history.loss)).chain(parts)
}
