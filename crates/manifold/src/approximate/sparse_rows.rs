//! Sparse rows in single precision, and the squared distances of all pairs of two short lists of them.

use pulp::{Arch, NullaryFnOnce};

use super::space::Space;
use crate::Real;
use crate::knn::{CsrRows, Metric};

/// Rows of `left` whose products with a row of `right` are taken together.
const LANES: usize = 8;

/// n rows of a sparse matrix in an order that puts near rows near each other in memory.
pub(super) struct SparseRows {
    starts: Vec<usize>,
    columns: Vec<u32>,
    values: Vec<f32>,
    /// ‖x‖² of every row; 1 for a zero row under cosine, which makes it 2 from every row of norm 1.
    squares: Vec<f32>,
    width: usize,
}

impl SparseRows {
    /// The rows named by `order`, each multiplied by its factor: at most 2 in absolute value, or of norm 1 for cosine.
    /// They are not centred, for that would fill them.
    pub(super) fn new<F: Real>(rows: &CsrRows<'_, F>, order: &[u32], metric: Metric) -> Self {
        let mut made = Self {
            starts: Vec::with_capacity(order.len() + 1),
            columns: Vec::with_capacity(rows.values()),
            values: Vec::with_capacity(rows.values()),
            squares: Vec::with_capacity(order.len()),
            width: rows.columns(),
        };
        made.starts.push(0);
        for &i in order {
            let mut square = 0.0_f32;
            for (c, v) in rows.of(i as usize) {
                let v = v as f32;
                made.columns.push(c as u32);
                made.values.push(v);
                // Added up as the products are: equal rows are then at distance 0 exactly.
                square += v * v;
            }
            let zero = metric == Metric::Cosine && rows.factor(i as usize) == 0.0;
            made.squares.push(if zero { 1.0 } else { square });
            made.starts.push(made.columns.len());
        }
        made
    }

    #[inline(always)]
    fn row(&self, i: u32) -> (&[u32], &[f32]) {
        let range = self.starts[i as usize]..self.starts[i as usize + 1];
        (&self.columns[range.clone()], &self.values[range])
    }
}

impl Space for SparseRows {
    /// For every column the values of eight rows; zeros between calls.
    type Scratch = Vec<[f32; LANES]>;

    fn scratch(&self) -> Self::Scratch {
        vec![[0.0; LANES]; self.width]
    }

    /// ‖a‖² + ‖b‖² − 2 a·b, not below 0.
    ///
    /// A product is added up over the columns of one row in rising order, with zeros where the other has none. These do
    /// not change a sum, so that either row gives the same bits.
    fn squares(
        &self,
        arch: Arch,
        left: &[u32],
        right: &[u32],
        half: bool,
        scratch: &mut Self::Scratch,
        out: &mut Vec<f32>,
    ) {
        out.resize(left.len() * right.len(), 0.0);
        arch.dispatch(Squares { rows: self, left, right, half, scratch, out });
    }
}

struct Squares<'a> {
    rows: &'a SparseRows,
    left: &'a [u32],
    right: &'a [u32],
    half: bool,
    scratch: &'a mut [[f32; LANES]],
    out: &'a mut [f32],
}

impl NullaryFnOnce for Squares<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { rows, left, right, half, scratch, out } = self;
        let width = right.len();
        for (g, (group, out)) in left.chunks(LANES).zip(out.chunks_mut(LANES * width)).enumerate() {
            // Earlier rows of `right` have met these in an earlier group.
            let first = if half { g * LANES } else { 0 };
            for (lane, &a) in group.iter().enumerate() {
                let (columns, values) = rows.row(a);
                for (&c, &v) in columns.iter().zip(values) {
                    scratch[c as usize][lane] = v;
                }
            }
            for (j, &b) in right.iter().enumerate().skip(first) {
                let (columns, values) = rows.row(b);
                let mut sums = [0.0_f32; LANES];
                for (&c, &v) in columns.iter().zip(values) {
                    let column = &scratch[c as usize];
                    for lane in 0..LANES {
                        sums[lane] += column[lane] * v;
                    }
                }
                let square = rows.squares[b as usize];
                for (lane, &a) in group.iter().enumerate() {
                    let apart = (rows.squares[a as usize] + square) - 2.0 * sums[lane];
                    out[lane * width + j] = if apart > 0.0 { apart } else { 0.0 };
                }
            }
            for &a in group {
                rows.row(a).0.iter().for_each(|&c| scratch[c as usize] = [0.0; LANES]);
            }
        }
    }
}
