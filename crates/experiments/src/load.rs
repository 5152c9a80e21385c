use super::RunSpec;
use crate::Result;
use deepclust_datasets::{DataDirs, Dataset, LoadOptions, Split, Subset};
use std::path::PathBuf;

/// The scored samples, and those that the method is fitted on where they are others.
pub(super) fn load(spec: &RunSpec, data_dir: Option<PathBuf>) -> Result<(Dataset, Option<Dataset>)> {
    let part = |split, samples, stream| part(spec, data_dir.clone(), split, samples, stream);
    let scored = part(spec.split, spec.samples, "subset")?;
    let fitted = match &spec.fit {
        Some(fit) => Some(part(fit.split, fit.samples, "fit subset")?),
        None => None,
    };
    Ok((scored, fitted))
}

fn part(
    spec: &RunSpec,
    data_dir: Option<PathBuf>,
    split: Split,
    samples: Option<usize>,
    stream: &str,
) -> Result<Dataset> {
    let data = deepclust_datasets::load(
        &spec.dataset,
        &LoadOptions {
            dirs: DataDirs::new(data_dir),
            fetch: false, // the scheduler has fetched it; two workers must not
            split,
            ..LoadOptions::default()
        },
    )?;
    match samples {
        Some(n) if n < data.len() => Ok(data.subset(Subset::Random { n }, &mut spec.seed.stream(stream))?),
        _ => Ok(data),
    }
}
