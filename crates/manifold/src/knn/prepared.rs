//! Data made ready for the blocked search: a single-precision copy for the products, the original for exact distances.

use ndarray::{ArrayView2, CowArray, Ix2};
use rayon::prelude::*;

use super::settings::Metric;
use crate::Real;
use crate::pca::column_means;

/// Rows and their single-precision images. For a query q and a point r the product of `[−2q, 1]` and `[r, ‖r‖²]` is the
/// squared distance less ‖q‖², which is the same for all points and does not change their order.
pub(super) struct Prepared<'a, F> {
    pub rows: CowArray<'a, F, Ix2>,
    /// n × (d + 1), scaled, last column ‖r‖² (Euclidean) or 0 (cosine, rows of norm 1).
    pub image: Vec<f32>,
    /// Norms of the scaled rows.
    pub norms: Vec<f32>,
    /// 1 / norm of each original row, 0 for a zero row; for cosine only.
    inverse: Vec<f64>,
    /// The scale of the frame.
    scale: f64,
}

/// The shift and scale that make products in single precision safe: rows are centred, which takes common offsets out of
/// the rounding error, and divided by (a power of two near) the largest absolute value, which keeps squares from
/// overflowing.
pub(crate) struct Frame {
    mean: Vec<f64>,
    scale: f64,
}

impl Frame {
    pub(crate) fn of<F: Real>(x: ArrayView2<'_, F>, metric: Metric) -> Self {
        if metric == Metric::Cosine {
            return Self { mean: vec![0.0; x.ncols()], scale: 1.0 };
        }
        let mean = column_means(x);
        let mut frame = Self { mean, scale: f64::INFINITY };
        frame.widen(x);
        frame
    }

    /// What is taken off every row.
    pub(crate) fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// What rows are multiplied by then.
    pub(crate) fn scale(&self) -> f64 {
        self.scale
    }

    /// Makes room for further rows.
    pub(super) fn widen<F: Real>(&mut self, x: ArrayView2<'_, F>) {
        let largest = x.outer_iter().fold(0.0_f64, |top, row| {
            row.iter().zip(&self.mean).fold(top, |top, (v, m)| top.max((v.wide() - m).abs()))
        });
        // A difference may overflow where the values do not.
        let largest = largest.min(f64::MAX);
        if largest > 0.0 {
            // A power of two: scaled differences are exact.
            let exponent = (-largest.log2().floor()).clamp(-1000.0, 1000.0);
            self.scale = self.scale.min(2.0_f64.powi(exponent as i32));
        } else if self.scale.is_infinite() {
            self.scale = 1.0;
        }
    }
}

impl<'a, F: Real> Prepared<'a, F> {
    pub(super) fn new(x: ArrayView2<'a, F>, metric: Metric, frame: &Frame) -> Self {
        let rows = CowArray::from(x);
        let mut rows = if rows.is_standard_layout() {
            rows
        } else {
            CowArray::from(rows.as_standard_layout().into_owned())
        };
        if metric == Metric::Cosine {
            mend_lengths(&mut rows);
        }
        let (n, d) = rows.dim();
        let inverse: Vec<f64> = match metric {
            Metric::Euclidean => Vec::new(),
            Metric::Cosine => rows.outer_iter().map(|row| inverse_norm(row.iter().copied())).collect(),
        };
        // Scaled one by one: a difference may overflow where the values do not.
        let mean: Vec<f64> = frame.mean.iter().map(|m| m * frame.scale).collect();
        let mut image = vec![0.0_f32; n * (d + 1)];
        image.par_chunks_mut(d + 1).zip(rows.outer_iter()).enumerate().for_each(|(i, (to, from))| {
            let scale = inverse.get(i).copied().unwrap_or(frame.scale);
            let mut square = 0.0_f64;
            for ((t, f), m) in to.iter_mut().zip(from).zip(&mean) {
                *t = (f.wide() * scale - m) as f32;
                square += f64::from(*t) * f64::from(*t);
            }
            to[d] = if metric == Metric::Euclidean { square as f32 } else { 0.0 };
        });
        let norm = |row: &[f32]| row[..d].iter().map(|v| f64::from(*v).powi(2)).sum::<f64>().sqrt() as f32;
        let norms = image.par_chunks(d + 1).map(norm).collect();
        Self { rows, image, norms, inverse, scale: frame.scale }
    }

    /// What row `i` is multiplied by before distances are taken.
    pub(super) fn factor(&self, i: usize) -> f64 {
        self.inverse.get(i).copied().unwrap_or(self.scale)
    }

    /// Row `i` of the original data.
    pub(super) fn row(&self, i: usize) -> &[F] {
        let d = self.rows.ncols();
        // The layout was made standard above.
        &self.rows.as_slice().unwrap_or(&[])[i * d..(i + 1) * d]
    }
}

/// Rows so short or long that 1 / ‖x‖ leaves the range of f64 (or its full precision) are multiplied by a power of two, which
/// their direction does not depend on.
fn mend_lengths<F: Real>(rows: &mut CowArray<'_, F, Ix2>) {
    for i in 0..rows.nrows() {
        let largest = rows.row(i).iter().fold(0.0_f64, |top, v| top.max(v.wide().abs()));
        if largest > 0.0 && !(1e-290..1e290).contains(&largest) {
            let unit = 2.0_f64.powi(if largest < 1.0 { 600 } else { -600 });
            rows.row_mut(i).mapv_inplace(|v| F::narrow(v.wide() * unit));
        }
    }
}

/// 1 / ‖x‖ without overflow or underflow of the squares; 0 for a zero row.
pub(crate) fn inverse_norm<F: Real>(row: impl Iterator<Item = F> + Clone) -> f64 {
    let largest = row.clone().fold(0.0_f64, |top, v| top.max(v.wide().abs()));
    if largest == 0.0 {
        return 0.0;
    }
    let sum: f64 = row.map(|v| (v.wide() / largest).powi(2)).sum();
    1.0 / (largest * sum.sqrt())
}

/// ‖s·a − t·b‖, also where the squares underflow.
pub(crate) fn small_distance<F: Real>(a: &[F], b: &[F], s: f64, t: f64) -> f64 {
    let difference = |(a, b): (&F, &F)| (a.wide() * s - b.wide() * t).abs();
    let largest = a.iter().zip(b).map(difference).fold(0.0, f64::max);
    if largest == 0.0 {
        return 0.0;
    }
    largest * a.iter().zip(b).map(|pair| (difference(pair) / largest).powi(2)).sum::<f64>().sqrt()
}

/// Squared distances below this may have lost terms to underflow.
pub(crate) const TINY: f64 = 1e-280;

const LANES: usize = 8;

/// Σ (s·a − t·b)² in f64, in lanes of fixed number.
#[inline(always)]
pub(crate) fn squared_difference<F: Real>(a: &[F], b: &[F], s: f64, t: f64) -> f64 {
    let mut lanes = [0.0; LANES];
    let (a8, b8) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let (a_rest, b_rest) = (a8.remainder(), b8.remainder());
    for (a, b) in a8.zip(b8) {
        for (lane, (a, b)) in lanes.iter_mut().zip(a.iter().zip(b)) {
            let d = a.wide() * s - b.wide() * t;
            *lane += d * d;
        }
    }
    for (lane, (a, b)) in lanes.iter_mut().zip(a_rest.iter().zip(b_rest)) {
        let d = a.wide() * s - b.wide() * t;
        *lane += d * d;
    }
    lanes.iter().sum()
}
