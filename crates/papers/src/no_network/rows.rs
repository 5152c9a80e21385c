//! Three methods on seven data sets, with their defaults.

use crate::{Result, Row};
use deepclust_cluster::KMeansOptions;
use deepclust_experiments::{RunSpec, Scale};
use deepclust_methods::{
    GraphCommunities, GraphCommunitiesSettings, RawKMeans, RawKMeansSettings, Scaling, Shape, UmapHdbscan,
    method,
};
use serde_json::Value;

const TEXT: &str = "rcv1-subset";

pub(super) const DATASETS: [&str; 7] =
    ["mnist", "fashion-mnist", "usps-9298", "usps-11000", "emnist-bymerge-subset", "uci-har", TEXT];

pub(super) const K_MEANS: &str = "k-means";
pub(super) const GRAPH: &str = "graph-communities";
pub(super) const DENSITY: &str = "umap-hdbscan";

const SEEDS: u64 = 5;
/// Where k-means takes long, and nobody asks for it.
const LARGE: &str = "emnist-bymerge-subset";

/// Where it is shown what the settings do.
pub(super) const VARIED: [(&str, u64); 1] = [("usps-9298", 3)];

/// What is varied: the name of the row, and the number.
pub(super) const NEIGHBOURS: [(&str, usize); 4] =
    [("neighbours/5", 5), ("neighbours/10", 10), ("neighbours/30", 30), ("neighbours/50", 50)];
pub(super) const COMPONENTS: [(&str, usize); 4] =
    [("components/10", 10), ("components/20", 20), ("components/100", 100), ("components/200", 200)];

/// All rows.
pub(super) fn rows(scale: Scale) -> Result<Vec<Row>> {
    let mut rows = vec![
        k_means(scale)?,
        row(GRAPH, "communities of the neighbour graph", GraphCommunities::SLUG, scale)?,
        row(DENSITY, "density on UMAP's map, k not given", UmapHdbscan::SLUG, scale)?,
    ];
    let graph = rows[1].clone();
    for (id, neighbours) in NEIGHBOURS {
        let words = format!("{neighbours} neighbours, not 15");
        let change = |s: &mut GraphCommunitiesSettings| s.graph.neighbours = neighbours;
        rows.push(graph.vary(id, &words, &VARIED, change)?);
    }
    for (id, components) in COMPONENTS {
        let words = format!("{components} components, not 50");
        let change = |s: &mut GraphCommunitiesSettings| s.graph.components = Some(components);
        rows.push(graph.vary(id, &words, &VARIED, change)?);
    }
    Ok(rows)
}

/// As in the k-DAE paper's table, so that the runs are the same.
fn k_means(scale: Scale) -> Result<Row> {
    let options = KMeansOptions { n_init: 20, ..KMeansOptions::default() };
    let settings = serde_json::to_value(RawKMeansSettings { scaling: Scaling::AsGiven, k_means: options })?;
    let row = Row::new(K_MEANS, "k-means on the features");
    let mut datasets = DATASETS.iter().filter(|dataset| **dataset != LARGE);
    datasets.try_fold(row, |row, dataset| {
        Ok(row.on(run(dataset, RawKMeans::SLUG, settings.clone(), scale)?, SEEDS))
    })
}

/// A method with its defaults on all data sets.
fn row(id: &'static str, label: &str, slug: &str, scale: Scale) -> Result<Row> {
    let mut row = Row::new(id, label);
    for dataset in DATASETS {
        // The loaders scale pixels and sensors to [0, 1] or [−1, 1]; automatic scaling leaves them as they are.
        let shape = if dataset == TEXT { Shape::Text } else { Shape::Images };
        row = row.on(run(dataset, slug, method(slug)?.defaults(shape)?, scale)?, SEEDS);
    }
    Ok(row)
}

fn run(dataset: &str, slug: &str, settings: Value, scale: Scale) -> Result<RunSpec> {
    crate::row::run(dataset, slug, settings, 1_000, scale)
}
