//! Agarap and Azcarraga, "Improving k-Means Clustering Performance with Disentangled Internal Representations": an
//! autoencoder trained with the soft nearest neighbour loss, in eight configurations, and k-means on its codes.

mod ablations;
mod figures;
mod labels;
mod points;
mod rows;
mod settings;
mod views;

use crate::{Metric, Paper, Published, Records, Result, Row};
use deepclust_experiments::{Scale, Store};
use deepclust_report::Page;

/// The paper.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SnnlPaper;

fn published() -> Published {
    Published::embedded(include_str!("published.json"))
}

/// The table that has a data set. That of EMNIST is of EMNIST-Balanced.
fn table_of(dataset: &str) -> &'static str {
    match dataset {
        "mnist" => "III",
        "fashion-mnist" => "IV",
        _ => "V",
    }
}

impl Paper for SnnlPaper {
    fn slug(&self) -> &'static str {
        "snnl"
    }

    fn title(&self) -> &'static str {
        "Agarap and Azcarraga: Improving k-Means Clustering Performance with Disentangled Internal Representations"
    }

    fn datasets(&self) -> &'static [&'static str] {
        &rows::DATASETS
    }

    fn metrics(&self) -> &'static [Metric] {
        const METRICS: [Metric; 6] = [
            Metric::new("acc", "ACC", 3),
            Metric::new("nmi", "NMI", 3),
            Metric::new("ari", "ARI", 3),
            Metric::new("sil", "SIL", 3),
            Metric::new("chs", "CHS", 0),
            Metric::new("dbi", "DBI", 3),
        ];
        &METRICS
    }

    fn own(&self) -> &'static str {
        "SNNL-5"
    }

    fn rows(&self, scale: Scale) -> Result<Vec<Row>> {
        let rows = rows::rows(scale)?;
        let ablations = ablations::ablations(&rows)?;
        Ok([rows, labels::rows(scale)?, points::rows(scale)?, ablations].concat())
    }

    fn printed(&self, dataset: &str, row: &str, metric: &str) -> Option<f64> {
        // Rows that the paper quotes have a best value alone.
        let mean = published().printed(table_of(dataset), row, &format!("{metric}/mean"));
        mean.or_else(|| self.printed_best(dataset, row, metric))
    }

    fn printed_best(&self, dataset: &str, row: &str, metric: &str) -> Option<f64> {
        published().printed(table_of(dataset), row, &format!("{metric}/best"))
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
