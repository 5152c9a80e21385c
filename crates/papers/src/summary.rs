//! What was found, in few lines: at the end of a command, and in the README.

use crate::names::is_stand_in;
use crate::{Kind, PAPERS, Paper, Records, Result, Row, dataset_name};
use deepclust_experiments::{RunRecord, Scale, Store};
use deepclust_report::{Cell, Column, Spread, Table, fixed, labels_used, metric};

/// A paper's best rows on its data sets, beside what is published: lines for a terminal.
///
/// # Errors
/// For a damaged record.
pub fn best_rows(paper: &Paper, store: &Store, scale: Scale, dataset: Option<&str>) -> Result<Vec<String>> {
    const SHOWN: usize = 3;
    let records = Records::read(paper, store, scale)?;
    let Some(m) = paper.metrics.first() else { return Ok(Vec::new()) };
    let mut lines = Vec::new();
    for at in records.shown(paper.datasets).into_iter().filter(|name| dataset.is_none_or(|d| d == *name)) {
        let in_table = |row: &Row| row.kind == Kind::Table && row.table.is_empty();
        let measured = records.entries().filter(|(row, planned, _)| in_table(row) && planned.dataset == at);
        let mut rows: Vec<(&Row, Spread)> =
            measured.filter_map(|(row, _, runs)| Some((row, metric(runs, m.name)?))).collect();
        rows.sort_by(|a, b| b.1.mean.total_cmp(&a.1.mean));
        for (row, ours) in rows.into_iter().take(SHOWN) {
            let printed = row.published.and_then(|name| (paper.printed)(at, name, m.name));
            let published =
                printed.map_or(String::new(), |value| format!(" (published {})", fixed(value, m.printed)));
            lines.push(format!(
                "  {:<22} {} {}{published}  {}",
                dataset_name(at),
                m.label,
                spread(ours, m.decimals),
                row.label
            ));
        }
    }
    Ok(lines)
}

/// Mean, deviation and, in brackets, the number of runs.
fn spread(spread: Spread, decimals: usize) -> String {
    let std = spread.std.map_or(String::new(), |std| format!(" ± {std:.decimals$}"));
    format!("{}{std} ({})", fixed(spread.mean, decimals), spread.n)
}

/// Paper by paper and data set by data set: what is published of its own method, what is measured, and whether that is reached.
///
/// # Errors
/// For a damaged record.
pub fn results_table(store: &Store) -> Result<Table> {
    let mut rows = Vec::new();
    for paper in PAPERS {
        let records = Records::read(paper, store, Scale::Full)?;
        let Some(m) = paper.metrics.first() else { continue };
        for dataset in records.shown(paper.datasets) {
            let own = |row: &&Row| {
                let (text, nearest) = (records.of(row.id, dataset), records.nearest(row.id, dataset));
                let made = !text.is_empty() || nearest.is_some();
                row.published == Some(paper.own) && row.kind == Kind::Table && made
            };
            let Some(row) = records.rows().iter().find(own) else { continue };
            let (text, nearest) = (records.of(row.id, dataset), records.nearest(row.id, dataset));
            // Beyond the paper's data there is nothing to reach.
            let Some(printed) = (paper.printed)(dataset, paper.own, m.name) else { continue };
            let ours = |runs: Option<&[RunRecord]>| {
                runs.and_then(|runs| metric(runs, m.name)).map_or("–".to_owned(), |s| spread(s, m.decimals))
            };
            let figure = nearest.map(|(_, runs)| runs);
            let title = paper.title.split(':').next().unwrap_or_default();
            let labels = text.first().filter(|run| run.supervision != "none").map(labels_used);
            let labels = labels.map_or(String::new(), |n| format!(", {n} labels"));
            rows.push(vec![
                Cell::Text(format!("[{title}](results/{}/page.md)", paper.slug)),
                Cell::Text(format!("{}, {}{labels}", row.label, dataset_name(dataset))),
                m.label.into(),
                Cell::Text(fixed(printed, m.printed)),
                Cell::Text(ours(Some(text))),
                Cell::Text(ours(figure)),
                verdict(
                    is_stand_in(dataset),
                    printed,
                    metric(text, m.name),
                    figure.and_then(|runs| metric(runs, m.name)),
                    m.printed,
                )
                .into(),
            ]);
        }
    }
    let columns = ["paper", "method and data", "metric", "published", "measured", "other reading", "verdict"];
    let columns = columns.map(Column::words).to_vec();
    Ok(Table { title: "Published and measured".to_owned(), columns, rows, notes: Vec::new() })
}

/// Whether a published number is reached: in its own digits, by the mean.
fn verdict(
    stand_in: bool,
    printed: f64,
    text: Option<Spread>,
    figure: Option<Spread>,
    digits: usize,
) -> &'static str {
    if stand_in {
        return "published of other data";
    }
    // What is printed is reached from half of its last digit below, where rounding begins.
    let least = printed - 0.5 * 10_f64.powi(-(digits as i32)) - 1e-9;
    let reached = |spread: Option<Spread>| spread.is_some_and(|s| s.mean >= least);
    match (reached(text), reached(figure)) {
        (true, _) => "reached",
        (false, true) => "reached by another reading",
        (false, false) => "not reached",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_reached_in_its_own_digits() {
        let of = |mean: f64| Spread::of([mean]);
        assert_eq!(verdict(false, 0.88, of(0.876), None, 2), "reached");
        assert_eq!(verdict(false, 0.88, of(0.874), None, 2), "not reached");
        assert_eq!(verdict(false, 0.88, of(0.69), of(0.884), 2), "reached by another reading");
        assert_eq!(verdict(true, 0.88, of(0.9), None, 2), "published of other data");
    }
}
