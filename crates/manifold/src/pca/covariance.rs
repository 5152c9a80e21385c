//! Column means and the scatter matrix of centred data, in blocks.

use ndarray::{ArrayView1, ArrayView2, Axis, s};
use pulp::{Arch, NullaryFnOnce};
use rayon::prelude::*;
use std::ops::Range;

use super::single::{AddProducts, PAD};
use crate::Real;
use crate::linalg::{Block, product_atb};

/// Rows centred at a time.
const PANEL: usize = 2048;
/// Rows whose products are summed in one go in double precision.
const DOUBLE_DEPTH: usize = 512;
/// Rows whose products are summed in single precision before they are added to the f64 total: the error of the total
/// grows in proportion. 64 keep the subspace of real data well within 10⁻⁵, and so do 128 when there are many rows.
const SINGLE_DEPTH: usize = 64;
const SINGLE_DEPTH_LARGE: usize = 128;
/// Multiplications, n d², above which a problem is large.
const LARGE: usize = 4_000_000_000;
/// Columns of one tile of the scatter matrix.
const TILE: usize = 96;
/// Rows whose sum is one partial sum of the mean.
const MEAN_ROWS: usize = 1024;

/// Mean of every column, summed in f64 over blocks of fixed size.
pub(crate) fn column_means<F: Real>(x: ArrayView2<'_, F>) -> Vec<f64> {
    let mean = means(x, |v| v);
    if mean.iter().all(|m| m.is_finite()) {
        return mean;
    }
    // Sums of the largest numbers overflow; their mean does not.
    let unit = 2.0_f64.powi(-64);
    means(x, |v| v * unit).into_iter().map(|m| m / unit).collect()
}

fn means<F: Real>(x: ArrayView2<'_, F>, of: impl Fn(f64) -> f64 + Sync) -> Vec<f64> {
    let (n, d) = x.dim();
    let partial: Vec<Vec<f64>> = x
        .axis_chunks_iter(Axis(0), MEAN_ROWS)
        .into_par_iter()
        .map(|block| {
            let mut sum = vec![0.0; d];
            for row in block.outer_iter() {
                match row.as_slice() {
                    Some(row) => add(&mut sum, row.iter(), &of),
                    None => add(&mut sum, row.iter(), &of),
                }
            }
            sum
        })
        .collect();
    let mut mean = vec![0.0; d];
    for sum in partial {
        for (m, s) in mean.iter_mut().zip(sum) {
            *m += s;
        }
    }
    mean.iter_mut().for_each(|m| *m /= n as f64);
    mean
}

fn add<'a, F: Real>(sum: &mut [f64], row: impl Iterator<Item = &'a F>, of: impl Fn(f64) -> f64) {
    for (s, &v) in sum.iter_mut().zip(row) {
        *s += of(v.wide());
    }
}

/// `u² Σ (x − mean)(x − mean)ᵀ` for a power of two u, the lower half of a row-major d × d matrix (of the upper half only some numbers beside the diagonal are set).
///
/// Threads share the tiles, never a tile, and every tile adds its panels in order: the bits do not depend on the
/// number of threads.
pub(super) fn scatter<F: Real>(
    x: ArrayView2<'_, F>,
    mean: &[f64],
    columns: &[Range<usize>],
    unit: f64,
) -> Vec<f64> {
    let n = x.nrows();
    let mean: Vec<f64> = columns.iter().flat_map(|run| &mean[run.clone()]).copied().collect();
    let d = mean.len();
    let near: Vec<F> = mean.iter().map(|&m| F::narrow(m)).collect();
    // Multiplied before the mean is taken off: the difference may overflow.
    let scaled: Vec<F> = near.iter().map(|&m| F::narrow(m.wide() * unit)).collect();
    let depth = match (size_of::<F>() == size_of::<f32>(), n.saturating_mul(d).saturating_mul(d) > LARGE) {
        (true, true) => SINGLE_DEPTH_LARGE,
        (true, false) => SINGLE_DEPTH,
        (false, _) => DOUBLE_DEPTH,
    };
    // Of single precision whole vectors are multiplied: columns are padded with zeros.
    let pad = if size_of::<F>() == size_of::<f32>() { PAD } else { 1 };
    let stride = d.next_multiple_of(pad);
    let width = |start: usize| TILE.min(stride - start);
    let tiles: Vec<(usize, usize)> =
        (0..d).step_by(TILE).flat_map(|i| (0..=i).step_by(TILE).map(move |j| (i, j))).collect();
    let mut sums: Vec<Vec<f64>> = tiles.iter().map(|&(i, j)| vec![0.0; width(i) * width(j)]).collect();
    let arch = Arch::new();
    let mut panel = vec![F::zero(); PANEL.min(x.nrows()) * stride];
    for block in x.axis_chunks_iter(Axis(0), PANEL) {
        let rows = block.nrows();
        panel.par_chunks_mut(64 * stride).zip(block.axis_chunks_iter(Axis(0), 64)).for_each(|(to, from)| {
            for (to, from) in to.chunks_exact_mut(stride).zip(from.outer_iter()) {
                let to = &mut to[..d];
                if unit == 1.0 {
                    subtract(to, from, &near, columns);
                } else {
                    let from = from.mapv(|v| F::narrow(v.wide() * unit));
                    subtract(to, from.view(), &scaled, columns);
                }
            }
        });
        sums.par_iter_mut().zip(&tiles).for_each_init(Vec::new, |product, (sum, &(i, j))| {
            for part in panel[..rows * stride].chunks(depth * stride) {
                let (left, right) = ((i, width(i)), (j, width(j)));
                let single = F::as_single(part);
                if single.is_some_and(|part| arch.dispatch(AddProducts { sum, part, stride, left, right })) {
                    continue;
                }
                let rows = part.len() / stride;
                product.resize(sum.len(), F::zero());
                let left = Block::new(&part[i..], rows, left.1, stride);
                let right = Block::new(&part[j..], rows, right.1, stride);
                product_atb(product, left, right);
                arch.dispatch(AddWide { sum, product });
            }
        });
    }
    let mut total = vec![0.0; d * d];
    for (sum, (i, j)) in sums.iter().zip(tiles) {
        for (r, row) in sum.chunks_exact(width(j)).take(d - i).enumerate() {
            let row_rest = (mean[i + r] - near[i + r].wide()) * unit;
            for (c, &s) in row.iter().take(d - j).enumerate() {
                // The rounded mean was subtracted: Σ(x−m')(x−m')ᵀ = Σ(x−m)(x−m)ᵀ + n (m−m')(m−m')ᵀ.
                let rest = row_rest * ((mean[j + c] - near[j + c].wide()) * unit);
                total[(i + r) * d + j + c] = s - n as f64 * rest;
            }
        }
    }
    total
}

/// `sum += product`. A type rather than a closure, so that it is compiled for the vector unit found.
struct AddWide<'a, F> {
    sum: &'a mut [f64],
    product: &'a [F],
}

impl<F: Real> NullaryFnOnce for AddWide<'_, F> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for (s, &p) in self.sum.iter_mut().zip(self.product) {
            *s += p.wide();
        }
    }
}

/// `to = from − mean` over the given columns of `from`, in the precision of the data.
pub(super) fn subtract<F: Real>(to: &mut [F], from: ArrayView1<'_, F>, mean: &[F], columns: &[Range<usize>]) {
    let mut start = 0;
    for run in columns {
        let end = start + run.len();
        let (to, mean) = (&mut to[start..end], &mean[start..end]);
        match from.as_slice() {
            Some(from) => {
                to.iter_mut().zip(&from[run.clone()]).zip(mean).for_each(|((t, &f), &m)| *t = f - m);
            }
            None => {
                to.iter_mut().zip(from.slice(s![run.clone()])).zip(mean).for_each(|((t, &f), &m)| *t = f - m);
            }
        }
        start = end;
    }
}
