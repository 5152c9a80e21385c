//! Figure 2, and the gradient's.

use super::rows::COMPONENTS;
use crate::{Records, Result, dataset_name};
use deepclust_experiments::Store;
use deepclust_experiments::measures::{Map, MapData};
use deepclust_methods::series::{
    NEIGHBOURS_GRADIENT as NEIGHBOURS, RECONSTRUCTION_GRADIENT as RECONSTRUCTION,
};
use deepclust_plots::{Axis, Curves, Scatter, ScatterPanel, Series, Stroke};
use deepclust_report::{Page, cloud};

/// Figure 2 for one data set: original and latent representation, in three dimensions and in two.
pub(super) fn maps(records: &Records, store: &Store, page: &mut Page, dataset: &str) -> Result<()> {
    for dimensions in [3, 2] {
        let mut panels = Vec::new();
        let mut shown = 0;
        for (id, title) in [(COMPONENTS, "original (70 components)"), ("snnl-5", "code of SNNL-5")] {
            let mut runs = records.of(id, dataset).iter();
            let Some(record) = runs.find(|record| record.figure_data_digest.is_some()) else { continue };
            let Some(map) = store.figure_data(record)?.get::<MapData>(&Map::key(dimensions))? else {
                continue;
            };
            shown = map.classes.len();
            let points = cloud(&map);
            panels.push(
                ScatterPanel::new(title, points.view(), &map.classes, &map.class_names).legend("class"),
            );
        }
        if panels.len() == 2 {
            let title = format!("{}: t-SNE of test images in {dimensions}-D", dataset_name(dataset));
            let caption = format!(
                "Figure 2: t-SNE in {dimensions} dimensions of {shown} test images, seed 0. SNNL-5 knew labels of training images."
            );
            let figure = Scatter::new(title, panels).quick(page.is_quick());
            page.figure(store, &format!("maps-{dataset}-{dimensions}d"), &caption, &figure)?;
        }
    }
    Ok(())
}

/// Norms of the gradients of both parts of the loss, by epoch.
pub(super) fn gradients(records: &Records, store: &Store, page: &mut Page) -> Result<()> {
    let (mut lines, mut references) = (Vec::new(), Vec::new());
    for (colour, id) in ["snnl-5", "snnl-7", "snnl-6", "snnl-8", "snnl-2", "snnl-4"].into_iter().enumerate() {
        let (Some(record), Some(row)) = (records.of(id, "mnist").first(), records.row(id)) else { continue };
        let curve = |name: String, series: &str| {
            // A logarithmic axis has no place for a gradient that is exactly zero.
            let values: Vec<f64> = record.series(series)?.values.iter().map(|v| v.max(1e-12)).collect();
            let epochs: Vec<f64> = (1..=values.len()).map(|epoch| epoch as f64).collect();
            Some(Series::new(name, epochs, values).colour(colour))
        };
        lines.extend(curve(row.label.clone(), NEIGHBOURS));
        // The part beside it differs with the form: one of each is enough to see which one training follows.
        if ["snnl-5", "snnl-6"].contains(&id) {
            let line = curve(format!("reconstruction, in {}", row.label), RECONSTRUCTION);
            references.extend(line.map(|line| line.stroke(Stroke::Dashed)));
        }
    }
    if lines.is_empty() {
        return Ok(());
    }
    lines.extend(references);
    let (x, y) = (Axis::new("epoch"), Axis::new("Euclidean norm of the gradient by all parameters").log());
    let figure =
        Curves::new("MNIST: how strongly each part of the loss pulls", x, y, lines).quick(page.is_quick());
    let caption =
        "Gradient of α times the soft nearest neighbour loss, at the first batch of every epoch, first seed.";
    Ok(page.figure(store, "gradients", caption, &figure)?)
}

/// The greatest share of the neighbours' gradient in the reconstruction's, in any epoch of a row's first run on MNIST.
pub(super) fn greatest_share(records: &Records, id: &str) -> Option<f64> {
    let record = records.of(id, "mnist").first()?;
    let (part, whole) = (record.series(NEIGHBOURS)?, record.series(RECONSTRUCTION)?);
    part.values.iter().zip(&whole.values).map(|(part, whole)| part / whole).reduce(f64::max)
}
