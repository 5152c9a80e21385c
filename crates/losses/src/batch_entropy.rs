use crate::check::{filled, real};
use crate::{Result, entropy};
use tch::{Kind, Tensor};

/// Entropy of the batch's mean assignment (Zhang et al. 2017, MIXAE, eq. 4; Hu et al. 2017, IMSAT, H(Y)): −Σ_k p̄_k ln p̄_k with
/// p̄_k the mean over i of p_ik, in nats. It is 0 where one cluster has all samples, and ln k where all clusters have equal
/// shares. The papers raise it: it enters their losses with a minus.
///
/// Shape: probabilities (batch, k), f32 or f64, every row with sum 1; the result is a scalar. The logarithm is cut at that of
/// the smallest normal f32, −87.3, so that a cluster without samples has a finite gradient.
///
/// # Errors
/// When `probabilities` is no matrix of such numbers or is empty.
pub fn batch_entropy(probabilities: &Tensor) -> Result<Tensor> {
    let named = ("probabilities", probabilities);
    real(named)?;
    filled(named, ["batch", "k"])?;
    Ok(entropy::of_probabilities(&entropy::mean(probabilities)))
}

/// [`batch_entropy`] of p = softmax(logits), by the logarithms: for logits of any size.
///
/// Shape: logits (batch, k); the result is a scalar.
///
/// # Errors
/// As for [`batch_entropy`].
pub fn batch_entropy_from_logits(logits: &Tensor) -> Result<Tensor> {
    let named = ("logits", logits);
    real(named)?;
    filled(named, ["batch", "k"])?;
    let logarithms = logits.log_softmax(1, None::<Kind>);
    Ok(entropy::of_logarithms(&entropy::logarithm_of_mean(&logarithms)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient_check::assert_gradient;
    use crate::reference::{Reference, assert_finite, sines};
    use approx::assert_relative_eq;

    #[test]
    fn values_and_gradients_as_in_torch() {
        // torch 2.11, float64: x = 3 * s(.7, 6, 4), with s(a, *n) = torch.sin(a * torch.arange(math.prod(n))).view(n)
        //   p = x.softmax(1); m = p.mean(0); -(m * m.log()).sum()       by x, and for a leaf p
        let logits = sines(0.7, &[6, 4]) * 3.0;
        OF_LOGITS.assert(&logits, |x| batch_entropy_from_logits(x).unwrap());
        OF_PROBABILITIES.assert(&logits.softmax(1, None::<Kind>), |p| batch_entropy(p).unwrap());
    }

    #[test]
    fn gradients_match_central_differences() {
        let logits = sines(0.7, &[6, 4]) * 3.0;
        assert_gradient(&logits, |x| batch_entropy_from_logits(x).unwrap());
        assert_gradient(&logits, |x| batch_entropy(&x.softmax(1, None::<Kind>)).unwrap());
    }

    #[test]
    fn one_cluster_and_equal_shares() {
        for kind in [Kind::Float, Kind::Double] {
            let equal = Tensor::eye(4, (kind, tch::Device::Cpu));
            for scale in [1.0, 1e4] {
                let found = match scale {
                    1.0 => batch_entropy(&equal),
                    _ => batch_entropy_from_logits(&(&equal * scale)),
                };
                assert_relative_eq!(found.unwrap().double_value(&[]), 4f64.ln(), max_relative = 1e-6);
            }
            let single = equal.get(2).repeat([3, 1]);
            assert_eq!(batch_entropy(&single).unwrap().double_value(&[]), 0.0);
            assert_finite(&single, |p| batch_entropy(p).unwrap());
            let far = &single * 1e4;
            assert_eq!(batch_entropy_from_logits(&far).unwrap().double_value(&[]), 0.0);
            assert_finite(&far, |x| batch_entropy_from_logits(x).unwrap());
        }
    }

    #[test]
    fn other_tensors_are_refused() {
        for wrong in [sines(1.0, &[6]), sines(1.0, &[0, 4]), sines(1.0, &[6, 4]).to_kind(Kind::Int64)] {
            assert!(batch_entropy(&wrong).is_err());
            assert!(batch_entropy_from_logits(&wrong).is_err());
        }
    }

    const OF_LOGITS: Reference =
        Reference([1.3057062166279287, 0.08087888855867845, -0.0025535459573739114, -0.00036578208937102847]);
    const OF_PROBABILITIES: Reference =
        Reference([1.3057062166279287, 0.5130466088708584, -0.0038116166436537036, 0.024335774039138485]);
}
