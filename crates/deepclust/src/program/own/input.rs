//! A user's data, and what there is to say about them.

use super::arguments::Reading;
use anyhow::{Context, Result, bail};
use deepclust_datasets::{
    DataDirs, Dataset, Features, ImageShape, LoadOptions, Plain, entry, load_with, own,
};
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
    /// Columns of text that became columns of 0 and 1, the last ones, and how many each.
    pub hot: Vec<(String, usize)>,
    /// What columns that were left out are called.
    pub dropped: Vec<String>,
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
    /// What to look at before they are used, a sentence each.
    pub warnings: Vec<String>,
    /// Gaps that were filled.
    pub imputed: usize,
    /// The least and the largest value of every column.
    pub ranges: Vec<(f32, f32)>,
    /// The same as names and values.
    pub found: Vec<(String, String)>,
    /// Whether the values were bytes, and were divided by 255.
    pub divided: bool,
    /// The largest of the values without their signs.
    pub largest: f32,
    /// How it was read, so that other rows can be read the same way.
    pub options: own::OwnOptions,
}

impl Input {
    /// Whether a column of features holds a value of a column of text.
    pub fn is_category(&self, column: usize) -> bool {
        column >= numbers(&self.columns, &self.hot)
    }
}

/// Columns of numbers, which come before those of the values of text.
pub fn numbers(columns: &[String], hot: &[(String, usize)]) -> usize {
    columns.len().saturating_sub(hot.iter().map(|(_, values)| values).sum())
}

/// The most that sparse features may take as a dense matrix.
const DENSE_LIMIT: usize = 8 << 30;

/// Reads a file, a folder of pictures, or a data set by its name.
pub fn read(what: &str, reading: &Reading) -> Result<Input> {
    read_as(what, reading, own::OwnOptions::default())
}

/// The same as other data were read, but for what is said of these.
pub fn read_as(what: &str, reading: &Reading, base: own::OwnOptions) -> Result<Input> {
    let options = options(reading, base);
    if !Path::new(what).exists() && entry(what).is_ok() {
        // Not here yet: fetched, with progress on standard error.
        load_with(what, &named(reading), &mut Plain::new(std::io::stderr()))?;
    }
    // What looks like a path is no name of a data set, and its error says so.
    let known = Path::new(what).exists() || entry(what).is_ok() || what.contains(['.', '/']);
    let found = own::open(what, &options, &named(reading));
    let found =
        if known { found? } else { found.with_context(|| format!("no file or folder `{what}` is here"))? };
    finish(found, options)
}

fn named(reading: &Reading) -> LoadOptions {
    LoadOptions { dirs: DataDirs::new(reading.data_dir.clone()), ..LoadOptions::default() }
}

fn options(reading: &Reading, base: own::OwnOptions) -> own::OwnOptions {
    let mut options = own::OwnOptions {
        no_header: reading.no_header || base.no_header,
        header: reading.header || base.header,
        delimiter: reading.delimiter.or(base.delimiter),
        impute: reading.impute.or(base.impute),
        decimal: reading.decimal.or(base.decimal),
        drop: if reading.drop.is_empty() { base.drop } else { reading.drop.clone() },
        one_hot: if reading.one_hot.is_empty() { base.one_hot } else { reading.one_hot.clone() },
        size: reading.size.or(base.size),
        grey: reading.grey || base.grey,
        features: reading.array.clone().or(base.features),
        ..base
    };
    if let Some(labels) = &reading.labels {
        if Path::new(labels).is_file() {
            (options.labels_file, options.label) = (Some(labels.into()), None);
        } else {
            (options.labels_file, options.label) = (None, Some(labels.clone()));
        }
    }
    options
}

fn finish(found: own::OwnData, options: own::OwnOptions) -> Result<Input> {
    let own::OwnData { data, facts, row_names: rows, .. } = found;
    let digest = data.digest();
    let (n, d) = (data.len(), data.n_features());
    let Dataset { name, features, labels, class_names, image, .. } = data;
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
    let found = pairs(&facts);
    // Columns that were given by number are named: other rows may have them elsewhere.
    let options = own::OwnOptions {
        fill: facts.medians.clone(),
        one_hot: facts.one_hot.iter().map(|(column, _)| column.clone()).collect(),
        drop: facts.dropped.clone(),
        label: facts.label_column.clone().or(options.label),
        ..options
    };
    let (columns, hot, dropped) = (facts.names.clone(), facts.one_hot.clone(), facts.dropped.clone());
    let imputed = facts.imputed.iter().map(|(_, count)| count).sum();
    let (divided, warnings, facts) = (facts.divided, facts.warnings(), facts.lines());
    let mut ranges = vec![(f32::INFINITY, f32::NEG_INFINITY); d];
    for row in x.rows() {
        ranges.iter_mut().zip(row).for_each(|((low, high), &v)| (*low, *high) = (low.min(v), high.max(v)));
    }
    let largest = ranges.iter().fold(0.0f32, |largest, (low, high)| largest.max(low.abs()).max(high.abs()));
    Ok(Input {
        x,
        sparse,
        name,
        digest,
        columns,
        hot,
        dropped,
        rows,
        image,
        labels,
        class_names,
        facts,
        warnings,
        imputed,
        ranges,
        found,
        divided,
        largest,
        options,
    })
}

/// Names and values of what was found, without what is ordinary.
fn pairs(facts: &own::Facts) -> Vec<(String, String)> {
    let mut pairs = vec![
        ("format".to_owned(), facts.format.clone()),
        ("rows".to_owned(), facts.rows.to_string()),
        ("columns".to_owned(), facts.columns.to_string()),
    ];
    let mut say = |name: &str, value: String| pairs.push((name.to_owned(), value));
    if let Some(image) = facts.image {
        say("pictures", format!("{} × {} × {}", image.height, image.width, image.channels));
    }
    if let Some((low, high)) = facts.range {
        say("values", format!("{low} to {high}"));
    }
    for (name, count) in [
        ("constant columns", facts.constant.len()),
        ("values far from all others", facts.far.iter().map(|far| far.count).sum()),
        ("rows equal to others", facts.duplicates),
        ("missing values filled", facts.imputed.iter().map(|(_, count)| count).sum()),
        ("rows without a label left out", facts.left_out),
        ("columns left out", facts.dropped.len()),
    ] {
        if count > 0 {
            say(name, count.to_string());
        }
    }
    pairs
}
