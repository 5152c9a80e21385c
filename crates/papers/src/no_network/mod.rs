//! No paper: what is reached without any network, by a neighbour graph and its communities, and by density on a map. A deep method has
//! to be better than this to be worth its training.

mod rows;
mod views;

use crate::paper::AGREEMENT;
use crate::{Metric, Paper, Records, Result, Row};
use deepclust_experiments::{Scale, Store};
use deepclust_report::Page;

/// The baseline.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NoNetwork;

impl Paper for NoNetwork {
    fn slug(&self) -> &'static str {
        "no-network"
    }

    fn title(&self) -> &'static str {
        "Without a network: neighbour graphs and density"
    }

    fn datasets(&self) -> &'static [&'static str] {
        &rows::DATASETS
    }

    fn metrics(&self) -> &'static [Metric] {
        &AGREEMENT
    }

    fn rows(&self, scale: Scale) -> Result<Vec<Row>> {
        rows::rows(scale)
    }

    fn findings(&self, records: &Records) -> Vec<String> {
        views::findings(records)
    }

    fn views(&self, records: &Records, store: &Store, page: &mut Page) -> Result<()> {
        views::views(records, store, page)
    }

    fn notes(&self) -> &'static str {
        include_str!("notes.md")
    }
}
