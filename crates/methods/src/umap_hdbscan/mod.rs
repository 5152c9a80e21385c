//! Density on a map, without a network and without k.

mod prepared;

use crate::checks::check_samples;
use crate::components::components;
use crate::graph_communities::VotingModel;
use crate::names::facts;
use crate::registry::Registered;
use crate::saved_model::SavedModel;
use crate::{Context, Fitted, Method, Model, Preparation, Result, Scaling, Shape};
use deepclust_cluster::{GraphCommunitiesModel, Hdbscan, HdbscanModel, HdbscanSettings, mean_agreement};
use deepclust_manifold::{KnnSettings, Metric, Neighbours, Umap, UmapSettings};
use ndarray::{ArrayView2, CowArray, Ix2};
use prepared::PreparedMap;
use rand::RngCore;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Settings of [`UmapHdbscan`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UmapHdbscanSettings {
    /// Applied to the features first.
    pub scaling: Scaling,
    /// Principal components that the map is made of, fewer where there are fewer; none: the features. Cosine takes the features.
    pub components: Option<usize>,
    /// The map.
    pub umap: UmapSettings,
    /// Maps that are made, each from a start of its own, at least 1. The clusters are those of the map that agrees most with the
    /// others: some maps put two groups together that most keep apart.
    pub maps: usize,
    /// The least share of the samples that a cluster has, 0 to 1; at least five samples.
    pub least_share: f64,
    /// Samples around a point by which its density is measured, at most as many as a cluster has at least.
    pub min_samples: usize,
}

/// HDBSCAN on UMAP's map: the number of clusters is found, k is not used.
///
/// Samples that belong to no cluster get the number after the last cluster: metrics count them as one cluster more. The
/// embedding is the components that the map is made of. New samples get the cluster, or none, of most of their nearest fitted ones.
#[derive(Clone, Debug)]
pub struct UmapHdbscan {
    settings: UmapHdbscanSettings,
}

impl UmapHdbscan {
    /// The name in records.
    pub const SLUG: &'static str = "umap-hdbscan";

    /// The method with checked settings.
    ///
    /// # Errors
    /// [`Error::Settings`](crate::Error::Settings) or [`Error::Manifold`](crate::Error::Manifold) for settings out of range.
    pub fn new(settings: UmapHdbscanSettings) -> Result<Self> {
        let wrong = |problem: String| Err(crate::Error::Settings { method: Self::SLUG, problem });
        if !(0.0..=1.0).contains(&settings.least_share) {
            let found = settings.least_share;
            return wrong(format!("`least_share`: expected a number from 0 to 1, found {found}"));
        }
        let (components, samples, maps) = (settings.components, settings.min_samples, settings.maps);
        for (name, value) in
            [("components", components.unwrap_or(1)), ("min_samples", samples), ("maps", maps)]
        {
            if value == 0 {
                return wrong(format!("`{name}`: expected a number of at least 1, found 0"));
            }
        }
        settings.umap.validate()?;
        Ok(Self { settings })
    }

    fn density(&self, n: usize) -> Result<Hdbscan> {
        let mut settings = HdbscanSettings::default();
        settings.min_cluster_size = ((self.settings.least_share * n as f64).round() as usize).max(5).min(n);
        settings.min_samples = Some(self.settings.min_samples.min(settings.min_cluster_size));
        Ok(Hdbscan::new(settings)?)
    }

    fn neighbours(
        &self,
        rows: ArrayView2<'_, f32>,
        rng: &mut ChaCha8Rng,
        context: &mut Context<'_>,
    ) -> Result<Neighbours<f32>> {
        let umap = &self.settings.umap;
        let nearest = KnnSettings { k: umap.n_neighbors, metric: umap.metric, include_self: true };
        Ok(context.stage("neighbours", |_| umap.search.neighbours(rows, &nearest, rng.next_u64()))?)
    }

    /// A map, and the clusters on it.
    fn clusters(
        &self,
        rows: ArrayView2<'_, f32>,
        neighbours: &Neighbours<f32>,
        density: &Hdbscan,
        rng: &mut ChaCha8Rng,
        context: &mut Context<'_>,
    ) -> Result<HdbscanModel> {
        let umap =
            context.stage("map", |_| Umap::fit_neighbours(rows, neighbours, &self.settings.umap, rng))?;
        Ok(context.stage("density", |_| density.fit(umap.embedding().view()))?)
    }
}

/// The labels of the clustering that agrees most with the others, the first of equals, and what is worth keeping of it.
fn most_agreed(found: &[HdbscanModel], n: usize) -> Result<(Vec<usize>, BTreeMap<String, f64>)> {
    let mut partitions: Vec<Vec<usize>> = found.iter().map(HdbscanModel::labels_with_noise).collect();
    let agreements = mean_agreement(&partitions.iter().map(Vec::as_slice).collect::<Vec<_>>())?;
    let better = |best: usize, i: usize| if agreements[i] > agreements[best] { i } else { best };
    let best = (0..found.len()).fold(0, better);
    let facts = BTreeMap::from([
        (facts::CLUSTERS_FOUND.to_owned(), found[best].n_clusters() as f64),
        (facts::NOISE.to_owned(), found[best].noise() as f64 / n as f64),
        (facts::AGREEMENT.to_owned(), agreements[best]),
    ]);
    Ok((partitions.swap_remove(best), facts))
}

impl Default for UmapHdbscan {
    fn default() -> Self {
        Self { settings: Self::defaults(Shape::default()) }
    }
}

impl Method for UmapHdbscan {
    fn slug(&self) -> &'static str {
        Self::SLUG
    }

    fn fit_with(&self, x: ArrayView2<'_, f32>, k: usize, context: &mut Context<'_>) -> Result<Fitted> {
        check_samples(x, k)?;
        let s = &self.settings;
        let n = x.nrows();
        let scaling = s.scaling.fit(x);
        let scaled = scaling.apply(x)?;
        let (components, rows) = components(s.components, s.umap.metric, scaled, context)?;
        let density = self.density(n)?;
        let rng = &mut context.seed.stream("map");
        let neighbours = self.neighbours(rows.view(), rng, context)?;
        let mut found = Vec::with_capacity(s.maps);
        for _ in 0..s.maps {
            found.push(self.clusters(rows.view(), &neighbours, &density, rng, context)?);
        }
        let (labels, facts) = most_agreed(&found, n)?;
        let embedding = rows.clone();
        let (neighbours, metric) = ((s.umap.n_neighbors - 1).max(1), s.umap.metric);
        let voters = GraphCommunitiesModel::from_parts(components, rows, labels.clone(), neighbours, metric)?;
        Ok(Fitted { facts, ..Fitted::new(labels, embedding, VotingModel { scaling, voters }) })
    }

    fn prepare<'x>(&self, x: CowArray<'x, f32, Ix2>, context: &mut Context<'_>) -> Result<Preparation<'x>> {
        check_samples(x.view(), 1)?;
        let scaling = self.settings.scaling.fit(x.view());
        let scaled = scaling.apply_to(x)?.into_owned();
        let s = &self.settings;
        let (components, rows) = components(s.components, s.umap.metric, scaled, context)?;
        let neighbours = self.neighbours(rows.view(), &mut context.seed.stream("neighbours"), context)?;
        let method = self.clone();
        Ok(Preparation::Shared(Box::new(PreparedMap { method, scaling, components, rows, neighbours })))
    }
}

impl Registered for UmapHdbscan {
    const SLUG: &'static str = Self::SLUG;
    const SUMMARY: &'static str = "density on UMAP's map, without a network; it finds the number of clusters";
    const KIND: &'static str = VotingModel::KIND;
    const TRAINS: bool = false;
    const FINDS_K: bool = true;
    type Settings = UmapHdbscanSettings;

    fn defaults(shape: Shape) -> UmapHdbscanSettings {
        let mut umap = UmapSettings::default();
        if shape == Shape::Text {
            umap.metric = Metric::Cosine;
        }
        UmapHdbscanSettings {
            scaling: Scaling::of(shape),
            components: Some(50),
            umap,
            maps: 3,
            least_share: 1.0 / 140.0,
            min_samples: 15,
        }
    }

    fn checked(settings: UmapHdbscanSettings) -> Result<Self> {
        Self::new(settings)
    }

    fn load(saved: &SavedModel) -> Result<Box<dyn Model>> {
        VotingModel::load(saved)
    }
}
