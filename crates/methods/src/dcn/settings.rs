use crate::{Error, Pretraining, Result, Scaling, Shape};
use deepclust_cluster::KMeansOptions;
use deepclust_nets::{AdamSettings, OptimizerSettings, TrainSettings};
use serde::{Deserialize, Serialize};

/// Settings of [`Dcn`](crate::Dcn).
///
/// The default is that of ClustPy: the autoencoder of [`Pretraining`], Adam at 1e-4 in batches of 256, 150 epochs; the weight of the
/// clustering is 0.05 beside the squared errors, and centres begin as if they had seen 100 samples (the authors' code).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DcnSettings {
    /// Applied to the features first.
    #[serde(default)]
    pub scaling: Scaling,
    /// The autoencoder before the joint training.
    pub pretraining: Pretraining,
    /// Finds the first centres and clusters.
    pub k_means: KMeansOptions,
    /// Moves the network in the joint training: gradient descent in the DCN paper, Adam in the k-DAE paper.
    pub optimizer: OptimizerSettings,
    /// Epochs and batch size of the joint training.
    pub train: TrainSettings,
    /// λ, the weight of ‖f(x) − m‖² beside ‖x − g(f(x))‖², at least 0. The paper writes half of it.
    pub clustering_weight: f64,
    /// How many samples a centre counts as having seen before the joint training, at least 1: the authors' code has 100.
    pub initial_count: usize,
}

impl Default for DcnSettings {
    fn default() -> Self {
        Self::of(Shape::default())
    }
}

impl DcnSettings {
    /// The default for data of that shape.
    pub fn of(shape: Shape) -> Self {
        Self {
            scaling: Scaling::of(shape),
            pretraining: Pretraining::default(),
            k_means: KMeansOptions::default(),
            optimizer: OptimizerSettings::Adam(AdamSettings { learning_rate: 1e-4, ..Default::default() }),
            train: TrainSettings::new(150, 256),
            clustering_weight: 0.05,
            initial_count: 100,
        }
    }

    /// Checks every field's range.
    ///
    /// # Errors
    /// [`Error::Settings`], [`Error::Nets`] or [`Error::Cluster`] names the first field that is out of range.
    pub fn validate(&self, method: &'static str) -> Result<()> {
        let wrong = |problem: String| Err(Error::Settings { method, problem });
        let weight = self.clustering_weight;
        if !(weight >= 0.0 && weight.is_finite()) {
            return wrong(format!("`clustering_weight`: expected a number of at least 0, found {weight}"));
        }
        if self.initial_count == 0 {
            return wrong("`initial_count`: expected a number of at least 1, found 0".to_owned());
        }
        self.pretraining.validate(method)?;
        self.k_means.validate()?;
        self.train.validate()?;
        Ok(self.optimizer.validate()?)
    }
}
