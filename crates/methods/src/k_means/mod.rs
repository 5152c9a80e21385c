//! k-means on the features themselves.

mod prepared;

pub(crate) use prepared::PreparedKMeans;

use crate::checks::check_samples;
use crate::method::empty_clusters;
use crate::names::facts::{EMPTY_CLUSTERS, INERTIA, K_MEANS_ITERATIONS};
use crate::registry::Registered;
use crate::saved_model::SavedModel;
use crate::{Context, Fitted, FittedScaling, Method, Model, ModelParts, Preparation, Result, Scaling, Shape};
use deepclust_cluster::{KMeans, KMeansModel, KMeansOptions};
use deepclust_nets::to_tensor;
use ndarray::{Array2, ArrayView2, CowArray, Ix2};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Settings of [`RawKMeans`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawKMeansSettings {
    /// Applied to the features first.
    #[serde(default)]
    pub scaling: Scaling,
    /// k-means itself.
    #[serde(default)]
    pub k_means: KMeansOptions,
}

/// k-means on the features themselves.
#[derive(Clone, Debug)]
pub struct RawKMeans {
    settings: RawKMeansSettings,
}

impl RawKMeans {
    /// The name in records.
    pub const SLUG: &'static str = "k-means";

    /// The method with checked settings.
    ///
    /// # Errors
    /// [`Error::Cluster`](crate::Error::Cluster) for settings out of range.
    pub fn new(settings: RawKMeansSettings) -> Result<Self> {
        settings.k_means.validate()?;
        Ok(Self { settings })
    }
}

impl Default for RawKMeans {
    fn default() -> Self {
        Self { settings: Self::defaults(Shape::default()) }
    }
}

impl Method for RawKMeans {
    fn slug(&self) -> &'static str {
        Self::SLUG
    }

    fn fit_with(&self, x: ArrayView2<'_, f32>, k: usize, context: &mut Context<'_>) -> Result<Fitted> {
        check_samples(x, k)?;
        let scaling = self.settings.scaling.fit(x);
        let embedding = scaling.apply(x)?;
        let clusters = run_k_means(&self.settings.k_means, embedding.view(), k, context)?;
        let (labels, facts) = (clusters.labels().to_vec(), k_means_facts(&clusters));
        Ok(Fitted { facts, ..Fitted::new(labels, embedding, RawKMeansModel { scaling, clusters }) })
    }

    fn prepare<'x>(&self, x: CowArray<'x, f32, Ix2>, context: &mut Context<'_>) -> Result<Preparation<'x>> {
        check_samples(x.view(), 1)?;
        let scaling = self.settings.scaling.fit(x.view());
        let embedding = context.stage("scaling", |_| scaling.apply_to(x))?;
        let k_means = self.settings.k_means.clone();
        let model = move |clusters| Ok(Box::new(RawKMeansModel { scaling: scaling.clone(), clusters }) as _);
        Ok(Preparation::Shared(Box::new(PreparedKMeans { embedding, k_means, model })))
    }
}

/// The stage that most methods have: k-means on features, from the stream `k-means`.
pub(crate) fn run_k_means(
    options: &KMeansOptions,
    features: ArrayView2<'_, f32>,
    k: usize,
    context: &mut Context<'_>,
) -> Result<KMeansModel<f32>> {
    let mut rng = context.seed.stream("k-means");
    context.stage("k-means", |_| Ok(KMeans::new(options.for_k(k))?.fit(features, &mut rng)?))
}

/// What is worth keeping of a k-means fit.
pub(crate) fn k_means_facts(clusters: &KMeansModel<f32>) -> BTreeMap<String, f64> {
    let (labels, k) = (clusters.labels(), clusters.centers().nrows());
    BTreeMap::from([
        (EMPTY_CLUSTERS.to_owned(), empty_clusters(labels, k)),
        (INERTIA.to_owned(), clusters.inertia()),
        (K_MEANS_ITERATIONS.to_owned(), clusters.n_iter() as f64),
    ])
}

/// Centres among the features.
pub(crate) struct RawKMeansModel {
    pub(crate) scaling: FittedScaling,
    pub(crate) clusters: KMeansModel<f32>,
}

impl Model for RawKMeansModel {
    fn parts(&self) -> Result<ModelParts> {
        let centres = to_tensor(self.clusters.centers().view());
        Ok(ModelParts::new(RawKMeans::KIND).scaling(&self.scaling).tensor("centres", &centres))
    }

    fn embed(&self, x: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        self.scaling.apply(x)
    }

    fn samples(&self, embedding: ArrayView2<'_, f32>) -> Option<Array2<f32>> {
        self.scaling.undo(embedding)
    }

    fn assign(&self, embedding: ArrayView2<'_, f32>) -> Result<Vec<usize>> {
        Ok(self.clusters.predict(embedding)?)
    }
}

impl Registered for RawKMeans {
    const SLUG: &'static str = Self::SLUG;
    const SUMMARY: &'static str = "k-means on the features themselves";
    const KIND: &'static str = "k-means";
    const TRAINS: bool = false;
    type Settings = RawKMeansSettings;

    fn defaults(shape: Shape) -> RawKMeansSettings {
        RawKMeansSettings { scaling: Scaling::of(shape), k_means: KMeansOptions::default() }
    }

    fn checked(settings: RawKMeansSettings) -> Result<Self> {
        Self::new(settings)
    }

    fn load(saved: &SavedModel) -> Result<Box<dyn Model>> {
        let clusters = KMeansModel::from_centers(saved.matrix("centres")?)?;
        Ok(Box::new(RawKMeansModel { scaling: saved.scaling()?, clusters }))
    }
}
