use crate::{Error, Pretraining, ReconstructionLoss, Result, Scaling, Shape};
use deepclust_cluster::KMeansOptions;
use deepclust_losses::TCrossEntropy;
use deepclust_nets::{
    Activation, AdamSettings, ClassifierSettings, Init, LayerInits, OptimizerSettings, TrainSettings,
};
use serde::{Deserialize, Serialize};

/// Settings of [`RepNet`](crate::RepNet).
///
/// The default is what the released code does on MNIST and a re-run supports: d-500-500-2000-10 on clean samples for 10 epochs, a
/// representation network 10-2000-500-500-500-10, similarities normalised point by point, γ = 0.01, Adam at 1e-3 in batches of 100,
/// 50 epochs. But samples are shuffled, since those of a user may be sorted. Features are brought into [0, 1]: images as a whole, words
/// and tables column by column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RepNetSettings {
    /// Applied to the features first.
    #[serde(default)]
    pub scaling: Scaling,
    /// The autoencoder before the joint training. Its loss and its noise are those of the joint training too.
    pub pretraining: Pretraining,
    /// The hidden layers of the representation network, and how its weights start.
    pub representation: ClassifierSettings,
    /// L_E: the degrees of freedom of p and q, and what they are divided by.
    pub similarities: TCrossEntropy,
    /// γ, the weight of L_E in what the encoder minimises, at least 0. With 0 the encoder learns reconstruction alone.
    pub gamma: f64,
    /// Moves all three networks in the joint training.
    pub optimizer: OptimizerSettings,
    /// Epochs and batch size of the joint training, batches of at least 2.
    pub train: TrainSettings,
    /// k-means on the embedding.
    pub k_means: KMeansOptions,
    /// Looks for stable clusters on the way; not unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watch: Option<RepNetWatch>,
    /// Codes and embedding are kept after these numbers of joint epochs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shown: Vec<usize>,
}

/// A stop of the joint training without labels: k-means at intervals, until few samples change their cluster.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RepNetWatch {
    /// Epochs between two looks, at least 1.
    pub every: usize,
    /// Clusters are stable when a smaller share of the samples than this changed between two looks, in [0, 1]. Clusters are matched
    /// first: their numbers mean nothing.
    pub tolerance: f64,
    /// Whether training ends then. Otherwise the epoch is only noted.
    pub stop: bool,
}

impl Default for RepNetSettings {
    fn default() -> Self {
        Self::of(Shape::default())
    }
}

impl RepNetSettings {
    /// The default for data of that shape.
    pub fn of(shape: Shape) -> Self {
        Self {
            scaling: if shape == Shape::Images { Scaling::Whole } else { Scaling::Unit },
            pretraining: Pretraining {
                init: LayerInits::all(Init::GlorotUniform),
                loss: ReconstructionLoss::BinaryCrossEntropyOfLogits,
                train: TrainSettings::new(10, 100),
                ..Pretraining::default()
            },
            representation: ClassifierSettings {
                widths: vec![2000, 500, 500, 500],
                hidden: Activation::Relu,
                init: Init::GlorotUniform,
                batch_norm: None,
            },
            similarities: TCrossEntropy::default(),
            gamma: 0.01,
            optimizer: OptimizerSettings::Adam(AdamSettings::default()),
            train: TrainSettings::new(50, 100),
            k_means: KMeansOptions::default(),
            watch: None,
            shown: Vec::new(),
        }
    }

    /// Checks every field's range.
    ///
    /// # Errors
    /// [`Error::Settings`], [`Error::Nets`], [`Error::Losses`] or [`Error::Cluster`] names the first field that is out of range.
    pub fn validate(&self, method: &'static str) -> Result<()> {
        let check = |ok: bool, name: &str, expected: &str, found: String| {
            let problem = format!("`{name}`: expected {expected}, found {found}");
            if ok { Ok(()) } else { Err(Error::Settings { method, problem }) }
        };
        self.pretraining.validate(method)?;
        self.representation.validate()?;
        self.similarities.validate()?;
        let gamma = self.gamma;
        check(gamma >= 0.0 && gamma.is_finite(), "gamma", "a number of at least 0", gamma.to_string())?;
        self.optimizer.validate()?;
        self.train.validate()?;
        let batch = self.train.batch_size;
        check(batch > 1, "batch_size", "a number of at least 2", batch.to_string())?;
        self.k_means.validate()?;
        if let Some(RepNetWatch { every, tolerance, .. }) = self.watch {
            check(every > 0, "every", "a number of at least 1", every.to_string())?;
            let share = (0.0..=1.0).contains(&tolerance);
            check(share, "tolerance", "a number from 0 to 1", tolerance.to_string())?;
        }
        match self.shown.iter().find(|&&epoch| epoch > self.train.epochs) {
            None => Ok(()),
            Some(late) => {
                let expected = format!("epochs of at most {}", self.train.epochs);
                check(false, "shown", &expected, late.to_string())
            }
        }
    }
}
