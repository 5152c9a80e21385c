//! A user's data, and what there is to say about them.

use super::arguments::Reading;
use anyhow::{Result, bail};
use deepclust_datasets::{DataDirs, Dataset, Features, ImageShape, LoadOptions, Plain, load_with, own};
use ndarray::Array2;
use std::path::Path;

/// What was read.
pub struct Input {
    /// The features, dense.
    pub x: Array2<f32>,
    /// Whether they were stored as sparse ones.
    pub sparse: bool,
    /// What the data are called.
    pub name: String,
    /// SHA-256 of features and labels.
    pub digest: String,
    /// What the columns are called; empty where they have no names.
    pub columns: Vec<String>,
    /// What the rows are called; empty where they have no names.
    pub rows: Vec<String>,
    /// The shape of a row, where rows are pictures.
    pub image: Option<ImageShape>,
    /// The classes, for scoring alone; empty where they are not known.
    pub labels: Vec<usize>,
    /// What the classes are called.
    pub class_names: Vec<String>,
    /// What was found, a sentence each.
    pub facts: Vec<String>,
    /// How it was read, so that other rows can be read the same way.
    pub options: own::OwnOptions,
}

/// The most that sparse features may take as a dense matrix.
const DENSE_LIMIT: usize = 8 << 30;

/// Reads a file, a folder of pictures, or a data set by its name.
pub fn read(what: &str, reading: &Reading) -> Result<Input> {
    read_as(what, reading, own::OwnOptions::default())
}

/// The same as other data were read.
pub fn read_as(what: &str, reading: &Reading, base: own::OwnOptions) -> Result<Input> {
    let options = options(reading, base);
    let dataset = if Path::new(what).exists() {
        own::read(Path::new(what), &options)?
    } else {
        let dirs = DataDirs::new(reading.data_dir.clone());
        load_with(what, &LoadOptions { dirs, ..LoadOptions::default() }, &mut Plain::new(std::io::stderr()))?
    };
    let facts = vec![format!("{} rows of {} columns", dataset.len(), dataset.n_features())];
    finish(dataset, Vec::new(), Vec::new(), facts, options)
}

fn options(reading: &Reading, base: own::OwnOptions) -> own::OwnOptions {
    let mut options = own::OwnOptions { no_header: reading.no_header || base.no_header, ..base };
    if let Some(labels) = &reading.labels {
        if Path::new(labels).is_file() {
            (options.labels_file, options.label) = (Some(labels.into()), None);
        } else {
            (options.labels_file, options.label) = (None, Some(labels.clone()));
        }
    }
    options
}

fn finish(
    dataset: Dataset,
    columns: Vec<String>,
    rows: Vec<String>,
    facts: Vec<String>,
    options: own::OwnOptions,
) -> Result<Input> {
    let digest = dataset.digest();
    let (n, d) = (dataset.len(), dataset.n_features());
    let Dataset { name, features, labels, class_names, image, .. } = dataset;
    let (x, sparse) = match features {
        Features::Dense(x) => (x, false),
        sparse => {
            let bytes = n.saturating_mul(d).saturating_mul(size_of::<f32>());
            if bytes > DENSE_LIMIT {
                bail!(
                    "{name}: expected features of at most {} GiB as a dense matrix, found {n} × {d}, {} GiB; keep fewer columns",
                    DENSE_LIMIT >> 30,
                    bytes >> 30
                );
            }
            (sparse.to_dense(), true)
        }
    };
    Ok(Input { x, sparse, name, digest, columns, rows, image, labels, class_names, facts, options })
}
