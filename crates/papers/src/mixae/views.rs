//! What was found, and the order of tables and figures.

use super::rows::{BY_TEXT, CONSISTENT, CONTROL, DATASETS, FIXED, OF_PAPER, SMALL, TEXT, VADE};
use super::tables::{entropies, is_undecided, seeds, suspects};
use super::{PAPER, figures};
use crate::{Records, Result, Row, dataset_name};
use deepclust_experiments::measures::{Generated, SamplesData};
use deepclust_experiments::{RunRecord, Store};
use deepclust_report::{Page, Spread, cluster_members, fixed, paired};

/// The row by the text: images have convolutional autoencoders.
fn by_text(records: &Records, dataset: &str) -> &'static str {
    if records.of(OF_PAPER, dataset).is_empty() { BY_TEXT } else { OF_PAPER }
}

/// The row by the text, or the reading that comes nearer to what is printed.
fn own<'a>(records: &'a Records, dataset: &str) -> Option<&'a Row> {
    let text = by_text(records, dataset);
    let nearest = records.nearest(text, dataset).map(|(row, _)| row);
    nearest.or_else(|| records.row(text)).filter(|row| !records.of(row.id, dataset).is_empty())
}

/// What was found.
pub(super) fn findings(records: &Records) -> Vec<String> {
    let acc = |id: &str, dataset: &str| records.metric(id, dataset, "acc").map(|s| s.mean);
    let mut findings = Vec::new();
    for dataset in DATASETS {
        let said = |id: &str, words: &str| acc(id, dataset).map(|acc| format!("{} {words}", fixed(acc, 3)));
        let readings: Vec<String> = [
            said(OF_PAPER, "with convolutional autoencoders"),
            said(BY_TEXT, "with fully connected ones"),
            said(FIXED, "with these and fixed weights"),
        ]
        .into_iter()
        .flatten()
        .collect();
        if readings.is_empty() {
            continue;
        }
        let printed = (PAPER.printed)(dataset, PAPER.own, "acc");
        let of_others = if dataset == TEXT { " of other documents" } else { "" };
        let printed = printed.map_or(String::new(), |p| format!("; published {}{of_others}", fixed(p, 3)));
        let k_means =
            acc("k-means", dataset).map_or(String::new(), |acc| format!("; k-means {}", fixed(acc, 3)));
        findings.push(format!("{}: MIXAE {}{k_means}{printed}.", dataset_name(dataset), readings.join(", ")));
    }
    let changed = DATASETS.iter().filter_map(|dataset| {
        let pairs = paired(records.of(CONSISTENT, dataset), records.of(CONTROL, dataset));
        let mean = |of: &dyn Fn(&(&RunRecord, &RunRecord)) -> Option<f64>| {
            Spread::of(pairs.iter().filter_map(of)).map(|spread| fixed(spread.mean, 3))
        };
        let (with, without) =
            (mean(&|pair| pair.0.metrics.get("acc"))?, mean(&|pair| pair.1.metrics.get("acc"))?);
        let controls = records.of(CONTROL, dataset);
        let undecided = match controls.iter().filter(|run| is_undecided(run)).count() {
            0 => String::new(),
            n => format!("; {n} of {} runs without it left most samples undecided", controls.len()),
        };
        Some(format!("{} {with} and {without} ({}{undecided})", dataset_name(dataset), pairs.len()))
    });
    let changed: Vec<String> = changed.collect();
    if !changed.is_empty() {
        findings.push(format!(
            "An addition of ours asks that a sample keeps its assignment when it is changed a little. ACC with and without the autoencoders' \
             loss, at the same seeds (in brackets how many): {}.",
            changed.join(", ")
        ));
    }
    let vade = DATASETS.iter().filter_map(|dataset| {
        let (end, start) = (acc(VADE, dataset)?, records.metric(VADE, dataset, "start_acc")?.mean);
        Some(format!("{} {} (from {})", dataset_name(dataset), fixed(end, 3), fixed(start, 3)))
    });
    let vade: Vec<String> = vade.collect();
    if !vade.is_empty() {
        findings.push(format!("ACC of VaDE, and of the mixture it starts from: {}.", vade.join("; ")));
    }
    findings
}

/// Tables and figures.
pub(super) fn views(records: &Records, store: &Store, page: &mut Page) -> Result<()> {
    page.heading("Entropies");
    page.table("entropies", &entropies(records));
    page.heading("What the mixture of autoencoders does");
    if let Some(row) = own(records, "mnist") {
        let mut runs = records.of(row.id, "mnist").iter();
        if let Some(run) = runs.find(|run| run.figure_data_digest.is_some()) {
            let data = store.figure_data(run)?;
            figures::members(row, run, &data, store, page)?;
            figures::codes(row, run, &data, store, page)?;
        }
    }
    let rows: Vec<(&str, &Row)> = ["mnist", TEXT, "uci-har"]
        .into_iter()
        .filter_map(|dataset| Some((dataset, own(records, dataset)?)))
        .collect();
    figures::covariances(&rows, records, store, page)?;
    figures::other_k(records, store, page)?;
    if let Some(table) = suspects(records) {
        page.table("suspects", &table);
    }
    page.heading("VaDE, seed by seed");
    if let Some(table) = seeds(records) {
        page.table("vade", &table);
    }
    generated(records, store, page)
}

/// Images that VaDE makes up.
fn generated(records: &Records, store: &Store, page: &mut Page) -> Result<()> {
    let mut runs = records.of(VADE, SMALL).iter();
    let Some(run) = runs.find(|run| run.figure_data_digest.is_some()) else { return Ok(()) };
    let Some(images) = store.figure_data(run)?.get::<SamplesData>(Generated::KEY)? else { return Ok(()) };
    let grid = cluster_members(run, &images, format!("{}: images that VaDE makes up", dataset_name(SMALL)))?;
    let caption =
        format!("{}: new images of every cluster, made up by VaDE (seed {}).", dataset_name(SMALL), run.seed);
    Ok(page.figure(store, "generated", &caption, &grid.quick(page.is_quick()))?)
}
