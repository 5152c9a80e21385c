use crate::Result;
use crate::check::{alike, filled, real};
use tch::{Kind, Tensor};

/// How far a classifier's answer moves when its samples are changed: the mean over the batch of KL(p_i ‖ q_i), in nats, with
/// p = softmax(held) of the samples as they are, without a gradient, and q = softmax(moved) of the changed ones (Xie et al. 2019,
/// "Unsupervised data augmentation"). It is 0 where the answers are the same.
///
/// Shapes: held and moved logits (batch, k), both f32 or both f64; the result is a scalar. The gradient reaches `moved` alone.
///
/// # Errors
/// When shapes, kinds or devices do not fit, or the batch is empty.
pub fn consistency_from_logits(held: &Tensor, moved: &Tensor) -> Result<Tensor> {
    let named = ("held logits", held);
    real(named)?;
    let [batch, _] = filled(named, ["batch", "k"])?;
    alike(("moved logits", moved), named)?;
    let held = held.detach().log_softmax(1, None::<Kind>);
    let moved = moved.log_softmax(1, None::<Kind>);
    Ok((held.exp() * (held - moved)).sum(None::<Kind>) / batch as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient_check::assert_gradient;
    use crate::reference::{Reference, assert_finite, sines};

    fn batch() -> (Tensor, Tensor) {
        (sines(0.7, &[6, 4]) * 3.0, sines(1.1, &[6, 4]) * 2.0)
    }

    #[test]
    fn values_and_gradients_as_in_torch() {
        // torch 2.11, float64, with s(a, *n) = torch.sin(a * torch.arange(math.prod(n))).view(n): p = 3 * s(.7, 6, 4), q = 2 * s(1.1, 6, 4)
        //   F.kl_div(q.log_softmax(1), p.softmax(1), reduction="batchmean"), by q
        let (held, moved) = batch();
        BY_MOVED.assert(&moved, |moved| consistency_from_logits(&held, moved).unwrap());
    }

    #[test]
    fn gradients_match_central_differences() {
        let (held, moved) = batch();
        assert_gradient(&moved, |moved| consistency_from_logits(&held, moved).unwrap());
    }

    #[test]
    fn answers_that_stay_cost_nothing_and_far_ones_are_finite() {
        let (held, moved) = batch();
        assert_eq!(consistency_from_logits(&held, &held).unwrap().double_value(&[]), 0.0);
        let leaf = held.copy().set_requires_grad(true);
        assert!(!consistency_from_logits(&leaf, &moved).unwrap().requires_grad());
        for kind in [Kind::Float, Kind::Double] {
            let (held, moved) = ((&held * 1e4).to_kind(kind), (&moved * 1e4).to_kind(kind));
            assert_finite(&moved, |moved| consistency_from_logits(&held, moved).unwrap());
        }
    }

    #[test]
    fn other_tensors_are_refused() {
        let (held, moved) = batch();
        let refused =
            |held: &Tensor, moved: &Tensor| consistency_from_logits(held, moved).unwrap_err().to_string();
        assert_eq!(refused(&held, &moved.get(0)), "moved logits: expected shape [6, 4], found [4]");
        assert!(consistency_from_logits(&held.get(0), &moved.get(0)).is_err());
        assert!(consistency_from_logits(&held, &moved.to_kind(Kind::Float)).is_err());
    }

    const BY_MOVED: Reference =
        Reference([1.2590143667749019, 0.314264335322622, 0.008992178371572242, 0.08318944020415295]);
}
