//! Exact neighbours among sparse rows: products by way of the columns, distances measured directly.

use ndarray::Array2;
use rayon::prelude::*;

use super::csr_rows::{CsrRows, check_csr};
use super::settings::{KnnSettings, Neighbours};
use crate::{CsrView, Real, Result, check};

/// Rows of one task.
const CHUNK: usize = 64;
/// Points beyond the k that are measured directly as well: products may order nearly equal ones wrongly.
const SPARE: usize = 8;

/// The `k` nearest rows of every row of a sparse matrix (n × d, CSR), by products in f64 and distances that are measured
/// from the data as given. Nothing is made dense: memory is O(n + values), time O(n² + Σ over the columns of their
/// values squared). The result does not depend on the number of threads.
///
/// # Errors
/// As [`nearest_neighbours`](super::nearest_neighbours), and a matrix that is not by rows or whose distances overflow.
pub fn nearest_neighbours_csr<F: Real>(x: CsrView<'_, F>, settings: &KnnSettings) -> Result<Neighbours<F>> {
    check_csr(x, settings)?;
    let (n, d) = x.shape();
    let own = usize::from(settings.include_self);
    let rows = CsrRows::new(x, settings.metric);
    let squares: Vec<f64> = (0..n).map(|i| rows.of(i).map(|e| e.1 * e.1).sum()).collect();
    // Every column's rows and values, rows ascending.
    let mut starts = vec![0_usize; d + 1];
    x.indices().iter().for_each(|&c| starts[c as usize + 1] += 1);
    (0..d).for_each(|c| starts[c + 1] += starts[c]);
    let mut next = starts.clone();
    let mut columns = vec![(0_u32, 0.0_f64); x.nnz()];
    for i in 0..n {
        for (c, v) in rows.of(i) {
            columns[next[c]] = (i as u32, v);
            next[c] += 1;
        }
    }
    let (k, wanted) = (settings.k, settings.k - own);
    let mut indices = Array2::zeros((n, k));
    let mut distances = Array2::from_elem((n, k), F::zero());
    let (to, at) = (indices.as_slice_mut().unwrap_or(&mut []), distances.as_slice_mut().unwrap_or(&mut []));
    to.par_chunks_mut(CHUNK * k).zip(at.par_chunks_mut(CHUNK * k)).enumerate().for_each_init(
        || vec![0.0_f64; n],
        |products, (chunk, (to, at))| {
            for (i, (to, at)) in (chunk * CHUNK..).zip(to.chunks_mut(k).zip(at.chunks_mut(k))) {
                products.fill(0.0);
                for (c, v) in rows.of(i) {
                    for &(j, w) in &columns[starts[c]..starts[c + 1]] {
                        products[j as usize] += v * w;
                    }
                }
                let mut found: Vec<(f64, usize)> = (0..n)
                    .filter(|&j| j != i)
                    .map(|j| (squares[i] + squares[j] - 2.0 * products[j], j))
                    .collect();
                let near = (wanted + SPARE).min(found.len());
                if near > 0 && near < found.len() {
                    found.select_nth_unstable_by(near - 1, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
                }
                found.truncate(near);
                for (square, j) in &mut found {
                    *square = rows.apart(i, *j);
                }
                found.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
                to[0] = i;
                for ((to, at), &(square, j)) in to[own..].iter_mut().zip(&mut at[own..]).zip(&found) {
                    *to = j;
                    *at = rows.distance(square);
                }
            }
        },
    );
    check::held("distances", distances.view())?;
    Ok(Neighbours { indices, distances })
}
