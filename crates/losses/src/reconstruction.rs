use crate::check::{Named, batch_of, floating, sized, together};
use crate::{Error, Result};
use tch::{Device, Kind, Reduction, Tensor};

/// Mean squared error: the mean over samples and features of (x̂ − x)².
///
/// Shapes: both (batch, features); the result is a scalar, in squared units of the features.
///
/// # Errors
/// When the tensors are not of one shape and of floating-point numbers, or are empty.
pub fn mean_squared_error(reconstruction: &Tensor, x: &Tensor) -> Result<Tensor> {
    check(("reconstruction", reconstruction), ("x", x))?;
    Ok(reconstruction.f_mse_loss(x, Reduction::Mean)?)
}

fn check(reconstruction: Named<'_>, x: Named<'_>) -> Result<()> {
    floating(reconstruction)?;
    floating(x)?;
    batch_of(reconstruction)?;
    sized(x, &reconstruction.1.size())?;
    together(x, reconstruction)
}

/// Binary cross-entropy: the mean over samples and features of −x ln x̂ − (1 − x) ln(1 − x̂), in nats.
///
/// Both tensors (batch, features) hold values in [0, 1]; logarithms are cut at −100 as in `torch.nn.BCELoss`. The result
/// is a scalar. Where libtorch would refuse a reconstruction that holds NaN, the result is NaN.
///
/// # Errors
/// When the tensors are not of one shape and of floating-point numbers, or are empty, and on the processor when a
/// reconstruction lies outside [0, 1]; other devices stop working then.
pub fn binary_cross_entropy(reconstruction: &Tensor, x: &Tensor) -> Result<Tensor> {
    check(("reconstruction", reconstruction), ("x", x))?;
    if reconstruction.device() != Device::Cpu {
        return guarded(reconstruction, x);
    }
    let found = reconstruction.f_binary_cross_entropy::<&Tensor>(x, None, Reduction::Mean);
    found.or_else(|error| {
        // A training that has diverged: to be reported as such by whoever looks at the loss.
        if bool::try_from(reconstruction.isnan().any())? {
            return guarded(reconstruction, x);
        }
        let (low, high) = (reconstruction.min().double_value(&[]), reconstruction.max().double_value(&[]));
        if low >= 0.0 && high <= 1.0 {
            return Err(error.into());
        }
        let expected = "values in [0, 1]".to_owned();
        Err(Error::Tensor { what: "reconstruction", expected, found: format!("{low} to {high}") })
    })
}

/// Binary cross-entropy of logits: the mean over samples of the sum over features of −x ln σ(y) − (1 − x) ln(1 − σ(y)), in nats, with the
/// logistic function σ.
///
/// Shapes: both (batch, features), the targets x in [0, 1]; the result is a scalar. No logarithm is cut: what a logit is far off costs
/// that much.
///
/// # Errors
/// When the tensors are not of one shape and of floating-point numbers, or are empty.
pub fn binary_cross_entropy_of_logits(logits: &Tensor, x: &Tensor) -> Result<Tensor> {
    check(("logits", logits), ("x", x))?;
    let sum = logits.f_binary_cross_entropy_with_logits::<&Tensor>(x, None, None, Reduction::Sum)?;
    Ok(sum / logits.size()[0])
}

/// The same, with NaN taken out of what libtorch sees and added to what it gives. Off the processor libtorch does not refuse
/// a NaN: the process loses the device.
fn guarded(reconstruction: &Tensor, x: &Tensor) -> Result<Tensor> {
    let nan = (reconstruction.detach() * 0.0).sum(None::<Kind>); // 0, or NaN where there is one
    let numbers = reconstruction.nan_to_num(0.5, 1.0, 0.0);
    Ok(numbers.f_binary_cross_entropy::<&Tensor>(x, None, Reduction::Mean)? + nan)
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
        assert_relative_eq!(
            mean_squared_error(&y, &x).unwrap().double_value(&[]),
            0.038_125,
            max_relative = 1e-12
        );
        let found = binary_cross_entropy(&y, &x).unwrap().double_value(&[]);
        assert_relative_eq!(found, 0.450_493_780_416, max_relative = 1e-9);
    }

    #[test]
    fn logits_are_summed_over_features() {
        // torch 2.11: y = torch.tensor([[-2, 3], [0, 40]], dtype=float64); x = torch.tensor([[0, 1], [.25, .5]], …)
        //   F.binary_cross_entropy_with_logits(y, x, reduction='sum') / 2
        let (_, x) = pair();
        let y = Tensor::from_slice(&[-2.0f64, 3.0, 0.0, 40.0]).view([2, 2]);
        let found = binary_cross_entropy_of_logits(&y, &x).unwrap().double_value(&[]);
        assert_relative_eq!(found, 10.434_331_271_588_33, max_relative = 1e-12);
        // Of moderate logits it is what the other form is of their logistic function, times the number of features.
        let y = y.clamp(-3.0, 3.0);
        let apart = binary_cross_entropy(&y.sigmoid(), &x).unwrap() * 2.0;
        let found = binary_cross_entropy_of_logits(&y, &x).unwrap();
        assert_relative_eq!(found.double_value(&[]), apart.double_value(&[]), max_relative = 1e-12);
    }

    #[test]
    fn what_is_no_number_has_no_finite_loss() {
        let (y, x) = pair();
        let _ = y.get(1).fill_(f64::NAN);
        let leaf = y.set_requires_grad(true);
        let loss = binary_cross_entropy(&leaf, &x).unwrap();
        assert!(loss.double_value(&[]).is_nan());
        loss.backward();
        assert!(guarded(&leaf, &x).unwrap().double_value(&[]).is_nan());
    }

    #[test]
    fn the_guarded_form_is_the_same() {
        let (y, x) = pair();
        assert_eq!(guarded(&y, &x).unwrap(), binary_cross_entropy(&y, &x).unwrap());
        assert_gradient(&y, |y| guarded(y, &x).unwrap());
    }

    #[test]
    fn what_cannot_be_compared_is_refused() {
        let (y, x) = pair();
        let error = binary_cross_entropy(&(&y * 2.0), &x).unwrap_err();
        assert_eq!(error.to_string(), "reconstruction: expected values in [0, 1], found 0.4 to 1.8");
        for loss in [mean_squared_error, binary_cross_entropy] {
            let error = loss(&y, &x.get(0)).unwrap_err();
            assert_eq!(error.to_string(), "x: expected shape [2, 2], found [2]");
            let error = loss(&y.to_kind(Kind::Int64), &x).unwrap_err();
            assert_eq!(error.to_string(), "reconstruction: expected floating-point numbers, found Int64");
            assert!(loss(&y.slice(0, 0, 0, 1), &x.slice(0, 0, 0, 1)).is_err());
        }
    }

    #[test]
    fn gradients_match_central_differences() {
        let (y, x) = pair();
        assert_gradient(&y, |y| mean_squared_error(y, &x).unwrap());
        assert_gradient(&y, |y| binary_cross_entropy(y, &x).unwrap());
        assert_gradient(&y, |y| binary_cross_entropy_of_logits(y, &x).unwrap());
    }
}
