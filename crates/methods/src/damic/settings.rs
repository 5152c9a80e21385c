use crate::{ClusterAutoencoders, MixtureJoint, Result, Scaling, Shape};
use deepclust_nets::{Activation, AdamSettings, ClassifierSettings, Init, TrainSettings};
use serde::{Deserialize, Serialize};

/// The gate of [`Damic`](crate::Damic): a classifier of the samples themselves, first trained on the clusters of k-means.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DamicGate {
    /// The network.
    pub network: ClassifierSettings,
    /// The optimiser of its first training; in the joint training it has the autoencoders'.
    pub adam: AdamSettings,
    /// Epochs and batch size of its first training.
    pub train: TrainSettings,
}

/// Settings of [`Damic`](crate::Damic).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DamicSettings {
    /// Applied to the features first.
    #[serde(default)]
    pub scaling: Scaling,
    /// Everything before the joint training but the gate.
    pub start: ClusterAutoencoders,
    /// The gate.
    pub gate: DamicGate,
    /// The joint training.
    pub joint: MixtureJoint,
}

impl Default for DamicGate {
    /// Two hidden layers of 512 (the k-DAE paper), Adam at 1e-3, batches of 256, 10 epochs.
    fn default() -> Self {
        Self {
            network: ClassifierSettings {
                widths: vec![512, 512],
                hidden: Activation::Relu,
                init: Init::GlorotUniform,
                batch_norm: None,
            },
            adam: AdamSettings::default(),
            train: TrainSettings::new(10, 256),
        }
    }
}

impl DamicSettings {
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
        self.gate.network.validate()?;
        self.gate.adam.validate()?;
        self.gate.train.validate()?;
        self.joint.validate()
    }
}
