use crate::network::set_tensors;
use crate::{Activation, BatchNorm, BatchNormSettings, Error, Init, Linear, Mlp, Result};
use rand::Rng;
use serde::{Deserialize, Serialize};
use tch::{Device, Tensor};

/// Sizes and functions of a fully connected classifier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassifierSettings {
    /// Widths of the hidden layers, each at least 1.
    pub widths: Vec<usize>,
    /// After the hidden layers.
    pub hidden: Activation,
    /// How weights start.
    pub init: Init,
    /// Batch normalisation of the hidden layers; none unless given. Its `code` means nothing here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch_norm: Option<BatchNormSettings>,
}

impl ClassifierSettings {
    /// Checks the widths and the batch normalisation.
    ///
    /// # Errors
    /// [`Error::Setting`] for a width of zero or a normalisation out of range.
    pub fn validate(&self) -> Result<()> {
        self.batch_norm.as_ref().map_or(Ok(()), BatchNormSettings::validate)?;
        if self.widths.contains(&0) {
            let found = format!("{:?}", self.widths);
            return Err(Error::Setting { name: "widths", expected: "widths of at least 1", found });
        }
        Ok(())
    }
}

/// A fully connected network that answers one logit a class.
#[derive(Debug)]
pub struct Classifier {
    network: Mlp,
}

impl Classifier {
    /// A network from `features` to `classes` with weights drawn from `rng`.
    ///
    /// # Errors
    /// [`Error::Setting`] for a width of zero or a normalisation out of range.
    pub fn new(
        settings: &ClassifierSettings,
        features: usize,
        classes: usize,
        device: Device,
        rng: &mut impl Rng,
    ) -> Result<Self> {
        settings.validate()?;
        let mut widths = vec![features];
        widths.extend(&settings.widths);
        widths.push(classes);
        let mut network = Mlp::new();
        for (i, pair) in widths.windows(2).enumerate() {
            let last = i + 2 == widths.len();
            let norm =
                settings.batch_norm.filter(|_| !last).map(|norm| BatchNorm::new(pair[1], norm, device));
            let activation = if last { Activation::Identity } else { settings.hidden };
            network.push(Linear::new(pair[0], pair[1], settings.init, device, rng), norm, activation);
        }
        Ok(Self { network })
    }

    /// Logits of shape (batch, classes) for x of shape (batch, features).
    pub fn forward_t(&self, x: &Tensor, train: bool) -> Tensor {
        self.network.forward_t(x, train)
    }

    /// Trainable tensors with their names, `0.weight`, `0.bias`, …
    pub fn named_parameters(&self) -> Vec<(String, Tensor)> {
        self.network.named_parameters()
    }

    /// Running statistics of batch normalisation.
    pub fn named_buffers(&self) -> Vec<(String, Tensor)> {
        self.network.named_buffers()
    }

    /// Parameters and buffers.
    pub fn named_state(&self) -> Vec<(String, Tensor)> {
        self.named_parameters().into_iter().chain(self.named_buffers()).collect()
    }

    /// Copies values into parameters and buffers, by name.
    ///
    /// # Errors
    /// [`Error::Shape`] when a tensor is missing or of another shape; nothing is changed then.
    pub fn set_state(&self, values: &[(String, Tensor)]) -> Result<()> {
        set_tensors(&self.named_state(), values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use tch::Kind;

    fn settings() -> ClassifierSettings {
        let batch_norm = Some(BatchNormSettings { momentum: 0.1, epsilon: 1e-5, code: false });
        ClassifierSettings {
            widths: vec![7, 5],
            hidden: Activation::Relu,
            init: Init::TorchLinear,
            batch_norm,
        }
    }

    fn classifier(seed: u64) -> Classifier {
        Classifier::new(&settings(), 4, 3, Device::Cpu, &mut ChaCha8Rng::seed_from_u64(seed)).unwrap()
    }

    #[test]
    fn shapes_and_state() {
        let x = Tensor::arange(8, (Kind::Float, Device::Cpu)).view([2, 4]) / 8.0;
        let (a, b) = (classifier(1), classifier(2));
        assert_eq!(a.forward_t(&x, false).size(), [2, 3]);
        assert_ne!(a.forward_t(&x, false), b.forward_t(&x, false));
        b.set_state(&a.named_state()).unwrap();
        assert_eq!(a.forward_t(&x, false), b.forward_t(&x, false));
        assert!(b.set_state(&a.named_parameters()).is_err());
        let names: Vec<_> = a.named_state().into_iter().map(|(name, _)| name).collect();
        assert!(
            names.contains(&"1.norm.running_mean".to_owned()) && !names.contains(&"2.norm.weight".to_owned())
        );
    }

    #[test]
    fn widths_are_checked() {
        let empty = ClassifierSettings { widths: vec![0], ..settings() };
        let rng = &mut ChaCha8Rng::seed_from_u64(0);
        let error = Classifier::new(&empty, 4, 3, Device::Cpu, rng).unwrap_err().to_string();
        assert_eq!(error, "setting `widths`: expected widths of at least 1, found [0]");
    }
}
