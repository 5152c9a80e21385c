//! Table 2 in short: the accuracies on all data sets beside each other, on top of the page and in the README.

use super::Sets;
use super::protocol::SEEDS;
use super::tables::{ROWS, dataset_name, printed, row_name, row_records, rows_of};
use crate::Result;
use crate::render::{Cell, Column, Records, Table};

/// The data sets in the paper's order.
const ORDER: [&str; 4] = ["mnist", "fashion-mnist", "usps-9298", "usps-11000"];

/// Every row's accuracy, in print and measured, on the data sets with a run.
pub(super) fn overview(sets: &Sets) -> Result<Table> {
    let shown: Vec<&str> =
        ORDER.into_iter().filter(|set| sets.main.all().iter().any(|r| r.dataset == *set)).collect();
    let mut columns = vec![Column::words("method")];
    for dataset in &shown {
        columns.push(Column::number(format!("{}, paper", short_name(dataset)), 2));
        columns.push(Column::spread(format!("{}, ours", short_name(dataset)), 3));
    }
    columns.push(Column::words("runs"));
    let mut rows = Vec::new();
    for of in ROWS {
        let mut row = vec![row_name(of).as_str().into()];
        let mut runs = Vec::new();
        for dataset in &shown {
            let records = row_records(sets, dataset, of);
            row.push(printed(dataset, of.0, "acc")?.into());
            row.push(Records::metric(&records, "acc").into());
            let planned = rows_of(dataset).any(|row| row == of);
            runs.push(if planned { records.len().to_string() } else { "–".to_owned() });
        }
        row.push(Cell::Text(runs.join(", ")));
        rows.push(row);
    }
    let names: Vec<&str> = shown.iter().map(|dataset| dataset_name(dataset)).collect();
    let notes = vec![format!(
        "ACC, mean ± sample standard deviation; *runs* are those on {}, {SEEDS} a row when all are made. The paper's USPS is one column, of the version with 11,000 images by its text and of that with 9,298 by its authors' code.",
        names.join(", ")
    )];
    Ok(Table {
        title: "Table 2, accuracies: the paper's and ours, all images".to_owned(),
        columns,
        rows,
        notes,
    })
}

fn short_name(dataset: &str) -> &'static str {
    let name = dataset_name(dataset);
    if dataset.starts_with("usps") { name } else { name.split_once(" (").map_or(name, |(short, _)| short) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_a_row_for_each_of_table_2_and_the_papers_data_sets() {
        let table = overview(&Sets::default()).unwrap();
        assert_eq!((table.rows.len(), table.columns.len()), (ROWS.len(), 2));
        let mut order = ORDER;
        let mut all = crate::kdae::protocol::DATASETS;
        order.sort_unstable();
        all.sort_unstable();
        assert_eq!(order, all);
        assert_eq!(short_name("mnist"), "MNIST");
        assert_eq!(short_name("usps-9298"), "USPS (9,298)");
    }
}
