use super::{VotingModel, facts_of_parts};
use crate::checks::check_clusters;
use crate::method::empty_clusters;
use crate::names::facts;
use crate::{Context, FittedScaling, Model, Partition, Prepared, Result};
use deepclust_cluster::{GraphCommunities as Communities, GraphCommunitiesModel, NeighbourGraph};
use deepclust_manifold::{Metric, Pca};
use ndarray::{Array2, ArrayView2};
use rand::RngCore;
use std::collections::BTreeMap;

/// A neighbour graph in which every seed looks for communities.
pub(super) struct PreparedCommunities {
    pub scaling: FittedScaling,
    pub method: Communities,
    pub found: NeighbourGraph,
}

impl Prepared for PreparedCommunities {
    fn embedding(&self) -> ArrayView2<'_, f32> {
        self.found.rows.view()
    }

    fn partition(&self, k: usize, context: &mut Context<'_>) -> Result<Partition> {
        check_clusters(self.found.rows.nrows(), k)?;
        let seed = context.seed.stream("communities").next_u64();
        let NeighbourGraph { rows, graph, .. } = &self.found;
        let (mut runs, best, failed) =
            context.stage("communities", |_| self.method.of_graph(graph, k, seed, Some(rows.view())))?;
        let run = runs.swap_remove(best);
        let mut facts = BTreeMap::from([
            (facts::EMPTY_CLUSTERS.to_owned(), empty_clusters(&run.labels, k)),
            (facts::MODULARITY.to_owned(), run.modularity),
            (facts::RESOLUTION.to_owned(), run.resolution),
            (facts::FAILED_SEEDS.to_owned(), failed as f64),
        ]);
        facts.extend(facts_of_parts(&run));
        Ok(Partition { labels: run.labels, facts, centres: None })
    }

    fn model(&self, partition: &Partition) -> Result<Box<dyn Model>> {
        let settings = self.method.settings();
        let near = (settings.neighbours, settings.metric);
        let (components, rows) = (self.found.components.as_ref(), &self.found.rows);
        Ok(Box::new(voting_model(&self.scaling, components, rows, &partition.labels, near)?))
    }

    fn into_embedding(self: Box<Self>) -> Array2<f32> {
        self.found.rows
    }
}

/// Fitted rows that vote by their labels: as many as there are neighbours of a point, itself not counted.
pub(crate) fn voting_model(
    scaling: &FittedScaling,
    components: Option<&Pca<f32>>,
    rows: &Array2<f32>,
    labels: &[usize],
    (neighbours, metric): (usize, Metric),
) -> Result<VotingModel> {
    let (components, labels) = (components.cloned(), labels.to_vec());
    let voters =
        GraphCommunitiesModel::from_parts(components, rows.clone(), labels, (neighbours - 1).max(1), metric)?;
    Ok(VotingModel { scaling: scaling.clone(), voters })
}
