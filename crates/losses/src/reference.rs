//! Inputs of tests, and what PyTorch makes of them.

use approx::{assert_abs_diff_eq, assert_relative_eq};
use tch::{Kind, Tensor};

/// sin(step · n) for n = 0, 1, …, in f64, row by row.
pub(crate) fn sines(step: f64, shape: &[i64]) -> Tensor {
    let count = shape.iter().product::<i64>();
    let values: Vec<f64> = (0..count).map(|n| (step * n as f64).sin()).collect();
    Tensor::from_slice(&values).view(shape)
}

/// A scalar function's value at a point, and its gradient's norm and first and last entries.
pub(crate) struct Reference(pub [f64; 4]);

impl Reference {
    pub fn value(&self) -> f64 {
        self.0[0]
    }

    /// Asserts that `f` at `x`, which is f64, is that: to 1e-9 of the value and of the gradient's norm.
    pub fn assert(&self, x: &Tensor, f: impl Fn(&Tensor) -> Tensor) {
        self.assert_to(1e-9, with_gradient(x, f));
    }

    /// The same of a value and a gradient, to a share of `digits`.
    pub fn assert_to(&self, digits: f64, (found, gradient): (f64, Tensor)) {
        let Self([value, norm, first, last]) = *self;
        assert_relative_eq!(found, value, max_relative = digits);
        let gradient = gradient.contiguous().view([-1]);
        for (found, expected) in [(gradient.norm(), norm), (gradient.get(0), first), (gradient.get(-1), last)]
        {
            assert_abs_diff_eq!(found.double_value(&[]), expected, epsilon = digits * norm);
        }
    }
}

/// The value of a scalar function, and its gradient.
pub(crate) fn with_gradient(x: &Tensor, f: impl Fn(&Tensor) -> Tensor) -> (f64, Tensor) {
    let leaf = x.detach().copy().set_requires_grad(true);
    let value = f(&leaf);
    let gradient = Tensor::run_backward(&[&value], &[&leaf], false, false).remove(0);
    assert_eq!(gradient.kind(), x.kind());
    (value.double_value(&[]), gradient)
}

/// Asserts that value and gradient are finite.
pub(crate) fn assert_finite(x: &Tensor, f: impl Fn(&Tensor) -> Tensor) {
    let _ = finite_gradient(x, f);
}

/// The gradient; value and gradient have to be finite.
pub(crate) fn finite_gradient(x: &Tensor, f: impl Fn(&Tensor) -> Tensor) -> Tensor {
    let (value, gradient) = with_gradient(x, f);
    assert!(value.is_finite(), "{value}");
    assert!(bool::try_from(gradient.isfinite().all()).unwrap(), "{gradient}");
    gradient
}

/// Asserts that f32 gives the value and gradient of f64 to a share of `digits`.
pub(crate) fn assert_single_precision(x: &Tensor, digits: f64, f: impl Fn(&Tensor) -> Tensor) {
    let wide = x.to_kind(Kind::Float).to_kind(Kind::Double); // what f32 can hold
    let (expected, gradient) = with_gradient(&wide, &f);
    let (found, single) = with_gradient(&wide.to_kind(Kind::Float), &f);
    assert_relative_eq!(found, expected, max_relative = digits);
    let error = (single.to_kind(Kind::Double) - &gradient).norm().double_value(&[]);
    assert!(error <= digits * gradient.norm().double_value(&[]), "{error}");
}
