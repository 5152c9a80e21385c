//! Zhang, Sun, Eriksson and Balzano, "Deep Unsupervised Clustering Using Mixture of Autoencoders": k autoencoders and a network that
//! assigns samples to them.

mod figures;
mod rows;
mod settings;
mod tables;
mod views;

use crate::paper::{AGREEMENT, NOTHING};
use crate::{Paper, Published};

pub(crate) const PAPER: Paper = Paper {
    slug: "mixae",
    title: "Zhang et al.: Deep Unsupervised Clustering Using Mixture of Autoencoders",
    datasets: &rows::DATASETS,
    metrics: &AGREEMENT,
    own: "MIXAE",
    rows: rows::rows,
    printed: |dataset, row, metric| {
        published().printed("2", row, &format!("{}/{metric}", printed_name(dataset)))
    },
    printed_best: NOTHING,
    findings: views::findings,
    views: views::views,
    notes: include_str!("notes.md"),
};

fn published() -> Published {
    Published::embedded(include_str!("published.json"))
}

/// What a data set is called in the printed tables.
fn printed_name(dataset: &str) -> &str {
    if dataset == rows::TEXT { "reuters" } else { dataset }
}
