use crate::train_history::EpochSums;
use crate::{Error, Optimizer, Result, TrainCheckpoint, TrainHistory, TrainSettings};
use rand::Rng;
use rand::seq::SliceRandom;
use std::borrow::Cow;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;
use tch::{Device, Tensor};

/// One batch on its way through training.
#[derive(Debug)]
pub struct Step {
    /// The epoch, counted from 0.
    pub epoch: usize,
    /// The batch in its epoch, counted from 0.
    pub batch: usize,
    /// Row numbers of the batch's samples, an i64 tensor of shape (batch).
    pub samples: Tensor,
}

/// What a loss function answers for a batch.
#[derive(Debug)]
pub struct Losses {
    /// The scalar to be minimised: the mean over the batch.
    pub total: Tensor,
    /// Scalars to be averaged over the epoch and kept by name.
    pub parts: Vec<(Cow<'static, str>, Tensor)>,
}

impl From<Tensor> for Losses {
    fn from(total: Tensor) -> Self {
        Self { total, parts: Vec::new() }
    }
}

/// What is known after an epoch.
#[derive(Clone, Copy, Debug)]
pub struct Epoch {
    /// Epochs done, counted from 1.
    pub done: usize,
    /// Epochs in all.
    pub total: usize,
    /// Mean of the loss over the epoch's samples.
    pub loss: f64,
}

/// Mini-batch training with a fresh shuffle every epoch.
#[derive(Debug)]
pub struct Trainer {
    settings: TrainSettings,
    checkpoint: Option<(PathBuf, Duration)>,
    buffers: Vec<Tensor>,
}

impl Trainer {
    /// A trainer with checked settings.
    ///
    /// # Errors
    /// [`Error::Setting`] for settings out of range.
    pub fn new(settings: TrainSettings) -> Result<Self> {
        settings.validate()?;
        Ok(Self { settings, checkpoint: None, buffers: Vec::new() })
    }

    /// Keeps the state of the training in a file, written after an epoch when the last writing is at least `every` ago, and
    /// goes on from that file where it is there. The result is the same bit for bit as without a break, as long as the loss
    /// keeps no state of its own between steps besides [`buffers`](Self::buffers): noise has to be drawn from a generator made from [`Step::epoch`] and
    /// [`Step::batch`].
    ///
    /// The file does not say what was trained on what: give each training a path of its own.
    #[must_use]
    pub fn resumable(mut self, path: PathBuf, every: Duration) -> Self {
        self.checkpoint = Some((path, every));
        self
    }

    /// Tensors that the loss changes by itself, such as running statistics: a checkpoint keeps them too.
    #[must_use]
    pub fn buffers(mut self, buffers: Vec<Tensor>) -> Self {
        self.buffers = buffers;
        self
    }

    /// Minimises `loss` over `n` samples and returns the means of every epoch.
    ///
    /// `loss` gets a batch whose row numbers are on `device`. `rng` alone decides the order of samples. `on_epoch` hears of
    /// every epoch and may break off.
    ///
    /// # Errors
    /// [`Error::Diverged`] when an epoch's loss is not finite, [`Error::Stopped`] when `on_epoch` broke off,
    /// [`Error::Checkpoint`] when the file to go on from is not one of this training, and what libtorch or the optimiser
    /// reports.
    pub fn run<L: Into<Losses>>(
        &self,
        n: usize,
        device: Device,
        optimizer: &mut dyn Optimizer,
        rng: &mut impl Rng,
        loss: impl FnMut(&Step) -> L,
        on_epoch: impl FnMut(Epoch) -> ControlFlow<()>,
    ) -> Result<TrainHistory> {
        self.run_then(n, device, optimizer, rng, loss, |_| {}, on_epoch)
    }

    /// As [`run`](Self::run), and `after` is called with every batch once the optimiser has taken its step.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    #[allow(clippy::too_many_arguments)]
    pub fn run_then<L: Into<Losses>>(
        &self,
        n: usize,
        device: Device,
        optimizer: &mut dyn Optimizer,
        rng: &mut impl Rng,
        mut loss: impl FnMut(&Step) -> L,
        mut after: impl FnMut(&Step),
        mut on_epoch: impl FnMut(Epoch) -> ControlFlow<()>,
    ) -> Result<TrainHistory> {
        let mut order: Vec<i64> = (0..n as i64).collect();
        let mut checkpoint = self.checkpoint.clone().map(|(path, every)| TrainCheckpoint::new(path, every));
        let (done, mut history) = match &checkpoint {
            Some(checkpoint) => checkpoint.restore(optimizer, &self.buffers)?,
            None => (0, TrainHistory::default()),
        };
        // The order of samples follows from the number of shuffles.
        (0..done).for_each(|_| order.shuffle(rng));
        for epoch in done..self.settings.epochs {
            if self.settings.early_stop.is_some_and(|stop| stop.is_due(&history.loss)) {
                break;
            }
            order.shuffle(rng);
            let mut sums = EpochSums::default();
            let indices = Tensor::from_slice(&order).to_device(device);
            for (batch, samples) in indices.split(self.settings.batch_size as i64, 0).into_iter().enumerate()
            {
                let size = samples.size()[0];
                let step = Step { epoch, batch, samples };
                let Losses { total, parts } = loss(&step).into();
                optimizer.minimise(&total)?;
                after(&step);
                sums.add(Cow::Borrowed(""), &total, size);
                for (name, value) in parts {
                    sums.add(name, &value, size);
                }
            }
            let mean = add_epoch(&mut history, &sums);
            if !mean.is_finite() {
                return Err(Error::Diverged { epoch: epoch + 1, loss: mean });
            }
            let progress = Epoch { done: epoch + 1, total: self.settings.epochs, loss: mean };
            let stop = on_epoch(progress).is_break();
            if let Some(checkpoint) = &mut checkpoint {
                checkpoint.save_if_due(stop, optimizer, &self.buffers, epoch + 1, &history)?;
            }
            if stop {
                return Err(Error::Stopped { epoch: epoch + 1 });
            }
        }
        Ok(history)
    }
}

/// Appends an epoch's means. Answers that of the minimised loss.
fn add_epoch(history: &mut TrainHistory, sums: &EpochSums) -> f64 {
    let mut loss = 0.0;
    for (name, mean) in sums.means() {
        if name.is_empty() {
            history.loss.push(mean);
            loss = mean;
        } else {
            history.parts.entry(name.to_owned()).or_default().push(mean);
        }
    }
    loss
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Adam, AdamSettings, EarlyStop, Init, Linear};
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use tch::Kind;

    const GO_ON: fn(Epoch) -> ControlFlow<()> = |_| ControlFlow::Continue(());

    /// Least squares on y = 2x − 1: returns history and the learnt weight.
    fn fit(
        learning_rate: f64,
        trainer: &Trainer,
        on_epoch: impl FnMut(Epoch) -> ControlFlow<()>,
    ) -> Result<(TrainHistory, f64)> {
        let x = Tensor::linspace(-1, 1, 101, (Kind::Float, Device::Cpu)).view([-1, 1]);
        let y = &x * 2 - 1;
        let layer = Linear::new(1, 1, Init::TorchLinear, Device::Cpu, &mut ChaCha8Rng::seed_from_u64(1));
        let parameters = vec![layer.weight.shallow_clone(), layer.bias.shallow_clone()];
        let mut adam = Adam::new(AdamSettings { learning_rate, ..Default::default() }, parameters)?;
        let loss = |step: &Step| {
            let (x, y) = (x.index_select(0, &step.samples), y.index_select(0, &step.samples));
            let total = layer.forward(&x).mse_loss(&y, tch::Reduction::Mean);
            Losses { parts: vec![("weight".into(), layer.weight.sum(Kind::Float))], total }
        };
        let rng = &mut ChaCha8Rng::seed_from_u64(2);
        let history = trainer.run(101, Device::Cpu, &mut adam, rng, loss, on_epoch)?;
        Ok((history, layer.weight.double_value(&[0, 0])))
    }

    fn trainer(epochs: usize) -> Trainer {
        Trainer::new(TrainSettings::new(epochs, 10)).unwrap()
    }

    fn break_after(epoch: usize) -> impl FnMut(Epoch) -> ControlFlow<()> {
        move |e| if e.done == epoch { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    #[test]
    fn learns_a_line_and_repeats_bit_for_bit() {
        let (history, weight) = fit(0.05, &trainer(60), GO_ON).unwrap();
        assert_eq!((history.loss.len(), history.parts["weight"].len()), (60, 60));
        assert!(history.loss[59] < 1e-4 && (weight - 2.0).abs() < 0.01, "{weight} {history:?}");
        assert_eq!(fit(0.05, &trainer(60), GO_ON).unwrap().0, history);
    }

    #[test]
    fn a_broken_off_training_goes_on_bit_for_bit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("training.safetensors");
        let whole = fit(0.05, &trainer(20), GO_ON).unwrap();
        let resumable = || trainer(20).resumable(path.clone(), Duration::from_secs(3600));
        assert!(matches!(fit(0.05, &resumable(), break_after(7)), Err(Error::Stopped { epoch: 7 })));
        let mut first = 0;
        let resumed = fit(0.05, &resumable(), |e| {
            first = if first == 0 { e.done } else { first };
            ControlFlow::Continue(())
        });
        let (mut history, weight) = resumed.unwrap();
        assert!(history.seconds_before > 0.0);
        history.seconds_before = 0.0;
        assert_eq!((first, (history, weight)), (8, whole));
    }

    #[test]
    fn a_strange_checkpoint_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("training.safetensors");
        crate::save_tensors(&path, &[("parameter.0".to_owned(), Tensor::from_slice(&[1.0f32]))], "{}")
            .unwrap();
        let resumable = trainer(2).resumable(path, Duration::ZERO);
        let error = fit(0.05, &resumable, GO_ON).unwrap_err().to_string();
        assert!(error.contains("expected a training state"), "{error}");
    }

    #[test]
    fn stops_early_when_the_loss_no_longer_falls() {
        let early_stop = Some(EarlyStop { patience: 3, min_delta: 0.01 });
        let trainer = Trainer::new(TrainSettings { early_stop, ..TrainSettings::new(500, 10) }).unwrap();
        let (history, _) = fit(0.05, &trainer, GO_ON).unwrap();
        assert!((4..100).contains(&history.loss.len()), "{}", history.loss.len());
    }

    #[test]
    fn divergence_and_a_stop_are_errors() {
        assert!(matches!(fit(1e30, &trainer(60), GO_ON), Err(Error::Diverged { .. })));
        assert!(matches!(fit(0.05, &trainer(60), break_after(3)), Err(Error::Stopped { epoch: 3 })));
    }
}
