use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use tch::{Kind, Tensor};

/// Means by epoch of everything that the loss reported.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainHistory {
    /// The minimised loss.
    pub loss: Vec<f64>,
    /// Its named parts and other measurements, each averaged over the samples of the batches that reported it.
    pub parts: BTreeMap<String, Vec<f64>>,
    /// Wall time of the epochs that were taken over from a checkpoint, in seconds.
    #[serde(skip)]
    pub seconds_before: f64,
}

/// Sums over one epoch. They stay tensors: reading a number every step would make a GPU wait.
#[derive(Default)]
pub(crate) struct EpochSums(BTreeMap<Cow<'static, str>, (Tensor, i64)>);

impl EpochSums {
    pub(crate) fn add(&mut self, name: Cow<'static, str>, value: &Tensor, samples: i64) {
        let value = value.detach().to_kind(Kind::Double) * samples;
        let entry = self.0.entry(name).or_insert_with(|| (value.zeros_like(), 0));
        entry.0 += value;
        entry.1 += samples;
    }

    pub(crate) fn means(&self) -> impl Iterator<Item = (&str, f64)> {
        self.0
            .iter()
            .map(|(name, (sum, samples))| (name.as_ref(), sum.double_value(&[]) / (*samples).max(1) as f64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_weigh_batches_by_size() {
        let mut sums = EpochSums::default();
        sums.add("a".into(), &Tensor::from(1.0f32), 3);
        sums.add("a".into(), &Tensor::from(5.0f32), 1);
        sums.add("b".into(), &Tensor::from(0.25f32), 7);
        assert_eq!(sums.means().collect::<Vec<_>>(), [("a", 2.0), ("b", 0.25)]);
    }
}
