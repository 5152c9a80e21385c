use super::evaluate::{Clustering, evaluate};
use super::{
    DataFacts, Extras, FigureData, Machine, RunRecord, RunSpec, SCHEMA, SampleGrid, TsneMap, machine,
};
use crate::{Error, Result};
use base64::Engine;
use deepclust_datasets::{DataDirs, Dataset, ImageShape, LoadOptions, Subset};
use deepclust_manifold::tsne;
use deepclust_methods::{Context, Fitted, Progress};
use deepclust_nets::Device;
use ndarray::Axis;
use rand::seq::index;
use sha2::{Digest, Sha256};
use std::path::PathBuf;
use std::time::Instant;

/// What a run measured, ready to be stored.
#[derive(Debug)]
pub struct Measured {
    /// The record, without the digest of the figure data.
    pub record: RunRecord,
    /// What figures need.
    pub figures: FigureData,
}

/// Makes one run in this process.
///
/// # Errors
/// When the data cannot be had, the method refuses them or fails, or a metric is not defined.
pub fn execute(
    spec: &RunSpec,
    data_dir: Option<PathBuf>,
    device: Device,
    threads: usize,
    progress: &mut dyn Progress,
) -> Result<Measured> {
    let start = Instant::now();
    let method = deepclust_methods::build(&spec.method, &spec.settings)?;
    let mut context = Context::new(spec.seed, device, progress);
    let data = context.stage("data", |_| load(spec, data_dir))?;
    let x = data.features.dense()?;
    let k = data.n_classes();
    let fitted = method.fit(x, k, &mut context)?;
    let clustering =
        Clustering { truth: &data.labels, clusters: &fitted.labels, features: fitted.embedding.view() };
    let metrics =
        context.stage("metrics", |_| evaluate(&clustering, &spec.extras.silhouette_samples, spec.seed))?;
    let figures = context.stage("figures", |_| figure_data(spec, &data, &fitted))?;
    let contingency = contingency(&data.labels, &fitted.labels, k);
    let record = RunRecord {
        schema: SCHEMA,
        method: spec.method.clone(),
        variant: spec.variant.clone(),
        dataset: spec.dataset.clone(),
        split: spec.split,
        seed: spec.seed,
        quick: spec.quick,
        supervision: "none".to_owned(),
        metrics,
        wall_s: rounded(start.elapsed().as_secs_f64()),
        stages_s: context.stages().iter().map(|(name, &s)| (name.clone(), rounded(s))).collect(),
        identity: spec.identity()?,
        spec: spec.clone(),
        data: DataFacts { n: x.nrows(), d: x.ncols(), classes: k, digest: data.digest() },
        cluster_sizes: (0..k).map(|cluster| contingency.iter().map(|row| row[cluster]).sum()).collect(),
        contingency,
        assignment_digest: assignment_digest(&fitted.labels),
        facts: fitted.facts,
        history: fitted.history,
        figure_data_digest: None,
        revision: machine::revision(),
        libtorch: deepclust_nets::libtorch_version().to_owned(),
        device: deepclust_nets::device_name(device),
        threads,
        machine: Machine::this(),
    };
    Ok(Measured { record, figures })
}

fn rounded(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}

fn load(spec: &RunSpec, data_dir: Option<PathBuf>) -> Result<Dataset> {
    let data = deepclust_datasets::load(
        &spec.dataset,
        &LoadOptions {
            dirs: DataDirs::new(data_dir),
            fetch: false, // the scheduler has fetched it; two workers must not
            split: spec.split,
            ..LoadOptions::default()
        },
    )?;
    match spec.samples {
        Some(n) if n < data.len() => Ok(data.subset(Subset::Random { n }, &mut spec.seed.stream("subset"))?),
        _ => Ok(data),
    }
}

/// Samples of each class (rows) in each cluster (columns).
fn contingency(classes: &[usize], clusters: &[usize], k: usize) -> Vec<Vec<usize>> {
    let mut counts = vec![vec![0; k]; k];
    for (&class, &cluster) in classes.iter().zip(clusters) {
        counts[class][cluster] += 1;
    }
    counts
}

fn assignment_digest(clusters: &[usize]) -> String {
    let mut hash = Sha256::new();
    for &cluster in clusters {
        hash.update((cluster as u32).to_le_bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn figure_data(spec: &RunSpec, data: &Dataset, fitted: &Fitted) -> Result<FigureData> {
    let Extras { tsne, images_per_cluster, .. } = &spec.extras;
    let images = match (images_per_cluster, data.image) {
        (Some(count), Some(shape)) => Some(sample_grid(spec, data, shape, &fitted.labels, *count)?),
        (Some(_), None) => {
            return Err(Error::Unsuitable {
                dataset: data.name.clone(),
                expected: "images, for the grid of samples".to_owned(),
                found: "samples without an image shape".to_owned(),
            });
        }
        (None, _) => None,
    };
    let tsne = match tsne {
        Some(extra) => Some(tsne_map(spec, extra, data, fitted)?),
        None => None,
    };
    Ok(FigureData { tsne, images })
}

fn tsne_map(spec: &RunSpec, extra: &super::TsneExtra, data: &Dataset, fitted: &Fitted) -> Result<TsneMap> {
    let mut rng = spec.seed.stream("t-sne");
    let n = fitted.labels.len();
    let mut rows = index::sample(&mut rng, n, extra.samples.min(n)).into_vec();
    rows.sort_unstable();
    let features = fitted.embedding.select(Axis(0), &rows);
    let map = tsne(features.view(), &extra.settings, &mut rng)?;
    let column = |i: usize| map.column(i).iter().map(|v| (v * 100.0).round() / 100.0).collect();
    Ok(TsneMap {
        x: column(0),
        y: column(1),
        clusters: rows.iter().map(|&row| fitted.labels[row]).collect(),
        classes: rows.iter().map(|&row| data.labels[row]).collect(),
        class_names: data.class_names.clone(),
    })
}

fn sample_grid(
    spec: &RunSpec,
    data: &Dataset,
    shape: ImageShape,
    clusters: &[usize],
    count: usize,
) -> Result<SampleGrid> {
    let mut rng = spec.seed.stream("sample images");
    let x = data.features.dense()?;
    let (low, high) = x.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(l, h), &v| (l.min(v), h.max(v)));
    let grey = |v: f32| (255.0 * (v - low) / (high - low).max(f32::MIN_POSITIVE)).round() as u8;
    let encoded = |row: usize| {
        let pixels: Vec<u8> = x.row(row).iter().map(|&v| grey(v)).collect();
        base64::engine::general_purpose::STANDARD.encode(pixels)
    };
    let rows = (0..data.n_classes()).map(|cluster| {
        let members: Vec<usize> = (0..clusters.len()).filter(|&i| clusters[i] == cluster).collect();
        let chosen = index::sample(&mut rng, members.len(), count.min(members.len()));
        chosen.iter().map(|i| encoded(members[i])).collect()
    });
    Ok(SampleGrid { height: shape.height, width: shape.width, clusters: rows.collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_digests() {
        assert_eq!(contingency(&[0, 1, 1, 0], &[1, 1, 0, 1], 2), [[0, 2], [1, 1]]);
        // python: hashlib.sha256(np.array([0, 1, 2], '<u4').tobytes()).hexdigest()
        assert_eq!(
            assignment_digest(&[0, 1, 2]),
            "ad5dc1478de06a4c2728ea528bd9361a4b945e92a414bf4d180cedaaeaa5f4cc"
        );
    }
}
