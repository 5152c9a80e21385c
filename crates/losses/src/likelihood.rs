use crate::check::{alike, batch_of, real};
use crate::{Result, binary_cross_entropy, mean_squared_error};
use serde::{Deserialize, Serialize};
use tch::{Reduction, Tensor};

/// How a variational autoencoder's output is compared with its input: −ln p(x | z), the sum over the features of a sample, averaged
/// over the batch (Kingma and Welling 2014, appendix C).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Likelihood {
    /// Σ_j −x_j ln x̂_j − (1 − x_j) ln(1 − x̂_j), in nats, for outputs x̂ in [0, 1]; logarithms are cut at −100.
    #[default]
    Bernoulli,
    /// The same for x̂ = sigmoid(output), for outputs of any size.
    BernoulliLogits,
    /// Σ_j (x_j − x̂_j)², in squared units of the features: variance ½, and without the constant.
    Gaussian,
}

impl Likelihood {
    /// The loss, a scalar, of outputs and samples of one shape (batch, …), f32 or f64.
    ///
    /// # Errors
    /// When shapes, kinds or devices do not fit, or a size is 0; under [`Bernoulli`](Self::Bernoulli) on the processor also when
    /// an output lies outside [0, 1].
    pub fn loss(self, reconstruction: &Tensor, x: &Tensor) -> Result<Tensor> {
        let named = ("reconstruction", reconstruction);
        real(named)?;
        let batch = batch_of(named)?;
        alike(("x", x), named)?;
        let mean = match self {
            Self::Bernoulli => binary_cross_entropy(reconstruction, x)?,
            Self::BernoulliLogits => {
                let none = None::<&Tensor>;
                reconstruction.binary_cross_entropy_with_logits(x, none, none, Reduction::Mean)
            }
            Self::Gaussian => mean_squared_error(reconstruction, x)?,
        };
        let features = reconstruction.numel() as f64 / batch as f64;
        Ok(mean * features)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient_check::assert_gradient;
    use crate::reference::{Reference, assert_finite, assert_single_precision, sines};
    use approx::assert_relative_eq;

    /// Logits and samples.
    fn batch() -> (Tensor, Tensor) {
        (sines(0.7, &[4, 6]) * 3.0, sines(1.3, &[4, 6]).square())
    }

    #[test]
    fn values_and_gradients_as_in_torch() {
        // torch 2.11, float64: l = 3 * s(.7, 4, 6); x = s(1.3, 4, 6) ** 2                     s as in sample_entropy
        //   F.binary_cross_entropy_with_logits(l, x, reduction="sum") / 4        ; F.mse_loss(l, x, reduction="sum") / 4
        let (l, x) = batch();
        BERNOULLI.assert(&l, |l| Likelihood::BernoulliLogits.loss(l, &x).unwrap());
        BERNOULLI.assert(&l, |l| Likelihood::Bernoulli.loss(&l.sigmoid(), &x).unwrap());
        GAUSSIAN.assert(&l, |l| Likelihood::Gaussian.loss(l, &x).unwrap());
        let images = Likelihood::Gaussian.loss(&l.view([4, 2, 3]), &x.view([4, 2, 3])).unwrap();
        assert_relative_eq!(images.double_value(&[]), GAUSSIAN.value(), max_relative = 1e-9);
    }

    #[test]
    fn gradients_match_central_differences() {
        let (l, x) = batch();
        for likelihood in [Likelihood::BernoulliLogits, Likelihood::Gaussian] {
            assert_gradient(&l, |l| likelihood.loss(l, &x).unwrap());
            assert_single_precision(&l, 1e-5, |l| likelihood.loss(l, &x.to_kind(l.kind())).unwrap());
        }
        assert_gradient(&l, |l| Likelihood::Bernoulli.loss(&l.sigmoid(), &x).unwrap());
    }

    #[test]
    fn large_logits_have_finite_losses() {
        let (l, x) = batch();
        let (l, x) = (l.to_kind(tch::Kind::Float) * 1e6, x.round().to_kind(tch::Kind::Float));
        assert_finite(&l, |l| Likelihood::BernoulliLogits.loss(l, &x).unwrap());
        assert_finite(&l, |l| Likelihood::Bernoulli.loss(&l.sigmoid(), &x).unwrap());
    }

    #[test]
    fn tensors_that_do_not_fit_are_refused() {
        let (l, x) = batch();
        let error = Likelihood::Gaussian.loss(&l, &x.tr()).unwrap_err();
        assert_eq!(error.to_string(), "x: expected shape [4, 6], found [6, 4]");
        let error = Likelihood::Bernoulli.loss(&l, &x).unwrap_err().to_string();
        assert!(error.starts_with("reconstruction: expected values in [0, 1]"), "{error}");
        assert!(Likelihood::BernoulliLogits.loss(&l, &x.to_kind(tch::Kind::Float)).is_err());
    }

    const BERNOULLI: Reference =
        Reference([6.814772469756637, 0.6187890908093618, 0.125, -0.18895277040294883]);
    const GAUSSIAN: Reference = Reference([26.146229494141565, 5.113338390341633, 0.0, -1.0716032889061746]);
}
