//! Rows that go through a network some at a time.

use crate::Result;
use deepclust_nets::{Device, Tensor, no_grad, to_array2, to_tensor_on};
use ndarray::{Array2, ArrayView2, s};

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
