//! Opochinsky, Chazan, Gannot and Goldberger, "K-Autoencoders Deep Clustering": each cluster is an autoencoder, beside the methods that
//! it is compared with.

mod elsewhere;
mod lost_classes;
mod networks;
mod rows;
mod settings;
mod views;

pub(crate) use elsewhere::{dcn_elsewhere, dec_elsewhere};

use crate::paper::NOTHING;
use crate::{Metric, Paper, Published};

pub(crate) const PAPER: Paper = Paper {
    slug: "kdae",
    title: "Opochinsky, Chazan, Gannot and Goldberger: K-Autoencoders Deep Clustering",
    datasets: &rows::DATASETS,
    metrics: &[
        Metric::new("acc", "ACC", 3).printed(2),
        Metric::new("nmi", "NMI", 3).printed(2),
        Metric::new("ari", "ARI", 3).printed(2),
    ],
    own: "k-DAE",
    rows: rows::rows,
    printed: |dataset, row, metric| {
        let part = if dataset.starts_with("usps") { "usps" } else { dataset };
        Published::embedded(include_str!("published.json")).printed(&format!("2/{part}"), row, metric)
    },
    printed_best: NOTHING,
    findings: views::findings,
    views: views::views,
    notes: include_str!("notes.md"),
};
