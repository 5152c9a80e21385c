//! Tf-idf weighting of term counts.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::Csr;

/// What each weighted row is divided by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Norm {
    /// Nothing.
    None,
    /// The sum of absolute weights.
    L1,
    /// The Euclidean length.
    #[default]
    L2,
}

/// Tf-idf, with the names, defaults and formulas of scikit-learn's `TfidfTransformer`.
///
/// With n documents, df(t) the documents that hold term t, and c the count of t in a document:
/// tf = c, or 1 + ln c if `sublinear_tf`;
/// idf = ln(n / df) + 1, or ln((1 + n) / (1 + df)) + 1 if `smooth_idf`;
/// weight = tf · idf (tf alone without `use_idf`), then each row divided by its norm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TfIdf {
    /// 1 + ln c in place of c.
    pub sublinear_tf: bool,
    /// Whether to weigh by idf at all.
    pub use_idf: bool,
    /// One imaginary document that holds every term.
    pub smooth_idf: bool,
    /// What each row is divided by.
    pub norm: Norm,
}

impl Default for TfIdf {
    fn default() -> Self {
        Self { sublinear_tf: false, use_idf: true, smooth_idf: true, norm: Norm::L2 }
    }
}

impl TfIdf {
    /// The weighting of DEC's Reuters (Xie et al. 2016, the authors' code): sublinear tf, smoothed idf, unit rows.
    #[must_use]
    pub fn dec() -> Self {
        Self { sublinear_tf: true, ..Self::default() }
    }

    /// Learns each term's idf from counts (documents × terms).
    #[must_use]
    pub fn fit(self, counts: &Csr) -> FittedTfIdf {
        let mut documents = vec![0u64; counts.cols()];
        for (&column, &value) in counts.indices().iter().zip(counts.data()) {
            documents[column as usize] += u64::from(value != 0.0);
        }
        let extra = if self.smooth_idf { 1.0 } else { 0.0 };
        let n = counts.rows() as f64 + extra;
        let idf = |&df: &u64| {
            let df = df as f64 + extra;
            // A term no document holds has no finite unsmoothed idf, and no entry to weigh.
            if df > 0.0 { (n / df).ln() + 1.0 } else { 1.0 }
        };
        FittedTfIdf { settings: self, idf: documents.iter().map(idf).collect() }
    }
}

/// A [`TfIdf`] with the idf of a corpus.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FittedTfIdf {
    settings: TfIdf,
    idf: Vec<f64>,
}

impl FittedTfIdf {
    /// Each term's idf, in column order.
    #[must_use]
    pub fn idf(&self) -> &[f64] {
        &self.idf
    }

    /// Counts to weights, reusing the matrix. Arithmetic runs in f64; rows are independent, so threads change nothing.
    ///
    /// Columns beyond the fitted vocabulary keep idf 1.
    #[must_use]
    pub fn transform(&self, counts: Csr) -> Csr {
        let shape = counts.shape();
        let (pointers, indices, mut data) = counts.into_raw_storage();
        let mut rows = Vec::with_capacity(pointers.len());
        let mut rest = &mut data[..];
        for pair in pointers.windows(2) {
            let (row, after) = rest.split_at_mut(pair[1] - pair[0]);
            rest = after;
            rows.push((&indices[pair[0]..pair[1]], row));
        }
        rows.into_par_iter().for_each_init(Vec::new, |weights, (columns, row)| {
            self.weigh(weights, columns, row);
        });
        Csr::new(shape, pointers, indices, data)
    }

    fn weigh(&self, weights: &mut Vec<f64>, columns: &[u32], row: &mut [f32]) {
        weights.clear();
        weights.extend(columns.iter().zip(&*row).map(|(&column, &count)| {
            let count = f64::from(count);
            let tf = if self.settings.sublinear_tf && count != 0.0 { count.ln() + 1.0 } else { count };
            let idf = self.idf.get(column as usize).copied().unwrap_or(1.0);
            if self.settings.use_idf { tf * idf } else { tf }
        }));
        let norm = match self.settings.norm {
            Norm::None => 1.0,
            Norm::L1 => weights.iter().map(|w| w.abs()).sum(),
            Norm::L2 => weights.iter().map(|w| w * w).sum::<f64>().sqrt(),
        };
        let norm = if norm > 0.0 { norm } else { 1.0 };
        weights.iter().zip(row).for_each(|(&weight, out)| *out = (weight / norm) as f32);
    }
}
