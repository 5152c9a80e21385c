use crate::check::{beside, filled, not_negative, real, sized};
use crate::{Result, entropy};
use serde::{Deserialize, Serialize};
use tch::{Kind, Tensor};

/// Mutual information of samples and clusters as a loss (Hu et al. 2017, IMSAT, after Krause et al. 2010):
/// H(Y | X) − μ H(Y), with H(Y | X) the [`sample_entropy`](crate::sample_entropy) and H(Y) the
/// [`batch_entropy`](crate::batch_entropy), in nats. For μ = 1 it is −I(X; Y). It is least, −μ ln k, where samples are certain
/// and clusters have equal shares.
///
/// The authors' code adds 1e-8 within logarithms; here they are exact (from logits), or cut at −87.3 (from probabilities).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MutualInformation {
    /// μ, the weight of the marginal entropy H(Y); at least 0. The authors have 4.
    pub marginal_weight: f64,
}

impl Default for MutualInformation {
    fn default() -> Self {
        Self { marginal_weight: 4.0 }
    }
}

impl MutualInformation {
    /// Checks the settings.
    ///
    /// # Errors
    /// When a field is outside the range that it states.
    pub fn validate(&self) -> Result<()> {
        not_negative("marginal_weight", self.marginal_weight)
    }

    /// The loss of probabilities (batch, k), f32 or f64, every row with sum 1: a scalar.
    ///
    /// # Errors
    /// When a setting is out of range, or `probabilities` is no matrix of such numbers or is empty.
    pub fn loss(&self, probabilities: &Tensor) -> Result<Tensor> {
        self.validate()?;
        let named = ("probabilities", probabilities);
        real(named)?;
        filled(named, ["batch", "k"])?;
        let conditional = entropy::of_probabilities(probabilities).mean(None::<Kind>);
        let marginal = entropy::of_probabilities(&entropy::mean(probabilities));
        Ok(conditional - marginal * self.marginal_weight)
    }

    /// The loss of p = softmax(logits), by the logarithms: for logits of any size, shape (batch, k).
    ///
    /// # Errors
    /// As for [`loss`](Self::loss).
    pub fn loss_from_logits(&self, logits: &Tensor) -> Result<Tensor> {
        self.validate()?;
        let named = ("logits", logits);
        real(named)?;
        filled(named, ["batch", "k"])?;
        let logarithms = logits.log_softmax(1, None::<Kind>);
        let conditional = entropy::of_logarithms(&logarithms).mean(None::<Kind>);
        let marginal = entropy::of_logarithms(&entropy::logarithm_of_mean(&logarithms));
        Ok(conditional - marginal * self.marginal_weight)
    }
}

/// Kullback–Leibler divergence of the batch's mean assignment from a prior (Hu et al. 2017, IMSAT, for clusters of known
/// shares): Σ_k p̄_k ln(p̄_k / π_k) with p̄_k the mean over i of p_ik, in nats. For a uniform prior it is ln k − H(Y).
///
/// Shapes: probabilities (batch, k), every row with sum 1; prior π (k), positive and of sum 1; both f32 or both f64. The result is
/// a scalar. Logarithms are cut at that of the smallest normal f32, −87.3.
///
/// # Errors
/// When shapes, kinds or devices do not fit, or the batch is empty.
pub fn prior_divergence(probabilities: &Tensor, prior: &Tensor) -> Result<Tensor> {
    let named = ("probabilities", probabilities);
    real(named)?;
    let [_, k] = filled(named, ["batch", "k"])?;
    sized(("prior", prior), &[k])?;
    beside(("prior", prior), named)?;
    let mean = entropy::mean(probabilities);
    Ok((&mean * (entropy::logarithm(&mean) - entropy::logarithm(prior))).sum(None::<Kind>))
}

/// [`prior_divergence`] of p = softmax(logits), by the logarithms: for logits of any size, shape (batch, k).
///
/// # Errors
/// As for [`prior_divergence`].
pub fn prior_divergence_from_logits(logits: &Tensor, prior: &Tensor) -> Result<Tensor> {
    let named = ("logits", logits);
    real(named)?;
    let [_, k] = filled(named, ["batch", "k"])?;
    sized(("prior", prior), &[k])?;
    beside(("prior", prior), named)?;
    let mean = entropy::logarithm_of_mean(&logits.log_softmax(1, None::<Kind>));
    Ok((mean.exp() * (&mean - entropy::logarithm(prior))).sum(None::<Kind>))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient_check::assert_gradient;
    use crate::reference::{Reference, assert_finite, assert_single_precision, sines};
    use approx::{assert_abs_diff_eq, assert_relative_eq};
    use tch::Device;

    fn batch() -> (Tensor, Tensor) {
        (sines(0.7, &[6, 4]) * 3.0, Tensor::from_slice(&[0.1f64, 0.2, 0.3, 0.4]))
    }

    fn softmax(x: &Tensor) -> Tensor {
        x.softmax(1, None::<Kind>)
    }

    #[test]
    fn values_and_gradients_as_in_torch() {
        // torch 2.11, float64: x = 3 * s(.7, 6, 4)        with s as in sample_entropy
        //   p = x.softmax(1); m = p.mean(0); -(p * p.log()).sum(1).mean() + 4 * (m * m.log()).sum()         by x
        //   pi = torch.tensor([.1, .2, .3, .4]); (m * (m / pi).log()).sum()                                 by x
        let (x, prior) = batch();
        let form = MutualInformation::default();
        INFORMATION.assert(&x, |x| form.loss_from_logits(x).unwrap());
        INFORMATION.assert(&x, |x| form.loss(&softmax(x)).unwrap());
        PRIOR.assert(&x, |x| prior_divergence_from_logits(x, &prior).unwrap());
        PRIOR.assert(&x, |x| prior_divergence(&softmax(x), &prior).unwrap());
    }

    #[test]
    fn gradients_match_central_differences() {
        let (x, prior) = batch();
        for marginal_weight in [0.0, 1.0, 4.0] {
            let form = MutualInformation { marginal_weight };
            assert_gradient(&x, |x| form.loss_from_logits(x).unwrap());
            assert_gradient(&x, |x| form.loss(&softmax(x)).unwrap());
        }
        assert_gradient(&x, |x| prior_divergence_from_logits(x, &prior).unwrap());
        assert_gradient(&x, |x| prior_divergence(&softmax(x), &prior).unwrap());
    }

    #[test]
    fn certain_samples_in_equal_clusters_have_the_least_loss() {
        let certain = Tensor::eye(4, (Kind::Float, Device::Cpu));
        let form = MutualInformation { marginal_weight: 1.0 };
        let least = form.loss(&certain).unwrap().double_value(&[]);
        assert_relative_eq!(least, -(4f64.ln()), max_relative = 1e-6);
        let far = certain * 1e4;
        assert_relative_eq!(
            form.loss_from_logits(&far).unwrap().double_value(&[]),
            least,
            max_relative = 1e-6
        );
        assert_finite(&far, |x| form.loss_from_logits(x).unwrap());
        assert_finite(&far, |x| form.loss(&softmax(x)).unwrap());
        // Samples without a preference, and samples of one cluster, say nothing.
        for nothing in [Tensor::zeros([4, 4], (Kind::Float, Device::Cpu)), far.get(1).repeat([4, 1])] {
            let found = form.loss_from_logits(&nothing).unwrap().double_value(&[]);
            assert_abs_diff_eq!(found, 0.0, epsilon = 1e-6);
        }
    }

    #[test]
    fn the_divergence_is_0_at_the_prior_and_finite_elsewhere() {
        for kind in [Kind::Float, Kind::Double] {
            let uniform = Tensor::full([4], 0.25, (kind, Device::Cpu));
            let equal = Tensor::eye(4, (kind, Device::Cpu)) * 1e4;
            let found = prior_divergence_from_logits(&equal, &uniform).unwrap().double_value(&[]);
            assert_abs_diff_eq!(found, 0.0, epsilon = 1e-6);
            let single = equal.get(1).repeat([4, 1]);
            for found in [
                prior_divergence_from_logits(&single, &uniform),
                prior_divergence(&softmax(&single), &uniform),
            ] {
                assert_relative_eq!(found.unwrap().double_value(&[]), 4f64.ln(), max_relative = 1e-6);
            }
            assert_finite(&single, |x| prior_divergence_from_logits(x, &uniform).unwrap());
            assert_finite(&single, |x| prior_divergence(&softmax(x), &uniform).unwrap());
        }
    }

    #[test]
    fn single_precision_keeps_its_digits() {
        let (x, prior) = batch();
        assert_single_precision(&x, 1e-5, |x| MutualInformation::default().loss_from_logits(x).unwrap());
        assert_single_precision(&x, 1e-5, |x| {
            prior_divergence_from_logits(x, &prior.to_kind(x.kind())).unwrap()
        });
    }

    #[test]
    fn wrong_settings_and_tensors_are_refused() {
        let (x, prior) = batch();
        let error = MutualInformation { marginal_weight: -1.0 }.loss(&x).unwrap_err();
        assert_eq!(error.to_string(), "setting `marginal_weight`: expected a number of at least 0, found -1");
        assert!(MutualInformation::default().loss_from_logits(&x.get(0)).is_err());
        let error = prior_divergence(&x, &prior.get(0).unsqueeze(0)).unwrap_err();
        assert_eq!(error.to_string(), "prior: expected shape [4], found [1]");
        assert!(prior_divergence_from_logits(&x, &prior.to_kind(Kind::Float)).is_err());
    }

    const INFORMATION: Reference =
        Reference([-4.490777594815486, 0.25214469486721675, 0.020873743490240806, 0.007184225204746426]);
    const PRIOR: Reference =
        Reference([0.2784179235048234, 0.1185848700830648, 0.007072285380131354, -0.0012172089804375924]);
}
