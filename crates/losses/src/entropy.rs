//! Entropies of the rows of a matrix, finite and with finite gradients everywhere.

use tch::{Kind, Tensor};

/// −Σ p ln p over the last dimension.
pub(crate) fn of_probabilities(p: &Tensor) -> Tensor {
    -(p * logarithm(p)).sum_dim_intlist([-1i64].as_slice(), false, None)
}

/// The same of p = exp(logarithms).
pub(crate) fn of_logarithms(logarithms: &Tensor) -> Tensor {
    -(logarithms.exp() * logarithms).sum_dim_intlist([-1i64].as_slice(), false, None)
}

/// ln p, cut at the smallest normal f32.
pub(crate) fn logarithm(p: &Tensor) -> Tensor {
    p.clamp_min(f64::from(f32::MIN_POSITIVE)).log()
}

/// ln p̄ of the batch's mean assignment p̄, shape (k), from ln p, shape (batch, k).
pub(crate) fn logarithm_of_mean(logarithms: &Tensor) -> Tensor {
    let batch = logarithms.size()[0] as f64;
    logarithms.logsumexp([0i64].as_slice(), false) - batch.ln()
}

/// p̄, shape (k), from p, shape (batch, k).
pub(crate) fn mean(p: &Tensor) -> Tensor {
    p.mean_dim([0i64].as_slice(), false, None::<Kind>)
}
