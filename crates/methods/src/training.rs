//! What every training inside a method has in common.

use crate::{Context, Result};
use deepclust_nets::{Losses, Optimizer, Step, TrainHistory, TrainSettings, Trainer};
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
        trainer = trainer.resumable(folder.join(format!("{stage}.safetensors")), CHECKPOINT_EVERY);
    }
    let (device, mut rng) = (context.device, context.seed.stream("batches"));
    let history = context.stage(stage, |context| {
        trainer.run(n, device, optimizer, &mut rng, loss, |epoch| {
            let detail = format!("loss {:.5}", epoch.loss);
            context.progress.report(stage, epoch.done, epoch.total, &detail)
        })
    })?;
    Ok(history)
}
