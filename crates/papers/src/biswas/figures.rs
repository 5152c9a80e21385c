//! The paper's Figure 2 and three more.

use super::protocol::METHODS;
use super::tables::{name, printed_silhouette};
use super::{DATASET, SLUG};
use crate::render::Records;
use crate::run::{FigureData, RunRecord, SampleGrid, Store, TsneMap};
use crate::{Error, Result};
use base64::Engine;
use deepclust_methods::AeKMeans;
use deepclust_metrics::{Contingency, best_matching};
use deepclust_plots::{
    Axis, BarSeries, BarStyle, Bars, CellText, Curves, Figure, GridImage, GridRow, HeatMap, ImageGrid,
    Scatter, ScatterPanel, Series,
};
use ndarray::{Array1, Array2};

/// Draws what the records allow and names the figures drawn, with their captions.
pub(super) fn draw(store: &Store, main: &Records, quick: bool) -> Result<Vec<(String, String)>> {
    let codes = main.of(DATASET, AeKMeans::SLUG_64, None);
    let mut drawn = Vec::new();
    let mut save = |name: &str, caption: &str, figure: Box<dyn Figure>| -> Result<()> {
        let name = format!("{SLUG}-{name}");
        let folder = store.root().join("figures");
        std::fs::create_dir_all(&folder).map_err(Error::io(&folder))?;
        figure.save(folder.join(&name))?;
        drawn.push((name, caption.to_owned()));
        Ok(())
    };
    if METHODS.iter().all(|method| !main.of(DATASET, method, None).is_empty()) {
        save("silhouettes", "Silhouettes, ours against the paper's.", Box::new(silhouettes(main, quick)?))?;
    }
    if let Some(record) = codes.iter().find(|record| record.figure_data_digest.is_some()) {
        let FigureData { tsne, images, .. } = store.figure_data(record)?;
        if let Some(map) = tsne {
            let caption = format!(
                "Figure 2: t-SNE of the 64-d codes of {} training images, coloured by cluster and by class (seed {}).",
                map.x.len(),
                record.seed.0
            );
            save("tsne", &caption, Box::new(map_figure(&map, quick)))?;
        }
        if let Some(grid) = images {
            save("samples", "Random members of each cluster.", Box::new(grid_figure(record, &grid, quick)?))?;
        }
        save(
            "confusion",
            "Digits against clusters, after the best matching.",
            Box::new(confusion(record, quick)?),
        )?;
    }
    if !codes.is_empty() {
        save(
            "loss",
            "Reconstruction loss of the autoencoder by epoch, a line a seed.",
            Box::new(losses(&codes, quick)),
        )?;
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

fn grid_figure(record: &RunRecord, grid: &SampleGrid, quick: bool) -> Result<ImageGrid> {
    let decode = |text: &String| {
        let pixels =
            base64::engine::general_purpose::STANDARD.decode(text).map_err(|error| Error::Record {
                path: record.spec.figure_data_path(record.figure_data_digest.as_deref().unwrap_or_default()),
                problem: format!("expected pixels in Base64, found {error}"),
            })?;
        Ok(GridImage::new(Array1::from_vec(pixels).view()))
    };
    let rows = grid.clusters.iter().enumerate().map(|(cluster, images)| {
        let images = images.iter().map(decode).collect::<Result<Vec<_>>>()?;
        Ok(GridRow::new(format!("cluster {cluster} ({})", record.cluster_sizes[cluster]), images))
    });
    let rows = rows.collect::<Result<Vec<_>>>()?;
    let title = "Random members of each cluster of the autoencoder's codes";
    Ok(ImageGrid::new(title, grid.height, grid.width, rows).range(0.0, 255.0).quick(quick))
}

fn confusion(record: &RunRecord, quick: bool) -> Result<HeatMap> {
    let k = record.contingency.len();
    let (mut classes, mut clusters) = (Vec::new(), Vec::new());
    for (class, row) in record.contingency.iter().enumerate() {
        for (cluster, &count) in row.iter().enumerate() {
            classes.extend(std::iter::repeat_n(class, count));
            clusters.extend(std::iter::repeat_n(cluster, count));
        }
    }
    let matching = best_matching(&Contingency::new(&classes, &clusters)?)?;
    // Clusters stand under the class they are matched with.
    let mut order: Vec<usize> = (0..k).collect();
    order.sort_by_key(|&cluster| matching.class_of(cluster).unwrap_or(k));
    let counts = Array2::from_shape_fn((k, k), |(class, i)| record.contingency[class][order[i]] as f64);
    let classes: Vec<String> = (0..k).map(|class| class.to_string()).collect();
    let clusters: Vec<String> = order.iter().map(ToString::to_string).collect();
    let title = format!("Digits against clusters of the codes (seed {})", record.seed.0);
    let mut map = HeatMap::new(title, counts.view(), &classes, &clusters);
    map.row_label = "digit".to_owned();
    map.column_label = "cluster".to_owned();
    map.text = CellText::Count;
    Ok(map.quick(quick))
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
