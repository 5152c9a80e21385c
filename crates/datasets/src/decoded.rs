//! Decoded content as published, before any scaling: what is digested, cached, and made into a [`Dataset`].

use ndarray::{Array2, NdFloat};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::dataset::kept_split;
use crate::scaling::{self, Scaling};
use crate::{Csr, Dataset, Error, Features, ImageShape, Result, digest, text};

/// Bytes owned or lying in a memory-mapped cache file.
#[derive(Debug)]
pub(crate) enum Bytes {
    Owned(Vec<u8>),
    Mapped(memmap2::Mmap, std::ops::Range<usize>),
}

impl std::ops::Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Owned(bytes) => bytes,
            Self::Mapped(map, range) => &map[range.clone()],
        }
    }
}

/// Published values.
#[derive(Debug)]
pub(crate) enum Values {
    /// Pixels, rows × columns.
    Pixels { cols: usize, data: Bytes },
    /// Dense numbers.
    Floats { cols: usize, data: Vec<f32> },
    /// Occurrences of each term.
    Counts(Csr),
    /// Term weights that somebody else computed.
    Weights(Csr),
}

/// A decoded data set.
#[derive(Debug)]
pub(crate) struct Decoded {
    pub values: Values,
    pub labels: Vec<u32>,
    pub class_names: Vec<String>,
    pub image: Option<ImageShape>,
    pub n_train: Option<usize>,
    pub groups: Option<Vec<u32>>,
    /// Smallest and largest value that the format can hold, for scaling to a unit range.
    pub range: Option<(f32, f32)>,
}

/// What "the most frequent words" means in every paper here.
pub(crate) const VOCABULARY: usize = 2000;

impl Decoded {
    pub(crate) fn rows(&self) -> usize {
        self.labels.len()
    }

    pub(crate) fn cols(&self) -> usize {
        match &self.values {
            Values::Pixels { cols, .. } | Values::Floats { cols, .. } => *cols,
            Values::Counts(x) | Values::Weights(x) => x.cols(),
        }
    }

    /// SHA-256 over values and labels: pixels as bytes, numbers as f32, sparse rows as u64 row pointers, u32 columns
    /// and f32 values, then labels as u32, all little-endian.
    pub(crate) fn digest(&self) -> String {
        let mut hash = Sha256::new();
        match &self.values {
            Values::Pixels { data, .. } => hash.update(&**data),
            Values::Floats { data, .. } => digest::floats(&mut hash, data),
            Values::Counts(x) | Values::Weights(x) => digest::csr(&mut hash, x),
        }
        digest::words(&mut hash, &self.labels, |label| label.to_le_bytes());
        digest::hex(hash.finalize())
    }

    /// Weights text over the whole corpus, then takes `rows` (all if `None`), then scales these.
    pub(crate) fn finish(
        self,
        name: &str,
        scaling: Scaling,
        rows: impl FnOnce(&[usize]) -> Result<Option<Vec<usize>>>,
    ) -> Result<Dataset> {
        let scaling = match (scaling, &self.values) {
            (Scaling::Default, Values::Pixels { .. }) => Scaling::Unit,
            (Scaling::Default, Values::Floats { .. }) if self.image.is_some() => Scaling::Unit,
            (Scaling::Default, Values::Floats { .. }) => Scaling::Raw,
            (Scaling::Default, Values::Counts(_) | Values::Weights(_)) => Scaling::Dec,
            (named, _) => named,
        };
        let labels: Vec<usize> = self.labels.iter().map(|&label| label as usize).collect();
        let rows = rows(&labels)?;
        let range = self.range;
        let mut features = match self.values {
            Values::Pixels { cols, data } => dense_pixels(&data, cols, rows.as_deref(), scaling)?,
            Values::Floats { cols, data } => dense_floats(data, cols, rows.as_deref())?,
            Values::Counts(x) => some_rows(Features::Sparse(weigh_counts(x, scaling)), rows.as_deref())?,
            Values::Weights(x) => some_rows(Features::Sparse(weigh_weights(x, scaling)?), rows.as_deref())?,
        };
        let text = matches!(features, Features::Sparse(_));
        let pixels_done =
            matches!(scaling, Scaling::Unit | Scaling::Symmetric | Scaling::Dec) && range == Some(PIXELS);
        if !pixels_done {
            apply(&mut features, scaling, range, text)?;
        }
        let pick = |from: Vec<usize>| match &rows {
            Some(rows) => rows.iter().map(|&row| from[row]).collect(),
            None => from,
        };
        Ok(Dataset {
            name: name.to_owned(),
            features,
            labels: pick(labels),
            class_names: self.class_names,
            image: self.image,
            n_train: match &rows {
                Some(rows) => kept_split(self.n_train, rows),
                None => self.n_train,
            },
            groups: self.groups.map(|groups| pick(groups.into_iter().map(|g| g as usize).collect())),
        })
    }
}

/// The range of 8-bit pixels.
pub(crate) const PIXELS: (f32, f32) = (0.0, 255.0);

/// Pixels to f32 with the scaling folded in, in fixed pieces.
fn dense_pixels(data: &[u8], cols: usize, rows: Option<&[usize]>, scaling: Scaling) -> Result<Features> {
    let mut table = [0f32; 256];
    for (value, out) in (0u8..=255).zip(&mut table) {
        let v = f32::from(value);
        *out = match scaling {
            Scaling::Unit => v / 255.0,
            Scaling::Symmetric => v / 255.0 * 2.0 - 1.0,
            Scaling::Dec => v * 0.02,
            _ => v,
        };
    }
    let lookup = |from: &[u8], to: &mut [f32]| {
        from.iter().zip(to).for_each(|(&v, out)| *out = table[usize::from(v)]);
    };
    let n = rows.map_or(data.len() / cols.max(1), <[usize]>::len);
    let mut out = vec![0f32; n * cols];
    let block = 1024 * cols.max(1);
    out.par_chunks_mut(block).enumerate().for_each(|(i, out)| match rows {
        None => lookup(&data[i * block..i * block + out.len()], out),
        Some(rows) => out.chunks_mut(cols.max(1)).zip(&rows[i * 1024..]).for_each(|(out, &row)| {
            lookup(&data[row * cols..(row + 1) * cols], out);
        }),
    });
    matrix(n, cols, out)
}

fn dense_floats(data: Vec<f32>, cols: usize, rows: Option<&[usize]>) -> Result<Features> {
    some_rows(matrix(data.len() / cols.max(1), cols, data)?, rows)
}

fn matrix(n: usize, cols: usize, data: Vec<f32>) -> Result<Features> {
    let found = data.len();
    Array2::from_shape_vec((n, cols), data)
        .map(Features::Dense)
        .map_err(|_| Error::argument("matrix", format!("{n} × {cols} values"), found))
}

fn some_rows(all: Features, rows: Option<&[usize]>) -> Result<Features> {
    match rows {
        Some(rows) => all.select(rows),
        None => Ok(all),
    }
}

fn weigh_counts(counts: Csr, scaling: Scaling) -> Csr {
    let weighting = match scaling {
        Scaling::TfIdf | Scaling::Dec | Scaling::Dahal => text::TfIdf::dec(),
        Scaling::Mixae => text::TfIdf::default(),
        _ => return counts,
    };
    weighting.fit(&counts).transform(counts)
}

/// Published weights hold the idf already: keep the most frequent terms and renew the rows' lengths.
fn weigh_weights(weights: Csr, scaling: Scaling) -> Result<Csr> {
    match scaling {
        Scaling::TfIdf | Scaling::Dec | Scaling::Dahal => {
            let frequent = text::most_frequent_columns(&weights, VOCABULARY);
            let mut features = Features::Sparse(text::keep_columns(weights, &frequent));
            scaling::l2_rows(&mut features);
            match features {
                Features::Sparse(x) => Ok(x),
                Features::Dense(_) => unreachable!("normalising rows keeps the form"),
            }
        }
        Scaling::Mixae => Err(Error::argument(
            "scaling",
            "one for published weights (raw, tf-idf, dec, dahal)",
            "mixae, which needs term counts",
        )),
        _ => Ok(weights),
    }
}

/// The scalings that look at rows, columns or single values.
pub(crate) fn apply<T: NdFloat + From<f32> + Into<f64>>(
    features: &mut Features<T>,
    scaling: Scaling,
    range: Option<(f32, f32)>,
    text: bool,
) -> Result<()> {
    let root = <T as From<f32>>::from((features.cols() as f32).sqrt());
    match scaling {
        Scaling::Default | Scaling::Raw => {}
        Scaling::TfIdf | Scaling::Mixae | Scaling::Dahal if !text => {
            let found = format!("{scaling:?}").to_lowercase();
            return Err(Error::argument("scaling", "one for dense features; this one weighs terms", found));
        }
        Scaling::TfIdf | Scaling::Mixae => {}
        Scaling::Dec if text => scaling::multiply(features, root),
        Scaling::Dec => scaling::multiply(features, <T as From<f32>>::from(0.02)),
        Scaling::Dahal => {
            scaling::multiply(features, root);
            scaling::min_max(features)?;
        }
        Scaling::Unit => unit(features, range)?,
        Scaling::Symmetric => {
            let Features::Dense(_) = features else {
                return Err(Error::argument("scaling", "one that keeps zeros zero", "symmetric"));
            };
            unit(features, range)?;
            if let Features::Dense(x) = features {
                x.mapv_inplace(|v| v + v - T::one());
            }
        }
        Scaling::Standardise => scaling::standardise(features)?,
        Scaling::L2 => scaling::l2_rows(features),
    }
    Ok(())
}

fn unit<T: NdFloat + From<f32>>(features: &mut Features<T>, range: Option<(f32, f32)>) -> Result<()> {
    match (features, range) {
        (Features::Dense(x), Some((low, high))) => {
            let (low, high): (T, T) = (low.into(), high.into());
            x.mapv_inplace(|v| (v - low) / (high - low));
            Ok(())
        }
        (features, _) => scaling::min_max(features),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pixels(bytes: &[u8]) -> Decoded {
        Decoded {
            values: Values::Pixels { cols: 2, data: Bytes::Owned(bytes.to_vec()) },
            labels: (0..bytes.len() as u32 / 2).map(|i| i % 2).collect(),
            class_names: vec!["a".into(), "b".into()],
            image: None,
            n_train: Some(1),
            groups: None,
            range: Some(PIXELS),
        }
    }

    fn loaded(scaling: Scaling, rows: Option<Vec<usize>>) -> Vec<f32> {
        let data = pixels(&[0, 255, 51, 102]).finish("t", scaling, |_| Ok(rows)).unwrap();
        data.features.to_dense().into_raw_vec_and_offset().0
    }

    #[test]
    fn pixels_scale() {
        assert_eq!(loaded(Scaling::Default, None), [0.0, 1.0, 0.2, 0.4]);
        assert_eq!(loaded(Scaling::Raw, Some(vec![1])), [51.0, 102.0]);
        assert_eq!(loaded(Scaling::Symmetric, Some(vec![0])), [-1.0, 1.0]);
        assert_eq!(loaded(Scaling::Dec, Some(vec![0])), [0.0, 5.1]);
        let l2 = loaded(Scaling::L2, None);
        assert!((l2[2].powi(2) + l2[3].powi(2) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn text_scalings_are_refused_for_pixels() {
        let error = pixels(&[1, 2]).finish("t", Scaling::Dahal, |_| Ok(None)).unwrap_err();
        assert!(error.to_string().contains("weighs terms"), "{error}");
    }

    #[test]
    fn the_digest_is_that_of_the_plain_bytes() {
        // hashlib.sha256(bytes([0,255,51,102, 0,0,0,0, 1,0,0,0])).hexdigest()
        let expected = digest::of_bytes(&[0, 255, 51, 102, 0, 0, 0, 0, 1, 0, 0, 0]);
        assert_eq!(pixels(&[0, 255, 51, 102]).digest(), expected);
    }
}
