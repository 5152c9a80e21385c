//! A report of images: principal components, k-means with five seeds, and a map by UMAP.
//!
//! `cargo run --release -p deepclust-report --example clustering_report -- REPORT.html [IMAGES]`
//!
//! The first IMAGES (5,000) of MNIST's test set are clustered; with 0 it is the whole of MNIST. `DEEPCLUST_DATA` is where the data are.

mod parts;

use deepclust_cluster::{KMeans, KMeansModel, KMeansSettings};
use deepclust_datasets::{Dataset, LoadOptions, Split, Subset, load};
use deepclust_manifold::{Pca, PcaSettings, Umap, UmapSettings};
use deepclust_metrics::{Distance, adjusted_rand_index, silhouette_samples};
use deepclust_report::grouped;
use deepclust_report::html::{Agreement, ClusteringReport, MAP_ITEMS, Map, thinned};
use ndarray::Array2;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::error::Error;
use std::time::Instant;

const K: usize = 10;
const COMPONENTS: usize = 50;
const SEEDS: u64 = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("expected a file to write, found nothing")?;
    let images = arguments.next().map_or(Ok(5000), |n| n.parse())?;
    let start = Instant::now();
    let data = images_of_mnist(images)?;
    let report = report(&data)?;
    let made = start.elapsed();
    let html = report.to_html()?;
    std::fs::write(&path, &html)?;
    println!(
        "{path}: {:.2} MB; numbers {:.1} s, page {:.1} s",
        html.len() as f64 / 1e6,
        made.as_secs_f64(),
        (start.elapsed() - made).as_secs_f64()
    );
    Ok(())
}

fn images_of_mnist(n: usize) -> Result<Dataset, Box<dyn Error>> {
    let options = match n {
        0 => LoadOptions { fetch: false, ..LoadOptions::default() },
        n => LoadOptions {
            fetch: false,
            split: Split::Test,
            subset: Some(Subset::First { n }),
            ..LoadOptions::default()
        },
    };
    Ok(load("mnist", &options)?)
}

fn report(data: &Dataset) -> Result<ClusteringReport, Box<dyn Error>> {
    let x = data.features.dense()?;
    let n = data.len();
    let (_, scores) = Pca::fit_transform(x, &PcaSettings::new(COMPONENTS))?;
    let runs = (0..SEEDS)
        .map(|seed| {
            KMeans::new(KMeansSettings::new(K))?.fit(scores.view(), &mut ChaCha8Rng::seed_from_u64(seed))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let least = |(_, a): &(usize, &KMeansModel<f32>), (_, b): &(usize, &KMeansModel<f32>)| {
        a.inertia().total_cmp(&b.inertia())
    };
    let (shown, model) = runs.iter().enumerate().min_by(least).ok_or("no run")?;
    let ari = runs
        .iter()
        .map(|a| runs.iter().map(|b| adjusted_rand_index(a.labels(), b.labels())).collect())
        .collect::<Result<Vec<Vec<f64>>, _>>()?;
    let embedding = Umap::fit(scores.view(), &UmapSettings::default(), &mut ChaCha8Rng::seed_from_u64(0))?;
    let map =
        map(data, embedding.embedding(), model.labels(), &confidence(&model.transform(scores.view())?))?;
    let silhouettes = silhouette_samples(scores.view(), model.labels(), Distance::Euclidean)?.to_vec();
    let facts = |pairs: &[(&str, String)]| {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    };
    let constant = x.columns().into_iter().filter(|column| column.iter().all(|v| *v == column[0])).count();
    Ok(ClusteringReport {
        title: format!("{} images of handwritten digits in {K} clusters", grouped(n)),
        summary: vec![
            format!(
                "The {} pixels of each image were reduced to {COMPONENTS} principal components.",
                x.ncols()
            ),
            format!(
                "k-means parted the images into {K} clusters, with {SEEDS} seeds; the run of the least inertia is shown."
            ),
            "The map is by UMAP, which had no part in the clustering.".to_owned(),
        ],
        warnings: parts::warnings(model.labels()),
        data: facts(&[
            ("rows", grouped(n)),
            ("columns", grouped(x.ncols())),
            ("constant columns", grouped(constant)),
            ("picture", "28 × 28, grey".to_owned()),
        ]),
        map: Some(map),
        clusters: parts::clusters(data, &scores, model, &silhouettes)?,
        silhouettes: Some(parts::silhouettes(model.labels(), silhouettes)),
        agreement: Some(Agreement {
            note: "Five runs that differ by their seed alone.".to_owned(),
            runs: (0..SEEDS).map(|seed| format!("seed {seed}")).collect(),
            ari,
            shown: Some(shown),
        }),
        choice_of_k: Some(parts::choice_of_k(&scores)?),
        losses: vec![parts::inertias(&runs)],
        settings: facts(&[
            ("method", "k-means".to_owned()),
            ("k", K.to_string()),
            ("principal components", COMPONENTS.to_string()),
            ("restarts", KMeansSettings::new(K).n_init.to_string()),
            ("seeds", SEEDS.to_string()),
        ]),
        labels: Some(parts::labels(data, model.labels())?),
        ..ClusteringReport::default()
    })
}

fn map(
    data: &Dataset,
    embedding: &Array2<f32>,
    labels: &[usize],
    confidence: &[f32],
) -> Result<Map, Box<dyn Error>> {
    let clusters: Vec<i32> = labels.iter().map(|label| *label as i32).collect();
    let items = thinned(&clusters, MAP_ITEMS)
        .into_iter()
        .map(|row| parts::item(data, row))
        .collect::<Result<_, _>>()?;
    Ok(Map {
        made_by: format!("UMAP of the {COMPONENTS} components"),
        x: embedding.column(0).to_vec(),
        y: embedding.column(1).to_vec(),
        clusters,
        confidence: confidence.to_vec(),
        items,
    })
}

/// 1 at a centre, 0 half way to the next.
fn confidence(distances: &Array2<f32>) -> Vec<f32> {
    let of_row = |row: ndarray::ArrayView1<'_, f32>| {
        let mut sorted = row.to_vec();
        sorted.sort_unstable_by(f32::total_cmp);
        1.0 - sorted[0] / sorted[1].max(f32::MIN_POSITIVE)
    };
    distances.rows().into_iter().map(of_row).collect()
}
