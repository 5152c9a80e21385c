use crate::cluster_autoencoders::ClusterAutoencoders;
use crate::method::{EMPTY_CLUSTERS, check_features, check_samples, empty_clusters};
use crate::mixture_joint::{JOINT, MixtureJoint, check_finite, shares, weighted_mean, with_gradient_of};
use crate::pretraining::tensors;
use crate::saved_model::SavedModel;
use crate::training::Phase;
use crate::{Context, Fitted, FittedScaling, Method, Model, ModelParts, Result, Scaling, Series};
use deepclust_nets::{AutoencoderMixture, Kind, Losses, Step, Tensor, TrainHistory, to_tensor_on};
use ndarray::{Array2, Array3, ArrayView2};
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

/// Settings of [`KDae`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// [`Error::Settings`](crate::Error::Settings), [`Error::Nets`](crate::Error::Nets) or
    /// [`Error::Cluster`](crate::Error::Cluster) for settings out of range.
    pub fn new(settings: KDaeSettings) -> Result<Self> {
        settings.start.validate(Self::SLUG)?;
        settings.joint.validate()?;
        Ok(Self { settings })
    }

    fn train(
        &self,
        mixture: &mut AutoencoderMixture,
        data: &Tensor,
        context: &mut Context<'_>,
    ) -> Result<TrainHistory> {
        let (joint, cost) = (&self.settings.joint, self.settings.cost);
        let mut adam = mixture.train_in(joint.precision, joint.adam, [])?;
        let mixture = &*mixture;
        let loss = |step: &Step| {
            let x = data.index_select(0, &step.samples);
            let step = mixture.step(&x, joint.pass, joint.precision, |errors| {
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
            Losses { total, parts }
        };
        let phase = Phase { buffers: tensors(mixture.named_buffers()), ..Phase::new(JOINT, joint.train) };
        phase.train(data.size()[0] as usize, &mut adam, loss, context)
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

    fn fit(&self, x: ArrayView2<'_, f32>, k: usize, context: &mut Context<'_>) -> Result<Fitted> {
        check_samples(x, k)?;
        let s = &self.settings;
        let scaling = s.scaling.fit(x);
        let scaled = scaling.apply(x)?;
        let mut start = s.start.run(Self::SLUG, scaled.view(), k, context)?;
        let data = to_tensor_on(scaled.view(), context.device);
        start.settle(&data, s.joint.pass);
        let history = self.train(&mut start.mixture, &data, context)?;
        let model = KDaeModel { scaling, mixture: start.mixture };
        let embedding = model.embed(x)?;
        check_finite(Self::SLUG, &embedding)?;
        let labels = model.assign(embedding.view())?;
        let mut facts = start.facts;
        facts.insert(EMPTY_CLUSTERS.to_owned(), empty_clusters(&labels, k));
        facts.insert("epochs of the joint training".to_owned(), history.loss.len() as f64);
        Ok(Fitted {
            labels,
            embedding,
            history: start.history.into_iter().chain(joint_series(history)).collect(),
            facts,
            start: Some(start.labels),
            snapshots: Vec::new(),
            model: Box::new(model),
        })
    }
}

/// The joint training's loss and parts.
pub(crate) fn joint_series(history: TrainHistory) -> impl Iterator<Item = Series> {
    let parts = history.parts.into_iter().map(|(name, values)| Series::of_epochs(name, values));
    std::iter::once(Series::of_epochs("joint loss", history.loss)).chain(parts)
}

struct KDaeModel {
    scaling: FittedScaling,
    mixture: AutoencoderMixture,
}

/// In the files of fitted models.
pub(crate) const KIND: &str = "k-dae";

pub(crate) fn load(saved: &SavedModel) -> Result<Box<dyn Model>> {
    Ok(Box::new(KDaeModel { scaling: saved.scaling()?, mixture: load_mixture(saved)? }))
}

/// The clusters' autoencoders of a saved model.
pub(crate) fn load_mixture(saved: &SavedModel) -> Result<AutoencoderMixture> {
    let mixture = AutoencoderMixture::zeros(saved.get("autoencoders")?, saved.get("k")?, saved.device)?;
    mixture.set_state(&saved.state("autoencoders"))?;
    Ok(mixture)
}

/// The same, to be saved.
pub(crate) fn mixture_parts(parts: ModelParts, mixture: &AutoencoderMixture) -> Result<ModelParts> {
    let parts = parts.set("autoencoders", mixture.settings())?.set("k", mixture.k())?;
    Ok(parts.state("autoencoders", mixture.named_state()))
}

impl Model for KDaeModel {
    fn parts(&self) -> Result<ModelParts> {
        mixture_parts(ModelParts::new(KIND).scaling(&self.scaling), &self.mixture)
    }

    fn embed(&self, x: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        Ok(self.mixture.errors_of(self.scaling.apply(x)?.view())?)
    }

    fn assign(&self, errors: ArrayView2<'_, f32>) -> Result<Vec<usize>> {
        check_features(errors, self.mixture.k())?;
        Ok(errors.outer_iter().map(|row| crate::method::largest(row.iter().map(|error| -error))).collect())
    }

    fn reconstructions(&self, x: ArrayView2<'_, f32>) -> Result<Option<Array3<f32>>> {
        Ok(Some(self.mixture.reconstructions_of(self.scaling.apply(x)?.view())?))
    }
}
