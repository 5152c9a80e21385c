//! k-means on the code of an autoencoder.

use crate::names::{facts, series};
use crate::registry::Registered;
use crate::samples::Samples;
use crate::saved_model::SavedModel;
use crate::start::{Start, StartSettings};
use crate::{
    Context, Fitted, FittedScaling, Method, Model, ModelParts, Pretraining, Result, Scaling, Series, Shape,
};
use deepclust_cluster::{KMeansModel, KMeansOptions};
use deepclust_nets::{Csr, Network, to_tensor};
use ndarray::{Array2, ArrayView2};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

/// Settings of [`AeKMeans`]. In JSON the fields of `pretraining` stand beside the others.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AeKMeansSettings {
    /// Applied to the features first.
    pub scaling: Scaling,
    /// The autoencoder.
    #[serde(flatten)]
    pub pretraining: Pretraining,
    /// k-means on the codes.
    pub k_means: KMeansOptions,
}

impl<'de> Deserialize<'de> for AeKMeansSettings {
    // Derived, a flattened field could not refuse unknown names.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = Map::deserialize(deserializer)?;
        let scaling = fields.remove("scaling").map_or(Ok(Scaling::default()), serde_json::from_value);
        let k_means = fields.remove("k_means").ok_or_else(|| D::Error::missing_field("k_means"))?;
        Ok(Self {
            scaling: scaling.map_err(D::Error::custom)?,
            k_means: serde_json::from_value(k_means).map_err(D::Error::custom)?,
            pretraining: serde_json::from_value(Value::Object(fields))
                .map_err(|error| D::Error::custom(format!("beside `scaling` and `k_means`: {error}")))?,
        })
    }
}

/// An autoencoder trained on reconstruction alone, then k-means on its codes.
#[derive(Clone, Debug)]
pub struct AeKMeans {
    settings: AeKMeansSettings,
}

impl AeKMeans {
    /// The name in records.
    pub const SLUG: &'static str = "ae-k-means";

    /// The method with checked settings.
    ///
    /// # Errors
    /// [`Error::Settings`](crate::Error::Settings), [`Error::Nets`](crate::Error::Nets) or
    /// [`Error::Cluster`](crate::Error::Cluster) for settings out of range.
    pub fn new(settings: AeKMeansSettings) -> Result<Self> {
        settings.k_means.validate()?;
        settings.pretraining.validate(Self::SLUG)?;
        Ok(Self { settings })
    }
}

impl Default for AeKMeans {
    fn default() -> Self {
        Self { settings: Self::defaults(Shape::default()) }
    }
}

impl AeKMeans {
    fn run(&self, x: Samples<'_>, k: usize, context: &mut Context<'_>) -> Result<Fitted> {
        let AeKMeansSettings { scaling, pretraining, k_means } = &self.settings;
        let start = StartSettings { scaling: *scaling, pretraining, k_means };
        let Start { scaling, network, losses, codes, clusters, mut facts, .. } =
            start.run(Self::SLUG, x, k, context)?;
        let parameters = network.parameter_counts().iter().sum::<usize>();
        facts.insert(facts::PARAMETERS.to_owned(), parameters as f64);
        // Other methods that start from this network leave the layers to this one's history.
        let layers = losses.layers.into_iter().enumerate();
        let layers = layers.map(|(i, losses)| Series::of_epochs(series::of_layer(i + 1), losses));
        let whole = Series::of_epochs(series::RECONSTRUCTION, losses.whole);
        let (labels, history) = (clusters.labels().to_vec(), layers.chain([whole]).collect());
        let model = AeKMeansModel { scaling, network, clusters };
        Ok(Fitted { facts, history, ..Fitted::new(labels, codes, model) })
    }
}

impl Method for AeKMeans {
    fn slug(&self) -> &'static str {
        Self::SLUG
    }

    fn fit_with(&self, x: ArrayView2<'_, f32>, k: usize, context: &mut Context<'_>) -> Result<Fitted> {
        self.run(x.into(), k, context)
    }

    fn fit_csr(&self, x: &Csr, k: usize, context: &mut Context<'_>) -> Result<Fitted> {
        self.run(x.into(), k, context)
    }
}

/// An autoencoder with k-means in its code.
pub(crate) struct AeKMeansModel {
    pub(crate) scaling: FittedScaling,
    pub(crate) network: Box<dyn Network>,
    pub(crate) clusters: KMeansModel<f32>,
}

impl AeKMeansModel {
    /// In the files of fitted models.
    pub(crate) const KIND: &str = "ae-k-means";

    pub(crate) fn load(saved: &SavedModel) -> Result<Box<dyn Model>> {
        let clusters = KMeansModel::from_centers(saved.matrix("centres")?)?;
        Ok(Box::new(Self { scaling: saved.scaling()?, network: saved.autoencoder()?, clusters }))
    }
}

impl Model for AeKMeansModel {
    fn parts(&self) -> Result<ModelParts> {
        let centres = to_tensor(self.clusters.centers().view());
        let parts = ModelParts::new(Self::KIND).scaling(&self.scaling).tensor("centres", &centres);
        parts.autoencoder(&*self.network)
    }

    fn embed(&self, x: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        Ok(self.network.embed(self.scaling.apply(x)?.view())?)
    }

    fn assign(&self, embedding: ArrayView2<'_, f32>) -> Result<Vec<usize>> {
        Ok(self.clusters.predict(embedding)?)
    }
}

impl Registered for AeKMeans {
    const SLUG: &'static str = Self::SLUG;
    const SUMMARY: &'static str = "k-means on the code of an autoencoder";
    const KIND: &'static str = AeKMeansModel::KIND;
    type Settings = AeKMeansSettings;

    fn defaults(shape: Shape) -> AeKMeansSettings {
        AeKMeansSettings {
            scaling: Scaling::of(shape),
            pretraining: Pretraining::default(),
            k_means: KMeansOptions::default(),
        }
    }

    fn checked(settings: AeKMeansSettings) -> Result<Self> {
        Self::new(settings)
    }

    fn load(saved: &SavedModel) -> Result<Box<dyn Model>> {
        AeKMeansModel::load(saved)
    }
}
