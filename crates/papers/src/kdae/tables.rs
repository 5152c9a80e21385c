//! Table 2 beside what is measured here, and every run.

use super::deviations::{
    AUTHORS_CLUSTERS_DEC_START, AUTHORS_CODE_DEC_START, AUTHORS_DECODER, DEC_START, DEC_START_EQUAL_WEIGHTS,
};
use super::{Sets, ablation, published};
use crate::Result;
use crate::render::{Cell, Column, Records, Table, kernels_note};
use crate::run::RunRecord;

/// Table 2's metrics: name in records, name in print.
pub(super) const METRICS: [(&str, &str); 3] = [("acc", "ACC"), ("nmi", "NMI"), ("ari", "ARI")];

/// A method, and the deviation from its protocol.
pub(super) type Of = (&'static str, Option<&'static str>);

/// The rows of our tables: a method, and the deviation from its protocol where the row is one. The paper and its authors'
/// code describe different networks, and figures in print are of a third: each has rows.
pub(super) const ROWS: [Of; 14] = [
    ("k-means-all", None),
    ("ae-k-means", None),
    ("ae-k-means", Some(AUTHORS_DECODER)),
    ("ae-k-means", Some(DEC_START)),
    ("dec", None),
    ("dec", Some(DEC_START)),
    ("idec", None),
    ("dcn", None),
    ("dcn", Some(DEC_START_EQUAL_WEIGHTS)),
    ("k-dae", None),
    ("k-dae", Some(AUTHORS_DECODER)),
    ("k-dae", Some(AUTHORS_CODE_DEC_START)),
    ("damic", None),
    ("damic", Some(AUTHORS_CLUSTERS_DEC_START)),
];

/// The rows that a data set has.
pub(super) fn rows_of(dataset: &str) -> impl Iterator<Item = Of> {
    ROWS.into_iter().filter(move |(method, variant)| {
        variant.is_none_or(|name| ablation::seeds(dataset, method, name) > 0)
    })
}

/// The name of a row.
pub(super) fn row_name((method, variant): (&str, Option<&str>)) -> String {
    let words = match variant {
        Some(AUTHORS_DECODER) => ", as in the authors' code",
        Some(DEC_START) => ", network of DEC and DCN",
        Some(DEC_START_EQUAL_WEIGHTS) => ", network of DEC and DCN, λ = 1",
        Some(AUTHORS_CODE_DEC_START) => ", as in the authors' code, from the network of DEC and DCN",
        Some(AUTHORS_CLUSTERS_DEC_START) => {
            ", clusters' networks as in the code of k-DAE, from the network of DEC and DCN"
        }
        _ => "",
    };
    format!("{}{words}", name(method))
}

/// The runs of a row.
pub(super) fn row_records<'a>(
    sets: &'a Sets,
    dataset: &str,
    (method, variant): (&str, Option<&str>),
) -> Vec<&'a RunRecord> {
    let records = if variant.is_some() { &sets.deviations } else { &sets.main };
    records.of(dataset, method, variant)
}

/// A method's name in our tables.
pub(super) fn name(method: &str) -> &'static str {
    match method {
        "k-means-all" => "k-means",
        "ae-k-means" => "AE + k-means",
        "dec" => "DEC",
        "idec" => "IDEC (not in the paper)",
        "dcn" => "DCN",
        "damic" => "DAMIC",
        _ => "k-DAE",
    }
}

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

/// Every row of the paper's table: what it prints and what is measured.
pub(super) fn comparison(dataset: &str, sets: &Sets) -> Result<Table> {
    let mut columns = vec![Column::words("method"), Column::words("labels used"), Column::number("runs", 0)];
    for (_, metric) in METRICS {
        columns.push(Column::number(format!("{metric}, paper"), 2));
        columns.push(Column::spread(format!("{metric}, ours"), 3));
    }
    columns.push(Column::spread("ACC of the start", 3));
    columns.push(Column::spread("Δ ACC from the start", 3));
    let mut rows = Vec::new();
    let mut shown = Vec::new();
    for of in rows_of(dataset) {
        let records = row_records(sets, dataset, of);
        shown.extend(records.iter().copied());
        let (method, _) = of;
        let mut row = vec![row_name(of).as_str().into(), "none".into(), Cell::Number(records.len() as f64)];
        for (metric, _) in METRICS {
            row.push(printed(dataset, method, metric)?.into());
            row.push(Records::metric(&records, metric).into());
        }
        row.push(Records::metric(&records, "start_acc").into());
        row.push(gain(&records).into());
        rows.push(row);
    }
    let mut notes = vec![
        "Mean ± sample standard deviation over seeds 0, 1, …, last epoch. The paper's columns are means of five trials by its words; on MNIST those of \
         k-means, DCN and DEC equal the figures of the DCN paper, and on USPS those of k-means, AE + k-means and DEC equal the averages of a public DEC implementation, \
         with other networks and other preprocessing. *Start* is k-means on the codes of the autoencoder that a run began with: \
         the row AE + k-means of the same network, run by run."
            .to_owned(),
    ];
    if rows_of(dataset).any(|(_, variant)| variant.is_some()) {
        notes.push(
            "The paper's text and its authors' code describe different networks and losses. Rows without a remark follow the text, and where it is silent what the notes say; all rows of a method have the paper's one figure beside them. \
         \"As in the authors' code\" has the settings that the tables of deviations name; its row had the encoder's mirror for the decoder of the start until the first run with the code's own on MNIST. \"Network of DEC and DCN\" is the autoencoder d-500-500-2000-10 of those methods, without normalisation, without layer-wise training and for 50 epochs at most. The paper says that all its methods had the same network and start; \
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
    notes.extend(kernels_note(shown));
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
        row
    };
    let notes = vec![
        "*Steps* are those of the joint training of DEC and IDEC, which ends when fewer than 0.1 % of the samples change their cluster, or at 20,000 steps (IDEC: 50 epochs)."
            .to_owned(),
    ];
    let rows = rows_of(dataset).flat_map(|of| row_records(sets, dataset, of)).map(row).collect();
    Table { title: format!("{}: every run", dataset_name(dataset)), columns, rows, notes }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kdae::deviations::variants;
    use crate::kdae::protocol::{DATASETS, METHODS};

    #[test]
    fn every_row_is_run() {
        assert!(METHODS.iter().all(|method| ROWS.contains(&(method, None))));
        let variants = variants("mnist", false).unwrap();
        for (method, variant) in ROWS {
            let known = variants.iter().any(|v| v.method == method && Some(v.name) == variant);
            assert!(METHODS.contains(&method) && (variant.is_none() || known), "{method}");
        }
    }

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
            table.rows.iter().all(|row| row.len() == table.columns.len()) && table.rows.len() == ROWS.len()
        );
    }
}
