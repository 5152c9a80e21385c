//! Leading eigenvectors of a symmetric sparse matrix by Lanczos's method with full reorthogonalisation.

use faer::Mat;
use pulp::{Arch, NullaryFnOnce};
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
    let arch = Arch::new();
    let parts: Vec<Vec<f64>> = w
        .par_chunks(ROWS)
        .enumerate()
        .map(|(c, w)| arch.dispatch(Dots { basis, first: c * ROWS, w }))
        .collect();
    let mut total = vec![0.0; basis.len()];
    for part in parts {
        total.iter_mut().zip(part).for_each(|(t, p)| *t += p);
    }
    total
}

/// Products of a part of `w` with that part of every vector of the basis. A type of its own rather than a closure, as is
/// [`Subtract`], so that all of it is compiled for the vector unit found.
struct Dots<'a> {
    basis: &'a [Vec<f64>],
    first: usize,
    w: &'a [f64],
}

impl NullaryFnOnce for Dots<'_> {
    type Output = Vec<f64>;

    #[inline(always)]
    fn call(self) -> Vec<f64> {
        let rows = self.first..self.first + self.w.len();
        self.basis.iter().map(|v| lane_dot(&v[rows.clone()], self.w)).collect()
    }
}

#[inline(always)]
fn lane_dot(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0; 32];
    let (a, a_rest) = a.as_chunks::<32>();
    let (b, b_rest) = b.as_chunks::<32>();
    for (a, b) in a.iter().zip(b) {
        for l in 0..32 {
            lanes[l] += a[l] * b[l];
        }
    }
    for (lane, (a, b)) in lanes.iter_mut().zip(a_rest.iter().zip(b_rest)) {
        *lane += a * b;
    }
    lanes.iter().sum()
}

/// w − Σ cᵢ vᵢ.
fn subtract(w: &mut [f64], basis: &[Vec<f64>], coefficients: &[f64]) {
    let arch = Arch::new();
    w.par_chunks_mut(ROWS).enumerate().for_each(|(chunk, w)| {
        arch.dispatch(Subtract { basis, coefficients, first: chunk * ROWS, w });
    });
}

/// A part of `w` less that part of the basis, each vector times its coefficient.
struct Subtract<'a> {
    basis: &'a [Vec<f64>],
    coefficients: &'a [f64],
    first: usize,
    w: &'a mut [f64],
}

impl NullaryFnOnce for Subtract<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let rows = self.first..self.first + self.w.len();
        for (v, &c) in self.basis.iter().zip(self.coefficients) {
            self.w.iter_mut().zip(&v[rows.clone()]).for_each(|(w, v)| *w -= c * v);
        }
    }
}

/// Takes the components along the basis out of `w` and scales it to norm 1; gives the norm it had.
///
/// Where `w` loses most of its length it is done a second time, since what rounding leaves along the basis is then large
/// beside the rest.
fn orthonormalise(w: &mut Vec<f64>, basis: &[Vec<f64>]) -> f64 {
    let length = |w: &Vec<f64>| dots(std::slice::from_ref(w), w)[0].sqrt();
    let mut norm = length(w);
    for _ in 0..2 {
        let coefficients = dots(basis, w);
        subtract(w, basis, &coefficients);
        let before = std::mem::replace(&mut norm, length(w));
        if norm > 0.1 * before {
            break;
        }
    }
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
