use crate::check::{filled, real};
use crate::{Result, entropy};
use tch::{Kind, Tensor};

/// Entropy of each sample's assignment, averaged over the batch (Zhang et al. 2017, MIXAE, eq. 3; Hu et al. 2017, IMSAT,
/// H(Y | X)): the mean over i of −Σ_k p_ik ln p_ik, in nats. It is 0 where every sample has one cluster, and ln k where no
/// sample has a preference.
///
/// Shape: probabilities (batch, k), f32 or f64, every row with sum 1; the result is a scalar. The logarithm is cut at that of
/// the smallest normal f32, −87.3, so that probabilities of 0 have a finite gradient. From a network's logits
/// [`sample_entropy_from_logits`] is the more exact one.
///
/// # Errors
/// When `probabilities` is no matrix of such numbers or is empty.
pub fn sample_entropy(probabilities: &Tensor) -> Result<Tensor> {
    let named = ("probabilities", probabilities);
    real(named)?;
    filled(named, ["batch", "k"])?;
    Ok(entropy::of_probabilities(probabilities).mean(None::<Kind>))
}

/// [`sample_entropy`] of p = softmax(logits), by the logarithms: for logits of any size.
///
/// Shape: logits (batch, k); the result is a scalar.
///
/// # Errors
/// As for [`sample_entropy`].
pub fn sample_entropy_from_logits(logits: &Tensor) -> Result<Tensor> {
    let named = ("logits", logits);
    real(named)?;
    filled(named, ["batch", "k"])?;
    Ok(entropy::of_logarithms(&logits.log_softmax(1, None::<Kind>)).mean(None::<Kind>))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient_check::assert_gradient;
    use crate::reference::{Reference, assert_finite, sines};
    use approx::{assert_abs_diff_eq, assert_relative_eq};

    #[test]
    fn values_and_gradients_as_in_torch() {
        // torch 2.11, float64: x = 3 * s(.7, 6, 4), with s(a, *n) = torch.sin(a * torch.arange(math.prod(n))).view(n)
        //   p = x.softmax(1); -(p * p.log()).sum(1).mean()              by x, and for a leaf p
        let logits = sines(0.7, &[6, 4]) * 3.0;
        OF_LOGITS.assert(&logits, |x| sample_entropy_from_logits(x).unwrap());
        OF_PROBABILITIES.assert(&logits.softmax(1, None::<Kind>), |p| sample_entropy(p).unwrap());
    }

    #[test]
    fn gradients_match_central_differences() {
        let logits = sines(0.7, &[6, 4]) * 3.0;
        assert_gradient(&logits, |x| sample_entropy_from_logits(x).unwrap());
        assert_gradient(&logits, |x| sample_entropy(&x.softmax(1, None::<Kind>)).unwrap());
    }

    #[test]
    fn certain_and_undecided_samples() {
        for kind in [Kind::Float, Kind::Double] {
            let certain = Tensor::eye(4, (kind, tch::Device::Cpu));
            assert_eq!(sample_entropy(&certain).unwrap().double_value(&[]), 0.0);
            assert_finite(&certain, |p| sample_entropy(p).unwrap());
            let far = certain * 1e4;
            assert_eq!(sample_entropy_from_logits(&far).unwrap().double_value(&[]), 0.0);
            assert_finite(&far, |x| sample_entropy_from_logits(x).unwrap());
            assert_finite(&far, |x| sample_entropy(&x.softmax(1, None::<Kind>)).unwrap());
            let undecided = sample_entropy(&Tensor::full([3, 5], 0.2, (kind, tch::Device::Cpu))).unwrap();
            assert_relative_eq!(undecided.double_value(&[]), 5f64.ln(), max_relative = 1e-6);
        }
    }

    #[test]
    fn both_forms_agree_in_single_precision() {
        let logits = (sines(0.7, &[6, 4]) * 3.0).to_kind(Kind::Float);
        let by_logits = sample_entropy_from_logits(&logits).unwrap().double_value(&[]);
        let by_probabilities = sample_entropy(&logits.softmax(1, None::<Kind>)).unwrap().double_value(&[]);
        assert_abs_diff_eq!(by_logits, by_probabilities, epsilon = 1e-6);
    }

    #[test]
    fn other_tensors_are_refused() {
        for wrong in [sines(1.0, &[6]), sines(1.0, &[0, 4]), sines(1.0, &[6, 4]).to_kind(Kind::Int64)] {
            assert!(sample_entropy(&wrong).is_err());
            assert!(sample_entropy_from_logits(&wrong).is_err());
        }
    }

    const OF_LOGITS: Reference =
        Reference([0.7320472716962291, 0.13040105896213178, 0.010659559660745159, 0.0057210968472623126]);
    const OF_PROBABILITIES: Reference =
        Reference([0.7320472716962291, 1.8597436786376984, 0.45005343794228614, 0.6167972669380837]);
}
