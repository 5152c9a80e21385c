use super::evaluate::{Clustering, evaluate};
use super::figure_measurements::figure_data;
use super::load::load;
use super::{DataFacts, FigureData, Machine, RunRecord, RunSpec, SCHEMA, machine};
use crate::{Error, Result};
use deepclust_datasets::Dataset;
use deepclust_methods::{Context, Fitted, LabelledSubset, Method, Progress};
use deepclust_nets::Device;
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

/// Where a run may leave what saves work.
#[derive(Clone, Debug, Default)]
pub struct Folders {
    /// The state of its own trainings.
    pub checkpoints: Option<PathBuf>,
    /// Networks that several runs start from.
    pub cache: Option<PathBuf>,
}

/// Makes one run in this process. Long trainings keep their state in `folders`.
///
/// # Errors
/// When the data cannot be had, the method refuses them or fails, or a metric is not defined.
pub fn execute(
    spec: &RunSpec,
    data_dir: Option<PathBuf>,
    device: Device,
    threads: usize,
    folders: Folders,
    progress: &mut dyn Progress,
) -> Result<Measured> {
    let start = Instant::now();
    let method = deepclust_methods::build(&spec.method, &spec.settings)?;
    let mut context = Context::new(spec.seed, device, progress);
    context.checkpoints = folders.checkpoints;
    context.cache = folders.cache;
    let (data, fit_data) = context.stage("data", |_| load(spec, data_dir))?;
    let k = data.n_classes();
    let fitted = fit(spec, method.as_ref(), fit_data.as_ref().unwrap_or(&data), k, &mut context)?;
    // Where others are scored than were fitted, the start says nothing about them.
    let start_clusters = fitted.start.filter(|_| fit_data.is_none());
    let scored = if fit_data.is_some() {
        let x = data.features.dense()?;
        context.stage("predict", |_| {
            let embedding = fitted.model.embed(x)?;
            Ok::<_, Error>((fitted.model.assign(embedding.view())?, embedding))
        })?
    } else {
        (fitted.labels, fitted.embedding)
    };
    let clustering = Clustering {
        truth: &data.labels,
        clusters: &scored.0,
        features: scored.1.view(),
        start: start_clusters.as_deref(),
    };
    let metrics = context.stage("metrics", |_| evaluate(&clustering, &spec.extras, k, spec.seed))?;
    let figures =
        context.stage("figures", |_| figure_data(spec, &data, &clustering, fitted.model.as_ref()))?;
    let contingency = contingency(&data.labels, &scored.0, k);
    let supervised = spec.fit.as_ref().is_some_and(|fit| fit.labelled);
    let labels_used = fit_data.as_ref().filter(|_| supervised).map(Dataset::len);
    let record = RunRecord {
        schema: SCHEMA,
        method: spec.method.clone(),
        variant: spec.variant.clone(),
        dataset: spec.dataset.clone(),
        split: spec.split,
        seed: spec.seed,
        quick: spec.quick,
        supervision: labels_used.map_or("none".to_owned(), |n| n.to_string()),
        metrics,
        wall_s: rounded(start.elapsed().as_secs_f64() + context.seconds_before()),
        stages_s: context.stages().iter().map(|(name, &s)| (name.clone(), rounded(s))).collect(),
        identity: spec.identity()?,
        spec: spec.clone(),
        data: facts(&data)?,
        fit_data: fit_data.as_ref().map(facts).transpose()?,
        cluster_sizes: (0..k).map(|cluster| contingency.iter().map(|row| row[cluster]).sum()).collect(),
        contingency,
        assignment_digest: assignment_digest(&scored.0),
        facts: fitted.facts,
        history: fitted.history,
        figure_data_digest: None,
        revision: machine::revision(),
        libtorch: deepclust_nets::libtorch_version().to_owned(),
        device: deepclust_nets::device_name(device),
        threads,
        machine: Machine::this(device),
    };
    Ok(Measured { record, figures })
}

/// The one place where labels may reach a method, and only as the run's description says so.
fn fit(
    spec: &RunSpec,
    method: &dyn Method,
    data: &Dataset,
    k: usize,
    context: &mut Context<'_>,
) -> Result<Fitted> {
    let x = data.features.dense()?;
    Ok(match &spec.fit {
        Some(part) if part.labelled => {
            method.fit_labelled(&LabelledSubset::new(x, &data.labels)?, k, context)?
        }
        _ => method.fit(x, k, context)?,
    })
}

fn facts(data: &Dataset) -> Result<DataFacts> {
    let (n, d) = data.features.dense()?.dim();
    Ok(DataFacts { n, d, classes: data.n_classes(), digest: data.digest() })
}

fn rounded(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
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
