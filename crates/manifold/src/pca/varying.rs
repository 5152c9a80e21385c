//! Columns that are not constant. The others have no part in the covariance; images have many along their borders.

use ndarray::{ArrayView2, Axis};
use rayon::prelude::*;
use std::ops::Range;

use crate::Real;

/// Rows looked through by one task.
const ROWS: usize = 1024;

/// Ranges of neighbouring columns in which some value differs from the first row's, in ascending order.
pub(super) fn varying_columns<F: Real>(x: ArrayView2<'_, F>) -> Vec<Range<usize>> {
    let first = x.row(0).to_vec();
    let parts: Vec<Vec<bool>> = x
        .axis_chunks_iter(Axis(0), ROWS)
        .into_par_iter()
        .map(|block| {
            let mut varies = vec![false; first.len()];
            for row in block.outer_iter() {
                match row.as_slice() {
                    Some(row) => mark(&mut varies, row.iter(), &first),
                    None => mark(&mut varies, row.iter(), &first),
                }
            }
            varies
        })
        .collect();
    let varies = |column: usize| parts.iter().any(|part| part[column]);
    let mut runs: Vec<Range<usize>> = Vec::new();
    for column in (0..first.len()).filter(|&column| varies(column)) {
        match runs.last_mut() {
            Some(run) if run.end == column => run.end += 1,
            _ => runs.push(column..column + 1),
        }
    }
    runs
}

fn mark<'a, F: Real>(varies: &mut [bool], row: impl Iterator<Item = &'a F>, first: &[F]) {
    varies.iter_mut().zip(row).zip(first).for_each(|((v, a), b)| *v |= a != b);
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn runs_of_columns() {
        let x = array![[0.0f32, 1.0, 2.0, 5.0, 7.0], [0.0, 1.5, 2.0, 5.0, 7.0], [0.0, 1.0, 3.0, 5.0, 6.0]];
        assert_eq!(varying_columns(x.view()), [1..3, 4..5]);
        assert_eq!(varying_columns(x.slice(ndarray::s![..1, ..])), []);
        let wide = array![[1.0f64, 2.0], [1.0, 3.0]];
        assert_eq!(varying_columns(wide.t()), vec![Range { start: 0, end: 2 }]);
    }
}
