//! bf16 copies of f32 weights: the leaves that bf16 training differentiates by.

use crate::{Adam, AdamSettings, Linear, Precision, Result};
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

/// Makes the bf16 copies of layers, or drops them.
pub(crate) fn prepare<'a>(layers: impl Iterator<Item = &'a mut Linear>, precision: Precision) {
    for layer in layers {
        layer.working = (precision == Precision::Bf16).then(|| WorkingCopy::of(layer));
    }
}

/// The optimiser of the parameters whose names are `trained`, with the copies that layers have of them, and of `others`.
pub(crate) fn adam_of<'a>(
    named: Vec<(String, Tensor)>,
    layers: impl Iterator<Item = &'a Linear>,
    adam: AdamSettings,
    trained: &dyn Fn(&str) -> bool,
    others: Vec<Tensor>,
) -> Result<Adam> {
    let trained = named.into_iter().filter(|(name, _)| trained(name));
    let mut parameters: Vec<Tensor> = trained.map(|(_, tensor)| tensor).collect();
    let is_trained = |of: &Tensor| parameters.iter().any(|p| p.data_ptr() == of.data_ptr());
    let copies: Vec<_> = layers
        .filter_map(Linear::working_tensors)
        .flatten()
        .filter(|(parameter, _)| is_trained(parameter))
        .collect();
    parameters.extend(others);
    Adam::mixed(adam, parameters, &copies)
}
