//! Figures 3 to 7.

use super::rows::{DIGITS, FIXED, OTHER_K};
use super::tables::evidence_and_acc;
use crate::{Records, Result, Row, dataset_name};
use deepclust_experiments::measures::{
    Covariances, CovariancesData, Samples, SamplesData, Spaces, SpacesData,
};
use deepclust_experiments::{FigureData, RunRecord, Store};
use deepclust_methods::facts;
use deepclust_methods::series::{BATCH_ENTROPY, RECONSTRUCTION, SAMPLE_ENTROPY};
use deepclust_plots::{
    Axis, CellText, Curves, Figure, HeatMap, Panels, QUICK_NOTE, Scatter, ScatterPanel, Series, Stroke,
};
use deepclust_report::{Page, class_name, cluster_members, fixed};
use ndarray::Array2;

/// Figure 3: members of the clusters.
pub(super) fn members(
    row: &Row,
    run: &RunRecord,
    data: &FigureData,
    store: &Store,
    page: &mut Page,
) -> Result<()> {
    let Some(samples) = data.get::<SamplesData>(Samples::KEY)? else { return Ok(()) };
    let title = format!("{}: random members of each cluster", dataset_name(&run.dataset));
    let has_empty = run.cluster_sizes.contains(&0);
    let empty = if has_empty { " A row without images is a cluster that has no samples." } else { "" };
    let caption =
        format!("Figure 3: random members of each cluster. {}, seed {}.{empty}", row.label, run.seed);
    let grid = cluster_members(run, &samples, title)?;
    Ok(page.figure(store, "members", &caption, &grid.quick(page.is_quick()))?)
}

/// Figure 4: the concatenated codes as training proceeds.
pub(super) fn codes(
    row: &Row,
    run: &RunRecord,
    data: &FigureData,
    store: &Store,
    page: &mut Page,
) -> Result<()> {
    let Some(spaces) = data.get::<SpacesData>(Spaces::KEY)? else { return Ok(()) };
    let n = spaces.classes.len();
    let names: Vec<String> = (0..spaces.counts.len()).map(|class| class_name(&run.dataset, class)).collect();
    let panels = spaces.epochs.iter().zip(&spaces.embedding_maps).map(|(epoch, map)| {
        let points = Array2::from_shape_fn((n, map.len()), |(i, j)| map[j][i]);
        ScatterPanel::new(format!("epoch {epoch}"), points.view(), &spaces.classes, &names).legend("digit")
    });
    let title = format!("{}: t-SNE of the codes of {n} images", dataset_name(&run.dataset));
    let mut scatter = Scatter::new(title, panels.collect());
    scatter.columns = Some(2);
    let caption = format!(
        "Figure 4: t-SNE of the concatenated codes of {n} images, as training proceeds. {}, seed {}.",
        row.label, run.seed
    );
    Ok(page.figure(store, "codes", &caption, &scatter.quick(page.is_quick()))?)
}

/// A run with what was measured for its figures.
fn pictured<'a>(
    records: &'a Records,
    store: &Store,
    id: &str,
    dataset: &str,
) -> Result<Option<(&'a RunRecord, FigureData)>> {
    let mut runs = records.of(id, dataset).iter();
    let Some(run) = runs.find(|run| run.figure_data_digest.is_some()) else { return Ok(None) };
    Ok(Some((run, store.figure_data(run)?)))
}

/// Figure 5: covariances of the assignments beside those of the classes.
pub(super) fn covariances(
    rows: &[(&str, &Row)],
    records: &Records,
    store: &Store,
    page: &mut Page,
) -> Result<()> {
    let mut panels: Vec<Box<dyn Figure>> = Vec::new();
    let mut shown = Vec::new();
    for (dataset, row) in rows {
        let Some((_, data)) = pictured(records, store, row.id, dataset)? else { continue };
        let Some(found) = data.get::<CovariancesData>(Covariances::KEY)? else { continue };
        let name = dataset_name(dataset);
        shown.push(format!("{name}, {}", row.label));
        panels.push(Box::new(matrix(format!("{name}: clusters"), &found.clusters)));
        panels.push(Box::new(matrix(format!("{name}: classes"), &found.classes)));
    }
    if panels.is_empty() {
        return Ok(());
    }
    let title = "Covariances of assignments, in hundredths".to_owned();
    let figure = Panels { title, figures: panels, columns: Some(2), note: note(page) };
    let caption = format!(
        "Figure 5: covariances of the soft assignments, and of the true classes, in hundredths (seed 0): {}. Clusters and classes have no common \
         order.",
        shown.join("; ")
    );
    Ok(page.figure(store, "covariances", &caption, &figure)?)
}

/// ACC of VaDE's runs by the evidence bound they end with, and that of the mixtures they start from.
pub(super) fn evidence(runs: &[RunRecord], store: &Store, page: &mut Page) -> Result<()> {
    let ends: Vec<(f64, f64)> = runs.iter().filter_map(evidence_and_acc).collect();
    if ends.len() < 3 {
        return Ok(());
    }
    let starts: Vec<(f64, f64)> = runs
        .iter()
        .filter_map(|run| Some((evidence_and_acc(run)?.0, run.metrics.get("start_acc")?)))
        .collect();
    let dots = |name: &str, points: &[(f64, f64)]| {
        let (x, y): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
        Series::new(name, x, y).stroke(Stroke::Dots)
    };
    let series = vec![dots("VaDE", &ends), dots("its start", &starts)];
    let (x, y) = (Axis::new("evidence bound, nats a sample"), Axis::new("ACC"));
    let name = dataset_name(&runs[0].dataset);
    let figure = Curves::new(format!("{name}: VaDE, run by run"), x, y, series).quick(page.is_quick());
    let caption = format!(
        "{name}: ACC of {} runs of VaDE by the evidence bound they end with, and ACC of their starts.",
        ends.len()
    );
    Ok(page.figure(store, "evidence", &caption, &figure)?)
}

fn note(page: &Page) -> Option<String> {
    page.is_quick().then(|| QUICK_NOTE.to_owned())
}

fn matrix(title: String, values: &[Vec<f64>]) -> HeatMap {
    let k = values.len();
    let hundredths = Array2::from_shape_fn((k, k), |(i, j)| 100.0 * values[i][j]);
    let names: Vec<usize> = (0..k).collect();
    let mut map = HeatMap::new(title, hundredths.view(), &names, &names);
    map.text = if k <= 10 { CellText::Decimals(1) } else { CellText::None };
    map
}

/// How even the shares are, and how decided the samples, beside what the paper says.
fn shares_by_k(runs: &[(usize, &RunRecord, FigureData)]) -> String {
    let words = runs.iter().filter_map(|(k, run, _)| {
        let fact = |name: &str| run.facts.get(name).copied();
        let (of_batch, of_samples) = (fact(facts::BATCH_ENTROPY)?, fact(facts::SAMPLE_ENTROPY)?);
        let most = fixed((*k as f64).ln(), 2);
        Some(format!("{} of {most} and {} for K = {k}", fixed(of_batch, 2), fixed(of_samples, 3)))
    });
    let words: Vec<String> = words.collect();
    format!(
        "In the paper more autoencoders have uneven shares and undecided samples. Here batch entropy (of at most ln K) and sample entropy are {}.",
        words.join(", ")
    )
}

/// Figures 6 and 7: other numbers of autoencoders.
pub(super) fn other_k(records: &Records, store: &Store, page: &mut Page) -> Result<()> {
    let k_of = |id: &str| OTHER_K.iter().find(|(other, _)| *other == id).map(|(_, k)| *k);
    let mut runs = Vec::new();
    for id in std::iter::once(FIXED).chain(OTHER_K.map(|(id, _)| id)) {
        if let Some((run, data)) = pictured(records, store, id, DIGITS)? {
            runs.push((k_of(id).unwrap_or(run.cluster_sizes.len()), run, data));
        }
    }
    if runs.len() < 2 {
        return Ok(());
    }
    let name = dataset_name(DIGITS);
    let terms = [RECONSTRUCTION, SAMPLE_ENTROPY, BATCH_ENTROPY].map(|term| {
        let line = |(k, run, _): &(usize, &RunRecord, FigureData)| {
            let values = run.series(term).map_or_else(Vec::new, |series| series.values.clone());
            Series::new(format!("K = {k}"), (1..=values.len()).map(|e| e as f64).collect::<Vec<_>>(), values)
        };
        let lines = runs.iter().map(line).collect();
        Box::new(Curves::new(term, Axis::new("epoch"), Axis::new(term), lines)) as Box<dyn Figure>
    });
    let title = format!("{name}: the three terms");
    let figure = Panels { title, figures: terms.into(), columns: Some(2), note: note(page) };
    let purities = runs
        .iter()
        .filter_map(|(k, run, _)| Some(format!("{} for K = {k}", fixed(run.metrics.get("purity")?, 3))));
    let purities: Vec<String> = purities.collect();
    let caption = format!(
        "Figure 6, on {name}: the terms of the loss, with fixed weights, for other numbers of autoencoders (seed 0). Final purity: {}.",
        purities.join(", ")
    );
    page.figure(store, "terms", &caption, &figure)?;

    let mut matrices: Vec<Box<dyn Figure>> = Vec::new();
    for (k, _, data) in &runs {
        if let Some(found) = data.get::<CovariancesData>(Covariances::KEY)? {
            matrices.push(Box::new(matrix(format!("K = {k}"), &found.clusters)));
        }
    }
    let title = format!("{name}: covariances of assignments, in hundredths");
    let figure = Panels { title, figures: matrices, columns: Some(3), note: note(page) };
    let caption = format!(
        "Figure 7a, on {name}: covariances of the soft assignments, in hundredths (seed 0). {}",
        shares_by_k(&runs)
    );
    page.figure(store, "covariances-by-k", &caption, &figure)?;
    // Those of as many clusters as classes are Figure 3.
    for (k, run, data) in runs.iter().filter(|(k, ..)| OTHER_K.iter().any(|(_, other)| other == k)) {
        if let Some(samples) = data.get::<SamplesData>(Samples::KEY)? {
            let title = format!("{name}: members of {k} clusters");
            let caption =
                format!("Figure 7b, on {name}: random members of {k} clusters (seed {}).", run.seed);
            let grid = cluster_members(run, &samples, title)?;
            page.figure(store, &format!("members-{k}"), &caption, &grid.quick(page.is_quick()))?;
        }
    }
    Ok(())
}
