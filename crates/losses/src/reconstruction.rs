use tch::{Device, Kind, Reduction, Tensor};

/// Mean squared error: the mean over samples and features of (x̂ − x)².
///
/// Shapes: both (batch, features); the result is a scalar, in squared units of the features.
///
/// # Panics
/// When the shapes cannot be broadcast to one another.
pub fn mean_squared_error(reconstruction: &Tensor, x: &Tensor) -> Tensor {
    reconstruction.mse_loss(x, Reduction::Mean)
}

/// Binary cross-entropy: the mean over samples and features of −x ln x̂ − (1 − x) ln(1 − x̂), in nats.
///
/// Both tensors (batch, features) hold values in [0, 1]; logarithms are cut at −100 as in `torch.nn.BCELoss`. The result
/// is a scalar. Where libtorch would refuse a reconstruction that holds NaN, the result is NaN.
///
/// # Panics
/// When the shapes differ, and on the processor when a reconstruction lies outside [0, 1]; other devices stop working then.
pub fn binary_cross_entropy(reconstruction: &Tensor, x: &Tensor) -> Tensor {
    if reconstruction.device() != Device::Cpu {
        return guarded(reconstruction, x);
    }
    reconstruction.f_binary_cross_entropy::<&Tensor>(x, None, Reduction::Mean).unwrap_or_else(|error| {
        // A training that has diverged: to be reported as such by whoever looks at the loss.
        let nan = bool::try_from(reconstruction.isnan().any()).unwrap_or(false);
        if nan { guarded(reconstruction, x) } else { panic!("binary cross-entropy: {error}") }
    })
}

/// The same, with NaN taken out of what libtorch sees and added to what it gives. Off the processor libtorch does not refuse
/// a NaN: the process loses the device.
fn guarded(reconstruction: &Tensor, x: &Tensor) -> Tensor {
    let nan = (reconstruction.detach() * 0.0).sum(None::<Kind>); // 0, or NaN where there is one
    let numbers = reconstruction.nan_to_num(0.5, 1.0, 0.0);
    numbers.binary_cross_entropy::<&Tensor>(x, None, Reduction::Mean) + nan
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient_check::assert_gradient;
    use approx::assert_relative_eq;

    fn pair() -> (Tensor, Tensor) {
        (
            Tensor::from_slice(&[0.2f64, 0.9, 0.5, 0.7]).view([2, 2]),
            Tensor::from_slice(&[0.0f64, 1.0, 0.25, 0.5]).view([2, 2]),
        )
    }

    #[test]
    fn values_as_in_torch() {
        // torch 2.11: y = torch.tensor([[.2, .9], [.5, .7]], dtype=float64); x = torch.tensor([[0, 1], [.25, .5]], …)
        //   F.mse_loss(y, x) ; F.binary_cross_entropy(y, x)
        let (y, x) = pair();
        assert_relative_eq!(mean_squared_error(&y, &x).double_value(&[]), 0.038_125, max_relative = 1e-12);
        let found = binary_cross_entropy(&y, &x).double_value(&[]);
        assert_relative_eq!(found, 0.450_493_780_416, max_relative = 1e-9);
    }

    #[test]
    fn what_is_no_number_has_no_finite_loss() {
        let (y, x) = pair();
        let _ = y.get(1).fill_(f64::NAN);
        let leaf = y.set_requires_grad(true);
        let loss = binary_cross_entropy(&leaf, &x);
        assert!(loss.double_value(&[]).is_nan());
        loss.backward();
        assert!(guarded(&leaf, &x).double_value(&[]).is_nan());
    }

    #[test]
    fn the_guarded_form_is_the_same() {
        let (y, x) = pair();
        assert_eq!(guarded(&y, &x), binary_cross_entropy(&y, &x));
        assert_gradient(&y, |y| guarded(y, &x));
    }

    #[test]
    #[should_panic(expected = "binary cross-entropy")]
    fn values_outside_the_range_are_refused() {
        let (y, x) = pair();
        let _ = binary_cross_entropy(&(y * 2.0), &x);
    }

    #[test]
    fn gradients_match_central_differences() {
        let (y, x) = pair();
        assert_gradient(&y, |y| mean_squared_error(y, &x));
        assert_gradient(&y, |y| binary_cross_entropy(y, &x));
    }
}
