//! Dahal, "Learning Embedding Space for Clustering From Deep Representations": a network between codes and k-means, trained so that the
//! pairs that are near among the codes are near in its embedding.

mod course;
mod figures;
mod rows;
mod settings;
mod views;

use crate::paper::{AGREEMENT, NOTHING};
use crate::{Paper, Published};

pub(crate) const PAPER: Paper = Paper {
    slug: "repnet",
    title: "Dahal: Learning Embedding Space for Clustering From Deep Representations",
    datasets: &rows::DATASETS,
    metrics: &AGREEMENT,
    own: "RepNet",
    rows: rows::rows,
    printed: |dataset, row, metric| {
        let part = if dataset == rows::TEXT { "reuters" } else { dataset };
        Published::embedded(include_str!("published.json")).printed("II", row, &format!("{part}/{metric}"))
    },
    printed_best: NOTHING,
    findings: views::findings,
    views: views::views,
    notes: include_str!("notes.md"),
};
