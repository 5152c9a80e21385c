//! The exact value of what t-SNE minimises.

use ndarray::ArrayView2;
use rayon::prelude::*;

use super::affinities::Affinities;
use crate::{Real, Result, check};

/// Points whose sum is one partial sum.
const ROWS: usize = 64;
const LANES: usize = 8;

/// KL(P‖Q) = Σ p ln(p / q) in nats, with q = (1 + d²)⁻¹ / Z and Z summed exactly over all pairs of the map (n × k):
/// O(n²) time, O(n) memory.
///
/// # Errors
/// An empty map, a value that is not finite, another number of rows than the affinities have.
pub fn kl_divergence<F: Real>(affinities: &Affinities, map: ArrayView2<'_, F>) -> Result<f64> {
    check::finite(map)?;
    let n = map.nrows();
    check::same("rows of the map", affinities.len(), n)?;
    let axes: Vec<Vec<f64>> =
        map.columns().into_iter().map(|c| c.iter().map(|v| v.wide()).collect()).collect();
    let z: f64 = chunks(n, |i| similarity_to_all(&axes, i)).iter().sum::<f64>() - n as f64;
    let costs = chunks(n, |i| {
        let mut cost = 0.0;
        for (j, p) in affinities.row(i) {
            let p = f64::from(p);
            if p > 0.0 {
                let square: f64 = axes.iter().map(|axis| (axis[i] - axis[j]).powi(2)).sum();
                cost += p * (p.ln() + (1.0 + square).ln() + z.ln());
            }
        }
        cost
    });
    Ok(costs.iter().sum())
}

/// Sums of a value over fixed runs of points, in order.
fn chunks(n: usize, value: impl Fn(usize) -> f64 + Sync) -> Vec<f64> {
    let runs = (0..n.div_ceil(ROWS)).into_par_iter();
    runs.map(|c| (c * ROWS..n.min((c + 1) * ROWS)).map(&value).sum()).collect()
}

/// Σⱼ (1 + d²)⁻¹ over all points, the point itself included.
fn similarity_to_all(axes: &[Vec<f64>], i: usize) -> f64 {
    let n = axes[0].len();
    let mut sums = [0.0; LANES];
    for start in (0..n).step_by(LANES) {
        let size = LANES.min(n - start);
        let mut square = [1.0; LANES];
        for axis in axes {
            for (s, v) in square.iter_mut().zip(&axis[start..start + size]) {
                *s += (axis[i] - v) * (axis[i] - v);
            }
        }
        for (sum, s) in sums.iter_mut().zip(&square[..size]) {
            *sum += 1.0 / s;
        }
    }
    sums.iter().sum()
}
