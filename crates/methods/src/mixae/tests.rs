use super::network::Networks;
use super::objective::Joint;
use super::*;
use crate::{Seed, Silent};
use approx::assert_relative_eq;
use deepclust_losses::{
    FeatureReduction, batch_entropy, consistency_from_logits, sample_entropy, weighted_reconstruction,
};
use deepclust_nets::{Autoencoder, Device, Kind, Network, TrainSettings, to_tensor};
use ndarray::Array2;

const K: usize = 3;
const FEATURES: usize = 6;

fn settings() -> MixaeSettings {
    MixaeSettings {
        widths: vec![5, 4, 2],
        // Assignments that differ from sample to sample.
        gate: MixaeGate { start: 5.0, ..MixaeGate::default() },
        weights: EntropyWeights::Fixed { alpha: 0.3, beta: 0.7 },
        consistency: Some(Consistency { weight: 1.5, change: SampleChange::Noise(0.1) }),
        train: TrainSettings::new(1, 9),
        ..MixaeSettings::default()
    }
}

fn samples(step: f32) -> Tensor {
    let x = |(i, j): (usize, usize)| ((step * (FEATURES * i + j) as f32).sin() + 1.0) / 2.0;
    to_tensor(Array2::from_shape_fn((9, FEATURES), x).view())
}

fn networks(settings: &MixaeSettings) -> Networks {
    let mut progress = Silent;
    let context = Context::new(Seed(3), Device::Cpu, &mut progress);
    Networks::new(settings, FEATURES, K, &context).unwrap()
}

/// Autoencoder i by itself.
fn apart(settings: &MixaeSettings, networks: &Networks, i: usize) -> Autoencoder {
    let form = settings.autoencoder(FEATURES);
    let part = Autoencoder::new(form, Device::Cpu, &mut Seed(0).stream("weights")).unwrap();
    let state = networks.mixture.named_state().into_iter().map(|(name, all)| (name, all.get(i as i64)));
    part.set_state(&state.collect::<Vec<_>>()).unwrap();
    part
}

fn assert_close(found: &Tensor, expected: &Tensor, what: &str) {
    let distance = (found - expected).abs().max().double_value(&[]);
    assert!(found.size() == expected.size() && distance < 1e-5, "{what}: {distance}");
}

#[test]
fn loss_and_gradients_are_those_of_networks_apart() {
    let settings = settings();
    let networks = networks(&settings);
    let (x, moved, unit) = (samples(1.7), samples(1.9), 2.5);
    let parts: Vec<Autoencoder> = (0..K).map(|i| apart(&settings, &networks, i)).collect();

    // Eq. 5 as it is written, by the losses on probabilities.
    let codes = |x: &Tensor| Tensor::cat(&parts.iter().map(|p| p.encode_t(x, true)).collect::<Vec<_>>(), 1);
    let logits = networks.logits(&codes(&x), true);
    let p = logits.softmax(1, Kind::Float);
    let outputs: Vec<Tensor> = parts.iter().map(|part| part.forward_t(&x, true)).collect();
    let error = weighted_reconstruction(&Tensor::stack(&outputs, 1), &x, &p, FeatureReduction::Sum).unwrap();
    let moved_logits = networks.logits(&codes(&moved), true);
    let consistency = consistency_from_logits(&logits, &moved_logits).unwrap();
    let written = error / unit + sample_entropy(&p).unwrap() * 0.3 - batch_entropy(&p).unwrap() * 0.7
        + &consistency * 1.5;

    let joint = Joint::new(&settings, &networks, unit, &x).unwrap();
    let found = joint.loss_of(&x, Some(&moved)).unwrap().total;
    assert_relative_eq!(found.double_value(&[]), written.double_value(&[]), max_relative = 1e-5);
    let named = networks.mixture.named_parameters();
    let stacked: Vec<&Tensor> = named.iter().map(|(_, tensor)| tensor).collect();
    let gradients = Tensor::run_backward(&[&found], &stacked, false, false);
    let leaves: Vec<Vec<Tensor>> = parts.iter().map(Network::parameters).collect();
    let flat: Vec<&Tensor> = leaves.iter().flatten().collect();
    let expected = Tensor::run_backward(&[&written], &flat, false, false);
    for (j, (name, _)) in named.iter().enumerate() {
        let of_parts: Vec<&Tensor> = (0..K).map(|i| &expected[i * named.len() + j]).collect();
        assert_close(&gradients[j], &Tensor::stack(&of_parts, 0), name);
        assert!(gradients[j].abs().max().double_value(&[]) > 1e-4, "{name}");
    }
}

#[test]
fn without_reconstruction_decoders_are_left_alone() {
    let control = MixaeSettings { reconstructs: false, ..settings() };
    let networks = networks(&control);
    let whole = networks.parameters(true).len();
    assert_eq!(networks.parameters(false).len(), whole - 6);
    let x = samples(1.7);
    let joint = Joint::new(&control, &networks, 1.0, &x).unwrap();
    let losses = joint.loss_of(&x, Some(&samples(1.9))).unwrap();
    assert!(losses.parts.iter().all(|(name, _)| name != series::RECONSTRUCTION));
    let leaves = networks.parameters(false);
    let gradients = Tensor::run_backward(&[losses.total], &leaves, false, false);
    assert!(gradients.iter().all(|gradient| gradient.abs().max().double_value(&[]) > 0.0));
}

#[test]
fn small_first_weights_of_the_gate_give_nearly_equal_shares() {
    let shares = |start| {
        let gate = MixaeGate { start, ..MixaeGate::default() };
        let networks = networks(&MixaeSettings { gate, ..settings() });
        let codes = networks.concatenate(&networks.codes(&samples(1.7), false));
        let p = networks.logits(&codes, false).softmax(1, Kind::Double);
        (p - 1.0 / 3.0).abs().max().double_value(&[])
    };
    assert!(shares(0.1) < 0.02 && shares(5.0) > 0.2, "{} {}", shares(0.1), shares(5.0));
    assert!(shares(0.0) < 1e-7);
}

#[test]
fn a_unit_of_variance_is_that_of_the_samples() {
    // numpy 2: np.array([[0, 1], [2, 1], [4, 7]]).var(axis=0).sum() = 10.666…
    let x = ndarray::array![[0.0f32, 1.0], [2.0, 1.0], [4.0, 7.0]];
    assert_relative_eq!(ErrorUnit::Variance.of(x.view()), 32.0 / 3.0, max_relative = 1e-12);
    assert_eq!(ErrorUnit::Squares.of(x.view()), 1.0);
    assert_eq!(ErrorUnit::Variance.of(Array2::ones((4, 2)).view()), 1.0);
}

#[test]
fn entropies_of_assignments_in_nats() {
    let p = ndarray::array![[1.0f32, 0.0], [0.5, 0.5]];
    let [(_, of_samples), (_, of_batch)] = entropies(&p);
    assert_relative_eq!(of_samples, 2f64.ln() / 2.0, max_relative = 1e-12);
    assert_relative_eq!(of_batch, -(0.75 * 0.75f64.ln() + 0.25 * 0.25f64.ln()), max_relative = 1e-12);
}

#[test]
fn settings_that_do_not_go_together_are_refused() {
    let balanced =
        EntropyWeights::Balanced { first_alpha: 1.0, first_beta: 1.0, most_alpha: 1.0, most_beta: 1.0 };
    let noise = Consistency { weight: 1.0, change: SampleChange::Noise(-1.0) };
    for (wrong, problem) in [
        (
            MixaeSettings { weights: balanced, reconstructs: false, ..settings() },
            "`weights`: expected `fixed` without `reconstructs`, found `balanced`",
        ),
        (
            MixaeSettings { consistency: Some(noise), ..settings() },
            "`noise`: expected a number of at least 0, found -1",
        ),
        (
            MixaeSettings { gate: MixaeGate { start: -0.1, ..MixaeGate::default() }, ..settings() },
            "`start`: expected a number of at least 0, found -0.1",
        ),
    ] {
        assert!(Mixae::new(wrong).unwrap_err().to_string().ends_with(problem));
    }
    let images = Consistency { weight: 1.0, change: SampleChange::Images(Default::default()) };
    let method = Mixae::new(MixaeSettings { consistency: Some(images), ..settings() }).unwrap();
    let error = method.fit(&Array2::zeros((5, FEATURES)), 2, 0).unwrap_err().to_string();
    assert_eq!(error, "samples: expected 784 columns for the images of `consistency`, found 6 columns");
}
