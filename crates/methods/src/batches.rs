//! Rows that go through a network some at a time.

use crate::{Error, Result};
use deepclust_nets::{Csr, Device, Tensor, no_grad, to_array2, to_tensor_on};
use ndarray::{Array2, ArrayView2, Axis, concatenate, s};

/// Rows at a time.
pub(crate) const BATCH: usize = 2000;

/// What `f` makes of the rows of `x`, shape (n, d), without a gradient: it answers shape (rows, width) for a tensor of shape (rows, d).
pub(crate) fn by_batches(
    x: ArrayView2<'_, f32>,
    width: usize,
    device: Device,
    f: impl Fn(&Tensor) -> Result<Tensor>,
) -> Result<Array2<f32>> {
    let mut all = Array2::zeros((x.nrows(), width));
    for start in (0..x.nrows()).step_by(BATCH) {
        let end = (start + BATCH).min(x.nrows());
        let part = to_tensor_on(x.slice(s![start..end, ..]), device);
        all.slice_mut(s![start..end, ..]).assign(&to_array2(&no_grad(|| f(&part))?)?);
    }
    Ok(all)
}

/// What `f` makes of sparse rows, shape (n, d), that are made dense some at a time: it answers shape (rows, width) for shape (rows, d).
/// Without a row `f` is asked what it makes of none.
pub(crate) fn by_dense_parts(
    x: &Csr,
    f: impl Fn(ArrayView2<'_, f32>) -> Result<Array2<f32>>,
) -> Result<Array2<f32>> {
    let part = |start: usize| f(x.slice_outer(start..(start + BATCH).min(x.rows())).to_dense().view());
    let parts: Vec<Array2<f32>> = (0..x.rows().max(1)).step_by(BATCH).map(part).collect::<Result<_>>()?;
    let views: Vec<_> = parts.iter().map(|part| part.view()).collect();
    concatenate(Axis(0), &views)
        .map_err(|e| Error::Samples { expected: "features of one width".to_owned(), found: e.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sparse_rows_are_seen_in_order_whatever_their_number() {
        for n in [0, 1, BATCH, 2 * BATCH + 3] {
            let x = Array2::from_shape_fn((n, 3), |(i, j)| if (i + j) % 2 == 0 { i as f32 } else { 0.0 });
            let csr = Csr::csr_from_dense(x.view(), 0.0);
            let twice = by_dense_parts(&csr, |part| Ok(&part * 2.0)).unwrap();
            assert_eq!(twice, x * 2.0);
        }
    }

    #[test]
    fn parts_of_different_width_are_an_error() {
        let csr = Csr::csr_from_dense(Array2::<f32>::ones((BATCH + 1, 2)).view(), 0.0);
        let error = by_dense_parts(&csr, |part| Ok(Array2::zeros((part.nrows(), part.nrows())))).unwrap_err();
        assert!(error.to_string().contains("features of one width"), "{error}");
    }
}
