//! How to read a user's own data.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{Error, Result, Scaling};

/// A file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// One NumPy array, samples along the first axis.
    Npy,
    /// Several NumPy arrays in a zip file.
    Npz,
    /// Comma-separated values (tab-separated where the name ends in `.tsv`).
    Csv,
    /// `label index:value …`.
    LibSvm,
    /// IDX, the format of MNIST.
    Idx,
}

/// What becomes of rows whose label is missing: empty, or NaN.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// They are an error.
    #[default]
    Refuse,
    /// They are left out.
    LeaveOut,
    /// They stay, and no row has a label.
    NoLabels,
}

/// How to read a user's own data.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OwnOptions {
    /// The format; by default what the file's name says.
    pub format: Option<Format>,
    /// Where the labels are: a CSV column by name (or by number from 0 without a header), or an array of an `.npz`.
    /// An `.npz` without this is searched for `y`, `labels`, `label` and `target`.
    pub label: Option<String>,
    /// A file of labels beside the features, `.npy` or IDX.
    pub labels_file: Option<PathBuf>,
    /// Rows without a label; by default an error.
    pub missing: Missing,
    /// The array of an `.npz` that holds the features; by default `x`, `X`, `data` or `features`.
    pub features: Option<String>,
    /// Set for CSV whose first line is data. Without this a first line of numbers only is an error, unless the label column is
    /// one of them.
    pub no_header: bool,
    /// Scaling; the default leaves values as they are, but images of bytes go to [0, 1].
    pub scaling: Scaling,
}

/// A file's name in lower case, without the ending of what it is packed in.
pub(super) fn plain_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    name.trim_end_matches(".gz").trim_end_matches(".bz2").to_owned()
}

impl OwnOptions {
    pub(super) fn format_of(&self, path: &Path) -> Result<Format> {
        if let Some(format) = self.format {
            return Ok(format);
        }
        let name = plain_name(path);
        let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        if ends(&[".npy"]) {
            Ok(Format::Npy)
        } else if ends(&[".npz"]) {
            Ok(Format::Npz)
        } else if ends(&[".csv", ".tsv"]) {
            Ok(Format::Csv)
        } else if ends(&[".svm", ".libsvm", ".svmlight"]) {
            Ok(Format::LibSvm)
        } else if ends(&["ubyte", ".idx"]) {
            Ok(Format::Idx)
        } else {
            let expected =
                "a name ending in .npy, .npz, .csv, .tsv, .svm, .libsvm, -ubyte or .idx, or a format given";
            Err(Error::argument("file", expected, path.display()))
        }
    }
}
