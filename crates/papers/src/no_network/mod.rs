//! No paper: what is reached without any network, by a neighbour graph and its communities, and by density on a map. A deep method has
//! to be better than this to be worth its training.

mod rows;
mod views;

use crate::Paper;
use crate::paper::{AGREEMENT, NOTHING};

pub(crate) const PAPER: Paper = Paper {
    slug: "no-network",
    title: "Without a network: neighbour graphs and density",
    datasets: &rows::DATASETS,
    metrics: &AGREEMENT,
    own: "",
    rows: rows::rows,
    printed: NOTHING,
    printed_best: NOTHING,
    findings: views::findings,
    views: views::views,
    notes: include_str!("notes.md"),
};
