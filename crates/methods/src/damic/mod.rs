//! Deep autoencoder mixture clustering.

mod settings;
mod trainings;

pub use settings::{DamicGate, DamicSettings};

use crate::batches::by_batches;
use crate::checks::{check_width, largest};
use crate::mixture::{load_mixture, mixture_parts};
use crate::names::{facts, series};
use crate::registry::Registered;
use crate::saved_model::SavedModel;
use crate::training::joint_series;
use crate::{Context, Fitted, FittedScaling, Method, Model, ModelParts, Result, Series, Shape};
use deepclust_nets::{AutoencoderMixture, Classifier, ClassifierSettings, Kind, MixtureOfNetworks};
use ndarray::{Array2, Array3, ArrayView2};

/// Deep autoencoder mixture clustering (Chazan, Gannot and Goldberger 2019): k autoencoders, and a gate that chooses between
/// them.
///
/// It starts as [`KDae`](crate::KDae), the gate learns the clusters of k-means, and then all minimise the mean of
/// −ln Σᵢ p(i | x) exp(−d(x, x̂(i))) with the gate's softmax p. A sample belongs to the cluster of the largest p. The distance
/// is summed over the features: with their mean the mixture would be all but flat and the gate would never move.
///
/// The embedding is ln p, shape (n, k).
#[derive(Clone, Debug)]
pub struct Damic {
    settings: DamicSettings,
}

impl Damic {
    /// The name in records.
    pub const SLUG: &'static str = "damic";

    /// The method with checked settings.
    ///
    /// # Errors
    /// As [`DamicSettings::validate`].
    pub fn new(settings: DamicSettings) -> Result<Self> {
        settings.validate(Self::SLUG)?;
        Ok(Self { settings })
    }
}

impl Default for Damic {
    fn default() -> Self {
        Self { settings: Self::defaults(Shape::default()) }
    }
}

impl Method for Damic {
    fn slug(&self) -> &'static str {
        Self::SLUG
    }

    fn fit_with(&self, x: ArrayView2<'_, f32>, k: usize, context: &mut Context<'_>) -> Result<Fitted> {
        let s = &self.settings;
        let mut start = s.start.run(Self::SLUG, s.scaling, x, k, context)?;
        start.settle(s.joint.pass);
        let (gate, of_gate) = trainings::train_gate(&s.gate, &start.data, &start.labels, k, context)?;
        let history = trainings::train_jointly(&s.joint, &mut start.mixture, &gate, &start.data, context)?;
        start.facts.insert(facts::JOINT_EPOCHS.to_owned(), history.loss.len() as f64);
        let gate_settings = s.gate.network.clone();
        let model = DamicModel { scaling: start.scaling, mixture: start.mixture, gate, gate_settings };
        let fitted = Fitted::by(model, Self::SLUG, x, k, start.facts)?;
        let of_gate = Series::of_epochs(series::GATE, of_gate);
        let history = start.history.into_iter().chain([of_gate]).chain(joint_series(history)).collect();
        Ok(Fitted { history, start: Some(start.labels), ..fitted })
    }
}

struct DamicModel {
    scaling: FittedScaling,
    mixture: AutoencoderMixture,
    gate: Classifier,
    gate_settings: ClassifierSettings,
}

impl Model for DamicModel {
    fn parts(&self) -> Result<ModelParts> {
        let parts = mixture_parts(ModelParts::new(Damic::KIND).scaling(&self.scaling), &self.mixture)?;
        Ok(parts.set("gate", &self.gate_settings)?.state("gate", self.gate.named_state()))
    }

    fn embed(&self, x: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        let scaled = self.scaling.apply(x)?;
        by_batches(scaled.view(), self.mixture.k(), self.mixture.device(), |x| {
            Ok(self.gate.forward_t(x, false).log_softmax(1, Kind::Float))
        })
    }

    fn assign(&self, logs: ArrayView2<'_, f32>) -> Result<Vec<usize>> {
        check_width(logs, self.mixture.k())?;
        Ok(logs.outer_iter().map(|row| largest(row.iter().copied())).collect())
    }

    fn reconstructions(&self, x: ArrayView2<'_, f32>) -> Result<Option<Array3<f32>>> {
        Ok(Some(self.mixture.reconstructions_of(self.scaling.apply(x)?.view())?))
    }
}

impl Registered for Damic {
    const SLUG: &'static str = Self::SLUG;
    const SUMMARY: &'static str =
        "autoencoders of the clusters, and a gate between them (Chazan et al. 2019)";
    const KIND: &'static str = "damic";
    type Settings = DamicSettings;

    fn defaults(shape: Shape) -> DamicSettings {
        DamicSettings::of(shape)
    }

    fn checked(settings: DamicSettings) -> Result<Self> {
        Self::new(settings)
    }

    fn load(saved: &SavedModel) -> Result<Box<dyn Model>> {
        let (scaling, mixture) = (saved.scaling()?, load_mixture(saved)?);
        let gate_settings: ClassifierSettings = saved.get("gate")?;
        let features = mixture.settings().widths[0];
        // Every weight is overwritten: the seed does not matter.
        let rng = &mut crate::Seed(0).stream("weights of the gate");
        let gate = Classifier::new(&gate_settings, features, mixture.k(), saved.device, rng)?;
        gate.set_state(&saved.state("gate"))?;
        Ok(Box::new(DamicModel { scaling, mixture, gate, gate_settings }))
    }
}
