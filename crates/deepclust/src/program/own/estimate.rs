//! What a fit will need, before it begins.

use crate::fit::Plan;
use deepclust_experiments::duration;

/// Seconds of one seed on 10,000 rows of 784 columns on an Intel Xeon, one thread. Where a network is trained they are those of
/// `results/defaults`; the others are of `fit` itself, without what all seeds share.
const SECONDS: &[(&str, f64)] = &[
    ("k-means", 1.8),
    ("pca-k-means", 0.4),
    ("graph-communities", 2.0),
    ("umap-hdbscan", 2.5),
    ("ae-k-means", 204.0),
    ("dec", 402.0),
    ("idec", 961.0),
    ("dcn", 937.0),
    ("k-dae", 993.0),
    ("damic", 1200.0),
];

/// Roughly how long the seeds take, in words; none for a method without a measurement.
pub fn time(plan: &Plan, rows: usize, columns: usize) -> Option<String> {
    let (_, seconds) = SECONDS.iter().find(|(slug, _)| *slug == plan.method.slug)?;
    // Networks grow with the columns by their first and last layer alone.
    let width = |columns: usize| if plan.method.trains { 1_270_000.0 + 500.0 * columns as f64 } else { 1.0 };
    // Starts, clusters and columns beside those that were measured.
    let starts = plan.settings.pointer("/k_means/n_init").and_then(serde_json::Value::as_f64);
    let work = match (starts, plan.k) {
        (Some(starts), Some(k)) if !plan.method.trains => {
            starts / 10.0 * k as f64 / 10.0 * columns as f64 / 784.0
        }
        _ => 1.0,
    };
    let each = seconds * rows as f64 / 10_000.0 * work * width(columns) / width(784);
    let rounds = plan.seeds.len().div_ceil(plan.at_once) as f64;
    Some(format!("very roughly {}", duration((each * rounds).max(1.0))))
}

/// Bytes at the height of the work: the rows, their scaled copy, and what a seed holds.
pub fn memory(plan: &Plan, rows: usize, columns: usize) -> usize {
    let values = match plan.method.slug {
        // Scaled in place; a bound for each of eight groups of centres.
        "k-means" => columns + 12,
        "pca-k-means" => 2 * columns + 62,
        // Components, neighbours and their weights, and for each seed at work a copy of some of it.
        "graph-communities" => 2 * columns + 50 + 120 + 60 * plan.at_once,
        // Different rows in f64 and again in the tree, and their neighbours twice.
        "tomato" => 6 * columns.min(50) + 2 * columns + 200,
        "umap-hdbscan" => 2 * columns + 50 + 120 + 160 * plan.at_once,
        _ => columns + plan.at_once * (columns + 40),
    };
    rows * values * size_of::<f32>()
}

/// Bytes as people say them.
pub fn bytes(count: usize) -> String {
    match count {
        c if c < 10 << 20 => format!("{} kB", c.div_ceil(1000)),
        c if c < 10_000 << 20 => format!("{} MB", c / 1_000_000),
        c => format!("{:.1} GB", c as f64 / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_units() {
        assert_eq!([1500, 20_000_000, 16_000_000_000].map(bytes), ["2 kB", "20 MB", "16.0 GB"]);
    }
}
