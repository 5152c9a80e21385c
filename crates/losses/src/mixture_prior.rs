use crate::Result;
use crate::check::{alike, beside, filled, real, sized};
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;
use tch::{Kind, Tensor};

/// The Gaussian mixture that a variational deep embedding has for a prior of its codes (Jiang et al. 2017, VaDE):
/// p(z) = Σ_c π_c N(z | μ_c, diag σ_c²). All tensors are f32 or all f64.
#[derive(Clone, Copy, Debug)]
pub struct MixturePrior<'a> {
    /// Shape (k): π = softmax(logits), or ln π as it is, see [`Responsibilities`].
    pub logits: &'a Tensor,
    /// μ, shape (k, d).
    pub means: &'a Tensor,
    /// ln σ², shape (k, d).
    pub log_variances: &'a Tensor,
}

/// How γ = p(c | z), a sample's shares of the clusters, is computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Responsibilities {
    /// The paper's: γ_c ∝ π_c N(z | μ_c, diag σ_c²) with π = softmax(logits), by logarithms.
    #[default]
    Exact,
    /// The authors' code: γ_c ∝ π_c^d N(z | μ_c, diag σ_c²) + 1e-10, the weight counted d times. ln π is the logits as they are:
    /// there π is a free parameter whose sum need not be 1. For an ordinary sample the first term is far below the second at the
    /// start, and γ is nearly uniform.
    Authors,
}

/// What the authors add to each density.
const FLOOR: f64 = 1e-10;

impl MixturePrior<'_> {
    /// γ, shape (batch, k), every row with sum 1, for codes z of shape (batch, d).
    ///
    /// # Errors
    /// When shapes, kinds or devices do not fit, or a size is 0.
    pub fn responsibilities(&self, z: &Tensor, form: Responsibilities) -> Result<Tensor> {
        self.check(("z", z))?;
        Ok(self.logarithms(z, form).exp())
    }

    /// Whether codes of shape (batch, d) fit.
    pub(crate) fn check(&self, codes: (&'static str, &Tensor)) -> Result<()> {
        real(codes)?;
        let [_, d] = filled(codes, ["batch", "d"])?;
        let [k, _] = filled(("prior means", self.means), ["k", "d"])?;
        sized(("prior means", self.means), &[k, d])?;
        beside(("prior means", self.means), codes)?;
        alike(("prior log_variances", self.log_variances), ("prior means", self.means))?;
        sized(("prior logits", self.logits), &[k])?;
        beside(("prior logits", self.logits), codes)
    }

    /// ln γ, shape (batch, k), of codes that fit.
    pub(crate) fn logarithms(&self, z: &Tensor, form: Responsibilities) -> Tensor {
        let d = z.size()[1] as f64;
        let squares = (z.unsqueeze(1) - self.means).square() * self.log_variances.neg().exp();
        let sum = (squares + self.log_variances).sum_dim_intlist([2i64].as_slice(), false, None);
        let densities = (sum + d * (2.0 * PI).ln()) * -0.5;
        let joint = match form {
            Responsibilities::Exact => densities + self.logits,
            Responsibilities::Authors => {
                let floor = Tensor::full([], FLOOR.ln(), (z.kind(), z.device()));
                (densities + self.logits * d).logaddexp(&floor)
            }
        };
        joint.log_softmax(1, None::<Kind>)
    }

    /// ln π, shape (k).
    pub(crate) fn log_weights(&self, form: Responsibilities) -> Tensor {
        match form {
            Responsibilities::Exact => self.logits.log_softmax(0, None::<Kind>),
            Responsibilities::Authors => self.logits.shallow_clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::{assert_finite, sines};
    use approx::assert_relative_eq;

    #[test]
    fn responsibilities_as_in_torch() {
        // torch 2.11, float64: z = s(.7, 4, 3); l, m, v = s(2.3, 2), s(1.1, 2, 3), s(1.7, 2, 3)            s as in sample_entropy
        //   n = torch.distributions.Normal(m, (v / 2).exp()).log_prob(z[:, None]).sum(2)
        //   (n + l.log_softmax(0)).softmax(1)                        the first column
        //   p = (n + 3 * (l - 6)).exp() + 1e-10; p / p.sum(1, keepdim=True)
        let z = sines(0.7, &[4, 3]);
        let (logits, means, log_variances) = (sines(2.3, &[2]), sines(1.1, &[2, 3]), sines(1.7, &[2, 3]));
        let prior = MixturePrior { logits: &logits, means: &means, log_variances: &log_variances };
        let far = &logits - 6.0;
        let authors = MixturePrior { logits: &far, ..prior };
        for (prior, form, expected) in
            [(prior, Responsibilities::Exact, EXACT), (authors, Responsibilities::Authors, AUTHORS)]
        {
            let found = prior.responsibilities(&z, form).unwrap();
            for (i, expected) in expected.into_iter().enumerate() {
                assert_relative_eq!(found.double_value(&[i as i64, 0]), expected, max_relative = 1e-9);
                let sum = found.get(i as i64).sum(Kind::Double).double_value(&[]);
                assert_relative_eq!(sum, 1.0, max_relative = 1e-12);
            }
        }
    }

    #[test]
    fn far_codes_belong_to_the_nearest_component_or_to_all() {
        for kind in [Kind::Float, Kind::Double] {
            let logits = Tensor::zeros([2], (kind, tch::Device::Cpu));
            let means = Tensor::from_slice(&[0.0f64, 0.0, 1.0, 0.0]).view([2, 2]).to_kind(kind);
            let log_variances = Tensor::full([2, 2], -10.0, (kind, tch::Device::Cpu));
            let prior = MixturePrior { logits: &logits, means: &means, log_variances: &log_variances };
            let z = Tensor::from_slice(&[1e4f64, 0.0]).view([1, 2]).to_kind(kind);
            let share = |form| prior.responsibilities(&z, form).unwrap().double_value(&[0, 1]);
            assert_eq!(share(Responsibilities::Exact), 1.0);
            assert_relative_eq!(share(Responsibilities::Authors), 0.5, max_relative = 1e-6);
            for form in [Responsibilities::Exact, Responsibilities::Authors] {
                assert_finite(&z, |z| prior.responsibilities(z, form).unwrap().get(0).get(0));
            }
        }
    }

    #[test]
    fn tensors_that_do_not_fit_are_refused() {
        let (logits, means, z) = (sines(2.3, &[2]), sines(1.1, &[2, 3]), sines(0.7, &[4, 3]));
        let prior = MixturePrior { logits: &logits, means: &means, log_variances: &means };
        let refused = |prior: MixturePrior<'_>, z: &Tensor| {
            prior.responsibilities(z, Responsibilities::Exact).unwrap_err().to_string()
        };
        assert_eq!(refused(prior, &z.tr()), "prior means: expected shape [2, 4], found [2, 3]");
        assert_eq!(
            refused(MixturePrior { logits: &z.get(0), ..prior }, &z),
            "prior logits: expected shape [2], found [3]"
        );
        assert_eq!(
            refused(MixturePrior { log_variances: &z, ..prior }, &z),
            "prior log_variances: expected shape [2, 3], found [4, 3]"
        );
        assert!(refused(prior, &z.to_kind(Kind::Float)).starts_with("prior means: expected Float on Cpu"));
    }

    const EXACT: [f64; 4] = [0.6200486877271154, 0.4063075072624553, 0.06568113550459466, 0.6252120802675241];
    const AUTHORS: [f64; 4] =
        [0.28631873699797417, 0.18016038511692134, 0.03853272224489715, 0.2905787855255972];
}
