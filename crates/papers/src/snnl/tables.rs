//! Tables III to V beside what is measured here.

use super::protocol::{self, is_supervised, labels};
use super::published;
use crate::render::{Cell, Column, Records, Table, grouped};
use crate::run::RunRecord;
use crate::{Published, Result};
use deepclust_datasets::entry;
use deepclust_methods::{AeKMeans, PcaKMeans, Snnl};

/// The six metrics: name in records, name in print, decimals.
pub(super) const METRICS: [(&str, &str, usize); 6] = [
    ("acc", "ACC", 3),
    ("nmi", "NMI", 3),
    ("ari", "ARI", 3),
    ("sil", "SIL", 3),
    ("chs", "CHS", 0),
    ("dbi", "DBI", 3),
];

/// Rows of a table, in blocks that must not be ranked against one another.
pub(super) const UNSUPERVISED: [&str; 6] =
    [PcaKMeans::SLUG_70, AeKMeans::SLUG_70, "snnl-2", "snnl-4", "snnl-6", "snnl-8"];
const QUOTED: [&str; 4] = ["DEC", "VaDE", "N2D", "ClusterGAN"];
pub(super) const SEMI_SUPERVISED: [&str; 5] = ["snnl-1", "snnl-3", "snnl-7", "snnl-5", Snnl::SLUG_CODE];

/// A row's name in our tables.
pub(super) fn name(method: &str) -> String {
    match method {
        "pca70-k-means" => "Original (PCA, 70 components)".to_owned(),
        "ae70-k-means" => "Baseline AE".to_owned(),
        "snnl-code" => "SNNL on the code layer, annealed (not in the paper)".to_owned(),
        other => printed_name(other),
    }
}

/// A row's name in the paper's tables.
pub(super) fn printed_name(method: &str) -> String {
    match method {
        "pca70-k-means" => "Original".to_owned(),
        "ae70-k-means" => "AE".to_owned(),
        other => other.to_uppercase(),
    }
}

/// What configuration a row stands for, in the words of the paper's Table I.
fn configuration(method: &str) -> &'static str {
    match method {
        "snnl-1" | "snnl-2" => "all layers, fixed T",
        "snnl-3" | "snnl-4" => "arg min, fixed T",
        "snnl-5" | "snnl-6" => "all layers, annealed T",
        "snnl-7" | "snnl-8" => "arg min, annealed T",
        "snnl-code" => "code layer, annealed T",
        _ => "–",
    }
}

pub(super) fn table_of(dataset: &str) -> &'static str {
    match dataset {
        "mnist" => "III",
        "fashion-mnist" => "IV",
        _ => "V",
    }
}

/// What a data set is called in titles. The stand-in of EMNIST-Balanced never goes by that name.
pub(super) fn dataset_name(dataset: &str) -> &'static str {
    match dataset {
        "mnist" => "MNIST",
        "fashion-mnist" => "Fashion-MNIST",
        "emnist-balanced" => "EMNIST-Balanced",
        _ => "EMNIST ByMerge subset",
    }
}

/// Every row of the paper's table: what it prints and what is measured.
pub(super) fn comparison(dataset: &str, main: &Records) -> Result<Table> {
    let mut columns = vec![
        Column::words("method"),
        Column::words("form"),
        Column::words("labels used"),
        Column::number("runs", 0),
    ];
    for (_, metric, decimals) in METRICS {
        columns.push(Column::number(format!("{metric}, paper"), decimals));
        columns.push(Column::spread(format!("{metric}, ours"), decimals));
    }
    let published = published()?;
    let printed = |row: &str, part: &str| {
        METRICS.map(|(metric, _, _)| published.printed(table_of(dataset), row, &format!("{metric}/{part}")))
    };
    let mut rows = Vec::new();
    let measured = |method: &str| {
        let records = main.of(dataset, method, None);
        let mut row = vec![
            Cell::Text(name(method)),
            configuration(method).into(),
            Cell::Text(labels_used(&records, method, dataset)),
            Cell::Number(records.len() as f64),
        ];
        for ((metric, _, _), printed) in METRICS.iter().zip(printed(&printed_name(method), "mean")) {
            row.extend([printed.into(), Records::metric(&records, metric).into()]);
        }
        row
    };
    rows.extend(UNSUPERVISED.map(measured));
    for quoted in QUOTED {
        let values = printed(quoted, "best");
        if values.iter().any(Option::is_some) {
            let mut row =
                vec![Cell::Text(format!("{quoted} (quoted)")), "–".into(), "none".into(), Cell::None];
            row.extend(values.into_iter().flat_map(|value| [value.into(), Cell::None]));
            rows.push(row);
        }
    }
    rows.extend(SEMI_SUPERVISED.map(measured));
    Ok(Table {
        title: format!(
            "Table {}: {}, test images. Rows that used labels are semi-supervised: they are not to be ranked against the others",
            table_of(dataset),
            dataset_name(dataset)
        ),
        columns,
        rows,
        notes: notes(dataset, main, &published)?,
    })
}

pub(super) fn labels_used(records: &[&RunRecord], method: &str, dataset: &str) -> String {
    match records.first() {
        Some(record) if record.supervision == "none" => "none".to_owned(),
        Some(record) => record.supervision.parse().map_or_else(|_| record.supervision.clone(), grouped),
        None if is_supervised(method) => grouped(labels(dataset, false)),
        None => "none".to_owned(),
    }
}

fn notes(dataset: &str, main: &Records, published: &Published) -> Result<Vec<String>> {
    let sizes = |record: &RunRecord| {
        let fitted = record.fit_data.as_ref().map_or(record.data.n, |data| data.n);
        (grouped(fitted), grouped(record.data.n))
    };
    let mut notes = vec![
        "Mean ± sample standard deviation over seeds 0, 1, …; the paper's columns are its averages over four runs. k-means is fitted on the codes of \
         the images that the network was trained on; test images are scored. SIL, CHS and DBI are those of the found clusters in the test codes: a code in which classes have collapsed into one another \
         can have the best of them and a low ACC, and a mean over such runs and others says little, so that every run is listed below."
            .to_owned(),
    ];
    if let Some(record) = main.of(dataset, AeKMeans::SLUG_70, None).first() {
        let (fitted, scored) = sizes(record);
        notes.push(format!(
            "Rows without labels are fitted on {fitted} training images; {scored} test images are scored."
        ));
    }
    notes.push(format!(
        "SNNL-1 to SNNL-4 have the temperature {:.1}, which the paper does not name. \"All layers\" and \"arg min\" are the sum and the minimum over \
         the 16 tensors of the authors' code; in the paper's words the minimum is one \"among the hidden layers\". A table below tries these and others.",
        protocol::FIXED_TEMPERATURE
    ));
    match dataset {
        "mnist" => {
            notes.push("Quoted rows are as the paper quotes them: best runs on other samples.".to_owned());
            let notes_on_it =
                ["/notes/0", "/notes/1"].into_iter().filter_map(|at| published.elsewhere_text(at));
            notes.extend(notes_on_it.map(str::to_owned));
        }
        "fashion-mnist" => {
            notes.push("Quoted rows are as the paper quotes them: best runs on other samples.".to_owned());
        }
        "emnist-balanced" => {}
        _ => {
            let (whole, part) = (entry("emnist-balanced")?, entry(dataset)?);
            notes.push(format!(
                "The paper's columns are of EMNIST-Balanced ({} + {}). The subset measured here is drawn from the same {} classes but has {} training images \
                 and {} test images; the column of labels says how many of them a row used. \
                 Whoever has the official files measures the paper's own with `cargo xtask reproduce emnist-balanced`.",
                grouped(whole.train),
                grouped(whole.test),
                part.classes,
                grouped(part.train),
                grouped(part.test)
            ));
        }
    }
    Ok(notes)
}

/// The best of the runs. Which one is best by ACC, NMI or ARI takes labels to say.
pub(super) fn best(dataset: &str, main: &Records) -> Result<Table> {
    let published = published()?;
    let mut columns = vec![Column::words("method"), Column::words("labels used"), Column::number("runs", 0)];
    for (_, metric, decimals) in METRICS {
        columns.push(Column::number(format!("{metric}, paper"), decimals));
        columns.push(Column::number(format!("{metric}, ours"), decimals));
    }
    let rows = UNSUPERVISED.into_iter().chain(SEMI_SUPERVISED).map(|method| {
        let records = main.of(dataset, method, None);
        let mut row = vec![
            Cell::Text(name(method)),
            Cell::Text(labels_used(&records, method, dataset)),
            Cell::Number(records.len() as f64),
        ];
        for (metric, _, _) in METRICS {
            let ours = Records::metric(&records, metric).map(|s| if metric == "dbi" { s.min } else { s.max });
            let column = format!("{metric}/best");
            let printed = published.printed(table_of(dataset), &printed_name(method), &column);
            row.extend([printed.into(), ours.into()]);
        }
        row
    });
    Ok(Table {
        title: format!("{}: the best value of each metric over the runs (oracle)", dataset_name(dataset)),
        columns,
        rows: rows.collect(),
        notes: vec![
            "The paper prints these too. A best ACC, NMI or ARI is picked with the test labels: nothing was chosen by it here.".to_owned(),
        ],
    })
}

/// Does it matter which codes k-means is fitted on?
pub(super) fn recluster(dataset: &str, main: &Records) -> Table {
    let metrics = ["acc", "nmi", "ari"];
    let mut columns = vec![Column::words("method"), Column::words("labels used"), Column::number("runs", 0)];
    for metric in metrics.map(str::to_uppercase) {
        columns.push(Column::spread(format!("{metric}, fitted on train"), 3));
        columns.push(Column::spread(format!("{metric}, fitted on test"), 3));
    }
    let rows = UNSUPERVISED.into_iter().chain(SEMI_SUPERVISED).filter_map(|method| {
        let records = main.of(dataset, method, None);
        let mut row = vec![
            Cell::Text(name(method)),
            Cell::Text(labels_used(&records, method, dataset)),
            Cell::Number(records.len() as f64),
        ];
        for metric in metrics {
            row.push(Records::metric(&records, metric).into());
            row.push(Records::metric(&records, &format!("recluster_{metric}")).into());
        }
        (!records.is_empty()).then_some(row)
    });
    Table {
        title: format!(
            "{}: k-means fitted on the training codes against the test codes",
            dataset_name(dataset)
        ),
        columns,
        rows: rows.collect(),
        notes: Vec::new(),
    }
}

/// All runs, one a line.
pub(super) fn all_runs(dataset: &str, main: &Records) -> Table {
    let mut columns = vec![Column::words("method"), Column::number("seed", 0), Column::words("labels used")];
    columns.extend(METRICS.map(|(_, name, decimals)| Column::number(name, decimals.max(1) + 1)));
    columns.push(Column::number("minutes", 1));
    let row = |record: &RunRecord| {
        let mut row = vec![
            Cell::Text(name(&record.method)),
            Cell::Number(record.seed.0 as f64),
            Cell::Text(record.supervision.clone()),
        ];
        row.extend(METRICS.map(|(metric, _, _)| record.metrics.get(metric).into()));
        row.push(Cell::Number(record.wall_s / 60.0));
        row
    };
    let methods = UNSUPERVISED.into_iter().chain(SEMI_SUPERVISED);
    let rows = methods.flat_map(|method| main.of(dataset, method, None)).map(row).collect();
    Table { title: format!("{}: every run", dataset_name(dataset)), columns, rows, notes: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_printed_row_is_in_the_table() {
        for (dataset, rows) in [("mnist", 15), ("fashion-mnist", 13), ("emnist-bymerge-subset", 11)] {
            let table = comparison(dataset, &Records::default()).unwrap();
            // The paper's own rows and its quotations, and one of ours.
            assert_eq!(table.rows.len(), rows, "{dataset}");
            let five = table.rows.iter().find(|row| row[0] == Cell::from("SNNL-5")).unwrap();
            assert!(matches!(five[4], Cell::Number(acc) if acc > 0.7), "{five:?}");
            assert_eq!(five.len(), table.columns.len());
        }
    }
}
