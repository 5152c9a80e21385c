use crate::Result;
use crate::check::{beside, filled, real, sized};
use serde::{Deserialize, Serialize};
use tch::{Kind, Tensor};

/// What is done with the features of one sample.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FeatureReduction {
    /// Their sum: the squared distance of the formula.
    #[default]
    Sum,
    /// Their mean: the same over d.
    Mean,
}

/// Reconstruction of a mixture of autoencoders (Zhang et al. 2017, MIXAE, eq. 2): the mean over
/// the batch of Σ_k p_k ‖x − x̂_k‖², in squared units of the features.
///
/// Shapes: reconstructions (batch, k, d), one of each autoencoder; x (batch, d); weights p (batch, k), every row with sum 1; all
/// f32 or all f64. The result is a scalar. The gradient reaches reconstructions and weights.
///
/// # Errors
/// When shapes, kinds or devices do not fit, or a size is 0.
pub fn weighted_reconstruction(
    reconstructions: &Tensor,
    x: &Tensor,
    weights: &Tensor,
    reduction: FeatureReduction,
) -> Result<Tensor> {
    let named = ("reconstructions", reconstructions);
    real(named)?;
    let [batch, k, d] = filled(named, ["batch", "k", "d"])?;
    for (other, shape) in [(("x", x), [batch, d]), (("weights", weights), [batch, k])] {
        sized(other, &shape)?;
        beside(other, named)?;
    }
    let errors = (reconstructions - x.unsqueeze(1)).square();
    let of_each = match reduction {
        FeatureReduction::Sum => errors.sum_dim_intlist([2i64].as_slice(), false, None),
        FeatureReduction::Mean => errors.mean_dim([2i64].as_slice(), false, None::<Kind>),
    };
    Ok((weights * of_each).sum_dim_intlist([1i64].as_slice(), false, None).mean(None::<Kind>))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient_check::assert_gradient;
    use crate::mean_squared_error;
    use crate::reference::{Reference, assert_finite, assert_single_precision, sines, with_gradient};
    use approx::assert_relative_eq;

    fn batch() -> (Tensor, Tensor, Tensor) {
        let weights = (sines(1.9, &[4, 3]) * 2.0).softmax(1, None::<Kind>);
        (sines(0.7, &[4, 3, 5]), sines(1.3, &[4, 5]), weights)
    }

    fn loss(r: &Tensor, x: &Tensor, p: &Tensor) -> Tensor {
        weighted_reconstruction(r, x, p, FeatureReduction::Sum).unwrap()
    }

    #[test]
    fn values_and_gradients_as_in_torch() {
        // torch 2.11, float64: r = s(.7, 4, 3, 5); x = s(1.3, 4, 5); p = (2 * s(1.9, 4, 3)).softmax(1)
        //   (p * ((r - x[:, None]) ** 2).sum(2)).sum(1).mean()          s as in sample_entropy
        let (r, x, p) = batch();
        BY_RECONSTRUCTIONS.assert(&r, |r| loss(r, &x, &p));
        BY_WEIGHTS.assert(&p, |p| loss(&r, &x, p));
        let mean = weighted_reconstruction(&r, &x, &p, FeatureReduction::Mean).unwrap();
        assert_relative_eq!(mean.double_value(&[]), BY_WEIGHTS.value() / 5.0, max_relative = 1e-9);
    }

    #[test]
    fn gradients_match_central_differences() {
        let (r, x, p) = batch();
        for reduction in [FeatureReduction::Sum, FeatureReduction::Mean] {
            let loss = |r: &Tensor, p: &Tensor| weighted_reconstruction(r, &x, p, reduction).unwrap();
            assert_gradient(&r, |r| loss(r, &p));
            assert_gradient(&p, |p| loss(&r, p));
        }
    }

    #[test]
    fn single_precision_and_perfect_reconstructions() {
        let (r, x, p) = batch();
        assert_single_precision(&r, 1e-5, |r| loss(r, &x.to_kind(r.kind()), &p.to_kind(r.kind())));
        let same = x.unsqueeze(1).repeat([1, 3, 1]);
        let (_, gradient) = with_gradient(&same, |r| loss(r, &x, &p));
        assert_eq!(gradient.abs().max().double_value(&[]), 0.0);
    }

    #[test]
    fn one_hot_weights_take_one_autoencoder() {
        let (r, x, _) = batch();
        let p = Tensor::from_slice(&[0.0f64, 1.0, 0.0]).repeat([4, 1]);
        let found = weighted_reconstruction(&r, &x, &p, FeatureReduction::Mean).unwrap();
        let expected = mean_squared_error(&r.select(1, 1), &x).unwrap();
        assert_relative_eq!(found.double_value(&[]), expected.double_value(&[]), max_relative = 1e-12);
        assert_finite(&p, |p| loss(&r, &x, p));
    }

    #[test]
    fn tensors_that_do_not_fit_are_refused() {
        let (r, x, p) = batch();
        let refused = |r: &Tensor, x: &Tensor, p: &Tensor| {
            weighted_reconstruction(r, x, p, FeatureReduction::Sum).unwrap_err().to_string()
        };
        assert_eq!(
            refused(&r.get(0), &x, &p),
            "reconstructions: expected shape (batch, k, d), each at least 1, found [3, 5]"
        );
        assert_eq!(refused(&r, &x.get(0), &p), "x: expected shape [4, 5], found [5]");
        assert_eq!(refused(&r, &x, &p.tr()), "weights: expected shape [4, 3], found [3, 4]");
        assert!(refused(&r, &x.to_kind(Kind::Float), &p).starts_with("x: expected Double on Cpu"));
    }

    const BY_RECONSTRUCTIONS: Reference =
        Reference([4.245049356514503, 1.5973809963445484, 0.0, -0.009562624154960097]);
    const BY_WEIGHTS: Reference =
        Reference([4.245049356514503, 4.801747251378642, 1.0532394415112474, 0.5898709052875095]);
}
