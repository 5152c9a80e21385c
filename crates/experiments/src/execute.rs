use crate::load::load;
use crate::measures::{Scored, measure_all};
use crate::{
    Clusters, DataFacts, Error, FigureData, Machine, Measured, Result, RunRecord, RunSpec, SCHEMA, Series,
};
use deepclust_datasets::{Dataset, Features};
use deepclust_methods::{Context, Fitted, LabelledSubset, Method, Progress, Seed};
use deepclust_nets::{Device, Products};
use ndarray::CowArray;
use sha2::{Digest, Sha256};
use std::path::PathBuf;
use std::time::Instant;

/// Where a run may leave what saves work.
#[derive(Clone, Debug, Default)]
pub struct Folders {
    /// The state of its own trainings.
    pub checkpoints: Option<PathBuf>,
    /// Networks that several runs start from.
    pub cache: Option<PathBuf>,
}

/// Makes one run in this process: its record, without the digest of the figure data, and these. Long trainings keep their state in
/// `folders`.
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
) -> Result<(RunRecord, FigureData)> {
    let start = Instant::now();
    let method = deepclust_methods::build(&spec.method.name, &spec.method.settings)?;
    let mut context = Context::new(Seed(spec.seed), device, progress);
    context.checkpoints = folders.checkpoints;
    context.cache = folders.cache;
    let (data, fit_data) = context.stage("data", |_| load(spec, data_dir))?;
    let k = number_of_clusters(spec, &data)?;
    let fit_on = fit_data.as_ref().unwrap_or(&data);
    let fitted = fit(spec, method.as_ref(), fit_on, k, &mut context)?;
    let x = dense(&data, spec)?;
    // Where others are scored than were fitted, the start says nothing about them.
    let start_clusters = fitted.start.filter(|_| fit_data.is_none());
    let (clusters, features) = if fit_data.is_some() {
        context.stage("predict", |_| {
            let embedding = fitted.model.embed(x.view())?;
            Ok::<_, Error>((fitted.model.assign(embedding.view())?, embedding))
        })?
    } else {
        (fitted.labels, fitted.embedding)
    };
    // Methods that find the number of clusters may find more.
    let k = clusters.iter().max().map_or(k, |&most| k.max(most + 1));
    let scored = Scored {
        spec,
        data: &data,
        x: x.view(),
        k,
        clusters: &clusters,
        features: features.view(),
        start: start_clusters.as_deref(),
        snapshots: &fitted.snapshots,
        fitted_labels: &fit_on.labels,
        model: fitted.model.as_ref(),
    };
    let Measured { metrics, figures } = context.stage("measures", |_| measure_all(&scored))?;
    let labelled = spec.fit.as_ref().is_some_and(|fit| fit.labelled);
    let machine = Machine::this(device);
    let series = |series: deepclust_methods::Series| Series {
        name: series.name,
        step: series.step,
        values: series.values,
    };
    let record = RunRecord {
        schema: SCHEMA,
        method: spec.method.name.clone(),
        dataset: spec.dataset(),
        split: spec.data.split,
        seed: spec.seed,
        quick: spec.scale.is_quick(),
        supervision: if labelled { fit_on.len().to_string() } else { "none".to_owned() },
        metrics,
        wall_s: rounded(start.elapsed().as_secs_f64() + context.seconds_before()),
        stages_s: context.stages().iter().map(|(name, &s)| (name.clone(), rounded(s))).collect(),
        identity: spec.identity()?,
        spec: spec.clone(),
        data: facts(&data),
        fit_data: fit_data.as_ref().map(facts),
        cluster_sizes: sizes(&clusters, k),
        contingency: contingency(&data.labels, &clusters, data.n_classes(), k),
        assignment_digest: assignment_digest(&clusters),
        facts: fitted.facts,
        history: fitted.history.into_iter().map(series).collect(),
        figure_data_digest: None,
        revision: crate::revision(),
        arithmetic: machine.arithmetic(Products::of_this_process()),
        device: deepclust_nets::device_name(device),
        threads,
        machine,
    };
    Ok((record, figures))
}

fn number_of_clusters(spec: &RunSpec, data: &Dataset) -> Result<usize> {
    let unknown = || Error::Unsuitable {
        dataset: spec.dataset(),
        expected: "labels, or a number of clusters in `clusters`".to_owned(),
        found: "neither".to_owned(),
    };
    match spec.clusters {
        Clusters::Fixed(k) => Ok(k),
        Clusters::Classes if data.n_classes() == 0 => Err(unknown()),
        Clusters::Classes => Ok(data.n_classes()),
    }
}

/// The most that sparse features may take as a dense matrix.
const DENSE_LIMIT: usize = 8 << 30;

/// The features as a dense matrix: without a copy where they are one, made one where they are sparse and that has a place.
fn dense<'a>(data: &'a Dataset, spec: &RunSpec) -> Result<CowArray<'a, f32, ndarray::Ix2>> {
    if let Features::Dense(x) = &data.features {
        return Ok(x.into());
    }
    let bytes = data.len().saturating_mul(data.n_features()).saturating_mul(size_of::<f32>());
    if bytes > DENSE_LIMIT {
        return Err(Error::Unsuitable {
            dataset: spec.dataset(),
            expected: format!("features of at most {} GiB as a dense matrix", DENSE_LIMIT >> 30),
            found: format!("{} × {}, sparse: {} GiB", data.len(), data.n_features(), bytes >> 30),
        });
    }
    Ok(data.features.to_dense().into())
}

/// The one place where labels may reach a method, and only as the run's description says so.
fn fit(
    spec: &RunSpec,
    method: &dyn Method,
    data: &Dataset,
    k: usize,
    context: &mut Context<'_>,
) -> Result<Fitted> {
    let x = dense(data, spec)?;
    Ok(match &spec.fit {
        Some(part) if part.labelled => {
            method.fit_labelled(&LabelledSubset::new(x.view(), &data.labels)?, k, context)?
        }
        _ => method.fit_with(x.view(), k, context)?,
    })
}

fn facts(data: &Dataset) -> DataFacts {
    DataFacts { n: data.len(), d: data.n_features(), classes: data.n_classes(), digest: data.digest() }
}

fn rounded(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}

fn sizes(clusters: &[usize], k: usize) -> Vec<usize> {
    let mut sizes = vec![0; k];
    clusters.iter().for_each(|&cluster| sizes[cluster] += 1);
    sizes
}

/// Samples of each class (rows) in each of the k clusters (columns); no rows without labels.
fn contingency(labels: &[usize], clusters: &[usize], classes: usize, k: usize) -> Vec<Vec<usize>> {
    let mut counts = vec![vec![0; k]; classes];
    for (&class, &cluster) in labels.iter().zip(clusters) {
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
    use crate::measures::Entropies;
    use crate::spec::tests::spec;
    use crate::{DataSpec, FitSpec, Generator, MeasureSpec, Source};
    use deepclust_datasets::{Split, own::OwnOptions};
    use deepclust_methods::Silent;

    #[test]
    fn counts_and_digests() {
        assert_eq!(contingency(&[0, 1, 1, 0], &[1, 1, 0, 1], 2, 2), [[0, 2], [1, 1]]);
        // More clusters than classes, and fewer.
        assert_eq!(contingency(&[0, 1, 1], &[2, 0, 3], 2, 4), [[0, 0, 1, 0], [1, 0, 0, 1]]);
        assert_eq!(contingency(&[0, 1, 2], &[0, 0, 0], 3, 1), [[1], [1], [1]]);
        assert_eq!(sizes(&[2, 0, 2], 4), [1, 0, 2, 0]);
        // python: hashlib.sha256(np.array([0, 1, 2], '<u4').tobytes()).hexdigest()
        assert_eq!(
            assignment_digest(&[0, 1, 2]),
            "ad5dc1478de06a4c2728ea528bd9361a4b945e92a414bf4d180cedaaeaa5f4cc"
        );
    }

    fn make(spec: &RunSpec) -> Result<RunRecord> {
        execute(spec, None, Device::Cpu, 1, Folders::default(), &mut Silent).map(|(record, _)| record)
    }

    fn points() -> DataSpec {
        let generator = Generator::GaussianPoints { samples: 40, features: 2, classes: 3 };
        DataSpec { source: Source::Generated(generator), split: Split::All, subset: None }
    }

    #[test]
    fn more_clusters_than_classes_and_fewer_are_recorded() {
        for k in [1, 2, 7] {
            let measures = vec![MeasureSpec::Entropies(Entropies {})];
            let run = RunSpec { data: points(), clusters: Clusters::Fixed(k), measures, ..spec(0) };
            let record = make(&run).unwrap();
            assert_eq!((record.contingency.len(), record.cluster_sizes.len()), (3, k));
            assert_eq!(record.cluster_sizes.iter().sum::<usize>(), 40);
            assert!(record.metrics.get("acc").is_some() && record.metrics.get("entropy_clusters").is_some());
        }
    }

    #[test]
    fn data_without_labels_run_through_the_same_path() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own.csv");
        std::fs::write(&path, "a,b\n0,0\n0,1\n9,9\n9,8\n").unwrap();
        let options = OwnOptions::default();
        let digest = deepclust_datasets::own::read(&path, &options).unwrap().digest();
        let source = Source::File(crate::FileSource { path, digest, options });
        let data = DataSpec { source, split: Split::All, subset: None };
        let run = RunSpec { data, clusters: Clusters::Fixed(2), ..spec(0) };
        let record = make(&run).unwrap();
        assert_eq!((record.cluster_sizes.clone(), record.data.classes), (vec![2, 2], 0));
        assert!(record.metrics.get("sil").unwrap() > 0.8 && record.metrics.get("acc").is_none());
        assert!(record.contingency.is_empty());
        let unknown = make(&RunSpec { clusters: Clusters::Classes, ..run.clone() }).unwrap_err().to_string();
        assert!(unknown.contains("expected labels, or a number of clusters"), "{unknown}");
    }

    #[test]
    fn sparse_features_are_made_dense() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own.svm");
        std::fs::write(&path, "1 1:0.5\n1 1:0.6\n2 3:4\n2 3:4.5\n").unwrap();
        let options = OwnOptions::default();
        let read = deepclust_datasets::own::read(&path, &options).unwrap();
        assert!(matches!(read.features, Features::Sparse(_)));
        let source = Source::File(crate::FileSource { path, digest: read.digest(), options });
        let data = DataSpec { source, split: Split::All, subset: None };
        let fit = Some(FitSpec { split: Split::All, subset: None, labelled: false });
        for fit in [None, fit] {
            let record = make(&RunSpec { data: data.clone(), fit, ..spec(0) }).unwrap();
            assert_eq!(record.metrics.get("acc"), Some(1.0));
        }
    }
}
