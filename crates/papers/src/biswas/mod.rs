//! Biswas, "Unsupervised Clustering of MNIST Using Autoencoder Embeddings": k-means on pixels, on 64 principal
//! components, and on the 64-dimensional code of a small autoencoder.

mod rows;
mod views;

use crate::paper::NOTHING;
use crate::{Metric, Paper, Published};

pub(crate) const PAPER: Paper = Paper {
    slug: "biswas",
    title: "Biswas: Unsupervised Clustering of MNIST Using Autoencoder Embeddings",
    datasets: &[DATASET],
    metrics: &[
        Metric::new("sil", "silhouette", 4).printed(4),
        Metric::new("acc", "ACC", 3).printed(4),
        Metric::new("nmi", "NMI", 3).printed(4),
        Metric::new("ari", "ARI", 3).printed(4),
        Metric::new("chs", "CHS", 0).printed(4),
        Metric::new("dbi", "DBI", 2).printed(4),
    ],
    own: "AE-64+k-means",
    rows: rows::rows,
    printed: |_, row, metric| published().printed("text", row, metric),
    printed_best: NOTHING,
    findings: views::findings,
    views: views::views,
    notes: include_str!("notes.md"),
};

const DATASET: &str = "mnist";

fn published() -> Published {
    Published::embedded(include_str!("published.json"))
}
