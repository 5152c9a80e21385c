//! The tables that every paper has.

use crate::names::is_stand_in;
use crate::{Kind, Metric, Paper, Planned, Records, Row, dataset_name};
use deepclust_experiments::RunRecord;
use deepclust_report::{Cell, Column, Spread, Table, labels_used, metric, paired};

/// The rows of a table on a data set: those with runs there, and the methods of which there is only what is published, which no other row stands for.
fn rows_on<'a>(
    paper: &'a Paper,
    records: &'a Records,
    dataset: &'a str,
) -> impl Iterator<Item = (&'a Row, &'a [RunRecord])> {
    records.rows().iter().filter_map(move |row| {
        let is_planned = |row: &Row| row.runs.iter().any(|planned| planned.dataset == dataset);
        let is_text = |row: &Row| !row.id.contains('/');
        let quoted = || paper.metrics.iter().any(|m| printed(paper, dataset, row, m).is_some());
        let stands_for =
            |other: &Row| other.published == row.published && is_text(other) && is_planned(other);
        let of_interest =
            is_planned(row) || is_text(row) && quoted() && !records.rows().iter().any(stands_for);
        let shown = row.kind == Kind::Table && row.table.is_empty() && of_interest;
        shown.then(|| (row, records.of(row.id, dataset)))
    })
}

fn printed(paper: &Paper, dataset: &str, row: &Row, metric: &Metric) -> Option<f64> {
    (paper.printed)(dataset, row.published?, metric.name)
}

/// The head of a published column.
fn published(m: &Metric, dataset: &str) -> String {
    let words = if is_stand_in(dataset) { "published of other data" } else { "published" };
    format!("{}, {words}", m.label)
}

/// What each run added to its start.
pub(crate) fn gain(records: &[RunRecord]) -> Option<Spread> {
    Spread::of(records.iter().filter_map(|r| Some(r.metrics.get("acc")? - r.metrics.get("start_acc")?)))
}

/// Every row: what is published of it, and what is measured, in the first `most` of the paper's metrics.
pub(crate) fn comparison(paper: &Paper, records: &Records, dataset: &str, most: usize) -> Table {
    let rows: Vec<_> = rows_on(paper, records, dataset).collect();
    let is_printed = |m: &Metric| rows.iter().any(|(row, _)| printed(paper, dataset, row, m).is_some());
    let metrics: Vec<(&Metric, bool)> = paper.metrics.iter().take(most).map(|m| (m, is_printed(m))).collect();
    let labelled = rows.iter().any(|(_, runs)| runs.iter().any(|run| run.supervision != "none"));
    let starts = rows.iter().any(|(row, _)| row.start.is_some());
    let mut columns = vec![Column::words("method")];
    columns.extend(labelled.then(|| Column::words("labels used")));
    columns.push(Column::number("runs", 0));
    for (m, is_printed) in &metrics {
        columns.extend(is_printed.then(|| Column::number(published(m, dataset), m.printed)));
        columns.push(Column::spread(m.label, m.decimals));
    }
    if starts {
        columns.extend(["ACC of the start", "Δ ACC from the start"].map(|name| Column::spread(name, 3)));
    }
    let line = |(row, runs): &(&Row, &[RunRecord])| {
        let mut line = vec![Cell::Text(row.label.clone())];
        line.extend(labelled.then(|| runs.first().map_or(Cell::None, |run| Cell::Text(labels_used(run)))));
        line.push(if runs.is_empty() { Cell::None } else { Cell::Number(runs.len() as f64) });
        for (m, is_printed) in &metrics {
            line.extend(is_printed.then(|| printed(paper, dataset, row, m).into()));
            line.push(metric(runs, m.name).into());
        }
        if starts {
            line.extend([metric(runs, "start_acc").into(), gain(runs).into()]);
        }
        line
    };
    let beside =
        if metrics.iter().any(|(_, is_printed)| *is_printed) { " beside what is published" } else { "" };
    let title = format!("{}: every row{beside}", dataset_name(dataset));
    Table { title, columns, rows: rows.iter().map(line).collect(), notes: Vec::new() }
}

/// One row a method of the paper: what is published, what its text gives, and what the other reading gives that comes nearest to
/// the published figure. All readings are in the files.
pub(crate) fn readings(paper: &Paper, records: &Records, dataset: &str) -> Table {
    let mut columns = vec![Column::words("method")];
    for (place, m) in paper.metrics.iter().enumerate() {
        columns.push(Column::number(published(m, dataset), m.printed));
        let ours = ["measured", "other reading"];
        let ours = ours.map(|words| Column::spread(format!("{}, {words}", m.label), m.decimals));
        // The other metrics are of the same runs.
        columns.extend(ours.map(|column| if place == 0 { column.counted() } else { column }));
    }
    let mut rows = Vec::new();
    let mut footnotes: Vec<String> = Vec::new();
    for (row, runs) in rows_on(paper, records, dataset).filter(|(row, _)| !row.id.contains('/')) {
        let nearest = records.nearest(row.id, dataset);
        let mut name = row.label.clone();
        if let Some((other, _)) = nearest {
            let words = other.label.strip_prefix(&row.label).unwrap_or(&other.label);
            let words = words.trim_start_matches([',', ' ']).to_owned();
            let place = footnotes.iter().position(|known| *known == words).unwrap_or_else(|| {
                footnotes.push(words);
                footnotes.len() - 1
            });
            name += SUPERSCRIPTS[place.min(SUPERSCRIPTS.len() - 1)];
        }
        let mut line = vec![Cell::Text(name)];
        for m in paper.metrics {
            line.push(printed(paper, dataset, row, m).into());
            line.push(metric(runs, m.name).into());
            line.push(nearest.and_then(|(_, runs)| metric(runs, m.name)).into());
        }
        rows.push(line);
    }
    let numbered = |(place, words): (usize, &String)| {
        format!("{} {words}", SUPERSCRIPTS[place.min(SUPERSCRIPTS.len() - 1)])
    };
    let footnotes: Vec<String> = footnotes.iter().enumerate().map(numbered).collect();
    let mut notes =
        vec!["Measured: as the paper's text says, or as the name of the row does. In brackets: the number of runs.".to_owned()];
    if !footnotes.is_empty() {
        notes.push(format!(
            "Other reading: {}. It is the one whose {} comes nearest to the published figure, and is shown where it comes nearer than the text, or the text was not measured.",
            footnotes.join("; "),
            paper.metrics.first().map_or("metric", |m| m.label)
        ));
    }
    let title = format!("{}: readings of the paper", dataset_name(dataset));
    Table { title, columns, rows, notes }.without_empty_columns()
}

const SUPERSCRIPTS: [&str; 6] = ["¹", "²", "³", "⁴", "⁵", "⁶"];

/// The ablations, each beside the row that it differs from.
pub(crate) fn ablations(paper: &Paper, records: &Records) -> Option<Table> {
    let m = paper.metrics.first()?;
    let label = m.label;
    let mut columns = vec![Column::words("data"), Column::words("row"), Column::words("what is changed")];
    columns.push(Column::number("runs", 0));
    columns.extend(
        [format!("{label} of the row, same seeds"), label.to_owned(), format!("Δ {label}, same seeds")]
            .map(|name| Column::spread(name, m.decimals)),
    );
    columns.extend(paper.metrics[1..].iter().take(2).map(|m| Column::spread(m.label, m.decimals)));
    columns.push(Column::words("name for --rows"));
    let ablations = records.entries().filter(|(row, _, runs)| row.kind == Kind::Ablation && !runs.is_empty());
    let line = |(row, planned, runs): (&Row, &Planned, &[RunRecord])| {
        let base = row.base.unwrap_or_default();
        let name = records.row(base).map_or(base, |row| row.label.as_str());
        let dataset = planned.dataset.as_str();
        let mut line = vec![dataset_name(dataset).into(), name.into(), Cell::Text(row.label.clone())];
        line.push(Cell::Number(runs.len() as f64));
        // Before and after are of the same seeds, so that they subtract.
        let pairs = paired(records.of(base, dataset), runs);
        line.push(Spread::of(pairs.iter().filter_map(|(before, _)| before.metrics.get(m.name))).into());
        line.push(metric(runs, m.name).into());
        line.push(records.change(base, row.id, dataset, m.name).into());
        line.extend(paper.metrics[1..].iter().take(2).map(|m| Cell::from(metric(runs, m.name))));
        line.push(row.id.into());
        line
    };
    let rows: Vec<_> = ablations.map(line).collect();
    let title = "Ablations: one thing changed at a time".to_owned();
    let notes =
        vec!["Runs are compared where seed and arithmetic are the same; – where no two are.".to_owned()];
    (!rows.is_empty()).then_some(Table { title, columns, rows, notes })
}

/// The best value of each metric over the runs of every row. Which run has the best ACC takes labels to say.
pub(crate) fn best(paper: &Paper, records: &Records, dataset: &str) -> Table {
    let mut columns = vec![Column::words("method"), Column::number("runs", 0)];
    for m in paper.metrics {
        columns.push(Column::number(format!("best {}, published", m.label), m.printed));
        columns.push(Column::number(format!("best {}", m.label), m.decimals));
    }
    let line = |(row, runs): (&Row, &[RunRecord])| {
        let mut line = vec![Cell::Text(row.label.clone()), Cell::Number(runs.len() as f64)];
        for m in paper.metrics {
            // The least Davies-Bouldin index is the best.
            let best = |spread: Spread| if m.name == "dbi" { spread.min } else { spread.max };
            line.push(row.published.and_then(|name| (paper.printed_best)(dataset, name, m.name)).into());
            line.push(metric(runs, m.name).map(best).into());
        }
        line
    };
    let rows = rows_on(paper, records, dataset).filter(|(_, runs)| !runs.is_empty()).map(line).collect();
    let title = format!("{}: the best value over the runs (oracle)", dataset_name(dataset));
    Table { title, columns, rows, notes: Vec::new() }
}
