//! Agarap and Azcarraga, "Improving k-Means Clustering Performance with Disentangled Internal Representations": an
//! autoencoder trained with the soft nearest neighbour loss, in eight configurations, and k-means on its codes.

mod ablations;
mod figures;
mod labels;
mod points;
mod rows;
mod settings;
mod views;

use crate::{Metric, Paper, Published, Result, Row};
use deepclust_experiments::Scale;

pub(crate) const PAPER: Paper = Paper {
    slug: "snnl",
    title: "Agarap and Azcarraga: Improving k-Means Clustering Performance with Disentangled Internal Representations",
    datasets: &rows::DATASETS,
    metrics: &[
        Metric::new("acc", "ACC", 3),
        Metric::new("nmi", "NMI", 3),
        Metric::new("ari", "ARI", 3),
        Metric::new("sil", "SIL", 3),
        Metric::new("chs", "CHS", 0),
        Metric::new("dbi", "DBI", 3),
    ],
    own: "SNNL-5",
    rows,
    // Rows that the paper quotes have a best value alone.
    printed: |dataset, row, metric| {
        of("mean", dataset, row, metric).or_else(|| of("best", dataset, row, metric))
    },
    printed_best: |dataset, row, metric| of("best", dataset, row, metric),
    findings: views::findings,
    views: views::views,
    notes: include_str!("notes.md"),
};

fn published() -> Published {
    Published::embedded(include_str!("published.json"))
}

/// The printed mean or best value. The table of EMNIST is of EMNIST-Balanced.
fn of(kind: &str, dataset: &str, row: &str, metric: &str) -> Option<f64> {
    let table = match dataset {
        "mnist" => "III",
        "fashion-mnist" => "IV",
        _ => "V",
    };
    published().printed(table, row, &format!("{metric}/{kind}"))
}

fn rows(scale: Scale) -> Result<Vec<Row>> {
    let rows = rows::rows(scale)?;
    let ablations = ablations::ablations(&rows)?;
    Ok([rows, labels::rows(scale)?, points::rows(scale)?, ablations].concat())
}
