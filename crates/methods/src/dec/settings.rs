use crate::{Error, Pretraining, Result, Scaling, Shape};
use deepclust_cluster::KMeansOptions;
use deepclust_nets::{AdamSettings, OptimizerSettings, Precision};
use serde::{Deserialize, Serialize};

/// Settings of [`Dec`](crate::Dec) and [`Idec`](crate::Idec).
///
/// The default is DEC as ClustPy has it: the autoencoder of [`Pretraining`], Adam at
/// 1e-4 in batches of 256, targets that every batch makes of its own assignments, 150 epochs; but at most the 20,000 steps of the DEC paper.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecSettings {
    /// Applied to the features first.
    #[serde(default)]
    pub scaling: Scaling,
    /// The autoencoder before the joint training.
    pub pretraining: Pretraining,
    /// Finds the first centres.
    pub k_means: KMeansOptions,
    /// Moves encoder and centres in the joint training: for DEC gradient descent, of step size 0.01 and momentum 0.9; for IDEC, on
    /// images, Adam of step size 0.001.
    pub optimizer: OptimizerSettings,
    /// Samples a step, at least 1.
    pub batch_size: usize,
    /// Steps between two updates of the targets from all samples, at least 1. With none, every batch makes its targets from its
    /// own assignments, as ClustPy does, which spares the passes over all samples. In JSON it is a number or `null`.
    #[serde(deserialize_with = "Option::deserialize")]
    pub update_interval: Option<usize>,
    /// Steps at most, at least 1.
    pub max_steps: usize,
    /// Epochs at most, at least 1; as many as there is time for unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_epochs: Option<usize>,
    /// Training ends when a smaller share of the samples than this changed their cluster between two updates; 0 without updates.
    pub tolerance: f64,
    /// Degrees of freedom ν of the Student-t kernel, above 0; 1 in the papers.
    pub nu: f64,
    /// IDEC's γ, the weight of the divergence beside the reconstruction; none leaves the reconstruction out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub divergence_weight: Option<f64>,
    /// In what numbers the joint training is done; f32 unless given, and bf16 only with Adam.
    #[serde(default, skip_serializing_if = "Precision::is_single")]
    pub precision: Precision,
}

impl Default for DecSettings {
    fn default() -> Self {
        Self::of(Shape::default())
    }
}

impl DecSettings {
    /// The default for data of that shape.
    pub fn of(shape: Shape) -> Self {
        Self {
            scaling: Scaling::of(shape),
            pretraining: Pretraining::default(),
            k_means: KMeansOptions::default(),
            optimizer: OptimizerSettings::Adam(AdamSettings { learning_rate: 1e-4, ..Default::default() }),
            batch_size: 256,
            update_interval: None,
            max_steps: 20_000,
            max_epochs: Some(150),
            tolerance: 0.0,
            nu: 1.0,
            divergence_weight: None,
            precision: Precision::Single,
        }
    }

    /// Whether the reconstruction is part of the loss.
    pub fn reconstructs(&self) -> bool {
        self.divergence_weight.is_some()
    }

    /// Checks every field's range.
    ///
    /// # Errors
    /// [`Error::Settings`], [`Error::Nets`] or [`Error::Cluster`] names the first field that is out of range.
    pub fn validate(&self, method: &'static str) -> Result<()> {
        let check = |ok: bool, name: &str, range: &str, found: f64| {
            let problem = format!("`{name}`: expected a number {range}, found {found}");
            if ok { Ok(()) } else { Err(Error::Settings { method, problem }) }
        };
        if self.precision == Precision::Bf16 && matches!(self.optimizer, OptimizerSettings::Sgd(_)) {
            let problem = "`precision`: expected `single` for `sgd`, found `bf16`".to_owned();
            return Err(Error::Settings { method, problem });
        }
        self.pretraining.validate(method)?;
        self.k_means.validate()?;
        self.optimizer.validate()?;
        let positive = |v: f64| v > 0.0 && v.is_finite();
        check(self.batch_size > 0, "batch_size", "of at least 1", self.batch_size as f64)?;
        let (tolerance, interval) = (self.tolerance, self.update_interval.unwrap_or(1));
        check(interval > 0, "update_interval", "of at least 1", interval as f64)?;
        check(self.max_steps > 0, "max_steps", "of at least 1", self.max_steps as f64)?;
        check(self.max_epochs != Some(0), "max_epochs", "of at least 1", 0.0)?;
        check((0.0..=1.0).contains(&tolerance), "tolerance", "from 0 to 1", tolerance)?;
        let watched = self.update_interval.is_some() || tolerance == 0.0;
        check(watched, "tolerance", "equal to 0 without `update_interval`", tolerance)?;
        check(positive(self.nu), "nu", "above 0", self.nu)?;
        let gamma = self.divergence_weight.unwrap_or(1.0);
        check(positive(gamma), "divergence_weight", "above 0", gamma)
    }
}
