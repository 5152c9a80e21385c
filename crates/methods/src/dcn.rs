use crate::ae_k_means::AeKMeansModel;
use crate::dcn_joint::Joint;
use crate::k_dae::joint_series;
use crate::k_means::{k_means_facts, run_k_means};
use crate::method::{EMPTY_CLUSTERS, check_samples, empty_clusters};
use crate::pretraining::{Pretrained, Pretraining};
use crate::{Context, Error, Fitted, Method, Model, Result, Scaling, Series};
use deepclust_cluster::{KMeansModel, KMeansOptions};
use deepclust_nets::{OptimizerSettings, TrainSettings};
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

/// Settings of [`Dcn`].
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

/// Deep clustering network (Yang, Fu, Sidiropoulos and Hong 2017): k-means and an autoencoder in turns.
///
/// From a trained autoencoder and k-means on its codes, each step moves the network on the batch's mean of
/// ‖x − g(f(x))‖² + λ ‖f(x) − m_s(x)‖², summed over features, with centres m and clusters s held; then, from the codes of the
/// moved network, the batch's samples get the cluster of the nearest centre, and every one moves its centre by
/// (f(x) − m) / c, where c counts the samples that the centre has seen. The authors' code also runs k-means to its end every
/// ten epochs, which the paper does not have, nor does this.
#[derive(Clone, Debug)]
pub struct Dcn {
    settings: DcnSettings,
}

impl Dcn {
    /// The name in records.
    pub const SLUG: &'static str = "dcn";

    /// The method with checked settings.
    ///
    /// # Errors
    /// [`Error::Settings`], [`Error::Nets`] or [`Error::Cluster`] for settings out of range.
    pub fn new(settings: DcnSettings) -> Result<Self> {
        let wrong = |problem: String| Err(Error::Settings { method: Self::SLUG, problem });
        let weight = settings.clustering_weight;
        if !(weight >= 0.0 && weight.is_finite()) {
            return wrong(format!("`clustering_weight`: expected a number of at least 0, found {weight}"));
        }
        if settings.initial_count == 0 {
            return wrong("`initial_count`: expected a number of at least 1, found 0".to_owned());
        }
        settings.pretraining.validate(Self::SLUG)?;
        settings.k_means.validate()?;
        settings.train.validate()?;
        settings.optimizer.validate()?;
        Ok(Self { settings })
    }
}

impl Method for Dcn {
    fn slug(&self) -> &'static str {
        Self::SLUG
    }

    fn fit(&self, x: ArrayView2<'_, f32>, k: usize, context: &mut Context<'_>) -> Result<Fitted> {
        check_samples(x, k)?;
        let s = &self.settings;
        let scaling = s.scaling.fit(x);
        let scaled = scaling.apply(x)?;
        let Pretrained { network, losses } = s.pretraining.run(Self::SLUG, scaled.view(), context)?;
        let codes = network.embed(scaled.view())?;
        let start = run_k_means(&s.k_means, codes.view(), k, context)?;
        let joint = Joint::new(s, network, start.centers().view(), start.labels(), scaled.view(), context)?;
        let (network, centres, history) = joint.run(context)?;
        let model = AeKMeansModel { scaling, network, clusters: KMeansModel::from_centers(centres)? };
        let embedding = model.embed(x)?;
        let labels = model.assign(embedding.view())?;
        let mut facts = k_means_facts(&start);
        facts.insert(EMPTY_CLUSTERS.to_owned(), empty_clusters(&labels, k));
        let reconstruction = Series::of_epochs("reconstruction loss", losses.whole);
        Ok(Fitted {
            labels,
            embedding,
            history: std::iter::once(reconstruction).chain(joint_series(history)).collect(),
            facts,
            start: Some(start.labels().to_vec()),
            snapshots: Vec::new(),
            model: Box::new(model),
        })
    }
}
