//! Leading eigenvectors of a symmetric sparse matrix by Lanczos's method with full reorthogonalisation.

use faer::Mat;
use rayon::prelude::*;

use crate::Result;
use crate::linalg::symmetric_eigen;

/// Rows whose sum is one partial sum.
const ROWS: usize = 2048;

/// A symmetric matrix by rows.
pub(super) struct Symmetric {
    pub starts: Vec<usize>,
    pub columns: Vec<u32>,
    pub values: Vec<f64>,
}

impl Symmetric {
    fn times(&self, x: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; x.len()];
        out.par_chunks_mut(ROWS).enumerate().for_each(|(chunk, out)| {
            for (i, o) in (chunk * ROWS..).zip(out) {
                let range = self.starts[i]..self.starts[i + 1];
                let terms = self.columns[range.clone()].iter().zip(&self.values[range]);
                *o = terms.map(|(&j, v)| v * x[j as usize]).sum();
            }
        });
        out
    }
}

fn dots(basis: &[Vec<f64>], w: &[f64]) -> Vec<f64> {
    let parts: Vec<Vec<f64>> = w
        .par_chunks(ROWS)
        .enumerate()
        .map(|(c, w)| {
            let dot = |v: &Vec<f64>| lane_dot(&v[c * ROWS..c * ROWS + w.len()], w);
            basis.iter().map(dot).collect()
        })
        .collect();
    let mut total = vec![0.0; basis.len()];
    for part in parts {
        total.iter_mut().zip(part).for_each(|(t, p)| *t += p);
    }
    total
}

fn lane_dot(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0; 8];
    for (a, b) in a.chunks(8).zip(b.chunks(8)) {
        for (lane, (a, b)) in lanes.iter_mut().zip(a.iter().zip(b)) {
            *lane += a * b;
        }
    }
    lanes.iter().sum()
}

/// w − Σ cᵢ vᵢ.
fn subtract(w: &mut [f64], basis: &[Vec<f64>], coefficients: &[f64]) {
    w.par_chunks_mut(ROWS).enumerate().for_each(|(chunk, w)| {
        for (v, &c) in basis.iter().zip(coefficients) {
            let v = &v[chunk * ROWS..chunk * ROWS + w.len()];
            w.iter_mut().zip(v).for_each(|(w, v)| *w -= c * v);
        }
    });
}

/// Takes the components along the basis out of `w` (twice, which leaves rounding only) and scales it to norm 1; gives
/// the norm it had.
fn orthonormalise(w: &mut Vec<f64>, basis: &[Vec<f64>]) -> f64 {
    for _ in 0..2 {
        let coefficients = dots(basis, w);
        subtract(w, basis, &coefficients);
    }
    let norm = dots(std::slice::from_ref(w), w)[0].sqrt();
    if norm > 0.0 {
        w.iter_mut().for_each(|v| *v /= norm);
    }
    norm
}

/// The `k` eigenvectors of largest eigenvalue orthogonal to `known` (of norm 1), from the start `w`: until the residuals
/// of all are at most `tolerance`, or for `steps` steps.
pub(super) fn leading(
    matrix: &Symmetric,
    known: Vec<f64>,
    mut w: Vec<f64>,
    k: usize,
    steps: usize,
    tolerance: f64,
) -> Result<Vec<Vec<f64>>> {
    let n = w.len();
    let steps = steps.min(n - 1);
    let mut basis = vec![known];
    orthonormalise(&mut w, &basis);
    let (mut diagonal, mut beside) = (Vec::new(), Vec::new());
    loop {
        let mut next = matrix.times(&w);
        basis.push(w);
        diagonal.push(dots(&basis[basis.len() - 1..], &next)[0]);
        let norm = orthonormalise(&mut next, &basis);
        let m = diagonal.len();
        let exhausted = m >= steps || norm < 1e-12;
        if exhausted || (m >= 2 * k && m.is_multiple_of(20)) {
            let tridiagonal = Mat::from_fn(m, m, |i, j| match i.abs_diff(j) {
                0 => diagonal[i],
                1 => beside[i.min(j)],
                _ => 0.0,
            });
            let (_, vectors) = symmetric_eigen(tridiagonal.as_ref())?;
            let wanted = k.min(m);
            let worst = (0..wanted).map(|c| (norm * vectors[(m - 1, m - 1 - c)]).abs()).fold(0.0, f64::max);
            if exhausted || worst <= tolerance {
                return Ok((0..wanted)
                    .map(|c| {
                        let coefficients: Vec<f64> = (0..m).map(|i| -vectors[(i, m - 1 - c)]).collect();
                        let mut vector = vec![0.0; n];
                        subtract(&mut vector, &basis[1..], &coefficients);
                        vector
                    })
                    .collect());
            }
        }
        beside.push(norm);
        w = next;
    }
}
