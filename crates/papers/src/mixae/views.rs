//! What was found, and the order of tables and figures.

use super::rows::{
    BY_TEXT, CONSISTENT, CONTROL, CONTROL_IMSAT, DATASETS, FIXED, OF_PAPER, SMALL, TEXT, VADE, VADE_KEPT,
};
use super::tables::{entropies, evidence_and_acc, is_undecided, seeds, suspects};
use super::{PAPER, figures};
use crate::{Records, Result, Row, dataset_name};
use deepclust_experiments::Store;
use deepclust_experiments::measures::{Generated, SamplesData};
use deepclust_report::{Page, Spread, cluster_members, correlation, fixed};

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
        let said = |id: &str, words: &str| Some(format!("{} {words}", counted(records, id, dataset)?));
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
    let changed: Vec<String> = DATASETS.iter().filter_map(|dataset| with_changes(records, dataset)).collect();
    if !changed.is_empty() {
        findings.push(format!(
            "An addition of ours asks that a sample keeps its assignment when it is changed a little. ACC: {}. Its settings were chosen with ACC on small \
             MNIST images and HAR in view.",
            changed.join("; ")
        ));
    }
    let vade = DATASETS.iter().filter_map(|dataset| {
        let (end, start) = (acc(VADE, dataset)?, records.metric(VADE, dataset, "start_acc")?.mean);
        Some(format!("{} {} (from {})", dataset_name(dataset), fixed(end, 3), fixed(start, 3)))
    });
    let vade: Vec<String> = vade.collect();
    if !vade.is_empty() {
        findings.push(format!(
            "ACC of VaDE, and of the mixture it starts from: {}.{}",
            vade.join("; "),
            by_evidence(records)
        ));
    }
    findings
}

/// ACC with the consistency of assignments, and of the controls without the autoencoders' loss.
fn with_changes(records: &Records, dataset: &str) -> Option<String> {
    let mut words = vec![format!("{} {}", dataset_name(dataset), counted(records, CONSISTENT, dataset)?)];
    for (id, control) in
        [(CONTROL, "without the autoencoders' loss"), (CONTROL_IMSAT, "without it and with IMSAT's weights")]
    {
        let Some(acc) = counted(records, id, dataset) else { continue };
        let undecided = match records.of(id, dataset).iter().filter(|run| is_undecided(run)).count() {
            0 => String::new(),
            n => format!(", {n} undecided"),
        };
        words.push(format!("{control} {acc}{undecided}"));
    }
    Some(words.join(", "))
}

/// The mean ACC of a row and, in brackets, of how many runs.
fn counted(records: &Records, id: &str, dataset: &str) -> Option<String> {
    let acc = records.metric(id, dataset, "acc")?;
    Some(format!("{} ({})", fixed(acc.mean, 3), acc.n))
}

/// What the evidence bound tells of VaDE's runs on MNIST.
fn by_evidence(records: &Records) -> String {
    let runs = records.of(VADE, "mnist");
    let pairs: Vec<(f64, f64)> = runs.iter().filter_map(evidence_and_acc).collect();
    let (Some(acc), Some(kept), Some(r)) = (
        Spread::of(pairs.iter().map(|pair| pair.1)),
        records.metric(VADE_KEPT, "mnist", "acc"),
        correlation(&pairs),
    ) else {
        return String::new();
    };
    format!(
        " On MNIST {} runs reach {} to {}; that of the greatest evidence bound, chosen without labels, has {} (correlation {}).",
        acc.n,
        fixed(acc.min, 3),
        fixed(acc.max, 3),
        fixed(kept.mean, 3),
        fixed(r, 2)
    )
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
    figures::evidence(records.of(VADE, "mnist"), store, page)?;
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
