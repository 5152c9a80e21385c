//! What the page has beside the tables.

use super::ablations::COLD;
use super::figures::{gradients, greatest_share, maps};
use super::rows::{AUTOENCODER, CODE};
use super::{PAPER, labels, points};
use crate::{Records, Result, dataset_name};
use deepclust_experiments::{RunRecord, Store};
use deepclust_report::{Cell, Column, Page, Spread, Table, fixed, labels_used, paired};

/// What was found.
pub(super) fn findings(records: &Records) -> Vec<String> {
    let acc = |id: &str| records.metric(id, "mnist", "acc").map(|s: Spread| s.mean);
    let printed = |row: &str| (PAPER.printed)("mnist", row, "acc").unwrap_or(f64::NAN);
    let mut findings = Vec::new();
    if let Some(five) = acc("snnl-5") {
        findings.push(format!(
            "SNNL-5, trained with {} labels, has an ACC of {} on MNIST (published {}).",
            records.of("snnl-5", "mnist").first().map_or(String::new(), labels_used),
            fixed(five, 3),
            fixed(printed("SNNL-5"), 3)
        ));
    }
    let others = [("SNNL-1", "snnl-1"), ("SNNL-3", "snnl-3"), ("SNNL-7", "snnl-7")];
    let below: Vec<String> = others
        .iter()
        .filter_map(|(name, id)| Some((name, acc(id)?)).filter(|(name, ours)| *ours < printed(name) - 5e-4))
        .map(|(name, ours)| format!("{name} {} (published {})", fixed(ours, 3), fixed(printed(name), 3)))
        .collect();
    if !below.is_empty() {
        findings.push(format!("Below what is published on MNIST: {}.", below.join(", ")));
    }
    let pairs = paired(records.of("snnl-1", "mnist"), records.of(COLD, "mnist"));
    let acc_of = |runs: &mut dyn Iterator<Item = &RunRecord>| {
        Spread::of(runs.filter_map(|run| run.metrics.get("acc"))).map(|s| fixed(s.mean, 3))
    };
    let (warm, cold) =
        (acc_of(&mut pairs.iter().map(|pair| pair.0)), acc_of(&mut pairs.iter().map(|pair| pair.1)));
    if let (Some(warm), Some(cold), Some(code)) = (warm, cold, acc(CODE)) {
        findings.push(format!(
            "The paper does not say how warm a fixed T is. On MNIST T = 0.1 in the place of 1 brings SNNL-1 from {warm} to {cold}, at the same {} seeds; the \
             loss on the code alone has {}.",
            pairs.len(),
            fixed(code, 3)
        ));
    }
    let unsupervised = ["snnl-2", "snnl-4", "snnl-6", "snnl-8"];
    let share = unsupervised.iter().filter_map(|id| greatest_share(records, id)).reduce(f64::max);
    let apart = |dataset: &&str| {
        let mean = |id| records.metric(id, dataset, "acc").map(|s: Spread| s.mean);
        let apart = unsupervised.iter().filter_map(|id| Some((mean(id)? - mean(AUTOENCODER)?).abs()));
        Some(format!("{} on {}", fixed(apart.reduce(f64::max)?, 3), dataset_name(dataset)))
    };
    let found: Vec<String> = PAPER.datasets.iter().filter_map(apart).collect();
    if let Some(share) = share.filter(|_| !found.is_empty()) {
        findings.push(format!(
            "Without labels the loss hardly pulls: on MNIST its gradient is at most {share:.0e} of the reconstruction's. Mean ACC differs from the plain autoencoder's by at most {}.",
            found.join(", ")
        ));
    }
    if let Some(few) = acc("snnl-5/labels-1000") {
        let labels = records.of("snnl-5/labels-1000", "mnist").first().map_or(String::new(), labels_used);
        findings.push(format!("With {labels} labels SNNL-5 has {} on MNIST.", fixed(few, 3)));
    }
    findings
}

/// Tables and figures.
pub(super) fn views(records: &Records, store: &Store, page: &mut Page) -> Result<()> {
    page.heading("Codes");
    let shown = records.shown(PAPER.datasets);
    for dataset in &shown {
        maps(records, store, page, dataset)?;
        page.file(&format!("{dataset}-recluster"), &recluster(records, dataset));
    }
    page.heading("Fewer labels");
    page.table("labels", &labels::table(records));
    labels::figure(records, store, page, (3, "acc", "ACC"))?;
    labels::figure(records, store, page, (4, "nmi", "NMI"))?;
    page.heading("The temperature");
    points::figure(records, store, page)?;
    page.heading("The gradient");
    gradients(records, store, page)
}

/// Does it matter which codes k-means is fitted on?
fn recluster(records: &Records, dataset: &str) -> Table {
    let metrics = [("acc", "ACC"), ("nmi", "NMI"), ("ari", "ARI")];
    let mut columns = vec![Column::words("method"), Column::number("runs", 0)];
    for (_, metric) in metrics {
        columns.push(Column::spread(format!("{metric}, fitted on train"), 3));
        columns.push(Column::spread(format!("{metric}, fitted on test"), 3));
    }
    let rows =
        records.rows().iter().filter(|row| row.table.is_empty() && row.base.is_none()).filter_map(|row| {
            let runs = records.of(row.id, dataset).len();
            let mut line = vec![Cell::Text(row.label.clone()), Cell::Number(runs as f64)];
            for (metric, _) in metrics {
                line.push(records.metric(row.id, dataset, metric).into());
                line.push(records.metric(row.id, dataset, &format!("recluster_{metric}")).into());
            }
            (runs > 0).then_some(line)
        });
    let title = format!("{}: k-means fitted on training codes and on test codes", dataset_name(dataset));
    Table { title, columns, rows: rows.collect(), notes: Vec::new() }
}
