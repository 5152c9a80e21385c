use crate::{ClusterAutoencoders, MixtureJoint, Result, Scaling, Shape};
use serde::{Deserialize, Serialize};

/// What the joint training minimises.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KDaeCost {
    /// Eq. 1: the mean of minᵢ d(x, x̂(i)).
    #[default]
    Hard,
    /// Eq. 4: the mean of −ln Σᵢ exp(−d(x, x̂(i))).
    Soft,
}

/// Settings of [`KDae`](crate::KDae).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KDaeSettings {
    /// Applied to the features first.
    #[serde(default)]
    pub scaling: Scaling,
    /// Everything before the joint training.
    pub start: ClusterAutoencoders,
    /// What is minimised.
    #[serde(default)]
    pub cost: KDaeCost,
    /// The joint training.
    pub joint: MixtureJoint,
}

impl KDaeSettings {
    /// The default for data of that shape.
    pub fn of(shape: Shape) -> Self {
        Self { scaling: Scaling::of(shape), ..Self::default() }
    }

    /// Checks every field's range.
    ///
    /// # Errors
    /// [`Error::Settings`](crate::Error::Settings), [`Error::Nets`](crate::Error::Nets) or
    /// [`Error::Cluster`](crate::Error::Cluster) names the first field that is out of range.
    pub fn validate(&self, method: &'static str) -> Result<()> {
        self.start.validate(method)?;
        self.joint.validate()
    }
}
