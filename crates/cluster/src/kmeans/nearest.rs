use super::assign::{Assign, NONE};
use super::book::{Delta, Totals};
use super::distance::{squared_distance, squared_norm};
use super::packed::Packed;
use super::points::run_length;
use crate::simd::Lane;
use pulp::Arch;
use rayon::prelude::*;

/// Label of the nearest centre for each row of new data; books the rows' sums where asked to.
pub(crate) fn nearest_labels<T: Lane>(
    x: &[T],
    centers: &[T],
    d: usize,
    totals: Option<&mut Totals>,
) -> Vec<u32> {
    let (n, k) = (x.len() / d, centers.len() / d);
    let mean: Vec<f64> =
        (0..d).map(|j| centers.iter().skip(j).step_by(d).map(|c| c.wide()).sum::<f64>() / k as f64).collect();
    let origin: Vec<T> = mean.iter().map(|&m| T::narrow(m)).collect();
    let spread = centers.chunks_exact(d).map(|c| squared_distance(c, &origin)).sum::<f64>() / k as f64;
    let packed = Packed::new(centers, d, (squared_norm(&mean) > 4.0 * spread).then_some(&origin));
    let mut labels = vec![NONE; n];
    let length = run_length(n, (n / 64).clamp(1, 32));
    let assign = |labels: &mut [u32], x: &[T], delta: Option<&mut Delta>| {
        let squares = x.chunks_exact(d).map(|x| match packed.origin {
            Some(o) => squared_distance(x, o),
            None => squared_norm(x),
        });
        let squares: Vec<f64> = squares.collect();
        let trusted = packed.trusted(squares.iter().fold(0.0, |a, &b| b.max(a)));
        let norms: Vec<T> = squares.into_iter().map(T::narrow).collect();
        let packed = &packed;
        Arch::new().dispatch(Assign {
            x,
            norms: &norms,
            weights: None,
            packed,
            trusted,
            labels,
            bounds: None,
            delta,
        });
    };
    let parts = labels.par_chunks_mut(length).zip(x.par_chunks(length * d));
    match totals {
        None => parts.for_each(|(labels, x)| assign(labels, x, None)),
        Some(totals) => {
            let mut deltas: Vec<Delta> = (0..n.div_ceil(length)).map(|_| Delta::new(k, d)).collect();
            parts.zip(&mut deltas).for_each(|((labels, x), delta)| assign(labels, x, Some(delta)));
            totals.fold(&mut deltas);
        }
    }
    labels
}
