//! The bridge between ndarray and libtorch. It copies once in each direction, through slices, so that ndarray's
//! version here need not be the one tch was built with.

use crate::{Error, Result};
use ndarray::{Array1, Array2, ArrayView2};
use tch::{Device, Kind, Tensor};

/// A tensor on the processor with the values of `x`, shape (rows, columns). Any memory layout is accepted.
pub fn to_tensor(x: ArrayView2<'_, f32>) -> Tensor {
    let shape = [x.nrows() as i64, x.ncols() as i64];
    match x.as_slice() {
        Some(values) => Tensor::from_slice(values).view(shape),
        None => Tensor::from_slice(&x.iter().copied().collect::<Vec<f32>>()).view(shape),
    }
}

/// [`to_tensor`], then a move to `device`.
pub fn to_tensor_on(x: ArrayView2<'_, f32>, device: Device) -> Tensor {
    to_tensor(x).to_device(device)
}

/// An array with the values of a tensor of rank two, from any device and kind.
///
/// # Errors
/// [`Error::Shape`] when the rank is not two.
pub fn to_array2(tensor: &Tensor) -> Result<Array2<f32>> {
    let (rows, columns) =
        tensor.size2().map_err(|_| shape_error("tensor to convert", "(rows, columns)", tensor))?;
    let values = values(tensor)?;
    Array2::from_shape_vec((rows as usize, columns as usize), values)
        .map_err(|_| shape_error("tensor to convert", "(rows, columns)", tensor))
}

/// An array with the values of a tensor of rank one, from any device and kind.
///
/// # Errors
/// [`Error::Shape`] when the rank is not one.
pub fn to_array1(tensor: &Tensor) -> Result<Array1<f32>> {
    tensor.size1().map_err(|_| shape_error("tensor to convert", "(length)", tensor))?;
    Ok(Array1::from_vec(values(tensor)?))
}

fn values(tensor: &Tensor) -> Result<Vec<f32>> {
    let tensor = tensor.detach().to_device(Device::Cpu).to_kind(Kind::Float).contiguous();
    let mut values = vec![0f32; tensor.numel()];
    tensor.f_copy_data(&mut values, tensor.numel())?;
    Ok(values)
}

pub(crate) fn shape_error(what: &'static str, expected: impl Into<String>, found: &Tensor) -> Error {
    Error::Shape { what, expected: expected.into(), found: format!("{:?}", found.size()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn there_and_back_in_every_layout() {
        let x = array![[1.0f32, 2.0, 3.0], [4.0, 5.0, 6.0]];
        assert_eq!(to_array2(&to_tensor(x.view())).unwrap(), x);
        let transposed = x.t();
        assert_eq!(to_array2(&to_tensor(transposed)).unwrap(), transposed);
        assert_eq!(to_array2(&to_tensor(x.view()).tr()).unwrap(), transposed);
        let empty = Array2::<f32>::zeros((0, 3));
        assert_eq!(to_array2(&to_tensor(empty.view())).unwrap(), empty);
    }

    #[test]
    fn a_wrong_rank_is_named() {
        let error = to_array2(&Tensor::from_slice(&[1.0f32])).unwrap_err().to_string();
        assert_eq!(error, "tensor to convert: expected shape (rows, columns), found [1]");
    }
}
