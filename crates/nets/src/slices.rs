//! Contiguous tensors in main memory as slices, for the optimiser's own kernels.

use tch::{Device, Kind, Tensor};

pub(crate) fn bits(tensor: &Tensor) -> &[u16] {
    debug_assert!(
        tensor.is_contiguous() && tensor.kind() == Kind::BFloat16 && tensor.device() == Device::Cpu
    );
    if tensor.numel() == 0 {
        return &[];
    }
    // SAFETY: as in `values`, for bf16, which is two bytes wide.
    unsafe { std::slice::from_raw_parts(tensor.data_ptr().cast::<u16>(), tensor.numel()) }
}

pub(crate) fn bits_mut(tensor: &mut Tensor) -> &mut [u16] {
    debug_assert!(
        tensor.is_contiguous() && tensor.kind() == Kind::BFloat16 && tensor.device() == Device::Cpu
    );
    if tensor.numel() == 0 {
        return &mut [];
    }
    // SAFETY: as in `values_mut`, for bf16, which is two bytes wide; `Adam::mixed` has checked the copies.
    unsafe { std::slice::from_raw_parts_mut(tensor.data_ptr().cast::<u16>(), tensor.numel()) }
}

pub(crate) fn values(tensor: &Tensor) -> &[f32] {
    debug_assert!(tensor.is_contiguous() && tensor.kind() == Kind::Float && tensor.device() == Device::Cpu);
    if tensor.numel() == 0 {
        return &[];
    }
    // SAFETY: the tensor is contiguous f32 in main memory (checked by `Adam::new`, and by `apply` for gradients), so
    // `data_ptr` points to `numel` values, which live as long as the tensor that is borrowed.
    unsafe { std::slice::from_raw_parts(tensor.data_ptr().cast::<f32>(), tensor.numel()) }
}

pub(crate) fn values_mut(tensor: &mut Tensor) -> &mut [f32] {
    debug_assert!(tensor.is_contiguous() && tensor.kind() == Kind::Float && tensor.device() == Device::Cpu);
    if tensor.numel() == 0 {
        return &mut [];
    }
    // SAFETY: as in `values`. The storage may be shared with the layer that holds the same parameter, but nothing reads
    // it while `apply` runs: `Tensor` is not `Sync`, and no other slice of it is made meanwhile.
    unsafe { std::slice::from_raw_parts_mut(tensor.data_ptr().cast::<f32>(), tensor.numel()) }
}
