//! Peaks of the density that stand out, without a network and without k.

mod prepared;

use crate::checks::check_samples;
use crate::components::components;
use crate::graph_communities::VotingModel;
use crate::names::facts;
use crate::registry::Registered;
use crate::saved_model::SavedModel;
use crate::{Context, Fitted, Method, Model, Preparation, Result, Scaling, Shape};
use deepclust_cluster::{Tomato as Peaks, TomatoModel, TomatoSettings as PeaksSettings};
use deepclust_manifold::Metric;
use ndarray::{ArrayView2, CowArray, Ix2};
use prepared::PreparedPeaks;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Settings of [`Tomato`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TomatoSettings {
    /// Applied to the features first.
    pub scaling: Scaling,
    /// Principal components that are looked at, fewer where there are fewer; none: the features.
    pub components: Option<usize>,
    /// Neighbours, and how far a peak has to stand out.
    pub peaks: PeaksSettings,
}

impl Default for TomatoSettings {
    fn default() -> Self {
        Tomato::defaults(Shape::default())
    }
}

/// ToMATo (Chazal, Guibas, Oudot and Skraba 2013): a cluster is a peak of the density that stands out more than chance makes peaks
/// ([`deepclust_cluster::Tomato`]). The number of clusters is found, k is not used. Nothing is random.
///
/// Made for few dimensions, up to [`FEW_DIMENSIONS`](deepclust_cluster::FEW_DIMENSIONS): there it parts groups of any form and leaves a single group
/// whole. In more, as of pictures, a few samples between two clusters join them.
///
/// The embedding is the components that are looked at. New samples get the cluster of most of their nearest fitted ones.
#[derive(Clone, Debug)]
pub struct Tomato {
    settings: TomatoSettings,
}

impl Tomato {
    /// The name in records.
    pub const SLUG: &'static str = "tomato";

    /// The method with checked settings.
    ///
    /// # Errors
    /// [`Error::Settings`](crate::Error::Settings) or [`Error::Cluster`](crate::Error::Cluster) for settings out of range.
    pub fn new(settings: TomatoSettings) -> Result<Self> {
        if settings.components == Some(0) {
            let problem = "`components`: expected a number of at least 1, found 0".to_owned();
            return Err(crate::Error::Settings { method: Self::SLUG, problem });
        }
        settings.peaks.validate()?;
        Ok(Self { settings })
    }

    fn find(&self, x: CowArray<'_, f32, Ix2>, context: &mut Context<'_>) -> Result<PreparedPeaks> {
        let scaling = self.settings.scaling.fit(x.view());
        let scaled = scaling.apply_to(x)?.into_owned();
        let (components, rows) = components(self.settings.components, Metric::Euclidean, scaled, context)?;
        let method = Peaks::new(self.settings.peaks.clone())?;
        let found = context.stage("density", |_| method.fit(rows.view()))?;
        Ok(PreparedPeaks { scaling, components, rows, found })
    }
}

/// What is worth keeping of the peaks.
fn facts_of(found: &TomatoModel) -> BTreeMap<String, f64> {
    let (kept, joined): (Vec<f64>, Vec<f64>) =
        found.prominences().iter().partition(|&&prominence| prominence >= found.threshold());
    let facts = [
        (facts::CLUSTERS_FOUND, Some(found.n_clusters() as f64)),
        (facts::DIMENSION, Some(found.dimension())),
        (facts::THRESHOLD, Some(found.threshold())),
        (facts::WEAKEST_PEAK, kept.last().copied()),
        (facts::JOINED_PEAK, joined.first().copied()),
    ];
    facts.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

impl Default for Tomato {
    fn default() -> Self {
        Self { settings: Self::defaults(Shape::default()) }
    }
}

impl Method for Tomato {
    fn slug(&self) -> &'static str {
        Self::SLUG
    }

    fn fit_with(&self, x: ArrayView2<'_, f32>, k: usize, context: &mut Context<'_>) -> Result<Fitted> {
        check_samples(x, k)?;
        let peaks = self.find(x.into(), context)?;
        let (labels, facts) = (peaks.found.labels().to_vec(), facts_of(&peaks.found));
        let model = peaks.voters()?;
        Ok(Fitted { facts, ..Fitted::new(labels, peaks.rows, model) })
    }

    fn prepare<'x>(&self, x: CowArray<'x, f32, Ix2>, context: &mut Context<'_>) -> Result<Preparation<'x>> {
        check_samples(x.view(), 1)?;
        Ok(Preparation::Shared(Box::new(self.find(x, context)?)))
    }
}

impl Registered for Tomato {
    const SLUG: &'static str = Self::SLUG;
    const SUMMARY: &'static str = "peaks of the density, for few dimensions; it finds the number of clusters";
    const KIND: &'static str = VotingModel::KIND;
    const TRAINS: bool = false;
    const FINDS_K: bool = true;
    const RANDOM: bool = false;
    type Settings = TomatoSettings;

    fn defaults(shape: Shape) -> TomatoSettings {
        TomatoSettings { scaling: Scaling::of(shape), components: Some(50), peaks: PeaksSettings::default() }
    }

    fn checked(settings: TomatoSettings) -> Result<Self> {
        Self::new(settings)
    }

    fn load(saved: &SavedModel) -> Result<Box<dyn Model>> {
        VotingModel::load(saved)
    }
}
