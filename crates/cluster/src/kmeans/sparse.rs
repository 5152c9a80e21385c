//! k-means on the rows of a CSR matrix: all arithmetic in f64, over the entries that are stored.
//!
//! ‖c‖² − 2 x·c needs no others, but loses the digits that matter where the data lie far from zero. So it only rules out what
//! cannot be nearest: what its rounding error leaves open is settled by differences, as for dense data.

use super::assign::NONE;
use super::book::{Delta, Totals};
use super::distance::{TINY, nearest_of, squared_distance, squared_norm};
use super::packed::Packed;
use super::points::{Assigner, Points, run_length};
use crate::check;
use crate::error::{Error, Result};
use crate::simd::Lane;
use deepclust_manifold::CsrView;
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;
use sprs::CsVecViewI;

/// Checked rows with their norms.
pub(crate) struct Sparse<'a, T> {
    x: CsrView<'a, T>,
    weights: Option<&'a [f64]>,
    /// ‖x‖².
    norms: Vec<f64>,
    /// What squared distances are multiplied by in `T`.
    unit: f64,
}

impl<'a, T: Lane> Sparse<'a, T> {
    pub(crate) fn new(x: CsrView<'a, T>, weights: Option<&'a [f64]>) -> Result<Self> {
        check::not_empty(x.rows(), x.cols())?;
        if !x.is_csr() {
            return Err(Error::Setting {
                name: "the storage of the data",
                expected: "by rows (CSR)",
                found: "by columns".into(),
            });
        }
        let mut norms = Vec::with_capacity(x.rows());
        for (row, entries) in x.outer_iterator().enumerate() {
            if let Some((column, _)) = entries.iter().find(|(_, v)| !v.is_finite()) {
                return Err(Error::NotFinite { what: "the data", row, column });
            }
            norms.push(squared_norm(entries.data()));
        }
        if !norms.iter().all(|n| (4.0 * n).is_finite()) {
            return Err(Error::Overflow { what: "the data" });
        }
        let largest = norms.iter().fold(0.0, |largest: f64, &n| largest.max(n));
        if largest < TINY && x.data().iter().any(|v| *v != T::zero()) {
            return Err(Error::Underflow { what: "the data" });
        }
        Ok(Self { x, weights, norms, unit: Packed::<T>::square_unit(largest) })
    }

    fn row_view(&self, i: usize) -> CsVecViewI<'_, T, u32> {
        let range = self.x.indptr().outer_inds_sz(i);
        CsVecViewI::new(self.x.cols(), &self.x.indices()[range.clone()], &self.x.data()[range])
    }

    /// Runs of rows that book their sums: no more than their zeroing and folding are worth.
    fn length(&self, k: usize) -> usize {
        let parts = (self.x.nnz() / (2 * k * self.x.cols())).clamp(1, 32);
        run_length(self.x.rows(), parts)
    }

    /// Nearest centre of each row, the lowest index of equals.
    pub(crate) fn labels(&self, centers: &[T]) -> Vec<u32> {
        let packed = Columns::new(centers, self.x.cols());
        let mut labels = vec![NONE; self.x.rows()];
        labels.par_chunks_mut(64).enumerate().for_each(|(part, labels)| {
            Arch::new().dispatch(SparseAssign {
                points: self,
                packed: &packed,
                first: part * 64,
                labels,
                delta: None,
            });
        });
        labels
    }
}

/// Centres by feature, so that an entry of a row meets all of them in one run of memory.
struct Columns<'a, T> {
    /// The centres as given, row by row.
    raw: &'a [T],
    /// d × k.
    data: Vec<f64>,
    norms: Vec<f64>,
    /// Largest ‖c‖.
    reach: f64,
}

impl<'a, T: Lane> Columns<'a, T> {
    fn new(centers: &'a [T], d: usize) -> Self {
        let k = centers.len() / d;
        let mut data = vec![0.0; d * k];
        for (c, row) in centers.chunks_exact(d).enumerate() {
            for (j, v) in row.iter().enumerate() {
                data[j * k + c] = v.wide();
            }
        }
        let norms: Vec<f64> = centers.chunks_exact(d).map(squared_norm).collect();
        let reach = norms.iter().fold(0.0, |reach: f64, n| reach.max(n.sqrt()));
        Self { raw: centers, data, norms, reach }
    }

    /// Bound on what rounding makes of a score, or of a squared distance by differences, for a row of this ‖x‖² and so many
    /// entries.
    fn error(&self, norm: f64, entries: usize) -> f64 {
        let terms = entries as f64 + (self.raw.len() / self.norms.len()) as f64 / 4.0 + 16.0;
        1.1 * f64::UNIT * terms * (norm.sqrt() + self.reach).powi(2)
    }

    /// ‖c‖² − 2 x·c for each centre.
    #[inline(always)]
    fn scores(&self, indices: &[u32], values: &[T], out: &mut [f64]) {
        let k = out.len();
        out.fill(0.0);
        for (&j, v) in indices.iter().zip(values) {
            let (j, v) = (j as usize, v.wide());
            for (o, c) in out.iter_mut().zip(&self.data[j * k..(j + 1) * k]) {
                *o += v * c;
            }
        }
        for (o, n) in out.iter_mut().zip(&self.norms) {
            *o = n - 2.0 * *o;
        }
    }
}

/// Labels for a run of rows from `first` on.
struct SparseAssign<'a, 'x, T> {
    points: &'a Sparse<'x, T>,
    packed: &'a Columns<'a, T>,
    first: usize,
    labels: &'a mut [u32],
    delta: Option<&'a mut Delta>,
}

impl<T: Lane> WithSimd for SparseAssign<'_, '_, T> {
    type Output = usize;
    #[inline(always)]
    fn with_simd<S: Simd>(mut self, _: S) -> usize {
        let mut scores = vec![0.0; self.packed.norms.len()];
        let mut changed = 0;
        for (at, slot) in self.labels.iter_mut().enumerate() {
            let i = self.first + at;
            let row = self.points.row_view(i);
            self.packed.scores(row.indices(), row.data(), &mut scores);
            let (mut best, mut second) = (0, f64::INFINITY);
            for c in 1..scores.len() {
                if scores[c] < scores[best] {
                    (best, second) = (c, scores[best]);
                } else {
                    second = second.min(scores[c]);
                }
            }
            let margin = 2.0 * self.packed.error(self.points.norms[i], row.nnz());
            let certain = scores.len() == 1 || second - scores[best] > margin;
            if !certain {
                let limit = scores[best] + margin;
                // What overflow has made of a score, or of the limit, excludes nothing.
                best = self.points.nearest_exactly(i, self.packed, |c| {
                    let above = scores[c] > limit;
                    !above
                });
            }
            let best = best as u32;
            if best != *slot {
                changed += 1;
                if let Some(delta) = &mut self.delta {
                    let weight = self.points.weights.map_or(1.0, |w| w[i]);
                    self.points.book(delta, i, best, weight);
                    if *slot != NONE {
                        self.points.book(delta, i, *slot, -weight);
                    }
                }
                *slot = best;
            }
        }
        changed
    }
}

impl<T: Lane> Sparse<'_, T> {
    /// Nearest of some centres by differences, the lowest index of equals.
    #[inline(never)]
    fn nearest_exactly(&self, i: usize, packed: &Columns<'_, T>, open: impl Fn(usize) -> bool) -> usize {
        nearest_of(&self.row(i), packed.raw, open).0
    }

    fn book(&self, delta: &mut Delta, i: usize, cluster: u32, weight: f64) {
        self.add_row(i, weight, delta.open(cluster, self.x.cols(), weight));
    }
}

impl<T: Lane> Points<T> for Sparse<'_, T> {
    fn rows(&self) -> usize {
        self.x.rows()
    }
    fn features(&self) -> usize {
        self.x.cols()
    }
    fn mean_variance(&self) -> f64 {
        let d = self.x.cols();
        let n: f64 = (0..self.x.rows()).map(|i| self.weight(i)).sum();
        let mut sum = vec![0.0; d];
        for i in 0..self.x.rows() {
            self.add_row(i, self.weight(i), &mut sum);
        }
        // Squares of differences from the mean: a mean of squares less the square of the mean would cancel.
        let (mut square, mut absent) = (vec![0.0; d], vec![n; d]);
        for i in 0..self.x.rows() {
            for (j, v) in self.row_view(i).iter() {
                square[j] += self.weight(i) * (v.wide() - sum[j] / n).powi(2);
                absent[j] -= self.weight(i);
            }
        }
        let variance = |((q, s), a): ((&f64, &f64), &f64)| (q + a.max(0.0) * (s / n).powi(2)) / n;
        square.iter().zip(&sum).zip(&absent).map(variance).sum::<f64>() / d as f64
    }
    fn weighted(&self) -> bool {
        self.weights.is_some()
    }
    fn weight(&self, i: usize) -> f64 {
        self.weights.map_or(1.0, |w| w[i])
    }
    fn own_squares(&self, centers: &[T], labels: &[u32]) -> Vec<f64> {
        let d = self.x.cols();
        let norms: Vec<f64> = centers.chunks_exact(d).map(squared_norm).collect();
        let square = |(i, &label): (usize, &u32)| {
            let c = label as usize;
            let centre = &centers[c * d..(c + 1) * d];
            // Stored entries as differences; of the others, the centre's part alone is left.
            let (mut near, mut own) = (0.0, 0.0);
            for (j, v) in self.row_view(i).iter() {
                let t = v.wide() - centre[j].wide();
                near += t * t;
                own += centre[j].wide() * centre[j].wide();
            }
            let rest = norms[c] - own;
            if rest > 1e-6 * norms[c] {
                return near + rest;
            }
            // Nearly all of the centre lies where the row has entries: what is left of the difference is rounding.
            squared_distance(&self.row(i), centre)
        };
        labels.par_iter().enumerate().map(square).collect()
    }
    fn add_row(&self, i: usize, w: f64, sum: &mut [f64]) {
        for (j, v) in self.row_view(i).iter() {
            sum[j] += w * v.wide();
        }
    }
    fn row(&self, i: usize) -> Vec<T> {
        let mut row = vec![T::zero(); self.x.cols()];
        for (j, &v) in self.row_view(i).iter() {
            row[j] = v;
        }
        row
    }
    fn squares_to(&self, centers: &[T], out: &mut [T]) {
        let packed = Columns::new(centers, self.x.cols());
        let k = packed.norms.len();
        out.par_chunks_mut(k).enumerate().with_min_len(64).for_each(|(i, out)| {
            let row = self.row_view(i);
            let mut scores = vec![0.0; k];
            packed.scores(row.indices(), row.data(), &mut scores);
            for (c, ((o, &score), &norm)) in out.iter_mut().zip(&scores).zip(&packed.norms).enumerate() {
                // What rounding could have made of zero is computed by differences.
                let square = score + self.norms[i];
                let sound = square > 1e-12 * (norm + self.norms[i]);
                let centre = &centers[c * row.dim()..(c + 1) * row.dim()];
                *o = T::narrow(
                    if sound { square } else { squared_distance(&self.row(i), centre) } * self.unit,
                );
            }
        });
    }
    fn start(&self, k: usize) -> impl Assigner<T> {
        let (n, d) = (self.x.rows(), self.x.cols());
        let deltas = (0..n.div_ceil(self.length(k))).map(|_| Delta::new(k, d)).collect();
        SparseRun {
            points: self,
            labels: vec![NONE; n],
            deltas,
            length: self.length(k),
            totals: Totals::new(k, d),
        }
    }
}

/// State of one run on sparse samples.
struct SparseRun<'p, 'a, T> {
    points: &'p Sparse<'a, T>,
    labels: Vec<u32>,
    length: usize,
    deltas: Vec<Delta>,
    totals: Totals,
}

impl<T: Lane> Assigner<T> for SparseRun<'_, '_, T> {
    fn assign(&mut self, centers: &[T], _: &[f64]) -> usize {
        let packed = Columns::new(centers, self.points.x.cols());
        let (points, length) = (self.points, self.length);
        let job = |(part, (labels, delta)): (usize, (&mut [u32], &mut Delta))| {
            let job =
                SparseAssign { points, packed: &packed, first: part * length, labels, delta: Some(delta) };
            Arch::new().dispatch(job)
        };
        let changed: Vec<usize> =
            self.labels.par_chunks_mut(length).zip(&mut self.deltas).enumerate().map(job).collect();
        self.totals.fold(&mut self.deltas);
        changed.into_iter().sum()
    }
    fn labels(&self) -> &[u32] {
        &self.labels
    }
    fn totals(&self) -> &Totals {
        &self.totals
    }
    fn refresh(&mut self) {
        self.totals.clear();
        let Totals { sums, mass, .. } = &mut self.totals;
        let d = self.points.x.cols();
        for (i, &label) in self.labels.iter().enumerate() {
            let (c, weight) = (label as usize, self.points.weight(i));
            self.points.add_row(i, weight, &mut sums[c * d..(c + 1) * d]);
            mass[c] += weight;
        }
    }
}
