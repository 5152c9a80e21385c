//! Biswas, "Unsupervised Clustering of MNIST Using Autoencoder Embeddings": k-means on pixels, on 64 principal
//! components, and on the 64-dimensional code of a small autoencoder.

mod rows;
mod views;

use crate::{Metric, Paper, Published, Records, Result, Row};
use deepclust_experiments::{Scale, Store};
use deepclust_report::Page;

/// The paper.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Biswas;

const DATASET: &str = "mnist";

fn published() -> Published {
    Published::embedded(include_str!("published.json"))
}

impl Paper for Biswas {
    fn slug(&self) -> &'static str {
        "biswas"
    }

    fn title(&self) -> &'static str {
        "Biswas: Unsupervised Clustering of MNIST Using Autoencoder Embeddings"
    }

    fn datasets(&self) -> &'static [&'static str] {
        &[DATASET]
    }

    fn metrics(&self) -> &'static [Metric] {
        const METRICS: [Metric; 6] = [
            Metric::new("sil", "silhouette", 4).printed(4),
            Metric::new("acc", "ACC", 3).printed(4),
            Metric::new("nmi", "NMI", 3).printed(4),
            Metric::new("ari", "ARI", 3).printed(4),
            Metric::new("chs", "CHS", 0).printed(4),
            Metric::new("dbi", "DBI", 2).printed(4),
        ];
        &METRICS
    }

    fn own(&self) -> &'static str {
        "AE-64+k-means"
    }

    fn rows(&self, scale: Scale) -> Result<Vec<Row>> {
        rows::rows(scale)
    }

    fn printed(&self, _: &str, row: &str, metric: &str) -> Option<f64> {
        published().printed("text", row, metric)
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
