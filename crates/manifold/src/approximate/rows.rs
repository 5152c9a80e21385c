//! Rows in single precision, padded, in an order that puts near rows near each other in memory.

use ndarray::ArrayView2;
use rayon::prelude::*;

use crate::Real;
use crate::knn::{Frame, Metric, inverse_norm};

/// Rows are padded to a multiple of this many numbers: whole vectors on every machine.
const PAD: usize = 16;
/// Rows turned at a time.
const CHUNK: usize = 256;

/// n rows of `stride` numbers, the last of which are padding. Squared distances between them order the points as the
/// metric does.
pub(super) struct Rows {
    data: Vec<f32>,
    stride: usize,
}

/// What rows are made from: the same frame has to serve the points and the queries.
pub(super) struct Maker {
    frame: Frame,
    metric: Metric,
    columns: usize,
}

impl Maker {
    pub(super) fn of<F: Real>(x: ArrayView2<'_, F>, metric: Metric) -> Self {
        Self { frame: Frame::of(x, metric), metric, columns: x.ncols() }
    }

    /// What Euclidean rows are multiplied by: a power of two.
    pub(super) fn scale(&self) -> f64 {
        self.frame.scale()
    }

    /// The rows of `x` named by `order`.
    ///
    /// Euclidean rows are centred and scaled to coordinates of at most 2 in absolute value. Cosine rows have norm 1, which
    /// makes squared distances twice the cosine distance. A zero row, at cosine distance 1 from every other, gets a
    /// coordinate of its own, 1 there and 0 in all other rows: that is squared distance 2 from rows of norm 1.
    pub(super) fn rows<F: Real>(&self, x: ArrayView2<'_, F>, order: &[u32]) -> Rows {
        let extra = usize::from(self.metric == Metric::Cosine);
        let stride = (self.columns + extra).next_multiple_of(PAD);
        let mut data = vec![0.0_f32; order.len() * stride];
        data.par_chunks_mut(CHUNK * stride).zip(order.par_chunks(CHUNK)).for_each(|(to, order)| {
            for (to, &i) in to.chunks_exact_mut(stride).zip(order) {
                let row = x.row(i as usize);
                let factor = match self.metric {
                    Metric::Euclidean => self.frame.scale(),
                    Metric::Cosine => inverse_norm(row.iter().copied()),
                };
                for ((t, v), m) in to.iter_mut().zip(row).zip(self.frame.mean()) {
                    *t = ((v.wide() - m) * factor) as f32;
                }
                if self.metric == Metric::Cosine && factor == 0.0 {
                    to[self.columns] = 1.0;
                }
            }
        });
        Rows { data, stride }
    }
}

impl Rows {
    pub(super) fn data(&self) -> &[f32] {
        &self.data
    }

    pub(super) fn stride(&self) -> usize {
        self.stride
    }

    #[inline(always)]
    pub(super) fn row(&self, i: u32) -> &[f32] {
        let start = i as usize * self.stride;
        &self.data[start..start + self.stride]
    }
}
