use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use tch::{Kind, Tensor};

/// Means by round of everything that the objective reported. A round is an epoch, or a number of steps.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainHistory {
    /// The minimised loss.
    pub loss: Vec<f64>,
    /// Its named parts and other measurements, each averaged over the batches that reported it.
    pub parts: BTreeMap<String, Vec<f64>>,
    /// Steps taken.
    #[serde(skip)]
    pub steps: usize,
    /// Wall time of the rounds that were taken over from a checkpoint, in seconds.
    #[serde(skip)]
    pub seconds_before: f64,
}

impl TrainHistory {
    /// Appends a round's means. Answers that of the minimised loss, whose name is empty.
    pub(crate) fn add_round(&mut self, sums: &RoundSums) -> f64 {
        let mut loss = 0.0;
        for (name, mean) in sums.means() {
            if name.is_empty() {
                self.loss.push(mean);
                loss = mean;
            } else {
                self.parts.entry(name.to_owned()).or_default().push(mean);
            }
        }
        loss
    }
}

/// Sums over one round. They stay tensors: reading a number every step would make a GPU wait.
#[derive(Default)]
pub(crate) struct RoundSums(BTreeMap<Cow<'static, str>, (Tensor, i64)>);

impl RoundSums {
    pub(crate) fn add(&mut self, name: Cow<'static, str>, value: &Tensor, weight: i64) {
        let value = value.detach().to_kind(Kind::Double) * weight;
        let entry = self.0.entry(name).or_insert_with(|| (value.zeros_like(), 0));
        entry.0 += value;
        entry.1 += weight;
    }

    pub(crate) fn means(&self) -> impl Iterator<Item = (&str, f64)> {
        self.0
            .iter()
            .map(|(name, (sum, weight))| (name.as_ref(), sum.double_value(&[]) / (*weight).max(1) as f64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_weigh_batches() {
        let mut sums = RoundSums::default();
        sums.add("a".into(), &Tensor::from(1.0f32), 3);
        sums.add("a".into(), &Tensor::from(5.0f32), 1);
        sums.add("b".into(), &Tensor::from(0.25f32), 7);
        assert_eq!(sums.means().collect::<Vec<_>>(), [("a", 2.0), ("b", 0.25)]);
    }
}
