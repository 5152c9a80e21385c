//! A file's content before it is scaled, and how it becomes features.

use ndarray::Array2;

use super::npy::{Array, Elements};
use super::wide::Numbers;
use super::{Facts, OwnOptions, impute, narrow};
use crate::decoded::{PIXELS, apply};
use crate::features::select_csr;
use crate::formats::LibSvm;
use crate::{Csr, Error, Features, ImageShape, Result, Scaling};

/// A file's content as it is written.
#[derive(Default)]
pub(super) struct Raw {
    pub values: Values,
    pub image: Option<ImageShape>,
    pub labels: Option<Vec<String>>,
    /// What the columns are called; nothing where they have no names.
    pub names: Vec<String>,
    /// What the rows are called; nothing where they have no names.
    pub row_names: Vec<String>,
    /// What the reader found.
    pub facts: Facts,
}

pub(super) enum Values {
    /// Pixels of 8 bits, which f32 holds.
    Bytes {
        cols: usize,
        data: Vec<f32>,
    },
    /// Numbers that f32 holds.
    Singles {
        cols: usize,
        data: Vec<f32>,
    },
    Numbers {
        cols: usize,
        numbers: Numbers,
    },
    Sparse(Csr<f64>),
}

impl Default for Values {
    fn default() -> Self {
        Self::Singles { cols: 0, data: Vec::new() }
    }
}

impl From<LibSvm> for Raw {
    fn from(read: LibSvm) -> Self {
        // A file without any label is one of unlabelled rows.
        let labels = read.labels.iter().any(|label| !label.is_empty()).then_some(read.labels);
        let label = labels.as_ref().map(|_| "the first field of each line".to_owned());
        let facts = Facts { format: "LIBSVM file".into(), label, ..Facts::default() };
        Self { values: Values::Sparse(read.features), labels, facts, ..Self::default() }
    }
}

impl Values {
    pub(super) fn rows(&self) -> usize {
        match self {
            Self::Bytes { cols, data } | Self::Singles { cols, data } => data.len() / cols.max(&1),
            Self::Numbers { cols, numbers } => numbers.data.len() / cols.max(&1),
            Self::Sparse(x) => x.rows(),
        }
    }

    pub(super) fn cols(&self) -> usize {
        match self {
            Self::Bytes { cols, .. } | Self::Singles { cols, .. } | Self::Numbers { cols, .. } => *cols,
            Self::Sparse(x) => x.cols(),
        }
    }

    /// Some rows.
    pub(super) fn select(self, rows: &[usize]) -> Self {
        fn of<T: Copy>(data: &[T], cols: usize, rows: &[usize]) -> Vec<T> {
            rows.iter().flat_map(|row| data[row * cols..(row + 1) * cols].iter().copied()).collect()
        }
        match self {
            Self::Bytes { cols, data } => Self::Bytes { cols, data: of(&data, cols, rows) },
            Self::Singles { cols, data } => Self::Singles { cols, data: of(&data, cols, rows) },
            Self::Numbers { cols, numbers: Numbers { data, rest } } => {
                let rest = if rest.is_empty() { rest } else { of(&rest, cols, rows) };
                Self::Numbers { cols, numbers: Numbers { data: of(&data, cols, rows), rest } }
            }
            Self::Sparse(x) => Self::Sparse(select_csr(&x, rows)),
        }
    }

    /// The median of every column, where medians are asked for.
    pub(super) fn medians(&self, options: &OwnOptions) -> Vec<Option<f64>> {
        match self {
            _ if options.impute.is_none() => Vec::new(),
            Self::Bytes { .. } | Self::Sparse(_) => Vec::new(),
            Self::Singles { cols, data } => impute::medians(data, *cols),
            Self::Numbers { cols, numbers } => impute::medians(&numbers.data, *cols),
        }
    }

    /// Puts numbers where some are missing: those of `options`, else the medians; the columns and how often.
    pub(super) fn fill(
        &mut self,
        names: &[String],
        medians: &[Option<f64>],
        options: &OwnOptions,
        file: &str,
    ) -> Result<Vec<(usize, usize)>> {
        let instead = impute::in_order(&options.fill, medians, self.cols(), names);
        match self {
            Self::Bytes { .. } | Self::Sparse(_) => Ok(Vec::new()),
            Self::Singles { cols, data } => impute::fill(data, *cols, names, &instead, options.impute, file),
            Self::Numbers { cols, numbers } => {
                impute::fill(&mut numbers.data, *cols, names, &instead, options.impute, file)
            }
        }
    }
}

impl Raw {
    /// Samples along the first axis, the others flattened; three axes (or a fourth of channels) are images.
    pub(super) fn of(array: Array, file: &str) -> Result<Self> {
        let [n, rest @ ..] = &array.shape[..] else {
            return Err(Error::format(file, "shape", "at least one axis", "none"));
        };
        let cols = rest.iter().product::<usize>();
        if *n == 0 || cols == 0 {
            let found = format!("shape {:?}", array.shape);
            return Err(Error::format(file, "shape", "at least one sample and one feature", found));
        }
        let image = match *rest {
            [height, width] => Some(ImageShape { height, width, channels: 1 }),
            [height, width, channels] => Some(ImageShape { height, width, channels }),
            _ => None,
        };
        let values = match array.elements {
            Elements::Singles(data) if array.bytes => Values::Bytes { cols, data },
            Elements::Singles(data) => Values::Singles { cols, data },
            Elements::Numbers(numbers) => Values::Numbers { cols, numbers },
        };
        let facts = Facts { format: format!("NumPy array of {}", array.kind), ..Facts::default() };
        Ok(Self { values, image, facts, ..Self::default() })
    }
}

/// Scales in f64, then rounds; pixels of 8 bits go the way of the known data sets, bit for bit. Numbers that f32 holds and that
/// are not scaled are handed over as they are.
pub(super) fn scaled(values: Values, scaling: Scaling, names: &[String], file: &str) -> Result<Features> {
    let as_written = matches!(scaling, Scaling::Default | Scaling::Raw);
    let values = match values {
        Values::Singles { cols, data } if !as_written => {
            let data = data.into_iter().map(f64::from).collect();
            Values::Numbers { cols, numbers: Numbers { data, rest: Vec::new() } }
        }
        other => other,
    };
    let (mut features, rest) = match values {
        Values::Bytes { cols, data } => {
            let mut features = Features::Dense(rows(data, cols, file)?);
            let scaling = if scaling == Scaling::Default { Scaling::Unit } else { scaling };
            apply(&mut features, scaling, Some(PIXELS), false)?;
            return Ok(features);
        }
        Values::Singles { cols, data } => return Ok(Features::Dense(rows(data, cols, file)?)),
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
