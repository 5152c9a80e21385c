//! k deep autoencoders.

mod settings;

pub use settings::{KDaeCost, KDaeSettings};

use crate::checks::{check_width, largest};
use crate::mixture::{load_mixture, mixture_parts, shares, weighted_mean, with_gradient_of};
use crate::names::facts;
use crate::registry::Registered;
use crate::saved_model::SavedModel;
use crate::training::{JOINT, Training, joint_series, tensors};
use crate::{Context, Error, Fitted, FittedScaling, Method, Model, ModelParts, Result, Shape};
use deepclust_nets::{
    Adam, AutoencoderMixture, Kind, Losses, MixtureOfNetworks, Objective, Optimizer, Step, Tensor,
};
use ndarray::{Array2, Array3, ArrayView2};

/// k deep autoencoders (Opochinsky, Chazan, Gannot and Goldberger 2020): each cluster is an autoencoder, and a sample belongs
/// to the one that reconstructs it best.
///
/// An autoencoder is trained on all samples, k-means clusters its codes, each cluster's own autoencoder is trained on the
/// cluster's samples, and then all are trained together on [`KDaeCost`]. Early stopping, where it is set, watches the
/// training loss.
///
/// The embedding is ‖x − x̂(i)‖² of every autoencoder, shape (n, k): the features in which a cluster is the least.
#[derive(Clone, Debug)]
pub struct KDae {
    settings: KDaeSettings,
}

impl KDae {
    /// The name in records.
    pub const SLUG: &'static str = "k-dae";

    /// The method with checked settings.
    ///
    /// # Errors
    /// As [`KDaeSettings::validate`].
    pub fn new(settings: KDaeSettings) -> Result<Self> {
        settings.validate(Self::SLUG)?;
        Ok(Self { settings })
    }
}

impl Default for KDae {
    fn default() -> Self {
        Self { settings: Self::defaults(Shape::default()) }
    }
}

/// The training of all autoencoders together.
struct Joint<'a> {
    settings: &'a KDaeSettings,
    mixture: &'a AutoencoderMixture,
    adam: Adam,
}

impl Objective for Joint<'_> {
    type Error = Error;

    fn loss(&mut self, step: &Step) -> Result<Losses> {
        let (joint, cost) = (&self.settings.joint, self.settings.cost);
        let step = self.mixture.step(&step.x, joint.pass, joint.precision, |errors| {
            responsibilities(cost, &joint.distance.of(errors))
        });
        let surrogate = weighted_mean(&step, joint.distance);
        let parts = shares(&step.responsibilities);
        let total = match cost {
            KDaeCost::Hard => surrogate,
            KDaeCost::Soft => {
                let distances = joint.distance.of(&step.errors);
                let value = -(-distances).logsumexp([1i64].as_slice(), false).mean(Kind::Float);
                with_gradient_of(&value, &surrogate)
            }
        };
        Ok(Losses { total, parts })
    }

    fn optimisers(&mut self) -> Vec<&mut dyn Optimizer> {
        vec![&mut self.adam]
    }

    fn buffers(&self) -> Vec<Tensor> {
        tensors(self.mixture.named_buffers())
    }
}

/// ∂cost/∂distance of every sample and autoencoder, shape (batch, k).
fn responsibilities(cost: KDaeCost, distances: &Tensor) -> Tensor {
    match cost {
        KDaeCost::Hard => distances.argmin(1, false).one_hot(distances.size()[1]).to_kind(distances.kind()),
        KDaeCost::Soft => (-distances).softmax(1, Kind::Float),
    }
}

impl Method for KDae {
    fn slug(&self) -> &'static str {
        Self::SLUG
    }

    fn fit_with(&self, x: ArrayView2<'_, f32>, k: usize, context: &mut Context<'_>) -> Result<Fitted> {
        let settings = &self.settings;
        let mut start = settings.start.run(Self::SLUG, settings.scaling, x, k, context)?;
        start.settle(settings.joint.pass);
        let adam = start.mixture.train_in(settings.joint.precision, settings.joint.adam, [])?;
        let mut joint = Joint { settings, mixture: &start.mixture, adam };
        let history = Training::new(JOINT, settings.joint.train).run(&start.data, &mut joint, context)?;
        start.facts.insert(facts::JOINT_EPOCHS.to_owned(), history.loss.len() as f64);
        let model = KDaeModel { scaling: start.scaling, mixture: start.mixture };
        let fitted = Fitted::by(model, Self::SLUG, x, k, start.facts)?;
        let history = start.history.into_iter().chain(joint_series(history)).collect();
        Ok(Fitted { history, start: Some(start.labels), ..fitted })
    }
}

struct KDaeModel {
    scaling: FittedScaling,
    mixture: AutoencoderMixture,
}

impl Model for KDaeModel {
    fn parts(&self) -> Result<ModelParts> {
        mixture_parts(ModelParts::new(KDae::KIND).scaling(&self.scaling), &self.mixture)
    }

    fn embed(&self, x: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        Ok(self.mixture.errors_of(self.scaling.apply(x)?.view())?)
    }

    fn assign(&self, errors: ArrayView2<'_, f32>) -> Result<Vec<usize>> {
        check_width(errors, self.mixture.k())?;
        Ok(errors.outer_iter().map(|row| largest(row.iter().map(|error| -error))).collect())
    }

    fn reconstructions(&self, x: ArrayView2<'_, f32>) -> Result<Option<Array3<f32>>> {
        Ok(Some(self.mixture.reconstructions_of(self.scaling.apply(x)?.view())?))
    }
}

impl Registered for KDae {
    const SLUG: &'static str = Self::SLUG;
    const SUMMARY: &'static str = "k deep autoencoders, each of them a cluster (Opochinsky et al. 2020)";
    const KIND: &'static str = "k-dae";
    type Settings = KDaeSettings;

    fn defaults(shape: Shape) -> KDaeSettings {
        KDaeSettings::of(shape)
    }

    fn checked(settings: KDaeSettings) -> Result<Self> {
        Self::new(settings)
    }

    fn load(saved: &SavedModel) -> Result<Box<dyn Model>> {
        Ok(Box::new(KDaeModel { scaling: saved.scaling()?, mixture: load_mixture(saved)? }))
    }
}
