//! Exact neighbours among sparse rows: products by way of the columns, distances measured directly.

use ndarray::Array2;
use rayon::prelude::*;
use sprs::CsMatView;

use super::prepared::inverse_norm;
use super::settings::{KnnSettings, Metric, Neighbours};
use crate::{ManifoldError, Real, Result, check};

/// Rows of one task.
const CHUNK: usize = 64;
/// Points beyond the k that are measured directly as well: products may order nearly equal ones wrongly.
const SPARE: usize = 8;

/// The `k` nearest rows of every row of a sparse matrix (n × d, CSR), by products in f64 and distances that are measured
/// from the data as given. Nothing is made dense: memory is O(n + values), time O(n² + Σ over the columns of their
/// values squared). The result does not depend on the number of threads.
///
/// # Errors
/// As [`nearest_neighbours`](super::nearest_neighbours), and a matrix that is not by rows or whose squares overflow.
pub fn nearest_neighbours_csr<F: Real>(x: CsMatView<'_, F>, settings: &KnnSettings) -> Result<Neighbours<F>> {
    let (n, d) = x.shape();
    if n == 0 || d == 0 {
        return Err(ManifoldError::Empty { rows: n, columns: d });
    }
    if !x.is_csr() {
        return Err(ManifoldError::Shape { what: "rows stored (CSR)", expected: n, found: 0 });
    }
    for (row, values) in x.outer_iterator().enumerate() {
        if let Some((column, v)) = values.iter().find(|e| !num_traits::Float::is_finite(*e.1)) {
            return Err(ManifoldError::NotFinite { row, column, value: v.wide() });
        }
    }
    let own = usize::from(settings.include_self);
    check::range("k", settings.k, 1, (n - 1 + own).max(1))?;
    if n == 1 && own == 0 {
        return Err(ManifoldError::Shape { what: "rows (a row needs another)", expected: 2, found: 1 });
    }
    let largest = x.data().iter().fold(0.0_f64, |top, v| top.max(v.wide().abs()));
    // A power of two that keeps squares from over- and underflowing.
    let scale = if largest > 0.0 {
        2.0_f64.powi((-largest.log2().floor()).clamp(-1000.0, 1000.0) as i32)
    } else {
        1.0
    };
    let factors: Vec<f64> = x
        .outer_iterator()
        .map(|row| match settings.metric {
            Metric::Euclidean => scale,
            Metric::Cosine => inverse_norm(row.data().iter().copied()),
        })
        .collect();
    let rows = Rows { x: &x, factors: &factors };
    let squares: Vec<f64> = (0..n).map(|i| rows.of(i).map(|e| e.1 * e.1).sum()).collect();
    // Every column's rows and values, rows ascending.
    let mut starts = vec![0_usize; d + 1];
    x.indices().iter().for_each(|&c| starts[c + 1] += 1);
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
                    let zero = settings.metric == Metric::Cosine && (factors[i] == 0.0 || factors[*j] == 0.0);
                    // A zero row has cosine 0 with every row, hence distance 1.
                    *square = if zero { 2.0 } else { rows.apart(i, *j) };
                }
                found.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
                to[0] = i;
                for ((to, at), &(square, j)) in to[own..].iter_mut().zip(&mut at[own..]).zip(&found) {
                    *to = j;
                    *at = match settings.metric {
                        Metric::Euclidean => F::narrow(square.sqrt() / scale),
                        Metric::Cosine => F::narrow(square / 2.0),
                    };
                }
            }
        },
    );
    Ok(Neighbours { indices, distances })
}

/// The rows, each multiplied by its factor.
#[derive(Clone, Copy)]
struct Rows<'a, F> {
    x: &'a CsMatView<'a, F>,
    factors: &'a [f64],
}

impl<'a, F: Real> Rows<'a, F> {
    fn of(self, i: usize) -> impl Iterator<Item = (usize, f64)> + 'a {
        let range = self.x.indptr().outer_inds_sz(i);
        let factor = self.factors[i];
        let (indices, data) = (self.x.indices(), self.x.data());
        indices[range.clone()].iter().zip(&data[range]).map(move |(&c, v)| (c, v.wide() * factor))
    }

    /// Σ (aⱼ − bⱼ)² over the columns of either row.
    fn apart(self, i: usize, j: usize) -> f64 {
        let (mut a, mut b) = (self.of(i).peekable(), self.of(j).peekable());
        let mut sum = 0.0;
        loop {
            let difference = match (a.peek().copied(), b.peek().copied()) {
                (Some((c, v)), Some((e, w))) if c == e => {
                    a.next();
                    b.next();
                    v - w
                }
                (Some((c, v)), Some((e, _))) if c < e => {
                    a.next();
                    v
                }
                (_, Some((_, w))) => {
                    b.next();
                    w
                }
                (Some((_, v)), None) => {
                    a.next();
                    v
                }
                (None, None) => return sum,
            };
            sum += difference * difference;
        }
    }
}
