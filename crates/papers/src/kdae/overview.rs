//! Table 2 in short: the accuracies on all data sets beside each other, on top of the page and in the README.

use super::Sets;
use super::protocol::{SEEDS, SHOWN};
use super::rows::{row_name, row_records, rows, rows_of};
use super::tables::{dataset_name, printed};
use crate::Result;
use crate::render::{Cell, Column, Records, Table, arithmetic_note};

/// Every row's accuracy, in print and measured, on the data sets with a run.
pub(super) fn overview(sets: &Sets) -> Result<Table> {
    let runs_on = |dataset: &str| rows_of(dataset).any(|of| !row_records(sets, dataset, of).is_empty());
    let datasets: Vec<&str> = SHOWN.into_iter().filter(|dataset| runs_on(dataset)).collect();
    let mut columns = vec![Column::words("method")];
    for dataset in &datasets {
        columns.push(Column::number(format!("{}, paper", short_name(dataset)), 2));
        columns.push(Column::spread(format!("{}, ours", short_name(dataset)), 3));
    }
    let names: Vec<&str> = datasets.iter().map(|dataset| short_name(dataset)).collect();
    columns.push(Column::words(format!("runs: {}", names.join("; "))));
    let mut lines = Vec::new();
    let mut shown = Vec::new();
    for of in rows() {
        let mut row = vec![row_name(of).as_str().into()];
        let mut runs = Vec::new();
        for dataset in &datasets {
            if rows_of(dataset).all(|planned| planned != of) {
                row.extend([Cell::None, Cell::None]);
                runs.push("–".to_owned());
                continue;
            }
            let records = row_records(sets, dataset, of);
            row.push(printed(dataset, of.0, "acc")?.into());
            row.push(Records::metric(&records, "acc").into());
            runs.push(records.len().to_string());
            shown.extend(records);
        }
        row.push(Cell::Text(runs.join(", ")));
        lines.push(row);
    }
    let mut notes = vec![format!(
        "ACC on all images, mean ± sample standard deviation over the runs, {SEEDS} of each row when all are made; a number without deviation is of one run. Rows without a remark follow the paper's text, the others the authors' code or \
         the network of DEC and DCN, which some figures in print are of. A deep row starts from the row AE + k-means of the same network; where that row's run of the seed has other kernels or another device, from such a network trained as the run itself. \
         The paper has one USPS, of 11,000 images by its text and of 9,298 by the authors' code: the rows from that code have no runs on the former. Rows by gradient descent, as a public implementation of DEC trains this network, are for MNIST alone."
    )];
    notes.extend(arithmetic_note(shown));
    Ok(Table { title: "Table 2, ACC: the paper's and ours".to_owned(), columns, rows: lines, notes })
}

fn short_name(dataset: &str) -> &'static str {
    let name = dataset_name(dataset);
    if dataset.starts_with("usps") { name } else { name.split_once(" (").map_or(name, |(short, _)| short) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kdae::deviations::DEC_START;
    use crate::kdae::protocol::DATASETS;
    use crate::run::record::tests::record;

    #[test]
    fn has_the_rows_of_table_2_and_the_data_sets_that_were_run() {
        let none = overview(&Sets::default()).unwrap();
        assert_eq!((none.rows.len(), none.columns.len()), (rows().count(), 2));

        let mut run = record(0, 0.1);
        (run.method, run.dataset) = ("dec".to_owned(), "usps-11000".to_owned());
        let sets = Sets { main: Records::from(vec![run]), ..Sets::default() };
        let table = overview(&sets).unwrap();
        assert_eq!(table.columns.len(), 4);
        let row = |of| &table.rows[rows().position(|row| row == of).unwrap()];
        assert_eq!(row(("dec", None))[1], Cell::Number(0.76));
        assert_eq!(row(("dec", None))[3], Cell::Text("1".to_owned()));
        assert_eq!(row(("dec", Some(DEC_START)))[1..], [Cell::None, Cell::None, Cell::Text("–".to_owned())]);
        assert_eq!(row(("dcn", None))[2..], [Cell::None, Cell::Text("0".to_owned())]);
    }

    #[test]
    fn every_data_set_has_a_place() {
        let (mut order, mut all) = (SHOWN, DATASETS);
        order.sort_unstable();
        all.sort_unstable();
        assert_eq!(order, all);
        assert_eq!((short_name("mnist"), short_name("usps-9298")), ("MNIST", "USPS (9,298)"));
    }
}
