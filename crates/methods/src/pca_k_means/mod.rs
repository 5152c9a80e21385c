//! k-means on principal components.

use crate::checks::check_samples;
use crate::k_means::{PreparedKMeans, k_means_facts, run_k_means};
use crate::names::facts::EXPLAINED_VARIANCE_RATIO;
use crate::registry::Registered;
use crate::saved_model::{SavedModel, line};
use crate::{Context, Fitted, FittedScaling, Method, Model, ModelParts, Preparation, Result, Scaling, Shape};
use deepclust_cluster::{KMeansModel, KMeansOptions};
use deepclust_manifold::{Pca, PcaSettings};
use deepclust_nets::to_tensor;
use ndarray::{Array2, ArrayView2, CowArray, Ix2};
use serde::{Deserialize, Serialize};

/// Settings of [`PcaKMeans`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PcaKMeansSettings {
    /// Applied to the features first.
    #[serde(default)]
    pub scaling: Scaling,
    /// The reduction.
    pub pca: PcaSettings,
    /// Whether fewer components are taken where there are fewer features or samples; an error otherwise.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub or_fewer: bool,
    /// k-means on the components.
    pub k_means: KMeansOptions,
}

/// Principal components, then k-means on them.
#[derive(Clone, Debug)]
pub struct PcaKMeans {
    settings: PcaKMeansSettings,
}

impl PcaKMeans {
    /// The name in records.
    pub const SLUG: &'static str = "pca-k-means";

    /// The method with checked settings.
    ///
    /// # Errors
    /// [`Error::Cluster`](crate::Error::Cluster) for settings of k-means out of range; those of the components depend on the
    /// samples.
    pub fn new(settings: PcaKMeansSettings) -> Result<Self> {
        settings.k_means.validate()?;
        Ok(Self { settings })
    }

    fn components(&self, scaled: ArrayView2<'_, f32>) -> Result<Pca<f32>> {
        let mut settings = self.settings.pca;
        if self.settings.or_fewer {
            settings.n_components = settings.n_components.min(scaled.nrows()).min(scaled.ncols());
        }
        Ok(Pca::fit(scaled, &settings)?)
    }
}

impl Default for PcaKMeans {
    fn default() -> Self {
        Self { settings: Self::defaults(Shape::default()) }
    }
}

impl Method for PcaKMeans {
    fn slug(&self) -> &'static str {
        Self::SLUG
    }

    fn fit_with(&self, x: ArrayView2<'_, f32>, k: usize, context: &mut Context<'_>) -> Result<Fitted> {
        check_samples(x, k)?;
        let scaling = self.settings.scaling.fit(x);
        let scaled = scaling.apply(x)?;
        let pca = context.stage("pca", |_| self.components(scaled.view()))?;
        let embedding = pca.transform(scaled.view())?;
        let clusters = run_k_means(&self.settings.k_means, embedding.view(), k, context)?;
        let mut facts = k_means_facts(&clusters);
        let explained: f64 = pca.explained_variance_ratio().iter().map(|&r| f64::from(r)).sum();
        facts.insert(EXPLAINED_VARIANCE_RATIO.to_owned(), explained);
        let labels = clusters.labels().to_vec();
        Ok(Fitted { facts, ..Fitted::new(labels, embedding, PcaKMeansModel { scaling, pca, clusters }) })
    }

    fn prepare<'x>(&self, x: CowArray<'x, f32, Ix2>, context: &mut Context<'_>) -> Result<Preparation<'x>> {
        check_samples(x.view(), 1)?;
        let scaling = self.settings.scaling.fit(x.view());
        let scaled = scaling.apply_to(x)?;
        let pca = context.stage("pca", |_| self.components(scaled.view()))?;
        let embedding = pca.transform(scaled.view())?.into();
        let k_means = self.settings.k_means.clone();
        let model = move |clusters| {
            let (scaling, pca) = (scaling.clone(), pca.clone());
            Ok(Box::new(PcaKMeansModel { scaling, pca, clusters }) as _)
        };
        Ok(Preparation::Shared(Box::new(PreparedKMeans { embedding, k_means, model })))
    }
}

struct PcaKMeansModel {
    scaling: FittedScaling,
    pca: Pca<f32>,
    clusters: KMeansModel<f32>,
}

impl Model for PcaKMeansModel {
    fn parts(&self) -> Result<ModelParts> {
        let centres = to_tensor(self.clusters.centers().view());
        let parts = ModelParts::new(PcaKMeans::KIND).scaling(&self.scaling).tensor("centres", &centres);
        pca_parts(parts, &self.pca)
    }

    fn embed(&self, x: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        Ok(self.pca.transform(self.scaling.apply(x)?.view())?)
    }

    fn assign(&self, embedding: ArrayView2<'_, f32>) -> Result<Vec<usize>> {
        Ok(self.clusters.predict(embedding)?)
    }
}

/// Components unless more are asked for, or there are fewer features.
pub(crate) const COMPONENTS: usize = 50;

/// Components as parts of a saved model.
pub(crate) fn pca_parts(parts: ModelParts, pca: &Pca<f32>) -> Result<ModelParts> {
    let parts = parts
        .tensor("mean", &line(pca.mean()))
        .tensor("components", &to_tensor(pca.components().view()))
        .tensor("explained variance", &line(pca.explained_variance()))
        .tensor("explained variance ratio", &line(pca.explained_variance_ratio()));
    parts.set("whiten", pca.whitens())
}

/// The same from a saved model.
pub(crate) fn load_pca(saved: &SavedModel) -> Result<Pca<f32>> {
    Ok(Pca::from_parts(
        saved.exact_line("mean")?,
        saved.matrix("components")?,
        saved.line("explained variance")?,
        saved.line("explained variance ratio")?,
        saved.get("whiten")?,
    )?)
}

impl Registered for PcaKMeans {
    const SLUG: &'static str = Self::SLUG;
    const SUMMARY: &'static str = "k-means on principal components";
    const KIND: &'static str = "pca-k-means";
    const TRAINS: bool = false;
    type Settings = PcaKMeansSettings;

    fn defaults(shape: Shape) -> PcaKMeansSettings {
        PcaKMeansSettings {
            scaling: Scaling::of(shape),
            pca: PcaSettings::new(COMPONENTS),
            or_fewer: true,
            k_means: KMeansOptions::default(),
        }
    }

    fn checked(settings: PcaKMeansSettings) -> Result<Self> {
        Self::new(settings)
    }

    fn load(saved: &SavedModel) -> Result<Box<dyn Model>> {
        let pca = load_pca(saved)?;
        let clusters = KMeansModel::from_centers(saved.matrix("centres")?)?;
        Ok(Box::new(PcaKMeansModel { scaling: saved.scaling()?, pca, clusters }))
    }
}
