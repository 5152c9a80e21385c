//! The soft nearest neighbour loss beside a reconstruction.

mod objective;
mod settings;

pub use settings::{SnnlLayers, SnnlSettings};

use crate::ae_k_means::AeKMeansModel;
use crate::checks::check_samples;
use crate::k_means::{k_means_facts, run_k_means};
use crate::names::{facts, series};
use crate::pretraining::CacheKey;
use crate::registry::Registered;
use crate::saved_model::SavedModel;
use crate::{Context, Error, Fitted, LabelledSubset, Method, Model, Result, Series, Shape};
use deepclust_cluster::KMeansOptions;
use ndarray::ArrayView2;

/// An autoencoder trained on reconstruction and the soft nearest neighbour loss, then k-means on its codes
/// (Agarap and Azcarraga 2020).
///
/// The loss is ℓ_rec + α ℓ_sn at the temperature of the epoch. The supervised form is fitted on a labelled subset alone,
/// by [`fit_labelled`](Method::fit_labelled); the unsupervised one takes no labels.
///
/// The history has both parts of the loss by epoch, and of each epoch's first batch the Euclidean norms of both parts'
/// gradients by all parameters.
#[derive(Clone, Debug, Default)]
pub struct Snnl {
    settings: SnnlSettings,
}

impl Snnl {
    /// The name in records.
    pub const SLUG: &'static str = "snnl";

    /// The method with checked settings.
    ///
    /// # Errors
    /// [`Error::Settings`], [`Error::Nets`] or [`Error::Cluster`] for settings out of range.
    pub fn new(settings: SnnlSettings) -> Result<Self> {
        settings.validate(Self::SLUG)?;
        Ok(Self { settings })
    }

    fn run(
        &self,
        x: ArrayView2<'_, f32>,
        labels: Option<&[usize]>,
        k: usize,
        context: &mut Context<'_>,
    ) -> Result<Fitted> {
        let s = &self.settings;
        let scaling = s.scaling.fit(x);
        let scaled = scaling.apply(x)?;
        s.reconstruction.check_samples(scaled.view())?;
        // Runs that differ in nothing but k-means have the network in common.
        let settings = SnnlSettings { k_means: KMeansOptions::default(), ..s.clone() };
        let key = CacheKey { method: Self::SLUG, settings: &settings, x: scaled.view().into(), labels };
        let (network, history) = key.get_or_train(&s.spec(x.ncols()), context, |context| {
            objective::train(s, scaled.view(), labels, context)
        })?;
        let embedding = network.embed(scaled.view())?;
        let clusters = run_k_means(&s.k_means, embedding.view(), k, context)?;
        let mut facts = k_means_facts(&clusters);
        let parameters = network.parameter_counts().iter().sum::<usize>();
        facts.insert(facts::PARAMETERS.to_owned(), parameters as f64);
        let parts = history.parts.into_iter().map(|(name, values)| Series::of_epochs(name, values));
        let history = std::iter::once(Series::of_epochs(series::LOSS, history.loss)).chain(parts).collect();
        let labels = clusters.labels().to_vec();
        let model = AeKMeansModel { scaling, network, clusters };
        Ok(Fitted { facts, history, ..Fitted::new(labels, embedding, model) })
    }

    fn refuse(&self, expected: &'static str, found: &'static str) -> Error {
        Error::Labels { method: Self::SLUG, expected, found }
    }
}

impl Method for Snnl {
    fn slug(&self) -> &'static str {
        Self::SLUG
    }

    fn fit_with(&self, x: ArrayView2<'_, f32>, k: usize, context: &mut Context<'_>) -> Result<Fitted> {
        if self.settings.supervised {
            return Err(self.refuse("labelled samples", "samples without labels"));
        }
        check_samples(x, k)?;
        self.run(x, None, k, context)
    }

    fn fit_labelled(
        &self,
        subset: &LabelledSubset<'_>,
        k: usize,
        context: &mut Context<'_>,
    ) -> Result<Fitted> {
        if !self.settings.supervised {
            return Err(self.refuse("samples without labels", "labels"));
        }
        subset.check(k)?;
        self.run(subset.x(), Some(subset.labels()), k, context)
    }
}

impl Registered for Snnl {
    const SLUG: &'static str = Self::SLUG;
    const SUMMARY: &'static str =
        "an autoencoder with the soft nearest neighbour loss (Agarap and Azcarraga 2020)";
    const KIND: &'static str = AeKMeansModel::KIND;
    const NEEDS_LABELS: bool = true;
    type Settings = SnnlSettings;

    fn defaults(shape: Shape) -> SnnlSettings {
        SnnlSettings::of(shape)
    }

    fn checked(settings: SnnlSettings) -> Result<Self> {
        Self::new(settings)
    }

    fn load(saved: &SavedModel) -> Result<Box<dyn Model>> {
        AeKMeansModel::load(saved)
    }
}
