//! bf16 copies of f32 weights: the leaves that bf16 training differentiates by.

use crate::Linear;
use tch::{Kind, Tensor};

/// The bf16 weights of one layer.
#[derive(Debug)]
pub(crate) struct WorkingCopy {
    pub weight: Tensor,
    pub bias: Tensor,
}

impl WorkingCopy {
    pub(crate) fn of(layer: &Linear) -> Self {
        let copy = |tensor: &Tensor| tensor.detach().to_kind(Kind::BFloat16).set_requires_grad(true);
        Self { weight: copy(&layer.weight), bias: copy(&layer.bias) }
    }
}
