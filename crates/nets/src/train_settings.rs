use crate::{AugmentationSettings, Error, Result, Schedule};
use serde::{Deserialize, Serialize};

/// How long and in which portions to train.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainSettings {
    /// Passes over the data, at least 1.
    pub epochs: usize,
    /// Samples a step, at least 1; the last batch of an epoch may be smaller.
    pub batch_size: usize,
    /// Steps at least: where the data are few there are more epochs until these are done. None unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least_steps: Option<usize>,
    /// When to stop before the last epoch; never unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub early_stop: Option<EarlyStop>,
    /// The learning rate by epoch; constant unless given.
    #[serde(default, skip_serializing_if = "Schedule::is_constant")]
    pub schedule: Schedule,
    /// Random changes of every batch of images; none unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub augmentation: Option<AugmentationSettings>,
    /// Every epoch takes the samples in the order in which they are given, instead of a new random one each time. Of data that are
    /// sorted by class a batch then has few classes. False unless given.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_order: bool,
}

/// A stop when the training loss no longer falls. Labels have no part in it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EarlyStop {
    /// Epochs without a new least loss after which training stops, at least 1.
    pub patience: usize,
    /// By how much a loss must be under the least one so far to count as new, at least 0.
    pub min_delta: f64,
}

impl EarlyStop {
    /// Whether these losses of the epochs so far end the training.
    pub fn is_due(&self, losses: &[f64]) -> bool {
        let (mut least, mut since) = (f64::INFINITY, 0);
        for &loss in losses {
            if loss < least - self.min_delta {
                (least, since) = (loss, 0);
            } else {
                since += 1;
            }
        }
        since >= self.patience
    }
}

impl TrainSettings {
    /// That many epochs in batches of that size, shuffled, without an early stop, at a constant learning rate, of the samples as they are.
    pub fn new(epochs: usize, batch_size: usize) -> Self {
        Self {
            epochs,
            batch_size,
            least_steps: None,
            early_stop: None,
            schedule: Schedule::Constant,
            augmentation: None,
            in_order: false,
        }
    }

    /// The same, with more epochs where these are fewer steps.
    #[must_use]
    pub fn at_least(self, steps: usize) -> Self {
        Self { least_steps: Some(steps), ..self }
    }

    /// Epochs of so many batches.
    pub fn epochs_of(&self, batches: usize) -> usize {
        self.epochs.max(self.least_steps.unwrap_or(0).div_ceil(batches.max(1)))
    }

    /// Checks every field's range.
    ///
    /// # Errors
    /// [`Error::Setting`] names the first field that is out of range.
    pub fn validate(&self) -> Result<()> {
        let mut counts = vec![("epochs", self.epochs), ("batch_size", self.batch_size)];
        counts.extend(self.early_stop.map(|stop| ("patience", stop.patience)));
        for (name, value) in counts {
            if value == 0 {
                return Err(Error::Setting {
                    name,
                    expected: "a number of at least 1",
                    found: value.to_string(),
                });
            }
        }
        match self.early_stop {
            Some(EarlyStop { min_delta, .. }) if !(min_delta >= 0.0 && min_delta.is_finite()) => {
                Err(Error::Setting {
                    name: "min_delta",
                    expected: "a number of at least 0",
                    found: min_delta.to_string(),
                })
            }
            _ => {
                self.schedule.validate()?;
                self.augmentation.as_ref().map_or(Ok(()), AugmentationSettings::validate)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_counts_epochs_without_a_new_least_loss() {
        let stop = EarlyStop { patience: 2, min_delta: 0.1 };
        assert!(!stop.is_due(&[3.0, 2.0, 1.95]));
        assert!(stop.is_due(&[3.0, 2.0, 1.95, 1.91]));
        assert!(!stop.is_due(&[3.0, 2.0, 1.95, 1.85]));
        assert!(!stop.is_due(&[]));
    }

    /// Records are named by their settings' JSON.
    #[test]
    fn a_constant_learning_rate_is_not_mentioned() {
        let text = serde_json::to_string(&TrainSettings::new(3, 2)).unwrap();
        assert_eq!(text, r#"{"epochs":3,"batch_size":2}"#);
        let schedule = Schedule::Step { at: 2, factor: 0.1 };
        let settings = TrainSettings { schedule, ..TrainSettings::new(3, 2) };
        let text = serde_json::to_string(&settings).unwrap();
        assert_eq!(serde_json::from_str::<TrainSettings>(&text).unwrap(), settings);
    }

    #[test]
    fn few_batches_get_more_epochs() {
        let settings = TrainSettings::new(10, 256).at_least(200);
        assert_eq!((settings.epochs_of(1), settings.epochs_of(7), settings.epochs_of(300)), (200, 29, 10));
        assert_eq!(TrainSettings::new(10, 256).epochs_of(1), 10);
    }

    #[test]
    fn values_out_of_range_are_named() {
        let message = |settings: TrainSettings| settings.validate().unwrap_err().to_string();
        let found = message(TrainSettings::new(1, 0));
        assert_eq!(found, "setting `batch_size`: expected a number of at least 1, found 0");
        let stop = |patience, min_delta| TrainSettings {
            early_stop: Some(EarlyStop { patience, min_delta }),
            ..TrainSettings::new(1, 1)
        };
        assert_eq!(message(stop(0, 0.0)), "setting `patience`: expected a number of at least 1, found 0");
        assert_eq!(message(stop(1, -1.0)), "setting `min_delta`: expected a number of at least 0, found -1");
        let schedule = Schedule::Exponential { factor: 0.9, every: 0, least: 0.0 };
        assert_eq!(
            message(TrainSettings { schedule, ..TrainSettings::new(1, 1) }),
            "setting `every`: expected a number of at least 1, found 0"
        );
    }
}
