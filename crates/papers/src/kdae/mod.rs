//! Opochinsky, Chazan, Gannot and Goldberger, "K-Autoencoders Deep Clustering": each cluster is an autoencoder, beside the methods that
//! it is compared with.

mod lost_classes;
mod networks;
mod rows;
mod settings;
mod views;

use crate::{Metric, Paper, Published, Records, Result, Row};
use deepclust_experiments::{Scale, Store};
use deepclust_report::Page;

/// The paper.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KDaePaper;

impl Paper for KDaePaper {
    fn slug(&self) -> &'static str {
        "kdae"
    }

    fn title(&self) -> &'static str {
        "Opochinsky, Chazan, Gannot and Goldberger: K-Autoencoders Deep Clustering"
    }

    fn datasets(&self) -> &'static [&'static str] {
        &rows::DATASETS
    }

    fn metrics(&self) -> &'static [Metric] {
        const METRICS: [Metric; 3] = [
            Metric::new("acc", "ACC", 3).printed(2),
            Metric::new("nmi", "NMI", 3).printed(2),
            Metric::new("ari", "ARI", 3).printed(2),
        ];
        &METRICS
    }

    fn own(&self) -> &'static str {
        "k-DAE"
    }

    fn rows(&self, scale: Scale) -> Result<Vec<Row>> {
        rows::rows(scale)
    }

    fn printed(&self, dataset: &str, row: &str, metric: &str) -> Option<f64> {
        let part = if dataset.starts_with("usps") { "usps" } else { dataset };
        Published::embedded(include_str!("published.json")).printed(&format!("2/{part}"), row, metric)
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
