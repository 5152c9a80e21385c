//! From rows to the graph.

use super::graph::Graph;
use super::settings::{GraphCommunitiesSettings, GraphWeights};
use crate::error::{Error, Result};
use deepclust_manifold::{FuzzyGraph, KnnSettings, Metric, Neighbours, Pca, PcaSettings, UmapSettings};
use ndarray::{Array2, ArrayView2};

/// Refuses data of which no graph can be made.
pub(crate) fn check(x: ArrayView2<'_, f32>, settings: &GraphCommunitiesSettings) -> Result<()> {
    let (n, d) = x.dim();
    crate::check::not_empty(n, d)?;
    crate::check::finite("the data", x)?;
    if settings.neighbours > n {
        let found = format!("{} for {n} rows", settings.neighbours);
        return Err(Error::Setting { name: "neighbours", expected: "at most the number of rows", found });
    }
    if settings.metric == Metric::Cosine {
        // At distance 1 from every row they would tie together whatever rows come first.
        let mut zero = (0..n).filter(|&i| x.row(i).iter().all(|&v| v == 0.0));
        if let Some(row) = zero.next() {
            return Err(Error::ZeroRow { row, rows: 1 + zero.count() });
        }
    }
    Ok(())
}

/// The components that neighbours are searched in, and the rows there; without components the rows as they are.
pub(crate) fn reduce(
    x: ArrayView2<'_, f32>,
    settings: &GraphCommunitiesSettings,
) -> Result<(Option<Pca<f32>>, Array2<f32>)> {
    let (n, d) = x.dim();
    let wanted = settings.components.filter(|&c| settings.metric == Metric::Euclidean && c < d && c <= n);
    Ok(match wanted {
        Some(c) => {
            let (pca, rows) = Pca::fit_transform(x, &PcaSettings::new(c))?;
            (Some(pca), rows)
        }
        None => (None, x.to_owned()),
    })
}

/// The neighbours of every row.
pub(crate) fn near(
    rows: ArrayView2<'_, f32>,
    settings: &GraphCommunitiesSettings,
    seed: u64,
) -> Result<Neighbours<f32>> {
    let nearest = KnnSettings { k: settings.neighbours, metric: settings.metric, include_self: true };
    Ok(settings.search.neighbours(rows, &nearest, seed)?)
}

/// The graph of neighbours.
pub(crate) fn weigh(neighbours: &Neighbours<f32>, settings: &GraphCommunitiesSettings) -> Result<Graph> {
    Ok(match settings.weights {
        GraphWeights::Fuzzy => {
            let umap = UmapSettings { n_neighbors: settings.neighbours, ..UmapSettings::default() };
            Graph::fuzzy(&FuzzyGraph::new(neighbours, &umap)?)
        }
        GraphWeights::Shared => Graph::shared(neighbours),
    })
}
