//! Three methods on seven data sets, with their defaults.

use crate::{Result, Row};
use deepclust_datasets::{Split, Subset};
use deepclust_experiments::{Clusters, DataSpec, MethodSpec, RunSpec, Scale, Source};
use deepclust_methods::{GraphCommunities, GraphCommunitiesSettings, RawKMeans, Shape, UmapHdbscan, method};

const TEXT: &str = "rcv1-subset";

pub(super) const DATASETS: [&str; 7] =
    ["mnist", "fashion-mnist", "usps-9298", "usps-11000", "emnist-bymerge-subset", "uci-har", TEXT];

pub(super) const K_MEANS: &str = "k-means";
pub(super) const GRAPH: &str = "graph-communities";
pub(super) const DENSITY: &str = "umap-hdbscan";

const SEEDS: u64 = 5;
/// Of k-means, which is there to compare with.
const SEEDS_OF_K_MEANS: u64 = 2;

/// Where it is shown what the settings do.
pub(super) const VARIED: [(&str, u64); 2] = [("mnist", 3), ("usps-9298", 3)];

/// What is varied: the name of the row, and the number.
pub(super) const NEIGHBOURS: [(&str, usize); 4] =
    [("neighbours/5", 5), ("neighbours/10", 10), ("neighbours/30", 30), ("neighbours/50", 50)];
pub(super) const COMPONENTS: [(&str, usize); 4] =
    [("components/10", 10), ("components/20", 20), ("components/100", 100), ("components/200", 200)];

/// All rows.
pub(super) fn rows(scale: Scale) -> Result<Vec<Row>> {
    let mut rows = vec![
        row(K_MEANS, "k-means on the features", RawKMeans::SLUG, SEEDS_OF_K_MEANS, scale)?,
        row(GRAPH, "communities of the neighbour graph", GraphCommunities::SLUG, SEEDS, scale)?,
        row(DENSITY, "density on UMAP's map, k not given", UmapHdbscan::SLUG, SEEDS, scale)?,
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

/// A method with its defaults on all data sets.
fn row(id: &'static str, label: &str, slug: &str, seeds: u64, scale: Scale) -> Result<Row> {
    let mut row = Row::new(id, label);
    for dataset in DATASETS {
        // The loaders scale pixels and sensors to [0, 1] or [−1, 1]; automatic scaling leaves them as they are.
        let shape = if dataset == TEXT { Shape::Text } else { Shape::Images };
        let spec = RunSpec {
            data: DataSpec {
                source: Source::Named(dataset.to_owned()),
                split: Split::All,
                subset: scale.pick(None, Some(Subset::Random { n: 1_000 })),
            },
            fit: None,
            clusters: Clusters::Classes,
            method: MethodSpec { name: slug.to_owned(), settings: method(slug)?.defaults(shape)? },
            seed: 0,
            scale,
            measures: Vec::new(),
        };
        row = row.on(spec, seeds);
    }
    Ok(row)
}
