//! The paper's Figure 2 and three more.

use super::protocol::METHODS;
use super::tables::{name, printed_silhouette};
use super::{DATASET, SLUG};
use crate::Result;
use crate::render::{Drawn, Records, cluster_members, confusion};
use crate::run::{FigureData, RunRecord, Store, TsneMap};
use deepclust_methods::AeKMeans;
use deepclust_plots::{Axis, BarSeries, BarStyle, Bars, Curves, Scatter, ScatterPanel, Series};
use ndarray::Array2;

/// Draws what the records allow.
pub(super) fn draw(store: &Store, main: &Records, quick: bool) -> Result<Drawn> {
    let codes = main.of(DATASET, AeKMeans::SLUG_64, None);
    let mut drawn = Drawn::new(SLUG);
    if METHODS.iter().all(|method| !main.of(DATASET, method, None).is_empty()) {
        let caption = "Silhouettes, ours against the paper's.".to_owned();
        drawn.save(store, "silhouettes", caption, &silhouettes(main, quick)?)?;
    }
    if let Some(record) = codes.iter().find(|record| record.figure_data_digest.is_some()) {
        let FigureData { tsne, images, .. } = store.figure_data(record)?;
        if let Some(map) = tsne {
            let caption = format!(
                "Figure 2: t-SNE of the 64-d codes of {} training images, coloured by cluster and by class (seed {}).",
                map.x.len(),
                record.seed.0
            );
            drawn.save(store, "tsne", caption, &map_figure(&map, quick))?;
        }
        if let Some(grid) = images {
            let title = "Random members of each cluster of the autoencoder's codes".to_owned();
            let figure = cluster_members(record, &grid, title)?.quick(quick);
            drawn.save(store, "samples", "Random members of each cluster.".to_owned(), &figure)?;
        }
        let title = format!("Digits against clusters of the codes (seed {})", record.seed.0);
        let caption = "Digits against clusters, after the best matching.".to_owned();
        drawn.save(store, "confusion", caption, &confusion(record, title, "digit")?.quick(quick))?;
    }
    if !codes.is_empty() {
        let caption = "Reconstruction loss of the autoencoder by epoch, a line a seed.".to_owned();
        drawn.save(store, "loss", caption, &losses(&codes, quick))?;
    }
    Ok(drawn)
}

fn silhouettes(main: &Records, quick: bool) -> Result<Bars> {
    let spreads: Vec<_> =
        METHODS.iter().filter_map(|method| Records::metric(&main.of(DATASET, method, None), "sil")).collect();
    let printed =
        METHODS.iter().map(|method| printed_silhouette(method).map(Some)).collect::<Result<Vec<_>>>()?;
    let series = BarSeries::new("ours, mean ± std", spreads.iter().map(|s| s.mean))
        .errors(spreads.iter().map(|s| s.std.unwrap_or(0.0)).collect::<Vec<_>>())
        .references(printed);
    let groups = METHODS.map(name);
    let mut bars =
        Bars::new("MNIST: silhouette of the clusters", Axis::new("silhouette"), &groups, vec![series]);
    bars.style = BarStyle::Bars;
    Ok(bars.quick(quick))
}

fn map_figure(map: &TsneMap, quick: bool) -> Scatter {
    let points = Array2::from_shape_fn((map.x.len(), 2), |(i, j)| if j == 0 { map.x[i] } else { map.y[i] });
    let clusters: Vec<String> = (0..map.class_names.len()).map(|c| c.to_string()).collect();
    let panel = |title: &str, labels: &[usize], names: &[String], legend: &str| {
        ScatterPanel::new(title, points.view(), labels, names).legend(legend)
    };
    let panels = vec![
        panel("coloured by k-means cluster", &map.clusters, &clusters, "cluster"),
        panel("coloured by class", &map.classes, &map.class_names, "digit"),
    ];
    Scatter::new("t-SNE of the autoencoder's 64-d codes of MNIST", panels).quick(quick)
}

fn losses(codes: &[&RunRecord], quick: bool) -> Curves {
    let series = codes.iter().filter_map(|record| {
        let loss = record.history.first()?;
        let epochs: Vec<f64> = (1..=loss.values.len()).map(|epoch| epoch as f64).collect();
        Some(Series::new(format!("seed {}", record.seed.0), epochs, loss.values.clone()))
    });
    let axes = (Axis::new("epoch"), Axis::new("mean squared error"));
    Curves::new("Training of the 784-128-64-128-784 autoencoder", axes.0, axes.1, series.collect())
        .quick(quick)
}
