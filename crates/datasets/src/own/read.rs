//! From a user's file to a [`Dataset`].

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use super::raw::{Raw, Values, scaled};
use super::survey::{survey, survey_features};
use super::{Facts, Format, OwnOptions, impute, labels, npy, npz, parquet, pictures, text};
use crate::formats::{idx, libsvm};
use crate::{Dataset, Error, ImageShape, LoadOptions, Result, catalog, load};

/// A user's data, and what was found in them.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct OwnData {
    /// Samples, and labels where there are any.
    pub data: Dataset,
    /// What was found.
    pub facts: Facts,
    /// What the rows are called: the path of each picture below its folder; empty for other formats.
    pub row_names: Vec<String>,
}

/// Reads a user's own data, a file or a folder of pictures. Without labels, `labels` and `class_names` are empty.
///
/// Numbers are scaled in f64, integers beyond 2⁵³ exactly, and become f32 last.
///
/// Labels may be any text or numbers. Where all are numbers they are compared as numbers, and classes are numbered in numeric
/// order, else in alphabetical order.
///
/// # Errors
/// If the file is not what its format promises, features and labels differ in number, a label is missing (see
/// [`OwnOptions::missing`]), a value is missing (see [`OwnOptions::impute`]), no number or not finite, or values that differ
/// within a column would be one in f32 and are not scaled. Each error says what was expected, what was found and where, and
/// what can be done.
pub fn read(path: &Path, options: &OwnOptions) -> Result<Dataset> {
    Ok(finish(raw(path, options)?, options, &name_of(path), &path.display().to_string(), false)?.data)
}

/// As [`read`], and looks through the values: what was found is told.
///
/// # Errors
/// As [`read`].
pub fn inspect(path: &Path, options: &OwnOptions) -> Result<OwnData> {
    finish(raw(path, options)?, options, &name_of(path), &path.display().to_string(), true)
}

/// As [`inspect`] where there is such a file or folder, else the data set of this name, loaded as `named` says.
///
/// # Errors
/// As [`inspect`] and [`load`]; if there is neither such a path nor such a name, both are said.
pub fn open(what: &str, options: &OwnOptions, named: &LoadOptions) -> Result<OwnData> {
    let path = Path::new(what);
    if path.exists() {
        return inspect(path, options);
    }
    if catalog::entry(what).is_err() && (what.contains(['/', '\\', '.'])) {
        let missing = std::io::Error::new(std::io::ErrorKind::NotFound, "no such file or folder");
        return Err(Error::io("open", path)(missing));
    }
    let data = load(what, named)?;
    let (rows, columns) = (data.len(), data.n_features());
    let mut facts = Facts {
        format: format!("data set {}", data.name),
        rows,
        columns,
        label: Some("those of the data set".into()),
        classes: Some(data.n_classes()),
        image: data.image,
        bytes: data.features.bytes(),
        ..Facts::default()
    };
    survey_features(&data.features, &mut facts);
    // What others have published needs no advice.
    (facts.far, facts.thousands, facts.numbering) = (Vec::new(), Vec::new(), Vec::new());
    Ok(OwnData { data, facts, row_names: Vec::new() })
}

fn name_of(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// A file's content as it is written, and the labels beside it.
fn raw(path: &Path, options: &OwnOptions) -> Result<Raw> {
    let file = path.display().to_string();
    let mut raw = match options.format_of(path)? {
        Format::Npy => Raw::of(npy::read(path)?, &file)?,
        Format::Npz => {
            let source = File::open(path).map_err(Error::io("open", path))?;
            npz::read(BufReader::new(source), &file, options)?
        }
        Format::Csv => {
            let (sheet, facts) = text::read(path, options)?;
            sheet.into_raw(options, facts, &file)?
        }
        Format::LibSvm => libsvm::read_libsvm(path)?.into(),
        Format::Idx => of_idx(idx::read_idx(path)?, &file)?,
        Format::Parquet => {
            let (sheet, facts) = parquet::read(path, options)?;
            sheet.into_raw(options, facts, &file)?
        }
        Format::Pictures => pictures::read(path, options)?,
    };
    if let Some(beside) = &options.labels_file {
        raw.labels = Some(labels_beside(beside, options, raw.values.rows())?);
        raw.facts.label = Some(format!("file {}", beside.display()));
    }
    Ok(raw)
}

fn of_idx(read: idx::Idx, file: &str) -> Result<Raw> {
    let [n, axes @ ..] = &read.dims[..] else { return Ok(Raw::default()) };
    let cols = axes.iter().product::<usize>();
    if *n == 0 || cols == 0 {
        let found = format!("dimensions {:?}", read.dims);
        return Err(Error::format(file, "header", "at least one sample and one feature", found));
    }
    let image = match *axes {
        [height, width] => Some(ImageShape { height, width, channels: 1 }),
        [height, width, channels] => Some(ImageShape { height, width, channels }),
        _ => None,
    };
    let values = Values::Bytes { cols, data: read.data.into_iter().map(f32::from).collect() };
    let facts = Facts { format: "IDX file".into(), ..Facts::default() };
    Ok(Raw { values, image, facts, ..Raw::default() })
}

/// Fills gaps, numbers the classes, looks the values through if asked to, and scales.
pub(super) fn finish(raw: Raw, options: &OwnOptions, name: &str, file: &str, look: bool) -> Result<OwnData> {
    let Raw { mut values, image, labels, names, mut row_names, mut facts } = raw;
    if let Some(labels) = &labels
        && labels.len() != values.rows()
    {
        let expected = format!("{} labels, one a sample", values.rows());
        return Err(Error::format(file, "labels", expected, labels.len().to_string()));
    }
    let classes = labels::number(&labels.unwrap_or_default(), options.missing, file)?;
    if let Some(rows) = &classes.rows {
        facts.left_out = values.rows() - rows.len();
        values = values.select(rows);
        if !row_names.is_empty() {
            row_names = rows.iter().map(|&row| std::mem::take(&mut row_names[row])).collect();
        }
    }
    let called = |at: usize| names.get(at).cloned().unwrap_or_else(|| at.to_string());
    let medians = values.medians(options);
    let filled = values.fill(&names, &medians, options, file)?;
    facts.medians = impute::by_name(&medians, &names);
    facts.imputed = filled.into_iter().map(|(at, n)| (called(at), n)).collect();
    let labels::Classes { labels, names: class_names, .. } = classes;
    facts.image = image;
    facts.rows = values.rows();
    facts.columns = values.cols();
    facts.classes = facts.label.as_ref().map(|_| class_names.len());
    if look {
        survey(&values, &names, &mut facts);
        // Where points stand is a question of text, and one that is answered where the mark is given.
        if facts.delimiter.is_none() || options.decimal.is_some() {
            facts.thousands.clear();
        }
    }
    facts.divided = matches!(values, Values::Bytes { .. }) && options.scaling == crate::Scaling::Default;
    let features = scaled(values, options.scaling, &names, file)?;
    facts.bytes = features.bytes();
    facts.names = names;
    let data =
        Dataset { name: name.to_owned(), features, labels, class_names, image, n_train: None, groups: None };
    Ok(OwnData { data, facts, row_names })
}

/// Labels of a file of their own.
fn labels_beside(path: &Path, options: &OwnOptions, rows: usize) -> Result<Vec<String>> {
    let file = path.display().to_string();
    match OwnOptions::default().format_of(path)? {
        Format::Npy => npz::written(npy::read(path)?, &file),
        Format::Npz => {
            let source = File::open(path).map_err(Error::io("open", path))?;
            npz::labels(BufReader::new(source), &file, options.label.as_ref())
        }
        Format::Idx => Ok(idx::read_idx(path)?.data.iter().map(u8::to_string).collect()),
        Format::Csv => text::column(path, options.label.as_ref(), rows),
        _ => {
            let expected = "a table, an .npy, an .npz or an idx file";
            Err(Error::argument("labels file", expected, path.display()))
        }
    }
}
