//! Communities of the neighbour graph, without a network.

mod model;
mod prepared;

pub(crate) use model::VotingModel;
pub(crate) use prepared::voting_model;

use crate::checks::check_samples;
use crate::method::empty_clusters;
use crate::names::facts;
use crate::registry::Registered;
use crate::saved_model::SavedModel;
use crate::{Context, Fitted, Method, Model, Preparation, Result, Scaling, Shape};
use deepclust_cluster::{
    GraphCommunities as Communities, GraphCommunitiesSettings as CommunitiesSettings, SeedRun,
};
use deepclust_manifold::Metric;
use ndarray::{ArrayView2, CowArray, Ix2};
use rand::RngCore;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Settings of [`GraphCommunities`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GraphCommunitiesSettings {
    /// Applied to the features first.
    #[serde(default)]
    pub scaling: Scaling,
    /// Components, neighbours, weights and seeds.
    #[serde(default)]
    pub graph: CommunitiesSettings,
}

/// Communities of the neighbour graph: principal components, nearest neighbours, UMAP's weights, and Leiden at the resolution that
/// gives k communities; of several seeds the one of the highest modularity ([`deepclust_cluster::GraphCommunities`]).
///
/// The embedding is the components in which neighbours are searched. New samples get the cluster of most of their nearest fitted ones.
#[derive(Clone, Debug)]
pub struct GraphCommunities {
    settings: GraphCommunitiesSettings,
}

impl GraphCommunities {
    /// The name in records.
    pub const SLUG: &'static str = "graph-communities";

    /// The method with checked settings.
    ///
    /// # Errors
    /// [`Error::Cluster`](crate::Error::Cluster) for settings out of range.
    pub fn new(settings: GraphCommunitiesSettings) -> Result<Self> {
        settings.graph.validate()?;
        Ok(Self { settings })
    }
}

impl Default for GraphCommunities {
    fn default() -> Self {
        Self { settings: Self::defaults(Shape::default()) }
    }
}

impl Method for GraphCommunities {
    fn slug(&self) -> &'static str {
        Self::SLUG
    }

    fn fit_with(&self, x: ArrayView2<'_, f32>, k: usize, context: &mut Context<'_>) -> Result<Fitted> {
        check_samples(x, k)?;
        let scaling = self.settings.scaling.fit(x);
        let scaled = scaling.apply(x)?;
        let seed = context.seed.stream("communities").next_u64();
        let communities = Communities::new(self.settings.graph.clone())?;
        let found = context.stage("communities", |_| communities.fit(scaled.view(), k, seed))?;
        let mut facts =
            BTreeMap::from([(facts::EMPTY_CLUSTERS.to_owned(), empty_clusters(found.labels(), k))]);
        if let Some(best) = found.best() {
            facts.insert(facts::MODULARITY.to_owned(), best.modularity);
            facts.insert(facts::RESOLUTION.to_owned(), best.resolution);
            facts.insert(facts::AGREEMENT.to_owned(), best.agreement);
            facts.extend(facts_of_parts(best));
        }
        facts.insert(facts::FAILED_SEEDS.to_owned(), found.failed() as f64);
        let confidence: f64 = found.confidence().iter().map(|&share| f64::from(share)).sum();
        facts.insert(facts::CONFIDENCE.to_owned(), confidence / x.nrows() as f64);
        let (labels, embedding) = (found.labels().to_vec(), found.rows().clone());
        Ok(Fitted { facts, ..Fitted::new(labels, embedding, VotingModel { scaling, voters: found }) })
    }

    fn prepare<'x>(&self, x: CowArray<'x, f32, Ix2>, context: &mut Context<'_>) -> Result<Preparation<'x>> {
        check_samples(x.view(), 1)?;
        let scaling = self.settings.scaling.fit(x.view());
        let scaled = scaling.apply_to(x)?;
        let seed = context.seed.stream("neighbours").next_u64();
        let method = Communities::new(self.settings.graph.clone())?;
        let found = context.stage("neighbours", |_| method.graph(scaled.view(), seed))?;
        Ok(Preparation::Shared(Box::new(prepared::PreparedCommunities { scaling, method, found })))
    }
}

/// What a graph that falls into parts gives reason to tell.
fn facts_of_parts(run: &SeedRun) -> Vec<(String, f64)> {
    let joined = run.joined.map(|parts| (facts::JOINED_PARTS, parts));
    let count = run.dissolved.len();
    let dissolved = run
        .dissolved
        .first()
        .map(|&largest| [(facts::DISSOLVED_PARTS, count), (facts::LARGEST_DISSOLVED, largest)]);
    let all = joined.into_iter().chain(dissolved.into_iter().flatten());
    all.map(|(name, value)| (name.to_owned(), value as f64)).collect()
}

impl Registered for GraphCommunities {
    const SLUG: &'static str = Self::SLUG;
    const SUMMARY: &'static str = "communities of the neighbour graph, without a network";
    const KIND: &'static str = VotingModel::KIND;
    const TRAINS: bool = false;
    type Settings = GraphCommunitiesSettings;

    fn defaults(shape: Shape) -> GraphCommunitiesSettings {
        let mut graph = CommunitiesSettings::default();
        if shape == Shape::Text {
            graph.metric = Metric::Cosine;
        }
        GraphCommunitiesSettings { scaling: Scaling::of(shape), graph }
    }

    fn checked(settings: GraphCommunitiesSettings) -> Result<Self> {
        Self::new(settings)
    }

    fn load(saved: &SavedModel) -> Result<Box<dyn Model>> {
        VotingModel::load(saved)
    }
}
