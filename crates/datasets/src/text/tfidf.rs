//! Tf-idf weighting of term counts.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::columns::{by_rows, parts};
use crate::Csr;

/// Rows weighed as one piece of work.
const BLOCK: usize = 1024;
/// Entries counted as one piece of work.
const PIECE: usize = 1 << 20;

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
        let documents = documents_with(&by_rows(counts));
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
        // Counts are mostly small: their logarithms are looked up.
        let logarithms: Vec<f64> = (0..256).map(|count: u32| 1.0 + f64::from(count.max(1)).ln()).collect();
        let shape = counts.shape();
        let (pointers, columns, mut values) = parts(counts);
        let (mut rest, mut blocks) = (&mut values[..], Vec::new());
        for ends in (0..shape.0).step_by(BLOCK).map(|row| &pointers[row..=shape.0.min(row + BLOCK)]) {
            let (block, later) = rest.split_at_mut(ends[ends.len() - 1] - ends[0]);
            blocks.push((ends, block));
            rest = later;
        }
        blocks.into_par_iter().for_each_init(Vec::new, |weights, (ends, block)| {
            for row in ends.windows(2) {
                let values = &mut block[row[0] - ends[0]..row[1] - ends[0]];
                self.weigh(weights, &logarithms, &columns[row[0]..row[1]], values);
            }
        });
        Csr::new(shape, pointers, columns, values)
    }

    fn weigh(&self, weights: &mut Vec<f64>, logarithms: &[f64], columns: &[u32], row: &mut [f32]) {
        let sublinear = |count: f32| match logarithms.get(count as u32 as usize) {
            Some(&tf) if count as u32 as f32 == count && count >= 1.0 => tf,
            _ if count == 0.0 => 0.0,
            _ => 1.0 + f64::from(count).ln(),
        };
        weights.clear();
        weights.extend(columns.iter().zip(&*row).map(|(&column, &count)| {
            let tf = if self.settings.sublinear_tf { sublinear(count) } else { f64::from(count) };
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

/// The number of documents that hold each term: whole numbers, so the order of threads changes nothing.
fn documents_with(counts: &Csr) -> Vec<u64> {
    let count = |(columns, values): (&[u32], &[f32])| {
        let mut documents = vec![0u64; counts.cols()];
        for (&column, &value) in columns.iter().zip(values) {
            documents[column as usize] += u64::from(value != 0.0);
        }
        documents
    };
    let add = |mut a: Vec<u64>, b: Vec<u64>| {
        a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
        a
    };
    let pieces = counts.indices().par_chunks(PIECE).zip(counts.data().par_chunks(PIECE));
    pieces.map(count).reduce_with(add).unwrap_or_else(|| vec![0; counts.cols()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts() -> Csr {
        Csr::new((3, 3), vec![0, 2, 4, 5], vec![0, 1, 1, 2, 1], vec![3.0, 1.0, 300.0, 2.0, 1.0])
    }

    fn weights(settings: TfIdf) -> Vec<f32> {
        settings.fit(&counts()).transform(counts()).data().to_vec()
    }

    fn close(found: &[f32], expected: [f64; 5]) {
        found.iter().zip(expected).for_each(|(&found, expected)| {
            assert!((f64::from(found) - expected).abs() <= 1e-6 * expected.max(1.0), "{found} {expected}");
        });
    }

    /// sklearn 1.9.1: TfidfTransformer(…).fit_transform([[3,1,0],[0,300,2],[0,1,0]]).data
    #[test]
    fn equals_scikit_learn() {
        close(
            &weights(TfIdf::default()),
            [0.9811664376972666, 0.19316423462032448, 0.9999363005897162, 0.0112869288538868, 1.0],
        );
        close(
            &weights(TfIdf::dec()),
            [0.9626053301270241, 0.27090769352501415, 0.9194577074321857, 0.3931889167353895, 1.0],
        );
        let plain = TfIdf { smooth_idf: false, norm: Norm::None, ..TfIdf::default() };
        close(&weights(plain), [6.29583686600433, 1.0, 300.0, 4.19722457733622, 1.0]);
        let l1 = TfIdf { norm: Norm::L1, use_idf: false, ..TfIdf::default() };
        close(&weights(l1), [0.75, 0.25, 0.9933774834437086, 0.006622516556291391, 1.0]);
    }

    #[test]
    fn threads_change_nothing() {
        let rows = 500;
        let pointers = (0..=rows).map(|row| row * 3).collect();
        let columns =
            (0..rows).flat_map(|row| [row % 5, 5 + row % 7, 12 + row % 3].map(|c| c as u32)).collect();
        let values = (0..rows * 3).map(|i| (1 + i % 9) as f32).collect();
        let counts = Csr::new((rows, 15), pointers, columns, values);
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| TfIdf::dec().fit(&counts).transform(counts.clone()))
        };
        let bits = |x: Csr| x.data().iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(with(1)), bits(with(2)));
    }
}
