//! The paper's four figures, and the gradient's.

use super::SLUG;
use super::ablation::{FEWER_LABELS, FEWER_LABELS_METHODS};
use super::ablation_tables::at;
use super::demonstration::{self, CLASSES, SHOWN};
use super::protocol::{DATASETS, labels};
use super::tables::{dataset_name, name};
use crate::Result;
use crate::render::{Drawn, Records, Spread};
use crate::run::{EmbeddingMap, Store};
use deepclust_losses::Temperature;
use deepclust_manifold::TsneSettings;
use deepclust_methods::{AeKMeans, PcaKMeans};
use deepclust_plots::{Axis, Curves, Figure, Panels, Scatter, ScatterPanel, Series, Stroke};
use ndarray::Array2;

/// Draws what the records allow.
pub(super) fn draw(store: &Store, main: &Records, fewer: &Records, quick: bool) -> Result<Drawn> {
    let mut drawn = Drawn::new(SLUG);
    points(&mut drawn, store, quick)?;
    for dataset in DATASETS {
        maps(&mut drawn, store, main, dataset, quick)?;
    }
    for (metric, title) in [("acc", "ACC"), ("nmi", "NMI")] {
        label_curves(&mut drawn, store, (main, fewer), (metric, title), quick)?;
    }
    gradients(&mut drawn, store, main, quick)?;
    Ok(drawn)
}

/// Figure 1.
fn points(drawn: &mut Drawn, store: &Store, quick: bool) -> Result<()> {
    let schedules = [("fixed T = 1", Temperature::Fixed(1.0)), ("annealed T", Temperature::PAPER)];
    let (labels, courses) = demonstration::run(&schedules.map(|(_, schedule)| schedule))?;
    let classes: Vec<String> = (0..CLASSES).map(|class| class.to_string()).collect();
    let mut panels = Vec::new();
    for ((schedule, _), course) in schedules.iter().zip(&courses) {
        for (epoch, points) in SHOWN.iter().zip(&course.positions) {
            let title = format!("{schedule}, epoch {epoch}");
            panels.push(ScatterPanel::new(title, points.view(), &labels, &classes).legend("label"));
        }
    }
    let mut scatter = Scatter::new("300 Gaussian points under the soft nearest neighbour loss", panels);
    scatter.columns = Some(SHOWN.len());
    let caption = format!(
        "Figure 1: {} points from a Gaussian with random labels, moved by gradient descent on the soft nearest neighbour loss (squared \
         Euclidean distance, step width {}).",
        demonstration::POINTS,
        demonstration::LEARNING_RATE
    );
    drawn.save(store, "points", caption, &scatter.quick(quick))?;
    let series = schedules.iter().zip(&courses).map(|((schedule, _), course)| {
        let epochs: Vec<f64> = (0..course.losses.len()).map(|epoch| epoch as f64).collect();
        Series::new(*schedule, epochs, course.losses.clone())
    });
    let curves = Curves::new(
        "Loss of the 300 points, measured at T = 1",
        Axis::new("epoch"),
        Axis::new("soft nearest neighbour loss"),
        series.collect(),
    );
    let at = |epoch: usize| {
        let values: Vec<String> =
            courses.iter().map(|course| format!("{:.2}", course.losses[epoch])).collect();
        format!("{} after {epoch}", values.join(" and "))
    };
    let ahead: Vec<usize> = (1..courses[0].losses.len())
        .filter(|&epoch| courses[1].losses[epoch] < courses[0].losses[epoch])
        .collect();
    let (ahead, last) = (ahead.len(), ahead.last().copied().unwrap_or_default());
    let caption = format!(
        "Figure 1, continued: the loss of both courses (fixed and annealed), measured at T = 1 and with the same step width: {}, {}, {} epochs. \
         The annealed course is ahead in {ahead} of the {} epochs, the last of them {last}.",
        at(10),
        at(20),
        at(50),
        courses[0].losses.len() - 1
    );
    drawn.save(store, "points-loss", caption, &curves.quick(quick))
}

/// Figure 2 for one data set: original and latent representation, in three dimensions and in two.
fn maps(drawn: &mut Drawn, store: &Store, main: &Records, dataset: &str, quick: bool) -> Result<()> {
    let of = |method: &str| -> Result<Vec<EmbeddingMap>> {
        let records = main.of(dataset, method, None);
        match records.iter().find(|record| !record.spec.extras.maps.is_empty()) {
            Some(record) => Ok(store.figure_data(record)?.maps),
            None => Ok(Vec::new()),
        }
    };
    let (original, latent) = (of(PcaKMeans::SLUG_70)?, of("snnl-5")?);
    for (original, latent) in original.iter().zip(&latent) {
        let dimensions = original.coordinates.len();
        let panel = |title: &str, map: &EmbeddingMap| {
            let n = map.classes.len();
            let points = Array2::from_shape_fn((n, dimensions), |(i, j)| f64::from(map.coordinates[j][i]));
            ScatterPanel::new(title, points.view(), &map.classes, &map.class_names).legend("class")
        };
        let panels = vec![panel("original (70 components)", original), panel("code of SNNL-5", latent)];
        let title = format!("{}: t-SNE of test images in {dimensions}-D", dataset_name(dataset));
        let caption = format!(
            "Figure 2: t-SNE (perplexity 50) in {dimensions} dimensions of {} test images{}, seed 0. SNNL-5 knew labels of training images. The paper \
             shows SNNL-7 after 5,000 steps of rate 10; here are {} steps of the rate that the number of points suggests.",
            original.classes.len(),
            if dataset.starts_with("emnist") { " of 10 random classes" } else { "" },
            TsneSettings::default().n_iter
        );
        let figure = Scatter::new(title, panels).quick(quick);
        drawn.save(store, &format!("maps-{dataset}-{dimensions}d"), caption, &figure)?;
    }
    Ok(())
}

/// Figures 3 and 4.
fn label_curves(
    drawn: &mut Drawn,
    store: &Store,
    (main, fewer): (&Records, &Records),
    (metric, title): (&str, &str),
    quick: bool,
) -> Result<()> {
    let mut panels: Vec<Box<dyn Figure>> = Vec::new();
    for dataset in DATASETS {
        let mut series = Vec::new();
        let all = labels(dataset, false);
        for (i, method) in FEWER_LABELS_METHODS.into_iter().enumerate() {
            let points: Vec<(f64, Spread)> = FEWER_LABELS
                .into_iter()
                .chain([all])
                .filter_map(|n| {
                    let spread = Records::metric(&at(main, fewer, dataset, method, n), metric)?;
                    Some((n as f64, spread))
                })
                .collect();
            if points.len() > 1 {
                series.push(curve(&name(method), &points).colour(i));
            }
        }
        if series.is_empty() {
            continue;
        }
        for (i, method) in [AeKMeans::SLUG_70, PcaKMeans::SLUG_70].into_iter().enumerate() {
            if let Some(level) = Records::metric(&main.of(dataset, method, None), metric) {
                let ends = [(FEWER_LABELS[0] as f64, level), (all as f64, level)];
                series.push(curve(&name(method), &ends).stroke(Stroke::Dashed).colour(i + 2));
            }
        }
        let axes = (Axis::new("labelled images"), Axis::new(title));
        panels.push(Box::new(Curves::new(dataset_name(dataset), axes.0, axes.1, series).quick(quick)));
    }
    if panels.is_empty() {
        return Ok(());
    }
    let number = if metric == "acc" { 3 } else { 4 };
    let caption = format!(
        "Figure {number}: {title} on the test images against the number of labelled training images; bars are sample standard deviations over runs, and points without one are a single run."
    );
    let figure = Panels {
        title: format!("{title} against the number of labels"),
        figures: panels,
        columns: Some(2),
        note: quick.then(|| deepclust_plots::QUICK_NOTE.to_owned()),
    };
    drawn.save(store, &format!("labels-{metric}"), caption, &figure)
}

fn curve(name: &str, points: &[(f64, Spread)]) -> Series {
    let x: Vec<f64> = points.iter().map(|(x, _)| *x).collect();
    let y: Vec<f64> = points.iter().map(|(_, spread)| spread.mean).collect();
    // One run has no deviation, and so no bar.
    let errors: Vec<f64> = points.iter().map(|(_, spread)| spread.std.unwrap_or(0.0)).collect();
    Series::new(name, x, y).stroke(Stroke::LineAndDots).errors(errors)
}

/// Norms of the gradients of both parts of the loss, by epoch.
fn gradients(drawn: &mut Drawn, store: &Store, main: &Records, quick: bool) -> Result<()> {
    let mut series = Vec::new();
    let mut references = Vec::new();
    let mut shares = Vec::new();
    for (i, method) in ["snnl-5", "snnl-7", "snnl-6", "snnl-8", "snnl-2", "snnl-4"].into_iter().enumerate() {
        let records = main.of("mnist", method, None);
        let Some(record) = records.first() else { continue };
        let values =
            |name: &str| record.history.iter().find(|s| s.name.starts_with(name)).map(|s| s.values.clone());
        let curve = |name: String, values: Vec<f64>| {
            let epochs: Vec<f64> = (1..=values.len()).map(|epoch| epoch as f64).collect();
            // A logarithmic axis has no place for a gradient that is exactly zero.
            let floored: Vec<f64> = values.into_iter().map(|v| v.max(1e-12)).collect();
            Series::new(name, epochs, floored)
        };
        if let (Some(part), Some(whole)) =
            (values("gradient norm, weighted"), values("gradient norm, reconstruction"))
        {
            let share = part.iter().zip(&whole).map(|(part, whole)| part / whole).fold(0.0, f64::max);
            shares.push(format!("{} {share:.1e}", name(method)));
        }
        if let Some(values) = values("gradient norm, weighted") {
            let form = if super::protocol::is_supervised(method) { "supervised" } else { "unsupervised" };
            series.push(curve(format!("{}, {form}", name(method)), values).colour(i));
        }
        // The part beside it differs with the form: one of each is enough to see which one training follows.
        if ["snnl-5", "snnl-6"].contains(&method) {
            references.extend(values("gradient norm, reconstruction").map(|values| {
                let name = format!("reconstruction (in {})", name(method));
                curve(name, values).stroke(Stroke::Dashed).colour(i)
            }));
        }
    }
    if series.is_empty() {
        return Ok(());
    }
    series.extend(references);
    let axes = (Axis::new("epoch"), Axis::new("Euclidean norm of the gradient by all parameters").log());
    let curves = Curves::new("MNIST: how strongly each part of the loss pulls", axes.0, axes.1, series);
    let caption = format!(
        "Gradient of α times the soft nearest neighbour loss, at the first batch of every epoch, first seed. Its greatest ratio to the \
         reconstruction's gradient in the same training, in any epoch: {}.",
        shares.join(", ")
    );
    drawn.save(store, "gradients", caption, &curves.quick(quick))
}
