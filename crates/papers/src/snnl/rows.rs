//! The rows of Tables III to V.

use super::settings::{autoencoder, components, is_supervised, snnl};
use crate::{Result, Row};
use deepclust_cluster::KMeansOptions;
use deepclust_datasets::{Split, Subset};
use deepclust_experiments::measures::{Map, Recluster};
use deepclust_experiments::{Clusters, DataSpec, FitSpec, MeasureSpec, MethodSpec, RunSpec, Scale, Source};
use deepclust_manifold::TsneSettings;
use deepclust_methods::{AeKMeans, PcaKMeans, Snnl};
use serde::Serialize;

/// The paper's data sets, EMNIST-Balanced under its own name and under that of what stands in for it.
pub(super) const DATASETS: [&str; 4] = ["mnist", "fashion-mnist", "emnist-bymerge-subset", "emnist-balanced"];

/// Names of the rows that other parts know.
pub(super) const COMPONENTS: &str = "pca";
pub(super) const AUTOENCODER: &str = "ae";
pub(super) const CODE: &str = "snnl-code";

/// Runs of a row: the paper's four, and two where a row costs hours.
fn seeds(dataset: &str, id: &str) -> u64 {
    match (dataset, id) {
        ("mnist" | "emnist-balanced", _) | (_, COMPONENTS) | ("fashion-mnist", "snnl-5") => 4,
        _ => 2,
    }
}

/// Labelled images of the supervised rows.
pub(super) fn labels(dataset: &str, scale: Scale) -> usize {
    match dataset {
        "mnist" | "fashion-mnist" => scale.pick(10_000, 500),
        _ => scale.pick(20_000, 500),
    }
}

/// Fitted on training images, or on some of them with their labels, and scored on the test images.
pub(super) fn run(
    dataset: &str,
    method: &str,
    settings: impl Serialize,
    labelled: Option<usize>,
    scale: Scale,
) -> Result<RunSpec> {
    let random = |n| Subset::Random { n };
    let fitted = labelled.map(random).or(scale.pick(None, Some(random(1_000))));
    Ok(RunSpec {
        data: DataSpec {
            source: Source::Named(dataset.to_owned()),
            split: Split::Test,
            subset: scale.pick(None, Some(random(500))),
        },
        fit: Some(FitSpec { split: Split::Train, subset: fitted, labelled: labelled.is_some() }),
        clusters: Clusters::Classes,
        method: MethodSpec { name: method.to_owned(), settings: serde_json::to_value(settings)? },
        seed: 0,
        scale,
        measures: vec![MeasureSpec::Recluster(Recluster(KMeansOptions::nine_runs()))],
    })
}

/// A row of the numbered ones.
pub(super) fn numbered(row: u8, dataset: &str, scale: Scale) -> Result<RunSpec> {
    let labelled = is_supervised(row).then(|| labels(dataset, scale));
    run(dataset, Snnl::SLUG, snnl(row, scale), labelled, scale)
}

/// What Figure 2 shows.
fn maps(dataset: &str, scale: Scale) -> Vec<MeasureSpec> {
    let map = |n_components| {
        MeasureSpec::Map(Map {
            samples: scale.pick(3_000, 300),
            classes: dataset.starts_with("emnist").then_some(10),
            clusters: false,
            settings: TsneSettings { n_components, perplexity: 50.0, ..TsneSettings::default() },
        })
    };
    vec![map(3), map(2)]
}

/// All of them: those without labels, those that the paper quotes, and those with labels.
pub(super) fn rows(scale: Scale) -> Result<Vec<Row>> {
    let on_all = |row: Row, spec: &dyn Fn(&str) -> Result<RunSpec>, drawn: bool| -> Result<Row> {
        let mut row = DATASETS.iter().try_fold(row, |row, dataset| {
            let seeds = seeds(dataset, row.id);
            Ok::<_, crate::Error>(row.on(spec(dataset)?, seeds))
        })?;
        for planned in &mut row.runs {
            planned.on_request = planned.dataset == "emnist-balanced";
            if drawn {
                planned.pictured = maps(&planned.dataset, scale);
            }
        }
        Ok(row)
    };
    let plain = |row: Row, n: u8| on_all(row, &|dataset| numbered(n, dataset, scale), n == 5);
    let pca = Row::new(COMPONENTS, "Original (PCA, 70 components)").published("Original");
    let pca = on_all(pca, &|dataset| run(dataset, PcaKMeans::SLUG, components(), None, scale), true)?;
    let ae = Row::new(AUTOENCODER, "Baseline AE").published("AE");
    let ae = on_all(ae, &|dataset| run(dataset, AeKMeans::SLUG, autoencoder(scale), None, scale), false)?;
    let named = |n: u8, id, name: &'static str, words: &str| {
        plain(Row::new(id, format!("{name} ({words})")).published(name), n)
    };
    let quoted =
        |name: &'static str| Row::new(name, format!("{name} (quoted, its best run)")).published(name);
    Ok(vec![
        pca,
        ae,
        named(2, "snnl-2", "SNNL-2", "all layers, fixed T")?,
        named(4, "snnl-4", "SNNL-4", "arg min, fixed T")?,
        named(6, "snnl-6", "SNNL-6", "all layers, annealed T")?,
        named(8, "snnl-8", "SNNL-8", "arg min, annealed T")?,
        quoted("DEC"),
        quoted("VaDE"),
        quoted("N2D"),
        quoted("ClusterGAN"),
        named(1, "snnl-1", "SNNL-1", "all layers, fixed T")?,
        named(3, "snnl-3", "SNNL-3", "arg min, fixed T")?,
        named(7, "snnl-7", "SNNL-7", "arg min, annealed T")?,
        named(5, "snnl-5", "SNNL-5", "all layers, annealed T")?,
        plain(Row::new(CODE, "SNNL on the code alone, annealed T (not in the paper)"), 0)?,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_reach_the_odd_rows_and_ours_only() {
        for row in rows(Scale::Full).unwrap() {
            let odd = ["1", "3", "5", "7", "code"].iter().any(|end| row.id.ends_with(&format!("snnl-{end}")));
            for planned in &row.runs {
                let fit = planned.spec.fit.as_ref().unwrap();
                assert_eq!((fit.labelled, fit.subset.is_some()), (odd, odd), "{}", row.id);
                assert_eq!((planned.spec.data.split, fit.split), (Split::Test, Split::Train));
            }
        }
    }
}
