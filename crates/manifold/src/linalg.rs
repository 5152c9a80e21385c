//! Dense products and decompositions. Every product runs on one thread over a shape that does not depend on the number
//! of threads, so that results are the same bits however many threads share the blocks.

use faer::diag::Diag;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use faer::linalg::matmul::matmul;
use faer::linalg::svd::{ComputeSvdVectors, svd, svd_scratch};
use faer::{Accum, Mat, MatMut, MatRef, Par};

use crate::{ManifoldError, Real, Result};

/// A row-major block of a slice: `rows × columns`, with `stride` elements from one row to the next.
#[derive(Clone, Copy)]
pub(crate) struct Block<'a, F> {
    pub data: &'a [F],
    pub rows: usize,
    pub columns: usize,
    pub stride: usize,
}

impl<'a, F: Real> Block<'a, F> {
    pub(crate) fn new(data: &'a [F], rows: usize, columns: usize, stride: usize) -> Self {
        // The last row need not be followed by its padding.
        let needed = if rows == 0 { 0 } else { (rows - 1) * stride + columns };
        Self { data: &data[..needed], rows, columns, stride }
    }

    fn mat(self) -> MatRef<'a, F> {
        MatRef::from_row_major_slice_with_stride(self.data, self.rows, self.columns, self.stride)
    }
}

/// `out = scale · a · bᵀ`; `out` is row-major `a.rows × b.rows` without padding.
pub(crate) fn product_abt<F: Real>(out: &mut [F], a: Block<'_, F>, b: Block<'_, F>, scale: F) {
    let dst = MatMut::from_row_major_slice_mut(out, a.rows, b.rows);
    matmul(dst, Accum::Replace, a.mat(), b.mat().transpose(), scale, Par::Seq);
}

/// `out = aᵀ · b`; `out` is row-major `a.columns × b.columns` without padding.
pub(crate) fn product_atb<F: Real>(out: &mut [F], a: Block<'_, F>, b: Block<'_, F>) {
    let dst = MatMut::from_row_major_slice_mut(out, a.columns, b.columns);
    matmul(dst, Accum::Replace, a.mat().transpose(), b.mat(), F::one(), Par::Seq);
}

/// `out = a · b`; `out` is row-major `a.rows × b.columns` without padding.
pub(crate) fn product_ab<F: Real>(out: &mut [F], a: Block<'_, F>, b: Block<'_, F>) {
    let dst = MatMut::from_row_major_slice_mut(out, a.rows, b.columns);
    matmul(dst, Accum::Replace, a.mat(), b.mat(), F::one(), Par::Seq);
}

/// The work is always parted in two, whatever the number of threads: so the bits do not depend on it.
fn halves() -> Par {
    Par::rayon(2)
}

/// Eigenvalues in ascending order and eigenvectors (columns) of a symmetric matrix, of which the lower half is read.
pub(crate) fn symmetric_eigen(a: MatRef<'_, f64>) -> Result<(Vec<f64>, Mat<f64>)> {
    let n = a.nrows();
    let mut vectors = Mat::<f64>::zeros(n, n);
    let mut values = Diag::<f64>::zeros(n);
    let need = self_adjoint_evd_scratch::<f64>(n, ComputeEigenvectors::Yes, halves(), Default::default());
    let mut memory = MemBuffer::new(need);
    self_adjoint_evd(
        a,
        values.as_mut(),
        Some(vectors.as_mut()),
        halves(),
        MemStack::new(&mut memory),
        Default::default(),
    )
    .map_err(|_| ManifoldError::NoConvergence("symmetric eigenvalue decomposition"))?;
    Ok((values.column_vector().iter().copied().collect(), vectors))
}

/// Singular values in descending order and right singular vectors (columns) of a matrix with fewer rows than columns.
pub(crate) fn right_singular(a: MatRef<'_, f64>) -> Result<(Vec<f64>, Mat<f64>)> {
    let (rows, columns) = a.shape();
    let size = rows.min(columns);
    let mut v = Mat::<f64>::zeros(columns, size);
    let mut s = Diag::<f64>::zeros(size);
    let (no, thin) = (ComputeSvdVectors::No, ComputeSvdVectors::Thin);
    let need = svd_scratch::<f64>(rows, columns, no, thin, Par::Seq, Default::default());
    let mut memory = MemBuffer::new(need);
    svd(a, s.as_mut(), None, Some(v.as_mut()), Par::Seq, MemStack::new(&mut memory), Default::default())
        .map_err(|_| ManifoldError::NoConvergence("singular value decomposition"))?;
    Ok((s.column_vector().iter().copied().collect(), v))
}
