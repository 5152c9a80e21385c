//! Autograd against central differences, in f64.

use approx::assert_relative_eq;
use tch::Tensor;

/// Asserts that libtorch's gradient of the scalar `f` at `x` equals (f(x+h) − f(x−h)) / 2h in every coordinate.
pub(crate) fn assert_gradient(x: &Tensor, f: impl Fn(&Tensor) -> Tensor) {
    const STEP: f64 = 1e-6;
    let leaf = x.detach().copy().set_requires_grad(true);
    let gradients = Tensor::run_backward(&[f(&leaf)], &[&leaf], false, false);
    let gradient = Vec::<f64>::try_from(gradients[0].contiguous().view([-1])).unwrap();
    let values = Vec::<f64>::try_from(x.contiguous().view([-1])).unwrap();
    let at = |i: usize, delta: f64| {
        let mut moved = values.clone();
        moved[i] += delta;
        f(&Tensor::from_slice(&moved).view(x.size().as_slice())).double_value(&[])
    };
    for (i, &found) in gradient.iter().enumerate() {
        let expected = (at(i, STEP) - at(i, -STEP)) / (2.0 * STEP);
        assert_relative_eq!(found, expected, max_relative = 1e-5, epsilon = 1e-8);
    }
}
