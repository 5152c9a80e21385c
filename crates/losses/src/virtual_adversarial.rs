use crate::check::{alike, batch_of, beside, filled, positive, real, sized};
use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use tch::{Kind, Tensor};

/// Virtual adversarial loss (Miyato et al. 2016; Hu et al. 2017, IMSAT): how far a classifier's answer moves when a sample is
/// moved by ε_i in the direction r_i in which it moves most. The mean over the batch of KL(p_i ‖ q_i), in nats, with
/// p = softmax(f(x)), without a gradient, and q = softmax(f(x + ε r)).
///
/// The direction is found by power iteration: from a unit vector u, r = g/‖g‖ with g the gradient of
/// KL(softmax(f(x)) ‖ softmax(f(x + ξ u))) by u; the next iteration starts from r. No gradient passes through it.
///
/// The authors' code adds 1e-8 within logarithms; here they are exact. A sample on which the classifier is flat has the
/// gradient 0: it is not moved, where the authors' code would divide by 0.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VirtualAdversarial {
    /// ξ, how far the power iteration looks, in units of the samples; above 0. IMSAT has 10 for images in [−1, 1].
    pub xi: f64,
    /// Number of power iterations, at least 1.
    pub power_iterations: usize,
}

impl Default for VirtualAdversarial {
    fn default() -> Self {
        Self { xi: 10.0, power_iterations: 1 }
    }
}

impl VirtualAdversarial {
    /// Checks the settings.
    ///
    /// # Errors
    /// When a field is outside the range that it states.
    pub fn validate(&self) -> Result<()> {
        positive("xi", self.xi)?;
        if self.power_iterations == 0 {
            let (name, expected) = ("power_iterations", "a number of at least 1");
            return Err(Error::Setting { name, expected, found: "0".to_owned() });
        }
        Ok(())
    }

    /// The loss, a scalar.
    ///
    /// `classifier` answers logits (batch, k) for samples of the shape of `x`, (batch, …). It is called once for every power
    /// iteration, once for q, and once for p unless the caller has the logits of `x` already and gives them as `clean`.
    ///
    /// Other shapes: `direction`, where the power iteration starts, that of `x`, of any length but 0 (standard normal numbers
    /// make it uniform); `radius` ε (batch), in units of the samples. All are f32 or all f64. The gradient reaches what
    /// `classifier` holds, by q alone.
    ///
    /// # Errors
    /// When a setting is out of range; when shapes, kinds or devices do not fit; when the classifier's answer does not depend on
    /// its argument.
    pub fn loss(
        &self,
        classifier: impl Fn(&Tensor) -> Tensor,
        x: &Tensor,
        clean: Option<&Tensor>,
        direction: &Tensor,
        radius: &Tensor,
    ) -> Result<Tensor> {
        self.validate()?;
        let named = ("x", x);
        real(named)?;
        let batch = batch_of(named)?;
        alike(("direction", direction), named)?;
        sized(("radius", radius), &[batch])?;
        beside(("radius", radius), named)?;
        let x = x.detach();
        let logarithms = |logits: &Tensor| {
            let named = ("the classifier's logits", logits);
            let [_, k] = filled(named, ["batch", "k"])?;
            sized(named, &[batch, k])?;
            beside(named, ("x", &x))?;
            Ok::<_, Error>(logits.log_softmax(1, None::<Kind>))
        };
        let clean = match clean {
            Some(logits) => logarithms(&logits.detach())?,
            None => logarithms(&tch::no_grad(|| classifier(&x)))?,
        };
        let p = clean.exp();
        // Σ_i KL(p_i ‖ q_i)
        let divergence = |q: &Tensor| (&p * (&clean - q)).sum(None::<Kind>);

        let mut unit = tch::no_grad(|| unit_vectors(&direction.detach()));
        for _ in 0..self.power_iterations {
            let gradient = tch::with_grad(|| {
                let leaf = unit.set_requires_grad(true);
                let moved = divergence(&logarithms(&classifier(&(&x + &leaf * self.xi)))?);
                let deaf = || Error::Tensor {
                    what: "the classifier's logits",
                    expected: "a gradient by the samples".to_owned(),
                    found: "none".to_owned(),
                };
                // libtorch would end the process.
                if !moved.requires_grad() {
                    return Err(deaf());
                }
                let gradient = Tensor::f_run_backward(&[&moved], &[&leaf], false, false)?.remove(0);
                if gradient.defined() { Ok(gradient) } else { Err(deaf()) }
            })?;
            unit = tch::no_grad(|| unit_vectors(&gradient));
        }
        let mut of_each = vec![1; x.dim()];
        of_each[0] = batch;
        let moved = &x + unit * radius.detach().view(of_each.as_slice());
        let q = logarithms(&classifier(&moved))?;
        Ok(divergence(&q) / batch as f64)
    }
}

/// Every sample's vector with length 1; vectors of 0 stay.
fn unit_vectors(vectors: &Tensor) -> Tensor {
    let smallest = f64::from(f32::MIN_POSITIVE);
    let rows = vectors.reshape([vectors.size()[0], -1]);
    // Where a classifier is certain its gradient is tiny: squares of it would underflow.
    let rows = &rows / rows.abs().amax([1i64].as_slice(), true).clamp_min(smallest);
    let norms = rows.norm_scalaropt_dim(2, [1i64].as_slice(), true).clamp_min(smallest);
    (rows / norms).view_as(vectors)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient_check::assert_gradient;
    use crate::reference::{Reference, assert_finite, sines};
    use approx::{assert_abs_diff_eq, assert_relative_eq};
    use std::cell::{Cell, RefCell};

    /// Samples (5, 4), directions, radii, and the weights (3, 4) of a classifier.
    fn batch() -> (Tensor, Tensor, Tensor, Tensor) {
        let radius = sines(0.3, &[5]) * 0.2 + 0.5;
        (sines(0.7, &[5, 4]), sines(1.7, &[5, 4]) + 0.1, radius, sines(1.1, &[3, 4]) * 2.0)
    }

    fn classify(x: &Tensor, weights: &Tensor) -> Tensor {
        x.matmul(&weights.tr()).tanh() * 3.0
    }

    #[test]
    fn values_and_gradients_as_in_torch() {
        // torch 2.11, float64: x = s(.7, 5, 4); u = s(1.7, 5, 4) + .1; e = .5 + .2 * s(.3, 5); w = 2 * s(1.1, 3, 4)
        //   f = lambda x: 3 * torch.tanh(x @ w.T); kl = lambda p, q: F.kl_div(q.log_softmax(1), p, reduction="batchmean")
        //   p = f(x).softmax(1).detach(); u = u / u.norm(dim=1, keepdim=True)
        //   for _ in range(n): u.requires_grad_(); g, = torch.autograd.grad(kl(p, f(x + xi * u)), u); u = g / g.norm(dim=1, keepdim=True)
        //   kl(p, f(x + e[:, None] * u))                                by w; s as in sample_entropy
        let (x, direction, radius, weights) = batch();
        for (xi, power_iterations, reference) in [(10.0, 1, ONE_STEP), (0.5, 3, THREE_STEPS)] {
            let form = VirtualAdversarial { xi, power_iterations };
            reference
                .assert(&weights, |w| form.loss(|x| classify(x, w), &x, None, &direction, &radius).unwrap());
            reference.assert(&weights, |w| {
                let clean = classify(&x, w);
                form.loss(|x| classify(x, w), &x, Some(&clean), &direction, &radius).unwrap()
            });
        }
    }

    #[test]
    fn the_gradient_is_that_of_q_alone() {
        let (x, direction, radius, weights) = batch();
        for power_iterations in [1, 2] {
            let form = VirtualAdversarial { xi: 0.5, power_iterations };
            assert_gradient(&weights, |w| {
                let calls = Cell::new(0);
                // The calls before the last one see weights that stand still.
                let classifier = |x: &Tensor| {
                    calls.set(calls.get() + 1);
                    classify(x, if calls.get() == power_iterations + 2 { w } else { &weights })
                };
                let loss = form.loss(classifier, &x, None, &direction, &radius).unwrap();
                assert_eq!(calls.get(), power_iterations + 2);
                loss
            });
        }
    }

    #[test]
    fn samples_move_by_their_radius_to_where_the_answer_changes_most() {
        let (x, direction, radius, weights) = batch();
        let seen = RefCell::new(Tensor::new());
        let classifier = |x: &Tensor| {
            *seen.borrow_mut() = x.shallow_clone();
            classify(x, &weights)
        };
        let form = VirtualAdversarial { xi: 1e-3, power_iterations: 20 };
        let radius = radius * 1e-2;
        let found = form.loss(classifier, &x, None, &direction, &radius).unwrap().double_value(&[]);
        let moved = (&*seen.borrow() - &x).norm_scalaropt_dim(2, [1i64].as_slice(), false);
        assert!(moved.allclose(&radius, 1e-9, 0.0, false), "{moved} {radius}");
        // No other direction does more.
        let clean = classify(&x, &weights).log_softmax(1, None::<Kind>);
        for step in 1..200 {
            let other = unit_vectors(&sines(0.37 * f64::from(step), &[5, 4])) * radius.unsqueeze(1);
            let q = classify(&(&x + other), &weights).log_softmax(1, None::<Kind>);
            let divergence = (clean.exp() * (&clean - q)).sum(None::<Kind>).double_value(&[]) / 5.0;
            assert!(divergence < 1.02 * found, "{divergence} {found}");
        }
    }

    #[test]
    fn certain_and_flat_classifiers_have_finite_losses() {
        let (x, direction, radius, weights) = batch();
        for kind in [Kind::Float, Kind::Double] {
            let [x, direction, radius, weights] =
                [&x, &direction, &radius, &weights].map(|tensor| tensor.to_kind(kind));
            for scale in [0.0, 1e-12, 1.0, 1e4] {
                let loss = |w: &Tensor| {
                    let form = VirtualAdversarial::default();
                    form.loss(|x| x.matmul(&w.tr()), &x, None, &direction, &radius).unwrap()
                };
                assert_finite(&(&weights * scale), loss);
            }
        }
        let tiny = unit_vectors(&Tensor::from_slice(&[3e-30f32, 4e-30, 0.0, 0.0]).view([2, 2]));
        assert_abs_diff_eq!(tiny.double_value(&[0, 1]), 0.8, epsilon = 1e-6);
        assert_eq!(tiny.get(1).abs().max().double_value(&[]), 0.0);
    }

    #[test]
    fn a_measurement_without_gradients_finds_the_same_loss() {
        let (x, direction, radius, weights) = batch();
        let images = x.view([5, 2, 2]);
        let form = VirtualAdversarial { xi: 0.5, power_iterations: 3 };
        let loss = tch::no_grad(|| {
            let classifier = |x: &Tensor| classify(&x.view([5, 4]), &weights);
            form.loss(classifier, &images, None, &direction.view([5, 2, 2]), &radius)
        });
        assert_relative_eq!(loss.unwrap().double_value(&[]), THREE_STEPS.value(), max_relative = 1e-9);
    }

    #[test]
    fn wrong_settings_and_tensors_are_refused() {
        let (x, direction, radius, weights) = batch();
        let form = VirtualAdversarial::default();
        let refused = |form: VirtualAdversarial, x: &Tensor, direction: &Tensor, radius: &Tensor| {
            form.loss(|x| classify(x, &weights), x, None, direction, radius).unwrap_err().to_string()
        };
        let none = VirtualAdversarial { power_iterations: 0, ..form };
        assert_eq!(
            refused(none, &x, &direction, &radius),
            "setting `power_iterations`: expected a number of at least 1, found 0"
        );
        let still = VirtualAdversarial { xi: 0.0, ..form };
        assert_eq!(
            refused(still, &x, &direction, &radius),
            "setting `xi`: expected a number above 0, found 0"
        );
        assert_eq!(
            refused(form, &x, &direction.get(0), &radius),
            "direction: expected shape [5, 4], found [4]"
        );
        assert_eq!(
            refused(form, &x, &direction, &radius.unsqueeze(1)),
            "radius: expected shape [5], found [5, 1]"
        );
        let empty = Tensor::zeros([5, 0], (Kind::Double, x.device()));
        assert_eq!(
            refused(form, &empty, &empty, &radius),
            "x: expected shape (batch, …), each at least 1, found [5, 0]"
        );
        let error = form.loss(|x| x.get(0), &x, None, &direction, &radius).unwrap_err().to_string();
        assert_eq!(error, "the classifier's logits: expected shape (batch, k), each at least 1, found [4]");
        for trained in [false, true] {
            let constant = classify(&x, &weights.copy().set_requires_grad(trained));
            let deaf = form.loss(|_| constant.shallow_clone(), &x, None, &direction, &radius);
            assert_eq!(
                deaf.unwrap_err().to_string(),
                "the classifier's logits: expected a gradient by the samples, found none"
            );
        }
    }

    const ONE_STEP: Reference =
        Reference([0.2038608866867046, 0.134695617151303, 0.05361074638185094, 0.0020868182754197077]);
    const THREE_STEPS: Reference =
        Reference([0.393129139679783, 0.3594816103935167, 0.05206218785442773, 0.03614712427307575]);
}
