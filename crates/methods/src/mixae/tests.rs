use super::network::Networks;
use super::objective::Joint;
use super::*;
use crate::{Seed, Silent};
use approx::assert_relative_eq;
use deepclust_losses::{
    FeatureReduction, batch_entropy, consistency_from_logits, sample_entropy, weighted_reconstruction,
};
use deepclust_nets::{
    Activation, ConvolutionSettings, ConvolutionalSettings, Device, Kind, Network, TrainSettings, to_tensor,
};
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

fn rng() -> impl rand::Rng {
    Seed(0).stream("codes")
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
fn apart(settings: &MixaeSettings, networks: &Networks, i: usize) -> Box<dyn Network> {
    let part = settings.autoencoder(FEATURES).build(Device::Cpu, &mut Seed(0).stream("weights")).unwrap();
    let state = networks.mixture.named_state().into_iter().map(|(name, all)| (name, all.get(i as i64)));
    part.set_state(&state.collect::<Vec<_>>()).unwrap();
    part
}

fn assert_close(found: &Tensor, expected: &Tensor, what: &str) {
    let distance = (found - expected).abs().max().double_value(&[]);
    assert!(found.size() == expected.size() && distance < 1e-5, "{what}: {distance}");
}

/// Two convolutions and a layer between them and the code, for images of 2 × 3 pixels.
fn convolutional() -> MixaeSettings {
    let layer = |filters, kernel| ConvolutionSettings {
        filters,
        kernel,
        stride: 1,
        padding: 1,
        pooling: None,
        activation: Activation::Elu,
    };
    let network = ConvolutionalSettings {
        channels: 1,
        height: 2,
        width: 3,
        convolutions: vec![layer(3, 3), layer(4, 2)],
        dense: vec![5],
        code_width: 2,
        ..ConvolutionalSettings::default()
    };
    MixaeSettings { network: Some(NetworkSpec::Convolutional(network)), ..settings() }
}

#[test]
fn loss_and_gradients_are_those_of_networks_apart() {
    is_as_apart(&settings());
    is_as_apart(&convolutional());
}

fn is_as_apart(settings: &MixaeSettings) {
    let networks = networks(settings);
    let (x, moved, unit) = (samples(1.7), samples(1.9), 2.5);
    let parts: Vec<Box<dyn Network>> = (0..K).map(|i| apart(settings, &networks, i)).collect();

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

    let joint = Joint::new(settings, &networks, unit, &x).unwrap();
    let found = joint.loss_of(&x, Some(&moved), &mut rng()).unwrap().total;
    assert_relative_eq!(found.double_value(&[]), written.double_value(&[]), max_relative = 1e-5);
    let named = networks.mixture.named_parameters();
    let stacked: Vec<&Tensor> = named.iter().map(|(_, tensor)| tensor).collect();
    let gradients = Tensor::run_backward(&[&found], &stacked, false, false);
    let leaves: Vec<Vec<Tensor>> = parts.iter().map(|part| part.parameters()).collect();
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
    let losses = joint.loss_of(&x, Some(&samples(1.9)), &mut rng()).unwrap();
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
fn convolutional_autoencoders_cluster_decode_and_come_back() {
    let x =
        Array2::from_shape_fn((40, FEATURES), |(i, j)| if i % 2 == usize::from(j < 3) { 0.9 } else { 0.1 });
    let settings = MixaeSettings { train: TrainSettings::new(2, 8), consistency: None, ..convolutional() };
    let fitted = Mixae::new(settings).unwrap().fit(&x, 2, 1).unwrap();
    assert_eq!(fitted.embedding.dim(), (40, 4));
    let decoded = fitted.model.reconstructions(x.view()).unwrap().unwrap();
    assert_eq!(decoded.dim(), (40, 2, FEATURES));
    let file = tempfile::NamedTempFile::new().unwrap();
    crate::save_model(file.path(), &*fitted.model).unwrap();
    let back = crate::load_model(file.path(), Device::Cpu).unwrap();
    assert_eq!(back.embed(x.view()).unwrap(), fitted.embedding);
    assert_eq!(back.reconstructions(x.view()).unwrap().unwrap(), decoded);
    let error = Mixae::new(convolutional()).unwrap().fit(&Array2::zeros((5, 4)), 2, 0).unwrap_err();
    assert_eq!(error.to_string(), "samples: expected 6 columns for the images of `network`, found 4 columns");
}

#[test]
fn drawn_codes_have_a_divergence_and_a_deviation_of_their_own() {
    let variational = MixaeSettings { variational: Some(0.5), consistency: None, ..settings() };
    let (networks, x) = (networks(&variational), samples(1.7));
    let joint = Joint::new(&variational, &networks, 1.0, &x).unwrap();
    let losses = joint.loss_of(&x, None, &mut rng()).unwrap();
    let part = |name: &str| losses.parts.iter().find(|part| part.0 == name).unwrap().1.double_value(&[]);
    // σ = 1 at the start: ½ Σ μ², weighted.
    let codes = networks.codes(&x, false);
    let p = networks.logits(&networks.concatenate(&codes), false).softmax(1, Kind::Float);
    let squares = codes.square().sum_dim_intlist([-1i64].as_slice(), false, Kind::Float).transpose(0, 1);
    let expected = (squares * p).sum(Kind::Float).double_value(&[]) / 18.0;
    assert_relative_eq!(part(series::CODES), expected, max_relative = 1e-5);
    let plain = MixaeSettings { variational: None, ..variational.clone() };
    let without = Joint::new(&plain, &networks, 1.0, &x).unwrap().loss_of(&x, None, &mut rng()).unwrap();
    let without =
        without.parts.iter().find(|part| part.0 == series::RECONSTRUCTION).unwrap().1.double_value(&[]);
    assert!((part(series::RECONSTRUCTION) - without).abs() > 1e-4);
    let fitted = Mixae::new(variational).unwrap().fit(&Array2::from_elem((30, FEATURES), 0.5), 2, 0).unwrap();
    assert!(fitted.history.iter().any(|s| s.name == series::CODES && s.values.iter().all(|v| v.is_finite())));
}

#[test]
fn above_its_cap_the_batch_entropy_has_no_gradient() {
    // A gate of zeros gives equal shares: the entropy is at its most.
    let gate = MixaeGate { start: 0.0, ..MixaeGate::default() };
    let total = |entropy_cap, beta| {
        let weights = EntropyWeights::Fixed { alpha: 0.0, beta };
        let capped =
            MixaeSettings { entropy_cap, weights, consistency: None, gate: gate.clone(), ..settings() };
        let (networks, x) = (networks(&capped), samples(1.7));
        let joint = Joint::new(&capped, &networks, 1.0, &x).unwrap();
        joint.loss_of(&x, None, &mut rng()).unwrap().total.double_value(&[])
    };
    let asked = |cap| total(cap, 0.0) - total(cap, 1.0);
    assert_relative_eq!(asked(None), 3f64.ln(), max_relative = 1e-5);
    assert_relative_eq!(asked(Some(0.8)), 0.8 * 3f64.ln(), max_relative = 1e-5);
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
            MixaeSettings { entropy_cap: Some(1.5), ..settings() },
            "`entropy_cap`: expected a number in (0, 1], found 1.5",
        ),
        (
            MixaeSettings { variational: Some(0.0), ..settings() },
            "`variational`: expected a number above 0, found 0",
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
