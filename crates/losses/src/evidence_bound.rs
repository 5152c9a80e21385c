use crate::check::{alike, not_negative};
use crate::{Likelihood, MixturePrior, Responsibilities, Result};
use serde::{Deserialize, Serialize};
use tch::{Kind, Tensor};

/// The negative evidence lower bound of variational deep embedding (Jiang et al. 2017, VaDE): the mean over the batch of
///
/// −ln p(x | z) + Σ_c γ_c KL(q(z | x) ‖ N(μ_c, diag σ_c²)) + KL(γ ‖ π), in nats,
///
/// with q(z | x) = N(μ, diag σ²) from the encoder, γ = p(c | z) of one code z that is drawn from q, and
/// KL(q ‖ N_c) = ½ Σ_j (ln σ_cj² + (σ_j² + (μ_j − μ_cj)²) / σ_cj² − 1 − ln σ_j²). The gradient passes through γ too, as in the
/// authors' code. Their loss is larger by the constant ½ d² ln 2π.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EvidenceBound {
    /// How output and sample are compared.
    pub likelihood: Likelihood,
    /// How γ is computed.
    pub responsibilities: Responsibilities,
    /// What −ln p(x | z) is multiplied by; at least 0. The authors have 1, and 5 for human activities.
    pub reconstruction_weight: f64,
}

impl Default for EvidenceBound {
    fn default() -> Self {
        Self {
            likelihood: Likelihood::Bernoulli,
            responsibilities: Responsibilities::Exact,
            reconstruction_weight: 1.0,
        }
    }
}

/// What an encoder answers for a batch; all of shape (batch, d), f32 or f64.
#[derive(Clone, Copy, Debug)]
pub struct CodePosterior<'a> {
    /// μ.
    pub means: &'a Tensor,
    /// ln σ².
    pub log_variances: &'a Tensor,
    /// z = μ + σ ε, with ε from the caller's generator.
    pub sample: &'a Tensor,
}

/// The three parts of the bound, scalars.
#[derive(Debug)]
pub struct EvidenceTerms {
    /// −ln p(x | z), weighted.
    pub reconstruction: Tensor,
    /// Σ_c γ_c KL(q(z | x) ‖ N(μ_c, diag σ_c²)).
    pub codes: Tensor,
    /// KL(γ ‖ π).
    pub clusters: Tensor,
}

impl EvidenceTerms {
    /// Their sum, the loss.
    pub fn total(&self) -> Tensor {
        &self.reconstruction + &self.codes + &self.clusters
    }
}

impl EvidenceBound {
    /// Checks the settings.
    ///
    /// # Errors
    /// When a field is outside the range that it states.
    pub fn validate(&self) -> Result<()> {
        not_negative("reconstruction_weight", self.reconstruction_weight)
    }

    /// The loss, a scalar, of outputs and samples of one shape (batch, …).
    ///
    /// # Errors
    /// When a setting is out of range; when shapes, kinds or devices do not fit, or a size is 0; when
    /// [`Likelihood::loss`] refuses an output.
    pub fn loss(
        &self,
        reconstruction: &Tensor,
        x: &Tensor,
        posterior: &CodePosterior<'_>,
        prior: &MixturePrior<'_>,
    ) -> Result<Tensor> {
        Ok(self.terms(reconstruction, x, posterior, prior)?.total())
    }

    /// The parts of [`loss`](Self::loss).
    ///
    /// # Errors
    /// As for [`loss`](Self::loss).
    pub fn terms(
        &self,
        reconstruction: &Tensor,
        x: &Tensor,
        posterior: &CodePosterior<'_>,
        prior: &MixturePrior<'_>,
    ) -> Result<EvidenceTerms> {
        self.validate()?;
        let means = ("means", posterior.means);
        prior.check(means)?;
        alike(("log_variances", posterior.log_variances), means)?;
        alike(("sample", posterior.sample), means)?;
        let (rows, batch) = (reconstruction.size().first().copied(), means.1.size()[0]);
        if rows != Some(batch) {
            let expected = format!("({batch}, …), a row a code");
            return Err(crate::Error::Shape {
                what: "reconstruction",
                expected,
                found: reconstruction.size(),
            });
        }
        let reconstruction = self.likelihood.loss(reconstruction, x)? * self.reconstruction_weight;

        let logarithms = prior.logarithms(posterior.sample, self.responsibilities);
        let shares = logarithms.exp();
        let over_last = |terms: Tensor| terms.sum_dim_intlist([-1i64].as_slice(), false, None);
        let distances = (posterior.means.unsqueeze(1) - prior.means).square()
            + posterior.log_variances.exp().unsqueeze(1);
        let of_each = over_last(distances * prior.log_variances.neg().exp() + prior.log_variances);
        let entropy = over_last(posterior.log_variances + 1.0);
        let codes = (over_last(&shares * of_each) - entropy).mean(None::<Kind>) * 0.5;
        let weights = prior.log_weights(self.responsibilities);
        let clusters = over_last(shares * (logarithms - weights)).mean(None::<Kind>);
        Ok(EvidenceTerms { reconstruction, codes, clusters })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient_check::assert_gradient;
    use crate::reference::{Reference, assert_finite, assert_single_precision, sines};
    use approx::{assert_abs_diff_eq, assert_relative_eq};

    const FORMS: [Responsibilities; 2] = [Responsibilities::Exact, Responsibilities::Authors];

    /// Means, logarithms of variances, noise; logits, means and logarithms of variances of the prior.
    fn batch() -> [Tensor; 6] {
        [
            sines(0.7, &[4, 3]),
            sines(0.9, &[4, 3]) - 1.0,
            sines(1.3, &[4, 3]),
            sines(2.3, &[2]),
            sines(1.1, &[2, 3]),
            sines(1.7, &[2, 3]),
        ]
    }

    /// The loss without a reconstruction, of tensors as in [`batch`].
    fn divergence(parts: &[Tensor; 6], responsibilities: Responsibilities) -> Tensor {
        let [means, log_variances, noise, logits, prior_means, prior_variances] = parts;
        let sample = means + (log_variances * 0.5).exp() * noise;
        let none = Tensor::zeros([4, 1], (means.kind(), means.device()));
        let form = EvidenceBound { likelihood: Likelihood::Gaussian, responsibilities, ..Default::default() };
        let posterior = CodePosterior { means, log_variances, sample: &sample };
        let prior = MixturePrior { logits, means: prior_means, log_variances: prior_variances };
        form.loss(&none, &none, &posterior, &prior).unwrap()
    }

    /// [`batch`] with one tensor replaced.
    fn with(i: usize, tensor: &Tensor) -> [Tensor; 6] {
        let mut parts = batch().map(|part| part.to_kind(tensor.kind()));
        parts[i] = tensor.shallow_clone();
        parts
    }

    #[test]
    fn values_and_gradients_as_in_torch() {
        // torch 2.11, float64: m, v, e = s(.7, 4, 3), s(.9, 4, 3) - 1, s(1.3, 4, 3); z = m + (v / 2).exp() * e
        //   l, pm, pv = s(2.3, 2), s(1.1, 2, 3), s(1.7, 2, 3); N = torch.distributions.Normal       s as in sample_entropy
        //   n = N(pm, (pv / 2).exp()).log_prob(z[:, None]).sum(2); lw = l.log_softmax(0); g = (n + lw).softmax(1)
        //   authors: lw = l; p = (n + 3 * l).exp() + 1e-10; g = p / p.sum(1, keepdim=True)
        //   kl = torch.distributions.kl_divergence(N(m[:, None], (v[:, None] / 2).exp()), N(pm, (pv / 2).exp())).sum(2)
        //   ((g * kl).sum(1) + (g * (g.log() - lw)).sum(1)).mean()
        for (i, exact, authors) in [
            (0, EXACT_BY_MEANS, AUTHORS_BY_MEANS),
            (1, EXACT_BY_VARIANCES, AUTHORS_BY_VARIANCES),
            (3, EXACT_BY_LOGITS, AUTHORS_BY_LOGITS),
            (5, EXACT_BY_PRIOR, AUTHORS_BY_PRIOR),
        ] {
            let x = batch()[i].shallow_clone();
            exact.assert(&x, |x| divergence(&with(i, x), Responsibilities::Exact));
            authors.assert(&x, |x| divergence(&with(i, x), Responsibilities::Authors));
        }
    }

    #[test]
    fn gradients_match_central_differences() {
        for form in FORMS {
            for (i, x) in batch().iter().enumerate() {
                assert_gradient(x, |x| divergence(&with(i, x), form));
            }
        }
    }

    #[test]
    fn it_bounds_the_evidence() {
        // For one component the bound's divergence is that of two Gaussians, whatever the sample.
        let [means, log_variances, sample, ..] = batch();
        let (logits, zeros) = (Tensor::zeros([1], (Kind::Double, means.device())), sines(0.0, &[1, 3]));
        let prior = MixturePrior { logits: &logits, means: &zeros, log_variances: &zeros };
        let posterior = CodePosterior { means: &means, log_variances: &log_variances, sample: &sample };
        let (output, x) = (sines(0.7, &[4, 6]), sines(1.9, &[4, 6]).square());
        let form = EvidenceBound {
            likelihood: Likelihood::BernoulliLogits,
            reconstruction_weight: 5.0,
            ..Default::default()
        };
        let terms = form.terms(&output, &x, &posterior, &prior).unwrap();
        let expected = crate::gaussian_divergence(&means, &log_variances).unwrap().double_value(&[]);
        assert_relative_eq!(terms.codes.double_value(&[]), expected, max_relative = 1e-12);
        assert_abs_diff_eq!(terms.clusters.double_value(&[]), 0.0, epsilon = 1e-12);
        let entropy = Likelihood::BernoulliLogits.loss(&output, &x).unwrap().double_value(&[]);
        assert_relative_eq!(terms.reconstruction.double_value(&[]), 5.0 * entropy, max_relative = 1e-12);
        assert_relative_eq!(terms.total().double_value(&[]), 5.0 * entropy + expected, max_relative = 1e-12);
    }

    #[test]
    fn far_codes_and_narrow_components_have_finite_losses() {
        for form in FORMS {
            for (i, scale) in [(0, 1e3), (3, 1e2), (4, 1e3), (5, 10.0)] {
                let x = (&batch()[i] * scale).to_kind(Kind::Float);
                assert_finite(&x, |x| divergence(&with(i, x), form));
            }
            for (i, x) in batch().iter().enumerate() {
                assert_single_precision(x, 1e-4, |x| divergence(&with(i, x), form));
            }
        }
    }

    #[test]
    fn wrong_settings_and_tensors_are_refused() {
        let [means, log_variances, sample, logits, prior_means, prior_variances] = batch();
        let prior = MixturePrior { logits: &logits, means: &prior_means, log_variances: &prior_variances };
        let posterior = CodePosterior { means: &means, log_variances: &log_variances, sample: &sample };
        let x = sines(1.0, &[4, 6]).square();
        let refused = |form: EvidenceBound, x: &Tensor, posterior: CodePosterior<'_>| {
            form.loss(x, x, &posterior, &prior).unwrap_err().to_string()
        };
        let form = EvidenceBound::default();
        assert_eq!(
            refused(EvidenceBound { reconstruction_weight: -1.0, ..form }, &x, posterior),
            "setting `reconstruction_weight`: expected a number of at least 0, found -1"
        );
        assert_eq!(
            refused(form, &x.tr(), posterior),
            "reconstruction: expected shape (4, …), a row a code, found [6, 4]"
        );
        assert_eq!(
            refused(form, &x, CodePosterior { sample: &logits, ..posterior }),
            "sample: expected shape [4, 3], found [2]"
        );
        assert_eq!(
            refused(form, &x, CodePosterior { means: &x, ..posterior }),
            "prior means: expected shape [2, 6], found [2, 3]"
        );
    }

    const EXACT_BY_MEANS: Reference =
        Reference([1.924061803948432, 0.7094546874671369, 0.03195592369058758, 0.08989064445005213]);
    const AUTHORS_BY_MEANS: Reference =
        Reference([0.9165195687213681, 0.7898223109966546, 0.03846663550110103, 0.12380864239376797]);
    const EXACT_BY_VARIANCES: Reference =
        Reference([1.924061803948432, 0.2712641362542459, -0.06784042554407672, -0.09355223659845316]);
    const AUTHORS_BY_VARIANCES: Reference =
        Reference([0.9165195687213681, 0.293634868860246, -0.046961926089104544, -0.10483337385406231]);
    const EXACT_BY_LOGITS: Reference =
        Reference([1.924061803948432, 0.2216446900717633, -0.1567264633637344, 0.15672646336373455]);
    const AUTHORS_BY_LOGITS: Reference =
        Reference([0.9165195687213681, 0.7682302164524332, -0.7123413129371374, -0.28765868551731155]);
    const EXACT_BY_PRIOR: Reference =
        Reference([1.924061803948432, 0.47769255459403354, 0.06847439638217137, 0.08979777247233128]);
    const AUTHORS_BY_PRIOR: Reference =
        Reference([0.9165195687213681, 0.6337375896386731, 0.09056858407967208, 0.15805152872626174]);
}
