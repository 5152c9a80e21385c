//! The joint training of the clusters' autoencoders.

use crate::Result;
use crate::names::series::share_of;
use deepclust_nets::{AdamSettings, Kind, MixturePass, MixtureStep, Precision, Tensor, TrainSettings};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// d(x, x̂), how far a reconstruction is from its original.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReconstructionDistance {
    /// ‖x − x̂‖², summed over the features: the paper's.
    #[default]
    SquaredNorm,
    /// ‖x − x̂‖: that of the authors' code.
    Norm,
}

impl ReconstructionDistance {
    /// Of ‖x − x̂‖².
    pub(crate) fn of(self, squares: &Tensor) -> Tensor {
        match self {
            Self::SquaredNorm => squares.shallow_clone(),
            // The norm has no gradient at 0.
            Self::Norm => squares.clamp_min(1e-12).sqrt(),
        }
    }
}

/// Settings of the joint training of the clusters' autoencoders.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MixtureJoint {
    /// How reconstructions are compared with originals.
    #[serde(default)]
    pub distance: ReconstructionDistance,
    /// Which samples go through which autoencoder.
    #[serde(default)]
    pub pass: MixturePass,
    /// The optimiser.
    pub adam: AdamSettings,
    /// Epochs, batch size and early stop.
    pub train: TrainSettings,
    /// In what numbers it is trained; f32 unless given.
    #[serde(default, skip_serializing_if = "Precision::is_single")]
    pub precision: Precision,
}

impl Default for MixtureJoint {
    /// As in the k-DAE paper: the squared norm, Adam at 1e-3, batches of 256, 50 epochs, and 300 steps at least. Each sample goes
    /// through the autoencoders that are responsible for it: without batch normalisation the cost is the same.
    fn default() -> Self {
        Self {
            distance: ReconstructionDistance::default(),
            pass: MixturePass::Responsible,
            adam: AdamSettings::default(),
            train: TrainSettings::new(50, 256).at_least(300),
            precision: Precision::Single,
        }
    }
}

impl MixtureJoint {
    /// Checks every field's range.
    ///
    /// # Errors
    /// [`Error::Nets`](crate::Error::Nets) names the first field that is out of range.
    pub fn validate(&self) -> Result<()> {
        self.adam.validate()?;
        Ok(self.train.validate()?)
    }
}

/// Mean of the weighted distances of a step: its gradient is that of the cost.
pub(crate) fn weighted_mean(step: &MixtureStep, distance: ReconstructionDistance) -> Tensor {
    (distance.of(&step.selected) * &step.weights).sum(Kind::Float) / step.errors.size()[0]
}

/// `value` with the gradient of `surrogate`.
pub(crate) fn with_gradient_of(value: &Tensor, surrogate: &Tensor) -> Tensor {
    surrogate + (value - surrogate).detach()
}

/// Mean responsibility of every cluster, by name.
pub(crate) fn shares(responsibilities: &Tensor) -> Vec<(Cow<'static, str>, Tensor)> {
    let means = responsibilities.mean_dim([0i64].as_slice(), false, Kind::Float);
    (0..means.size()[0]).map(|i| (Cow::Owned(share_of(i as usize)), means.get(i))).collect()
}
