//! The paper's Table I, its Figure 2, and three figures more.

use super::rows::{CODE, CODE_10, COMPONENTS, PIXELS, SILHOUETTE_SAMPLES, autoencoder};
use super::{DATASET, PAPER, published};
use crate::{Records, Result};
use deepclust_experiments::measures::{Map, MapData, Samples, SamplesData};
use deepclust_experiments::{Scale, Store};
use deepclust_methods::series;
use deepclust_plots::{Axis, BarSeries, BarStyle, Bars};
use deepclust_report::{Cell, Column, Page, Table, cluster_members, confusion, fixed, losses, map};

/// What was found.
pub(super) fn findings(records: &Records) -> Vec<String> {
    let sil = |id| records.metric(id, DATASET, "sil").map(|s| s.mean);
    let acc = |id| records.metric(id, DATASET, "acc").map(|s| s.mean);
    let printed = |name: &str| (PAPER.printed)(DATASET, name, "sil").unwrap_or(f64::NAN);
    let mut findings = Vec::new();
    if let (Some(code), Some(pixels), Some(components)) = (sil(CODE), sil(PIXELS), sil(COMPONENTS)) {
        let printed = printed("AE-64+k-means");
        findings.push(format!(
            "The published silhouette of the autoencoder's code is {printed:.4}. Ours is {}: it is {}.",
            fixed(code, 4),
            if code >= printed - 5e-5 { "reached" } else { "not reached" }
        ));
        let mut order = [
            ("pixels", PIXELS, pixels),
            ("64 principal components", COMPONENTS, components),
            ("the code", CODE, code),
        ];
        order.sort_by(|a, b| b.2.total_cmp(&a.2));
        let words: Vec<String> = order
            .iter()
            .map(|(name, id, value)| {
                let std = records.metric(id, DATASET, "sil").and_then(|s| s.std);
                let std = std.map_or(String::new(), |std| format!(" ± {}", fixed(std, 4)));
                format!("{name} {}{std}", fixed(*value, 4))
            })
            .collect();
        findings.push(format!("Silhouettes, the highest first: {}.", words.join(", ")));
    }
    if let (Some(code), Some(pixels)) = (acc(CODE), acc(PIXELS)) {
        findings.push(format!(
            "The code finds the digits {} than the pixels: ACC is {} on the code and {} on the pixels.",
            if code > pixels { "better" } else { "worse" },
            fixed(code, 3),
            fixed(pixels, 3)
        ));
    }
    if let Some(narrow) = sil(CODE_10) {
        findings.push(format!(
            "A code of 10 numbers in the place of 64 has a silhouette of {}: the number of dimensions moves it more than training does.",
            fixed(narrow, 4)
        ));
    }
    findings
}

/// Tables and figures.
pub(super) fn views(records: &Records, store: &Store, page: &mut Page) -> Result<()> {
    let quick = page.is_quick();
    let codes = records.of(CODE, DATASET);
    if let Some(bars) = silhouettes(records) {
        page.figure(store, "silhouettes", "Silhouettes, ours and the published ones.", &bars.quick(quick))?;
    }
    page.heading("The clusters of the code");
    if let Some(record) = codes.iter().find(|record| record.figure_data_digest.is_some()) {
        let data = store.figure_data(record)?;
        let seed = record.seed;
        if let Some(shown) = data.get::<MapData>(&Map::key(2))? {
            let title = "t-SNE of the autoencoder's 64-d codes of MNIST";
            let caption = format!(
                "Figure 2: t-SNE of the codes of {} training images (seed {seed}). A cluster has the colour of the digit it is matched with.",
                shown.classes.len()
            );
            page.figure(store, "tsne", &caption, &map(record, &shown, title, "digit")?.quick(quick))?;
        }
        if let Some(grid) = data.get::<SamplesData>(Samples::KEY)? {
            let title = "Random members of each cluster of the autoencoder's codes".to_owned();
            let figure = cluster_members(record, &grid, title)?.quick(quick);
            page.figure(store, "samples", "Random members of each cluster.", &figure)?;
        }
        let title = format!("Digits against clusters of the codes (seed {seed})");
        let figure = confusion(record, title, "digit")?.quick(quick);
        page.figure(store, "confusion", "Digits against clusters, after the best matching.", &figure)?;
    }
    page.heading("The network");
    page.table("parameters", &parameters());
    if !codes.is_empty() {
        let title = "Training of the 784-128-64-128-784 autoencoder";
        let figure = losses(codes, series::RECONSTRUCTION, title, "mean squared error").quick(quick);
        page.figure(store, "loss", "Reconstruction loss by epoch, a line a seed.", &figure)?;
    }
    page.file("sampled-silhouettes", &sampled_silhouettes(records));
    Ok(())
}

fn silhouettes(records: &Records) -> Option<Bars> {
    let rows = [PIXELS, COMPONENTS, CODE].map(|id| records.row(id));
    let spreads = [PIXELS, COMPONENTS, CODE].map(|id| records.metric(id, DATASET, "sil"));
    let spreads: Vec<_> = spreads.into_iter().collect::<Option<_>>()?;
    let printed = rows.map(|row| row.and_then(|row| (PAPER.printed)(DATASET, row.published?, "sil")));
    let names: Vec<&str> = rows.iter().flatten().map(|row| row.label.as_str()).collect();
    let series = BarSeries::new("ours, mean ± std", spreads.iter().map(|s| s.mean))
        .errors(spreads.iter().map(|s| s.std.unwrap_or(0.0)).collect::<Vec<_>>())
        .references(printed);
    let mut bars =
        Bars::new("MNIST: silhouette of the clusters", Axis::new("silhouette"), &names, vec![series]);
    bars.style = BarStyle::Bars;
    Some(bars)
}

/// The paper's Table I with the true counts.
fn parameters() -> Table {
    let published = published();
    let settings = autoencoder(Scale::Full).pretraining.fully_connected(784);
    let layers = ["encoder 1", "encoder 2", "decoder 1", "decoder 2"];
    let functions = ["ReLU", "none (this is the code)", "ReLU", "tanh"];
    let mut rows = Vec::new();
    let (mut printed_sum, mut true_sum) = (0.0, 0.0);
    for ((layer, function), (fan_in, fan_out)) in layers.iter().zip(functions).zip(settings.layer_shapes()) {
        let printed = published.printed("I", layer, "parameters").unwrap_or(f64::NAN);
        let counted = (fan_in * fan_out + fan_out) as f64;
        (printed_sum, true_sum) = (printed_sum + printed, true_sum + counted);
        rows.push(vec![
            Cell::from(*layer),
            Cell::Text(format!("{fan_in} → {fan_out}")),
            Cell::from(function),
            Cell::Number(printed),
            Cell::Number(counted),
            Cell::Difference(counted - printed),
        ]);
    }
    let sums = [Cell::Number(printed_sum), Cell::Number(true_sum), Cell::Difference(true_sum - printed_sum)];
    rows.push([vec!["total".into(), Cell::None, Cell::None], sums.to_vec()].concat());
    Table {
        title: "Table I: layers and parameters of the autoencoder".to_owned(),
        columns: vec![
            Column::words("layer"),
            Column::words("input → output"),
            Column::words("followed by"),
            Column::number("parameters, published", 0),
            Column::number("parameters, counted", 0),
            Column::number("Δ", 0),
        ],
        rows,
        notes: vec![
            "The paper's last layer is a slip: 128 × 784 weights and 784 biases are 101,136 parameters."
                .to_owned(),
        ],
    }
}

/// Silhouettes of random subsets against that of all samples.
fn sampled_silhouettes(records: &Records) -> Table {
    let mut columns = vec![Column::words("method")];
    columns.extend(SILHOUETTE_SAMPLES.map(|size| Column::spread(format!("{size} samples"), 4)));
    columns.push(Column::spread("all samples", 4));
    let rows = [PIXELS, COMPONENTS, CODE].map(|id| {
        let mut row = vec![Cell::from(records.row(id).map_or(id, |row| row.label.as_str()))];
        let sampled = |size| records.metric(id, DATASET, &format!("sil_sampled_{size}"));
        row.extend(SILHOUETTE_SAMPLES.map(|size| Cell::from(sampled(size))));
        row.push(records.metric(id, DATASET, "sil").into());
        row
    });
    Table {
        title: "Silhouettes of random subsets".to_owned(),
        columns,
        rows: rows.to_vec(),
        notes: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_printed_total_is_the_sum_of_the_printed_layers() {
        let table = parameters();
        let total = table.rows.last().unwrap();
        assert_eq!((&total[3], &total[4]), (&Cell::Number(217_552.0), &Cell::Number(218_192.0)));
    }
}
