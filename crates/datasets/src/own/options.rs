//! How to read a user's own data.

use std::collections::BTreeMap;
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
    /// A table in text, one row a line, whatever separates its columns.
    Csv,
    /// `label index:value …`.
    LibSvm,
    /// IDX, the format of MNIST.
    Idx,
    /// Apache Parquet, with the feature `parquet`.
    Parquet,
    /// A folder of PNG and JPEG files.
    Pictures,
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

/// What takes the place of numbers that are missing: empty fields, `NA`, NaN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Impute {
    /// The median of the column's other numbers.
    Median,
}

impl std::str::FromStr for Impute {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "median" => Ok(Self::Median),
            other => Err(Error::argument("impute", "median", format!("{other:?}"))),
        }
    }
}

/// How numbers are written in a table of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decimal {
    /// `1,234.5`: a point before the decimals, and perhaps commas between thousands.
    Point,
    /// `1.234,5`: a comma before the decimals, and perhaps points between thousands.
    Comma,
}

impl std::str::FromStr for Decimal {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "point" | "." => Ok(Self::Point),
            "comma" | "," => Ok(Self::Comma),
            other => Err(Error::argument("decimal", "point or comma", format!("{other:?}"))),
        }
    }
}

/// How to read a user's own data.
///
/// Columns are named as the header names them, or by number from 0.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OwnOptions {
    /// The format; by default what the file's name says, and pictures for a folder.
    pub format: Option<Format>,
    /// Where the labels are: a column of a table, or an array of an `.npz`; with [`OwnOptions::labels_file`] one of that file.
    /// An `.npz` without this is searched for `y`, `labels`, `label`, `target` and `y_train`.
    pub label: Option<String>,
    /// Whether there are no labels where that column or array is not there; an error otherwise. New rows need none.
    #[serde(skip_serializing_if = "is_false")]
    pub label_if_there: bool,
    /// A file of labels beside the features, in their order: `.npy`, `.npz`, IDX, or a table. A table has one column, or
    /// [`OwnOptions::label`] names the one that counts.
    pub labels_file: Option<PathBuf>,
    /// Rows without a label; by default an error.
    pub missing: Missing,
    /// The array of an `.npz` that holds the features; by default `x`, `X`, `data`, `features`, `x_train` or `arr_0`, or the
    /// only one of at least two axes.
    pub features: Option<String>,
    /// Set for a table whose first line is data, where that is not seen from the line itself.
    pub no_header: bool,
    /// Set for a table whose first line holds names, where that is not seen from the line itself.
    #[serde(skip_serializing_if = "is_false")]
    pub header: bool,
    /// What separates the columns of a table; by default the one of `,` tab `;` `|` and blanks that fits its first lines best.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<char>,
    /// What missing numbers become; by default they are an error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub impute: Option<Impute>,
    /// What missing numbers become column by column, by its name or number: as [`Facts::medians`](super::Facts::medians) of other rows. It goes
    /// before `impute`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub fill: BTreeMap<String, f64>,
    /// The mark before decimals, in a table of text; the other one may stand between thousands. By default it is a point, and nothing stands
    /// between thousands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decimal: Option<Decimal>,
    /// The columns that become features, where a table has names: others are left out, whatever `drop` says. New rows of a model need no more
    /// than these and the columns of `one_hot`. None for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep: Option<Vec<String>>,
    /// Columns of a table to leave out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub drop: Vec<String>,
    /// Columns of a table that become columns of 0 and 1, one a value that occurs, called `column=value`. They come last.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub one_hot: Vec<String>,
    /// Height and width that pictures are resampled to; by default all have to be of one size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<(usize, usize)>,
    /// Whether pictures become grey. By default they are colour where one of them is.
    #[serde(skip_serializing_if = "is_false")]
    pub grey: bool,
    /// Scaling; the default leaves values as they are, but images of bytes go to [0, 1].
    pub scaling: Scaling,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// A file's name in lower case, without the ending of what it is packed in.
fn plain_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    name.trim_end_matches(".gz").trim_end_matches(".bz2").to_owned()
}

impl OwnOptions {
    pub(super) fn format_of(&self, path: &Path) -> Result<Format> {
        if let Some(format) = self.format {
            return Ok(format);
        }
        if path.is_dir() {
            return Ok(Format::Pictures);
        }
        let name = plain_name(path);
        let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        if ends(&[".npy"]) {
            Ok(Format::Npy)
        } else if ends(&[".npz"]) {
            Ok(Format::Npz)
        } else if ends(&[".csv", ".tsv", ".tab", ".txt", ".dat", ".data"]) {
            Ok(Format::Csv)
        } else if ends(&[".svm", ".libsvm", ".svmlight"]) {
            Ok(Format::LibSvm)
        } else if ends(&["ubyte", ".idx"]) {
            Ok(Format::Idx)
        } else if ends(&[".parquet", ".pq"]) {
            Ok(Format::Parquet)
        } else {
            let expected = "a name ending in .csv, .tsv, .txt, .npy, .npz, .parquet, .svm, .libsvm, -ubyte or .idx, a folder \
                            of pictures, or a format given";
            Err(Error::argument("file", expected, path.display()))
        }
    }
}
