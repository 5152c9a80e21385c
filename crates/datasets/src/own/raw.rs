//! A file's content before it is scaled, and how it becomes features.

use ndarray::Array2;

use super::wide::Numbers;
use super::{csv_table, narrow, npy};
use crate::decoded::{PIXELS, apply};
use crate::features::select_csr;
use crate::formats::LibSvm;
use crate::{Csr, Error, Features, ImageShape, Result, Scaling};

/// A file's content as it is written.
pub(super) struct Raw {
    pub values: Values,
    pub image: Option<ImageShape>,
    pub labels: Option<Vec<String>>,
    /// What the columns are called; nothing where they have no names.
    pub names: Vec<String>,
}

pub(super) enum Values {
    /// Pixels of 8 bits, which f32 holds.
    Bytes {
        cols: usize,
        data: Vec<f32>,
    },
    Numbers {
        cols: usize,
        numbers: Numbers,
    },
    Sparse(Csr<f64>),
}

impl From<csv_table::Table> for Raw {
    fn from(table: csv_table::Table) -> Self {
        let values = Values::Numbers { cols: table.cols, numbers: table.data };
        Self { values, image: None, labels: table.labels, names: table.names }
    }
}

impl From<LibSvm> for Raw {
    fn from(read: LibSvm) -> Self {
        // A file without any label is one of unlabelled rows.
        let labels = read.labels.iter().any(|label| !label.is_empty()).then_some(read.labels);
        Self { values: Values::Sparse(read.features), image: None, labels, names: Vec::new() }
    }
}

impl Values {
    pub(super) fn rows(&self) -> usize {
        match self {
            Self::Bytes { cols, data } => data.len() / cols.max(&1),
            Self::Numbers { cols, numbers } => numbers.data.len() / cols.max(&1),
            Self::Sparse(x) => x.rows(),
        }
    }

    /// Some rows.
    pub(super) fn select(self, rows: &[usize]) -> Self {
        fn of<T: Copy>(data: &[T], cols: usize, rows: &[usize]) -> Vec<T> {
            rows.iter().flat_map(|row| data[row * cols..(row + 1) * cols].iter().copied()).collect()
        }
        match self {
            Self::Bytes { cols, data } => Self::Bytes { cols, data: of(&data, cols, rows) },
            Self::Numbers { cols, numbers: Numbers { data, rest } } => {
                let rest = if rest.is_empty() { rest } else { of(&rest, cols, rows) };
                Self::Numbers { cols, numbers: Numbers { data: of(&data, cols, rows), rest } }
            }
            Self::Sparse(x) => Self::Sparse(select_csr(&x, rows)),
        }
    }
}

impl Raw {
    /// Samples along the first axis, the others flattened; three axes (or a fourth of channels) are images.
    pub(super) fn of(array: npy::NpyArray, file: &str) -> Result<Self> {
        let [n, rest @ ..] = &array.shape[..] else {
            return Err(Error::format(file, "shape", "at least one axis", "none"));
        };
        let cols = rest.iter().product::<usize>();
        if *n == 0 || cols == 0 {
            let found = format!("shape {:?}", array.shape);
            return Err(Error::format(file, "shape", "at least one sample and one feature", found));
        }
        if let Some(at) = array.data.iter().position(|v| !v.is_finite()) {
            let position = format!("row {}, column {}", at / cols, at % cols);
            return Err(Error::format(file, position, "a finite number", array.data[at].to_string()));
        }
        let image = match *rest {
            [height, width] => Some(ImageShape { height, width, channels: 1 }),
            [height, width, channels] => Some(ImageShape { height, width, channels }),
            _ => None,
        };
        let values = if array.bytes {
            Values::Bytes { cols, data: array.data.into_iter().map(|v| v as f32).collect() }
        } else {
            Values::Numbers { cols, numbers: Numbers { data: array.data, rest: array.rest } }
        };
        Ok(Self { values, image, labels: None, names: Vec::new() })
    }
}

/// Scales in f64, then rounds; pixels of 8 bits go the way of the known data sets, bit for bit.
pub(super) fn scaled(values: Values, scaling: Scaling, names: &[String], file: &str) -> Result<Features> {
    let (mut features, rest) = match values {
        Values::Bytes { cols, data } => {
            let mut features = Features::Dense(rows(data, cols, file)?);
            let scaling = if scaling == Scaling::Default { Scaling::Unit } else { scaling };
            apply(&mut features, scaling, Some(PIXELS), false)?;
            return Ok(features);
        }
        Values::Numbers { cols, mut numbers } => {
            if shifts(scaling) {
                numbers.shift(cols);
            }
            (Features::Dense(rows(numbers.data, cols, file)?), numbers.rest)
        }
        Values::Sparse(x) => (Features::Sparse(x), Vec::new()),
    };
    if features.rows() == 0 || features.cols() == 0 {
        let found = format!("{} × {}", features.rows(), features.cols());
        return Err(Error::format(file, "end", "at least one sample and one feature", found));
    }
    if scaling == Scaling::Standardise && matches!(features, Features::Dense(_)) {
        // From the unit interval no sum or square overflows, and the mean takes no digits away.
        apply(&mut features, Scaling::Unit, None, false)?;
    }
    let text = matches!(features, Features::Sparse(_));
    apply(&mut features, scaling, None, text)?;
    if !shifts(scaling) {
        narrow::check(&features, &rest, names, file)?;
    }
    Ok(narrow::narrow(features))
}

/// Whether a scaling begins by taking each column's least number, or its mean, off.
fn shifts(scaling: Scaling) -> bool {
    matches!(scaling, Scaling::Unit | Scaling::Symmetric | Scaling::Standardise | Scaling::Dahal)
}

fn rows<T>(data: Vec<T>, cols: usize, file: &str) -> Result<Array2<T>> {
    let (n, found) = (data.len() / cols.max(1), data.len());
    Array2::from_shape_vec((n, cols), data)
        .map_err(|_| Error::format(file, "values", format!("{n} rows of {cols}"), format!("{found} values")))
}
