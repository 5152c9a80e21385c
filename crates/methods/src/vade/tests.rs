use super::*;
use crate::{Context, Pretraining, Seed, Silent, VadeSettings};
use approx::assert_relative_eq;
use deepclust_losses::{EvidenceBound, Responsibilities};
use deepclust_nets::{Activation, AdamSettings, Device, LogVarianceStart, Tensor, TrainSettings, to_tensor};
use ndarray::Array2;

fn settings(responsibilities: Responsibilities) -> VadeSettings {
    let adam = |learning_rate| AdamSettings { learning_rate, ..AdamSettings::default() };
    VadeSettings {
        pretraining: Pretraining {
            widths: vec![3, 2],
            output: Activation::Sigmoid,
            train: TrainSettings::new(1, 6),
            ..Pretraining::default()
        },
        // So small a variance that the noise has no part in a code.
        log_variance: LogVarianceStart::Bias(-60.0),
        bound: EvidenceBound { responsibilities, ..EvidenceBound::default() },
        adam: adam(0.01),
        adam_of_mixture: (responsibilities == Responsibilities::Exact).then(|| adam(0.001)),
        // All samples in each step: their order does not matter then.
        train: TrainSettings::new(4, 6),
        ..VadeSettings::default()
    }
}

fn sines(n: usize, step: f64) -> Vec<f32> {
    (0..n).map(|i| ((step * i as f64).sin() * 0.7) as f32).collect()
}

fn samples() -> Tensor {
    let x = Array2::from_shape_fn((6, 4), |(i, j)| ((1.3 * (4 * i + j) as f64).sin() as f32 + 1.0) / 2.0);
    to_tensor(x.view())
}

fn network(settings: &VadeSettings) -> Variational {
    let network = Variational::new(settings.network(4), Device::Cpu, &mut Seed(0).stream("weights")).unwrap();
    let mut steps = [0.9, 0.3, 1.1, 0.4, 1.3, 0.5, 1.7, 0.6].into_iter();
    let values = network.named_state().into_iter().map(|(name, tensor)| {
        if name.contains("log_variance") {
            return (name, tensor.detach().copy());
        }
        let values = sines(tensor.numel(), steps.next().unwrap());
        (name, Tensor::from_slice(&values).view(tensor.size().as_slice()))
    });
    Network::set_state(&network, &values.collect::<Vec<_>>()).unwrap();
    network
}

fn prior() -> Prior {
    let matrix = |step: f64| Tensor::from_slice(&sines(4, step)).view([2, 2]);
    Prior {
        logits: Tensor::from_slice(&[0.5f32, -0.25]).set_requires_grad(true),
        means: matrix(0.8).set_requires_grad(true),
        log_variances: (matrix(1.9) - 1.0).set_requires_grad(true),
    }
}

// torch 2.11, float32, with s(n, step) = 0.7 * torch.sin(step * torch.arange(n)):
//   x = (torch.sin(1.3 * torch.arange(24)).view(6, 4) + 1) / 2; weights s(12, .9), s(6, 1.1), s(6, 1.3), s(12, 1.7) of the layers
//   4-3-2-3-4, biases s(·, .3), s(·, .4), s(·, .5), s(·, .6), sigmoid output; log-variances lv = -60 + 0 h;
//   logits [.5, -.25], m = s(4, .8).view(2, 2), v = s(4, 1.9).view(2, 2) - 1; z = mu, four steps of torch.optim.Adam on
//   F.binary_cross_entropy(y, x, reduction="sum") / 6 + kl + c, where
//   kl = (.5 * (g[:, :, None] * (v + (lv.exp()[:, None] + (mu[:, None] - m) ** 2) / v.exp())).sum((1, 2)) - .5 * (1 + lv).sum(1)).mean()
//   c = (g * (g.log() - lp)).sum(1).mean()
//   dens = -.5 * ((z[:, None] - m) ** 2 / v.exp() + v + math.log(2 * math.pi)).sum(2)

#[test]
fn steps_as_in_torch() {
    // g = (dens + logits).softmax(1), lp = logits.log_softmax(0); the mixture's Adam has lr=0.001, the network's lr=0.01
    assert_steps(
        Responsibilities::Exact,
        [62.111_2, 61.945_686, 61.791_237, 61.652_08],
        [0.003_969_337, 0.498_168_53, 0.695_708_5, 0.468_839_8],
        [0.496_000_95, -0.246_000_95],
        [-0.038_876_936, 0.509_664_54, 0.642_776_8],
    );
}

#[test]
fn steps_of_the_authors_form_as_in_torch() {
    // g = ((dens + 2 * logits).exp() + 1e-10), divided by its sum; lp = logits; one Adam with lr=0.01
    assert_steps(
        Responsibilities::Authors,
        [61.279_778, 61.075_935, 60.886_08, 60.713_83],
        [0.039_566_39, 0.462_418_44, 0.659_712_5, 0.433_015_26],
        [0.539_973_5, -0.209_976_03],
        [-0.038_718_604, 0.509_826_4, 0.642_898_26],
    );
}

fn assert_steps(
    form: Responsibilities,
    losses: [f64; 4],
    means: [f32; 4],
    logits: [f32; 2],
    weight: [f32; 3],
) {
    let settings = settings(form);
    let (mut network, prior) = (network(&settings), prior());
    let mut progress = Silent;
    let mut context = Context::new(Seed(0), Device::Cpu, &mut progress);
    let mut joint = Joint::new(&settings, &mut network, &prior).unwrap();
    let history = Training::new(JOINT, settings.train).run(&samples(), &mut joint, &mut context).unwrap();
    for (found, expected) in history.loss.iter().zip(losses) {
        assert_relative_eq!(*found, expected, max_relative = 2e-6);
    }
    let parts = [series::LIKELIHOOD, series::CODES, series::CLUSTERS].map(|name| history.parts[name][3]);
    assert_relative_eq!(parts.iter().sum::<f64>(), losses[3], max_relative = 2e-6);
    let flat = |tensor: &Tensor| Vec::<f32>::try_from(tensor.detach().contiguous().view([-1])).unwrap();
    let first = flat(&network.named_parameters().remove(0).1);
    let found = flat(&prior.means).into_iter().chain(flat(&prior.logits)).chain(first);
    for (found, expected) in found.zip(means.into_iter().chain(logits).chain(weight)) {
        assert_relative_eq!(found, expected, max_relative = 1e-4, epsilon = 1e-6);
    }
}

#[test]
fn the_evidence_is_the_bound_with_weights_on_the_simplex() {
    let settings = settings(Responsibilities::Authors);
    let (network, prior) = (network(&settings), prior());
    let rng = &mut Seed(1).stream("noise");
    let found = evidence(&settings.bound, &network, &prior, &samples(), rng).unwrap();
    // The first loss of the exact form in `steps_as_in_torch`.
    assert_relative_eq!(found, -62.111_2, max_relative = 2e-6);
}

#[test]
fn the_mixture_starts_at_the_fit() {
    let x = Array2::from_shape_fn((40, 2), |(i, j)| {
        (if i < 10 { 3.0 } else { -1.0 }) + (1.7 * (2 * i + j) as f32).sin() * (1 + j) as f32 / 4.0
    });
    let start = VadeStart { starts: 3, ..VadeStart::default() };
    let fitted = GaussianMixture::new(start.for_k(2)).unwrap();
    let fitted = fitted.fit(x.view(), &mut Seed(0).stream("mixture")).unwrap();
    let prior = Prior::start(&fitted, false, Device::Cpu).unwrap();
    let shares = prior.for_loss().responsibilities(&to_tensor(x.view()), Responsibilities::Exact).unwrap();
    let expected = fitted.predict_proba(x.view()).unwrap();
    for (i, row) in expected.rows().into_iter().enumerate() {
        for (c, &share) in row.iter().enumerate() {
            assert_relative_eq!(shares.double_value(&[i as i64, c as i64]), share, epsilon = 1e-5);
        }
    }
    let equal = Prior::start(&fitted, true, Device::Cpu).unwrap();
    assert_eq!(equal.logits, Tensor::from_slice(&[0.5f32.ln(); 2]));
    assert_ne!(prior.logits.double_value(&[0]), prior.logits.double_value(&[1]));
}

#[test]
fn settings_that_do_not_go_together_are_refused() {
    let mut logits = settings(Responsibilities::Exact);
    logits.bound.likelihood = Likelihood::BernoulliLogits;
    let mut linear = settings(Responsibilities::Exact);
    linear.pretraining.output = Activation::Identity;
    let mut none = settings(Responsibilities::Exact);
    none.start.starts = 0;
    for (wrong, problem) in [
        (logits, "`likelihood`: expected `bernoulli` or `gaussian`, found `bernoulli-logits`"),
        (linear, "`binary-cross-entropy` needs a sigmoid output, found Identity"),
        (none, "n_init must be at least 1, found 0"),
    ] {
        let error = Vade::new(wrong).unwrap_err().to_string();
        assert!(error.ends_with(problem), "{error}");
    }
}
