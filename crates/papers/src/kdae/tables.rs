//! Table 2 beside what is measured here, and every run.

use super::rows::{name, row_name, row_records, rows_of};
use super::{Sets, published};
use crate::render::{Arithmetic, Cell, Column, Records, Table, arithmetic_note, device_model};
use crate::run::RunRecord;
use crate::{Request, Result};

/// Table 2's metrics: name in records, name in print.
pub(super) const METRICS: [(&str, &str); 3] = [("acc", "ACC"), ("nmi", "NMI"), ("ari", "ARI")];

/// A column's name in the paper's table.
fn printed_name(method: &str) -> &'static str {
    match method {
        "ae-k-means" => "AE+k-means",
        other => name(other),
    }
}

pub(super) fn dataset_name(dataset: &str) -> &'static str {
    match dataset {
        "mnist" => "MNIST (70,000)",
        "fashion-mnist" => "Fashion-MNIST (70,000)",
        "usps-9298" => "USPS (9,298)",
        _ => "USPS (11,000)",
    }
}

/// The part of Table 2 that has a data set.
fn part(dataset: &str) -> &'static str {
    match dataset {
        "mnist" => "2/mnist",
        "fashion-mnist" => "2/fashion-mnist",
        _ => "2/usps",
    }
}

/// A printed value.
pub(super) fn printed(dataset: &str, method: &str, metric: &str) -> Result<Option<f64>> {
    Ok(published()?.printed(part(dataset), printed_name(method), metric))
}

/// Every row: what the paper prints of its method, and what is measured.
pub(super) fn comparison(dataset: &str, sets: &Sets) -> Result<Table> {
    let mut columns = vec![Column::words("method"), Column::words("labels used"), Column::number("runs", 0)];
    for (_, metric) in METRICS {
        columns.push(Column::number(format!("{metric}, paper"), 2));
        columns.push(Column::spread(format!("{metric}, ours"), 3));
    }
    columns.push(Column::spread("ACC of the start", 3));
    columns.push(Column::spread("Δ ACC from the start", 3));
    columns.push(Column::words("--methods"));
    columns.push(Column::words("--variants"));
    let mut rows = Vec::new();
    let mut shown = Vec::new();
    for of in rows_of(dataset) {
        let records = row_records(sets, dataset, of);
        shown.extend(records.iter().copied());
        let (method, variant) = of;
        let mut row = vec![row_name(of).as_str().into(), "none".into(), Cell::Number(records.len() as f64)];
        for (metric, _) in METRICS {
            row.push(printed(dataset, method, metric)?.into());
            row.push(Records::metric(&records, metric).into());
        }
        row.push(Records::metric(&records, "start_acc").into());
        row.push(gain(&records).into());
        row.extend([method.into(), variant.unwrap_or(Request::NO_VARIANT).into()]);
        rows.push(row);
    }
    let mut notes = vec![
        "Mean ± sample standard deviation over seeds 0, 1, …, last epoch. The paper's columns are means of five trials by its words; on MNIST those of \
         k-means, DCN and DEC equal the figures of the DCN paper, and on USPS those of k-means, AE + k-means and DEC equal the averages of a public DEC implementation, \
         with other networks and other preprocessing. *Start* is k-means on the codes of the autoencoder that a run began with: \
         the row AE + k-means of the same network, run by run where both have the same kernels, or the same model of GPU."
            .to_owned(),
        "A row alone is made with the names in its last columns, on all data sets: `cargo xtask reproduce kdae --methods k-dae --variants none`. Every record has the settings of its run."
            .to_owned(),
    ];
    if rows_of(dataset).any(|(_, variant)| variant.is_some()) {
        notes.push(
            "The paper's text and its authors' code describe different networks and losses. Rows without a remark follow the text, and where it is silent what the notes say; all rows of a method have the paper's one figure beside them. \
         \"As in the authors' code\" has the settings that the tables of deviations name; until the first run with that decoder on MNIST, the deviation `authors-code`, whose start has a mirrored decoder, was this row. \"Network of DEC and DCN\" is the autoencoder d-500-500-2000-10 of those methods, without normalisation, without layer-wise training and for 50 epochs at most; in the rows \"by gradient descent\", on MNIST alone, where the others stay below print, it is trained as a public implementation of DEC does there: step 1, momentum 0.9, 300 epochs. The paper says that all its methods had the same network and start; \
         where its figures equal those of other papers (above), they are of such a one."
                .to_owned(),
        );
    }
    if dataset.starts_with("usps") {
        notes.push(
            "The paper describes the USPS of 1,100 images a class (11,000); its authors' code reads an array of 9,298. Its one column is printed beside both."
                .to_owned(),
        );
    }
    notes.extend(arithmetic_note(shown));
    Ok(Table { title: format!("Table 2: {}, all images", dataset_name(dataset)), columns, rows, notes })
}

/// What each run added to its start.
pub(super) fn gain(records: &[&RunRecord]) -> Option<crate::render::Spread> {
    let gains = records.iter().filter_map(|r| Some(r.metrics.get("acc")? - r.metrics.get("start_acc")?));
    crate::render::Spread::of(gains)
}

/// All runs, one a line.
pub(super) fn all_runs(dataset: &str, sets: &Sets) -> Table {
    let mut columns = vec![Column::words("method"), Column::number("seed", 0)];
    columns.extend(METRICS.map(|(_, name)| Column::number(name, 4)));
    columns.extend([
        Column::number("ACC of the start", 4),
        Column::number("NMI of the start", 4),
        Column::number("steps", 0),
        Column::number("clusters without samples", 0),
        Column::number("minutes", 1),
        Column::words("made on"),
        Column::words("MKL's kernels"),
    ]);
    let row = |record: &RunRecord| {
        let of = (record.method.as_str(), record.variant.as_deref());
        let mut row = vec![row_name(of).as_str().into(), Cell::Number(record.seed.0 as f64)];
        row.extend(METRICS.map(|(metric, _)| record.metrics.get(metric).into()));
        row.push(record.metrics.get("start_acc").into());
        row.push(record.metrics.get("start_nmi").into());
        row.push(record.facts.get("steps").copied().into());
        row.push(Cell::Number(record.cluster_sizes.iter().filter(|&&size| size == 0).count() as f64));
        row.push(Cell::Number(record.wall_s / 60.0));
        row.push(device_model(record).into());
        row.push(match Arithmetic::of(record) {
            Arithmetic::Gpu(_) => Cell::None,
            kernels => Cell::Text(kernels.to_string()),
        });
        row
    };
    let notes = vec![
        "*Steps* are those of the joint training of DEC and IDEC, which ends when fewer than 0.1 % of the samples change their cluster, or at 20,000 steps (IDEC: 50 epochs). MKL's kernels: `by-maker` are its own choice, `by-ability` those by what the processor can do (*Speed* in the README), which on Intel's are its own choice too. Minutes are wall time in processes with one thread, several at once, on a GPU several on one, and count the training of an autoencoder that was taken from another run's cache."
            .to_owned(),
    ];
    let rows = rows_of(dataset).flat_map(|of| row_records(sets, dataset, of)).map(row).collect();
    Table { title: format!("{}: every run", dataset_name(dataset)), columns, rows, notes }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kdae::protocol::{DATASETS, METHODS};
    use crate::kdae::rows::rows;

    #[test]
    fn every_printed_row_is_found() {
        for dataset in DATASETS {
            for method in METHODS {
                let found = printed(dataset, method, "acc").unwrap();
                assert_eq!(found.is_some(), method != "idec", "{dataset} {method}");
            }
        }
        assert_eq!(printed("mnist", "k-dae", "acc").unwrap(), Some(0.88));
        assert_eq!(printed("usps-11000", "dec", "ari").unwrap(), None);
        let table = comparison("mnist", &Sets::default()).unwrap();
        assert!(
            table.rows.iter().all(|row| row.len() == table.columns.len())
                && table.rows.len() == rows().count()
        );
    }
}
