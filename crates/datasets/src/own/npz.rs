//! NumPy's `.npz`: arrays by name in a zip file.

use std::borrow::Cow;
use std::io::{Read, Seek};

use super::npy::{self, Array};
use super::raw::Raw;
use super::wide::Numbers;
use super::{Facts, OwnOptions};
use crate::{Error, Result};

/// What arrays of features and of labels are usually called.
const FEATURES: [&str; 6] = ["x", "X", "data", "features", "x_train", "arr_0"];
const LABELS: [&str; 5] = ["y", "labels", "label", "target", "y_train"];

/// A file that is open.
struct Npz<'a, R> {
    archive: zip::ZipArchive<R>,
    /// Names of the arrays, without `.npy`.
    names: Vec<String>,
    file: &'a str,
}

impl<'a, R: Read + Seek> Npz<'a, R> {
    fn open(source: R, file: &'a str) -> Result<Self> {
        let archive = zip::ZipArchive::new(source).map_err(|e| broken(file, &e))?;
        let members = archive.file_names().flatten().map(Cow::into_owned);
        let names = members.filter_map(|name| Some(name.strip_suffix(".npy")?.to_owned())).collect();
        Ok(Self { archive, names, file })
    }

    /// The array that is asked for, or the first that is called as usual.
    fn pick(&self, asked: Option<&String>, usual: &[&str]) -> Option<String> {
        match asked {
            Some(name) => self.names.iter().find(|other| *other == name).cloned(),
            None => usual
                .iter()
                .find(|name| self.names.iter().any(|other| other == *name))
                .map(|&name| name.to_owned()),
        }
    }

    fn member(&mut self, name: &str) -> Result<zip::read::ZipFile<'_, R>> {
        self.archive.by_name(&format!("{name}.npy")).map_err(|e| broken(self.file, &e))
    }

    fn array(&mut self, name: &str) -> Result<Array> {
        let place = format!("{}/{name}.npy", self.file);
        npy::parse(self.member(name)?, &place)
    }

    /// The axes of each array that holds numbers.
    fn shapes(&mut self) -> Vec<(String, Vec<usize>)> {
        let names = self.names.clone();
        let shape = |name: String| {
            let header = npy::header(&mut self.member(&name).ok()?, "").ok()?;
            Some((name, header.shape))
        };
        names.into_iter().filter_map(shape).collect()
    }

    fn none(&mut self, what: &str) -> Error {
        let shapes = self.shapes().into_iter().map(|(name, shape)| format!("{name} {shape:?}"));
        let found = format!("arrays {}", shapes.collect::<Vec<_>>().join(", "));
        Error::format(self.file, "archive", what, found)
    }
}

fn broken(file: &str, error: &zip::result::ZipError) -> Error {
    Error::format(file, "archive", "an intact npz file", error.to_string())
}

/// Features and labels.
pub(super) fn read(source: impl Read + Seek, file: &str, options: &OwnOptions) -> Result<Raw> {
    let mut npz = Npz::open(source, file)?;
    let features = npz.pick(options.features.as_ref(), &FEATURES).or_else(|| {
        // The only one that is no list.
        let mut tables = npz.shapes().into_iter().filter(|(_, shape)| shape.len() > 1).map(|(name, _)| name);
        tables.next().filter(|_| options.features.is_none() && tables.next().is_none())
    });
    let Some(features) = features else {
        return Err(npz.none("an array of features (x, X, data, features, x_train, arr_0, or the one named)"));
    };
    let asked = options.label.as_ref().filter(|_| options.labels_file.is_none());
    let labels = npz.pick(asked, if options.labels_file.is_none() { &LABELS } else { &[] });
    if labels.is_none() && asked.is_some() && !options.label_if_there {
        return Err(npz.none("the array of labels that was named"));
    }
    let raw = Raw::of(npz.array(&features)?, &format!("{file}/{features}.npy"))?;
    let text = match &labels {
        Some(name) => Some(written(npz.array(name)?, &format!("{file}/{name}.npy"))?),
        None => None,
    };
    let unread = npz.names.iter().filter(|name| **name != features && Some(*name) != labels.as_ref());
    let facts = Facts {
        unread: unread.map(|name| format!("array {name}")).collect(),
        label: labels.map(|name| format!("array {name}")),
        array: Some(features),
        ..raw.facts
    };
    Ok(Raw { labels: text, facts, ..raw })
}

/// Labels alone: the array that is named, one that is called as usual, or the only one.
pub(super) fn labels(source: impl Read + Seek, file: &str, asked: Option<&String>) -> Result<Vec<String>> {
    let mut npz = Npz::open(source, file)?;
    let only = npz.names.first().cloned().filter(|_| npz.names.len() == 1 && asked.is_none());
    match npz.pick(asked, &LABELS).or(only) {
        Some(name) => written(npz.array(&name)?, &format!("{file}/{name}.npy")),
        None => Err(npz.none("an array of labels (y, labels, label, target, y_train, or the one named)")),
    }
}

/// Labels stored as numbers, in full; NaN is a label that is missing.
pub(super) fn written(array: Array, file: &str) -> Result<Vec<String>> {
    let Numbers { data, rest } = array.elements.into_numbers();
    let labels = data.iter().enumerate().map(|(at, &label)| match rest.get(at) {
        Some(&rest) if rest != 0.0 => Ok((label as i128 + rest as i128).to_string()),
        _ if label.is_infinite() => {
            Err(Error::format(file, format!("label {at}"), "a number", label.to_string()))
        }
        _ => Ok(label.to_string()),
    });
    labels.collect()
}
