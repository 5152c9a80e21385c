use crate::{Adam, Error, Result};
use rand::Rng;
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;
use tch::{Device, Kind, Tensor};

/// How long and in which portions to train.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainSettings {
    /// Passes over the data, at least 1.
    pub epochs: usize,
    /// Samples a step, at least 1; the last batch of an epoch may be smaller.
    pub batch_size: usize,
}

impl TrainSettings {
    /// Checks every field's range.
    ///
    /// # Errors
    /// [`Error::Setting`] names the first field that is zero.
    pub fn validate(&self) -> Result<()> {
        for (name, value) in [("epochs", self.epochs), ("batch_size", self.batch_size)] {
            if value == 0 {
                return Err(Error::Setting {
                    name,
                    expected: "a number of at least 1",
                    found: value.to_string(),
                });
            }
        }
        Ok(())
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
}

impl Trainer {
    /// A trainer with checked settings.
    ///
    /// # Errors
    /// [`Error::Setting`] for settings out of range.
    pub fn new(settings: TrainSettings) -> Result<Self> {
        settings.validate()?;
        Ok(Self { settings })
    }

    /// Minimises `loss` over `n` samples and returns the mean loss of every epoch.
    ///
    /// `loss` gets the indices of a batch, an i64 tensor of shape (batch) on `device`, and returns the batch's mean loss, a
    /// scalar that depends on the optimiser's parameters. `rng` alone decides the order of samples. `on_epoch` hears of
    /// every epoch and may break off.
    ///
    /// # Errors
    /// [`Error::Diverged`] when an epoch's loss is not finite, [`Error::Stopped`] when `on_epoch` broke off, and what
    /// libtorch or the optimiser reports.
    pub fn run(
        &self,
        n: usize,
        device: Device,
        adam: &mut Adam,
        rng: &mut impl Rng,
        mut loss: impl FnMut(&Tensor) -> Tensor,
        mut on_epoch: impl FnMut(Epoch) -> ControlFlow<()>,
    ) -> Result<Vec<f64>> {
        let mut order: Vec<i64> = (0..n as i64).collect();
        let mut history = Vec::with_capacity(self.settings.epochs);
        for epoch in 1..=self.settings.epochs {
            order.shuffle(rng);
            let indices = Tensor::from_slice(&order).to_device(device);
            // The sum stays a tensor: reading it every step would make a GPU wait.
            let mut sum = Tensor::zeros([], (Kind::Double, device));
            for batch in indices.split(self.settings.batch_size as i64, 0) {
                let batch_loss = loss(&batch);
                adam.minimise(&batch_loss)?;
                sum += batch_loss.detach().to_kind(Kind::Double) * batch.size()[0];
            }
            let mean = sum.double_value(&[]) / n.max(1) as f64;
            if !mean.is_finite() {
                return Err(Error::Diverged { epoch, loss: mean });
            }
            history.push(mean);
            if on_epoch(Epoch { done: epoch, total: self.settings.epochs, loss: mean }).is_break() {
                return Err(Error::Stopped { epoch });
            }
        }
        Ok(history)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AdamSettings, Init, Linear};
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    /// Least squares on y = 2x − 1: returns history and the learnt weight.
    fn fit(learning_rate: f64, on_epoch: impl FnMut(Epoch) -> ControlFlow<()>) -> Result<(Vec<f64>, f64)> {
        let x = Tensor::linspace(-1, 1, 101, (Kind::Float, Device::Cpu)).view([-1, 1]);
        let y = &x * 2 - 1;
        let layer = Linear::new(1, 1, Init::TorchLinear, Device::Cpu, &mut ChaCha8Rng::seed_from_u64(1));
        let parameters = vec![layer.weight.shallow_clone(), layer.bias.shallow_clone()];
        let mut adam = Adam::new(AdamSettings { learning_rate, ..Default::default() }, parameters)?;
        let loss = |batch: &Tensor| {
            let (x, y) = (x.index_select(0, batch), y.index_select(0, batch));
            layer.forward(&x).mse_loss(&y, tch::Reduction::Mean)
        };
        let trainer = Trainer::new(TrainSettings { epochs: 60, batch_size: 10 })?;
        let rng = &mut ChaCha8Rng::seed_from_u64(2);
        let history = trainer.run(101, Device::Cpu, &mut adam, rng, loss, on_epoch)?;
        Ok((history, layer.weight.double_value(&[0, 0])))
    }

    #[test]
    fn learns_a_line_and_repeats_bit_for_bit() {
        let (history, weight) = fit(0.05, |_| ControlFlow::Continue(())).unwrap();
        assert_eq!(history.len(), 60);
        assert!(history[59] < 1e-4 && (weight - 2.0).abs() < 0.01, "{weight} {history:?}");
        assert_eq!(fit(0.05, |_| ControlFlow::Continue(())).unwrap().0, history);
    }

    #[test]
    fn divergence_and_a_stop_are_errors() {
        assert!(matches!(fit(1e30, |_| ControlFlow::Continue(())), Err(Error::Diverged { .. })));
        let stop =
            |epoch: Epoch| if epoch.done == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        assert!(matches!(fit(0.05, stop), Err(Error::Stopped { epoch: 3 })));
    }

    #[test]
    fn zero_settings_are_named() {
        let error = Trainer::new(TrainSettings { epochs: 1, batch_size: 0 }).unwrap_err().to_string();
        assert_eq!(error, "setting `batch_size`: expected a number of at least 1, found 0");
    }
}
