//! What every training inside a method has in common.

use crate::{Context, Result};
use deepclust_nets::{Losses, Optimizer, Step, TrainHistory, TrainSettings, Trainer, load_tensors};
use std::time::Duration;

/// How often a training's state is written.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(60);

/// Trains in a stage of that name: batches from the stream `batches`, progress to the listener, and a checkpoint where the
/// context has a folder for it.
pub(crate) fn train<L: Into<Losses>>(
    stage: &str,
    settings: TrainSettings,
    n: usize,
    optimizer: &mut impl Optimizer,
    loss: impl FnMut(&Step) -> L,
    context: &mut Context<'_>,
) -> Result<TrainHistory> {
    let mut trainer = Trainer::new(settings)?;
    if let Some(folder) = &context.checkpoints {
        let path = folder.join(format!("{stage}.safetensors"));
        // A file that cannot be read is no reason never to finish: the training starts anew.
        if path.exists() && load_tensors(&path).is_err() {
            std::fs::remove_file(&path)
                .map_err(|source| deepclust_nets::Error::Io { path: path.clone(), source })?;
        }
        trainer = trainer.resumable(path, CHECKPOINT_EVERY);
    }
    let (device, mut rng) = (context.device, context.seed.stream("batches"));
    let history = context.stage(stage, |context| {
        trainer.run(n, device, optimizer, &mut rng, loss, |epoch| {
            let detail = format!("loss {:.5}", epoch.loss);
            context.progress.report(stage, epoch.done, epoch.total, &detail)
        })
    })?;
    context.add_seconds(stage, history.seconds_before);
    Ok(history)
}
