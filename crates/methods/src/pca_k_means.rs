use crate::k_means::{k_means_facts, run_k_means};
use crate::method::check_samples;
use crate::saved_model::{SavedModel, line};
use crate::{Context, Fitted, FittedScaling, Method, Model, ModelParts, Result, Scaling};
use deepclust_cluster::{KMeansModel, KMeansOptions};
use deepclust_manifold::{Pca, PcaSettings};
use deepclust_nets::to_tensor;
use ndarray::{Array2, ArrayView2};
use serde::{Deserialize, Serialize};

/// Settings of [`PcaKMeans`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PcaKMeansSettings {
    /// Applied to the features first.
    #[serde(default)]
    pub scaling: Scaling,
    /// The reduction.
    pub pca: PcaSettings,
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
}

impl Method for PcaKMeans {
    fn slug(&self) -> &'static str {
        Self::SLUG
    }

    fn fit(&self, x: ArrayView2<'_, f32>, k: usize, context: &mut Context<'_>) -> Result<Fitted> {
        check_samples(x, k)?;
        let scaling = self.settings.scaling.fit(x);
        let scaled = scaling.apply(x)?;
        let pca = context.stage("pca", |_| Pca::fit(scaled.view(), &self.settings.pca))?;
        let embedding = pca.transform(scaled.view())?;
        let clusters = run_k_means(&self.settings.k_means, embedding.view(), k, context)?;
        let mut facts = k_means_facts(&clusters);
        let explained: f64 = pca.explained_variance_ratio().iter().map(|&r| f64::from(r)).sum();
        facts.insert("explained_variance_ratio".to_owned(), explained);
        Ok(Fitted {
            labels: clusters.labels().to_vec(),
            embedding,
            history: Vec::new(),
            facts,
            start: None,
            snapshots: Vec::new(),
            model: Box::new(PcaKMeansModel { scaling, pca, clusters }),
        })
    }
}

struct PcaKMeansModel {
    scaling: FittedScaling,
    pca: Pca<f32>,
    clusters: KMeansModel<f32>,
}

/// In the files of fitted models.
pub(crate) const KIND: &str = "pca-k-means";

pub(crate) fn load(saved: &SavedModel) -> Result<Box<dyn Model>> {
    let pca = Pca::from_parts(
        saved.exact_line("mean")?,
        saved.matrix("components")?,
        saved.line("explained variance")?,
        saved.line("explained variance ratio")?,
        saved.get("whiten")?,
    )?;
    let clusters = KMeansModel::from_centers(saved.matrix("centres")?)?;
    Ok(Box::new(PcaKMeansModel { scaling: saved.scaling()?, pca, clusters }))
}

impl Model for PcaKMeansModel {
    fn parts(&self) -> Result<ModelParts> {
        let parts = ModelParts::new(KIND)
            .scaling(&self.scaling)
            .tensor("mean", &line(self.pca.mean()))
            .tensor("components", &to_tensor(self.pca.components().view()))
            .tensor("explained variance", &line(self.pca.explained_variance()))
            .tensor("explained variance ratio", &line(self.pca.explained_variance_ratio()))
            .tensor("centres", &to_tensor(self.clusters.centers().view()));
        parts.set("whiten", self.pca.whitens())
    }

    fn embed(&self, x: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        Ok(self.pca.transform(self.scaling.apply(x)?.view())?)
    }

    fn assign(&self, embedding: ArrayView2<'_, f32>) -> Result<Vec<usize>> {
        Ok(self.clusters.predict(embedding)?)
    }
}
