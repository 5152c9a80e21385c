use crate::Result;
use crate::check::{alike, filled, real};
use tch::{Kind, Tensor};

/// Kullback–Leibler divergence of diagonal Gaussians from the standard normal distribution (Kingma and Welling 2014, appendix B):
/// the mean over the batch of ½ Σ_j (μ_j² + σ_j² − 1 − ln σ_j²), in nats. It is the second part of a variational autoencoder's
/// loss.
///
/// Shapes: means μ and logarithms of variances ln σ² both (batch, d), f32 or f64; the result is a scalar. Near ln σ² = 0 no digits
/// are lost.
///
/// # Errors
/// When shapes, kinds or devices do not fit, or the batch is empty.
pub fn gaussian_divergence(means: &Tensor, log_variances: &Tensor) -> Result<Tensor> {
    let named = ("means", means);
    real(named)?;
    filled(named, ["batch", "d"])?;
    alike(("log_variances", log_variances), named)?;
    let terms = means.square() + log_variances.expm1() - log_variances;
    Ok(terms.sum_dim_intlist([1i64].as_slice(), false, None).mean(None::<Kind>) * 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient_check::assert_gradient;
    use crate::reference::{Reference, assert_single_precision, sines};
    use approx::assert_relative_eq;

    fn batch() -> (Tensor, Tensor) {
        (sines(0.7, &[4, 3]), sines(1.1, &[4, 3]) * 2.0)
    }

    #[test]
    fn values_and_gradients_as_in_torch() {
        // torch 2.11, float64: m = s(.7, 4, 3); v = 2 * s(1.1, 4, 3); N = torch.distributions.Normal
        //   torch.distributions.kl_divergence(N(m, (v / 2).exp()), N(0., 1.)).sum(1).mean()         s as in sample_entropy
        let (m, v) = batch();
        BY_MEANS.assert(&m, |m| gaussian_divergence(m, &v).unwrap());
        BY_VARIANCES.assert(&v, |v| gaussian_divergence(&m, v).unwrap());
    }

    #[test]
    fn gradients_match_central_differences() {
        let (m, v) = batch();
        assert_gradient(&m, |m| gaussian_divergence(m, &v).unwrap());
        assert_gradient(&v, |v| gaussian_divergence(&m, v).unwrap());
    }

    #[test]
    fn near_the_prior_no_digits_are_lost() {
        // python: .5 * (1e-3 ** 2 / 2 + 1e-3 ** 3 / 6 + 1e-3 ** 4 / 24)            the series of exp(v) - 1 - v
        let zeros = Tensor::zeros([2, 1], (Kind::Float, tch::Device::Cpu));
        let found = gaussian_divergence(&zeros, &(&zeros + 1e-3)).unwrap().double_value(&[]);
        assert_relative_eq!(found, 2.500_833_541_666_667e-7, max_relative = 1e-3);
        assert_eq!(gaussian_divergence(&zeros, &zeros).unwrap().double_value(&[]), 0.0);
        let (m, v) = batch();
        assert_single_precision(&m, 1e-5, |m| gaussian_divergence(m, &v.to_kind(m.kind())).unwrap());
    }

    #[test]
    fn tensors_that_do_not_fit_are_refused() {
        let (m, v) = batch();
        let error = gaussian_divergence(&m, &v.tr()).unwrap_err();
        assert_eq!(error.to_string(), "log_variances: expected shape [4, 3], found [3, 4]");
        assert!(gaussian_divergence(&m, &v.to_kind(Kind::Float)).is_err());
        assert!(gaussian_divergence(&m.get(0), &v.get(0)).is_err());
    }

    const BY_MEANS: Reference = Reference([2.565413535757401, 0.6071588306879787, 0.0, 0.24704205846925006]);
    const BY_VARIANCES: Reference =
        Reference([2.565413535757401, 1.1719511964985794, 0.0, -0.07414294734115533]);
}
