use crate::dcn_joint::Joint;
use crate::k_means::{k_means_facts, run_k_means};
use crate::method::{check_features, check_samples, largest};
use crate::pretraining::Pretraining;
use crate::saved_model::SavedModel;
use crate::{Context, Error, Fitted, FittedScaling, Method, Model, ModelParts, Result, Scaling, Series};
use deepclust_cluster::KMeansSettings;
use deepclust_nets::{AdamSettings, Autoencoder, SgdSettings, TrainSettings, to_tensor};
use ndarray::{Array2, ArrayView2, Axis};
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
    /// Finds the first centres and clusters; its number of clusters is replaced by the k of the fit.
    pub k_means: KMeansSettings,
    /// Of the joint training.
    pub optimizer: DcnOptimizer,
    /// Epochs and batch size of the joint training.
    pub train: TrainSettings,
    /// λ, the weight of ‖f(x) − m‖² beside ‖x − g(f(x))‖², at least 0. The paper writes half of it.
    pub clustering_weight: f64,
    /// How many samples a centre counts as having seen before the joint training, at least 1: the authors' code has 100.
    pub initial_count: usize,
}

/// How the network is moved.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DcnOptimizer {
    /// The DCN paper's.
    Sgd(SgdSettings),
    /// The k-DAE paper's.
    Adam(AdamSettings),
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
    /// [`Error::Settings`] for settings out of range.
    pub fn new(settings: DcnSettings) -> Result<Self> {
        let wrong = |problem: String| Err(Error::Settings { method: Self::SLUG, problem });
        let weight = settings.clustering_weight;
        if !(weight >= 0.0 && weight.is_finite()) {
            return wrong(format!("`clustering_weight`: expected a number of at least 0, found {weight}"));
        }
        if settings.initial_count == 0 {
            return wrong("`initial_count`: expected a number of at least 1, found 0".to_owned());
        }
        settings.pretraining.validate()?;
        settings.train.validate()?;
        match settings.optimizer {
            DcnOptimizer::Sgd(sgd) => sgd.validate()?,
            DcnOptimizer::Adam(adam) => adam.validate()?,
        }
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
        let (network, pretraining) = s.pretraining.run(Self::SLUG, scaled.view(), context)?;
        let codes = network.embed(scaled.view())?;
        let start = run_k_means(&s.k_means, codes.view(), k, context)?;
        let joint = Joint::new(s, network, start.centers().view(), start.labels(), scaled.view(), context)?;
        let (network, centres, history) = joint.run(context)?;
        let model = DcnModel { scaling, network, centres };
        let embedding = model.embed(x)?;
        let labels = model.assign(embedding.view())?;
        let mut facts = k_means_facts(&start);
        let empty = (0..k).filter(|cluster| !labels.contains(cluster)).count();
        facts.insert("clusters without samples".to_owned(), empty as f64);
        let series = |name: String, values| Series { name, step: "epoch".to_owned(), values };
        let parts = history.parts.into_iter().map(|(name, values)| series(name, values));
        Ok(Fitted {
            labels,
            embedding,
            history: [
                series("reconstruction loss".to_owned(), pretraining),
                series("joint loss".to_owned(), history.loss),
            ]
            .into_iter()
            .chain(parts)
            .collect(),
            facts,
            start: Some(start.labels().to_vec()),
            model: Box::new(model),
        })
    }
}

struct DcnModel {
    scaling: FittedScaling,
    network: Autoencoder,
    /// Shape (k, code width).
    centres: Array2<f32>,
}

/// In the files of fitted models.
pub(crate) const KIND: &str = "dcn";

pub(crate) fn load(saved: &SavedModel) -> Result<Box<dyn Model>> {
    let centres = saved.matrix("centres")?;
    Ok(Box::new(DcnModel { scaling: saved.scaling()?, network: saved.autoencoder()?, centres }))
}

impl Model for DcnModel {
    fn parts(&self) -> Result<ModelParts> {
        let centres = to_tensor(self.centres.view());
        ModelParts::new(KIND).scaling(&self.scaling).tensor("centres", &centres).autoencoder(&self.network)
    }

    fn embed(&self, x: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        Ok(self.network.embed(self.scaling.apply(x)?.view())?)
    }

    fn assign(&self, codes: ArrayView2<'_, f32>) -> Result<Vec<usize>> {
        check_features(codes, self.centres.ncols())?;
        let nearest = |code: ndarray::ArrayView1<'_, f32>| {
            largest(
                self.centres
                    .axis_iter(Axis(0))
                    .map(|centre| -centre.iter().zip(&code).map(|(m, z)| (z - m) * (z - m)).sum::<f32>()),
            )
        };
        Ok(codes.outer_iter().map(nearest).collect())
    }
}
