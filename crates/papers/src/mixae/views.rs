//! What was found, Table 3, the figures, and VaDE seed by seed.

use super::figures;
use super::rows::{BY_TEXT, CONSISTENT, CONTROL, DATASETS, FIXED, OF_PAPER, SMALL, TEXT, VADE};
use super::{PAPER, printed_name, published};
use crate::{Records, Result, Row, dataset_name};
use deepclust_experiments::measures::{Generated, SamplesData};
use deepclust_experiments::{RunRecord, Store};
use deepclust_methods::facts::{
    BATCH_ENTROPY, EVIDENCE, LARGEST_SHARE, SAMPLE_ENTROPY, SMALL_CLUSTERS, START_LIKELIHOOD,
};
use deepclust_report::{Cell, Column, Page, Spread, Table, cluster_members, fixed, paired};

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
        let undecided = pairs.iter().filter(|(_, control)| is_undecided(control)).count();
        let undecided = if undecided > 0 { format!(", {undecided} never decided") } else { String::new() };
        Some(format!("{} {with} and {without} ({}{undecided})", dataset_name(dataset), pairs.len()))
    });
    let changed: Vec<String> = changed.collect();
    if !changed.is_empty() {
        findings.push(format!(
            "An addition of ours asks that a sample keeps its assignment when it is changed a little. ACC with and without the autoencoders' \
             loss, at the same seeds (in brackets how many, and in how many of those without it most samples stayed undecided): {}.",
            changed.join("; ")
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

/// Table 3.
fn entropies(records: &Records) -> Table {
    let mut columns = vec![Column::words("data"), Column::number("ln K", 2)];
    columns.push(Column::number("batch entropy of the classes", 2));
    columns.push(Column::number("batch entropy, published", 2));
    let readings = ["convolutional", "fully connected", "the same, fixed weights"];
    columns.extend(readings.map(|reading| Column::spread(format!("batch entropy, {reading}"), 2)));
    columns.push(Column::number("sample entropy, published", 3));
    columns.extend(readings.map(|reading| Column::spread(format!("sample entropy, {reading}"), 3)));
    let fact = |id: &str, dataset: &str, name: &str| {
        Cell::from(Spread::of(records.of(id, dataset).iter().filter_map(|run| run.facts.get(name).copied())))
    };
    let row = |dataset: &&str| {
        let shown = [OF_PAPER, BY_TEXT, FIXED];
        let run = shown.iter().find_map(|id| records.of(id, dataset).first())?;
        let tables = published();
        let printed = |column: &str| {
            let at = (0..3)
                .find(|at| tables.words(&format!("/tables/3/{at}/dataset")) == Some(printed_name(dataset)))?;
            tables.elsewhere(&format!("/tables/3/{at}/{column}"))
        };
        let mut row = vec![Cell::from(dataset_name(dataset))];
        row.push(Cell::Number((run.cluster_sizes.len() as f64).ln()));
        row.push(Cell::Number(entropy_of_classes(run)));
        for (column, name) in [("batch_entropy", BATCH_ENTROPY), ("sample_entropy", SAMPLE_ENTROPY)] {
            row.push(printed(column).into());
            row.extend(shown.map(|id| fact(id, dataset, name)));
        }
        Some(row)
    };
    let notes = vec![
        "In nats, over all samples, after training. The sample entropy of the classes is 0. A random partition that is certain of itself has a batch \
         entropy of ln K and a sample entropy of 0 too: these numbers alone show no good clustering."
            .to_owned(),
        "A run that lost one of ten clusters, with equal shares of the others, has a batch entropy of ln 9 = 2.20.".to_owned(),
    ];
    let title = "Table 3: entropies of the assignments".to_owned();
    Table { title, columns, rows: DATASETS.iter().filter(|d| **d != SMALL).filter_map(row).collect(), notes }
}

/// Whether the mean entropy of a sample's assignment is above half of what it is at most.
fn is_undecided(run: &RunRecord) -> bool {
    let most = (run.cluster_sizes.len() as f64).ln();
    run.facts.get(SAMPLE_ENTROPY).is_some_and(|entropy| *entropy > 0.5 * most)
}

/// The runs that end with a cluster that is nearly empty, or has most samples.
fn suspects(records: &Records) -> Option<Table> {
    let mut rows = Vec::new();
    for (row, planned, runs) in records.entries() {
        for run in runs {
            let fact = |name: &str| run.facts.get(name).copied();
            let (Some(small), Some(largest)) = (fact(SMALL_CLUSTERS), fact(LARGEST_SHARE)) else { continue };
            if small == 0.0 && largest <= 0.5 {
                continue;
            }
            rows.push(vec![
                Cell::from(dataset_name(&planned.dataset)),
                Cell::Text(row.label.clone()),
                Cell::Number(run.seed as f64),
                Cell::Number(run.cluster_sizes.len() as f64),
                Cell::Number(small),
                Cell::Number(100.0 * largest),
            ]);
        }
    }
    let mut columns = ["data", "row"].map(Column::words).to_vec();
    columns.extend(
        ["seed", "clusters", "nearly empty", "largest, % of the samples"].map(|name| Column::number(name, 0)),
    );
    let title = "Runs that lost a cluster, or have one with more than half of the samples".to_owned();
    let notes = vec!["A cluster is nearly empty with a tenth of an equal share, or less.".to_owned()];
    (!rows.is_empty()).then_some(Table { title, columns, rows, notes })
}

/// −Σ p ln p of the shares p of the classes.
fn entropy_of_classes(run: &RunRecord) -> f64 {
    let sizes: Vec<f64> = run.contingency.iter().map(|row| row.iter().sum::<usize>() as f64).collect();
    let n: f64 = sizes.iter().sum();
    sizes.iter().filter(|size| **size > 0.0).map(|size| -size / n * (size / n).ln()).sum()
}

/// Every run of VaDE; without labels the one of the greatest evidence would be kept.
fn seeds(records: &Records) -> Option<Table> {
    let mut rows = Vec::new();
    for dataset in DATASETS {
        let runs = records.of(VADE, dataset);
        let evidence = |run: &RunRecord| run.facts.get(EVIDENCE).copied();
        let greatest = runs.iter().filter_map(evidence).reduce(f64::max);
        for run in runs {
            let kept = runs.len() > 1 && evidence(run) == greatest;
            rows.push(vec![
                Cell::from(dataset_name(dataset)),
                Cell::Number(run.seed as f64),
                run.facts.get(START_LIKELIHOOD).copied().into(),
                run.metrics.get("start_acc").into(),
                run.metrics.get("acc").into(),
                evidence(run).into(),
                if kept { "greatest evidence" } else { "" }.into(),
            ]);
        }
    }
    let mut columns = vec![Column::words("data"), Column::number("seed", 0)];
    columns.extend([
        Column::number("log-likelihood of the start", 2),
        Column::number("ACC of the start", 3),
        Column::number("ACC", 3),
        Column::number("evidence bound", 2),
        Column::words("chosen without labels"),
    ]);
    let title = "VaDE: every run".to_owned();
    (!rows.is_empty()).then_some(Table { title, columns, rows, notes: Vec::new() })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_entropies_are_found_by_the_data_sets_name() {
        let tables = published();
        let found: Vec<_> =
            (0..3).map(|at| tables.words(&format!("/tables/3/{at}/dataset")).unwrap().to_owned()).collect();
        let mut expected = ["mnist", TEXT, "uci-har"].map(|dataset| printed_name(dataset).to_owned());
        expected.sort();
        let mut sorted = found.clone();
        sorted.sort();
        assert_eq!(sorted, expected);
        assert_eq!(tables.elsewhere("/tables/3/0/sample_entropy"), Some(0.026));
    }
}
