//! NumPy's `.npz`: arrays by name in a zip file.

use std::io::{Read, Seek};

use super::{OwnOptions, npy};
use crate::{Error, Result};

/// The arrays of features and labels.
pub(super) fn npz(
    source: impl Read + Seek,
    file: &str,
    options: &OwnOptions,
) -> Result<(npy::NpyArray, Option<Vec<String>>)> {
    let broken =
        |e: zip::result::ZipError| Error::format(file, "archive", "an intact npz file", e.to_string());
    let mut archive = zip::ZipArchive::new(source).map_err(broken)?;
    let names: Vec<String> = archive.file_names().flatten().map(std::borrow::Cow::into_owned).collect();
    let pick = |asked: &Option<String>, usual: &[&str]| {
        let candidates: Vec<&str> = asked.as_ref().map_or_else(|| usual.to_vec(), |name| vec![name.as_str()]);
        candidates.iter().map(|name| format!("{name}.npy")).find(|name| names.contains(name))
    };
    let missing = |what: &str| Error::format(file, "archive", what, format!("arrays {}", names.join(", ")));
    let features =
        pick(&options.features, &["x", "X", "data", "features", "x_train", "arr_0"]).ok_or_else(|| {
            missing("an array of features (x, X, data, features, x_train, arr_0, or the one named)")
        })?;
    let labels = pick(&options.label, &["y", "labels", "label", "target", "y_train"]);
    if labels.is_none() && options.label.is_some() {
        return Err(missing("the array of labels that was named"));
    }
    let mut array =
        |name: &str| npy::parse(archive.by_name(name).map_err(broken)?, &format!("{file}/{name}"));
    let x = array(&features)?;
    let y = labels.map(|name| written(&array(&name)?, &format!("{file}/{name}"))).transpose()?;
    Ok((x, y))
}

/// Labels stored as numbers, in full; NaN is a label that is missing.
pub(super) fn written(array: &npy::NpyArray, file: &str) -> Result<Vec<String>> {
    let labels = array.data.iter().enumerate().map(|(at, &label)| match array.rest.get(at) {
        Some(&rest) if rest != 0.0 => Ok((label as i128 + rest as i128).to_string()),
        _ if label.is_infinite() => {
            Err(Error::format(file, format!("label {at}"), "a number", label.to_string()))
        }
        _ => Ok(label.to_string()),
    });
    labels.collect()
}
