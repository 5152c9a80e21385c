use crate::samples::Samples;
use crate::{Error, Result};
use deepclust_losses::{binary_cross_entropy, binary_cross_entropy_of_logits, mean_squared_error};
use deepclust_nets::{Activation, Tensor};
use serde::{Deserialize, Serialize};

/// How far a reconstruction is from its original.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReconstructionLoss {
    /// [`mean_squared_error`]
    MeanSquaredError,
    /// [`binary_cross_entropy`]; needs features and outputs in [0, 1].
    BinaryCrossEntropy,
    /// [`binary_cross_entropy_of_logits`], summed over the features; needs features in [0, 1] and outputs without an activation.
    BinaryCrossEntropyOfLogits,
}

impl ReconstructionLoss {
    pub(crate) fn between(self, reconstruction: &Tensor, x: &Tensor) -> Result<Tensor> {
        Ok(match self {
            Self::MeanSquaredError => mean_squared_error(reconstruction, x)?,
            Self::BinaryCrossEntropy => binary_cross_entropy(reconstruction, x)?,
            Self::BinaryCrossEntropyOfLogits => binary_cross_entropy_of_logits(reconstruction, x)?,
        })
    }

    /// Cross-entropy is defined for reconstructions in [0, 1]; of logits, for outputs that nothing follows.
    pub(crate) fn check_output(self, method: &'static str, output: Activation) -> Result<()> {
        if self == Self::BinaryCrossEntropyOfLogits && output != Activation::Identity {
            let problem =
                format!("`binary-cross-entropy-of-logits` needs an identity output, found {output:?}");
            return Err(Error::Settings { method, problem });
        }
        if self == Self::BinaryCrossEntropy && output != Activation::Sigmoid {
            let problem = format!("`binary-cross-entropy` needs a sigmoid output, found {output:?}");
            return Err(Error::Settings { method, problem });
        }
        Ok(())
    }

    /// Cross-entropy is defined for samples in [0, 1].
    pub(crate) fn check_samples<'x>(self, x: impl Into<Samples<'x>>) -> Result<()> {
        if self == Self::MeanSquaredError {
            return Ok(());
        }
        match x.into().values().find(|value| !(0.0..=1.0).contains(value)) {
            Some(value) => Err(Error::Samples {
                expected: "values in [0, 1] for binary cross-entropy".to_owned(),
                found: value.to_string(),
            }),
            None => Ok(()),
        }
    }
}
