//! What is known of every network by its trait alone.

use deepclust_nets::{
    Activation, AdamSettings, Autoencoder, AutoencoderSettings, ConvolutionSettings, ConvolutionalSettings,
    Device, Init, Kind, LayerInits, Network, NetworkSpec, Optimizer, Precision, VariationalSettings,
    to_tensor,
};
use ndarray::{Array2, s};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

fn autoencoder() -> AutoencoderSettings {
    AutoencoderSettings {
        widths: vec![36, 8, 3],
        decoder: None,
        hidden: Activation::Relu,
        code: Activation::Identity,
        output: Activation::Identity,
        init: LayerInits::all(Init::GlorotUniform),
        batch_norm: None,
    }
}

/// One of each kind, for images of 6 × 6 pixels and a code of width 3.
fn specs() -> [NetworkSpec; 3] {
    let convolution = ConvolutionSettings {
        filters: 4,
        kernel: 3,
        stride: 2,
        padding: 1,
        pooling: None,
        activation: Activation::Relu,
    };
    let convolutional = ConvolutionalSettings {
        convolutions: vec![convolution],
        code_width: 3,
        ..ConvolutionalSettings::dcec(1, 6, 6)
    };
    let variational = VariationalSettings { autoencoder: autoencoder(), log_variance: Default::default() };
    [
        NetworkSpec::FullyConnected(autoencoder()),
        NetworkSpec::Convolutional(convolutional),
        NetworkSpec::Variational(variational),
    ]
}

fn build(spec: &NetworkSpec, seed: u64) -> Box<dyn Network> {
    spec.build(Device::Cpu, &mut ChaCha8Rng::seed_from_u64(seed)).unwrap()
}

fn samples(n: usize) -> Array2<f32> {
    Array2::from_shape_fn((n, 36), |(i, j)| ((i * 7 + j * 3) % 11) as f32 / 11.0)
}

#[test]
fn specs_are_data() {
    for (spec, name) in specs().into_iter().zip(["fully-connected", "convolutional", "variational"]) {
        spec.validate().unwrap();
        let text = serde_json::to_string(&spec).unwrap();
        assert!(text.starts_with(&format!("{{\"{name}\":{{")), "{text}");
        assert_eq!(serde_json::from_str::<NetworkSpec>(&text).unwrap(), spec);
        let unknown = text.replacen(":{", ":{\"colour\":1,", 1);
        let error = serde_json::from_str::<NetworkSpec>(&unknown).unwrap_err().to_string();
        assert!(error.contains("colour"), "{error}");
        assert_eq!(build(&spec, 1).spec(), spec);
    }
    let bad = NetworkSpec::FullyConnected(AutoencoderSettings { widths: vec![4], ..autoencoder() });
    assert!(bad.validate().is_err());
    assert!(bad.build(Device::Cpu, &mut ChaCha8Rng::seed_from_u64(1)).is_err());
}

#[test]
fn a_spec_builds_the_network_of_its_settings() {
    let network = Autoencoder::new(autoencoder(), Device::Cpu, &mut ChaCha8Rng::seed_from_u64(4)).unwrap();
    assert_eq!(build(&specs()[0], 4).named_state(), network.named_state());
}

#[test]
fn shapes_and_states() {
    let x = samples(2003);
    for spec in specs() {
        let (a, b) = (build(&spec, 1), build(&spec, 2));
        assert_eq!((a.features(), a.code_width(), a.device()), (36, 3, Device::Cpu));
        let code = a.embed(x.view()).unwrap();
        assert_eq!((code.dim(), a.reconstruct(x.view()).unwrap().dim()), ((2003, 3), (2003, 36)));
        let last = a.embed(x.slice(s![2002.., ..])).unwrap();
        assert!((&code.row(2002) - &last.row(0)).iter().all(|d| d.abs() < 1e-5));
        assert_ne!(b.embed(x.view()).unwrap(), code);
        b.set_state(&a.named_state()).unwrap();
        assert_eq!(b.embed(x.view()).unwrap(), code);
        assert!(b.set_state(&a.named_state()[1..]).is_err());
        let error = a.embed(x.slice(s![.., ..10])).unwrap_err().to_string();
        assert_eq!(error, "samples: expected shape (n, 36), found (2003, 10)");
        let total: usize = a.parameters().iter().map(deepclust_nets::Tensor::numel).sum();
        assert_eq!(a.parameter_counts().iter().sum::<usize>(), total);
    }
}

#[test]
fn every_network_learns_and_only_what_is_trained_moves() {
    let x = to_tensor(samples(40).view());
    for spec in specs() {
        let mut network = build(&spec, 3);
        let adam = AdamSettings { learning_rate: 0.01, ..Default::default() };
        let loss = |network: &dyn Network| (network.forward_t(&x, true) - &x).square().mean(Kind::Float);
        let first = loss(&*network).double_value(&[]);
        let mut optimizer = network.train_in(Precision::Single, adam).unwrap();
        (0..50).for_each(|_| optimizer.minimise(&loss(&*network)).unwrap());
        let last = loss(&*network).double_value(&[]);
        assert!(last < 0.5 * first, "{spec:?}: {first} {last}");
        let before: Vec<_> = network.named_state().into_iter().map(|(n, t)| (n, t.detach().copy())).collect();
        let decodes = |name: &str| name.starts_with("decoder.");
        let mut part = network.train_part_in(Precision::Single, adam, &decodes, Vec::new()).unwrap();
        part.minimise(&loss(&*network)).unwrap();
        for ((name, before), (_, after)) in before.iter().zip(network.named_state()) {
            assert_eq!(*before != after, decodes(name), "{name}");
        }
    }
}

#[test]
fn pairs_where_they_are() {
    let x = to_tensor(samples(5).view());
    for (spec, pairs) in specs().iter().zip([2, 0, 2]) {
        let mut network = build(spec, 5);
        assert_eq!(network.pairs(), pairs);
        assert_eq!(network.encode_until(&x, 0), x);
        for pair in 0..pairs {
            let input = network.encode_until(&x, pair);
            let mut adam = network.train_pair_in(pair, Precision::Single, AdamSettings::default()).unwrap();
            assert_eq!(adam.parameters().len(), 4);
            let output = network.pair_t(&input, pair, true);
            assert_eq!(output.size(), input.size());
            adam.minimise(&(output - input).square().mean(Kind::Float)).unwrap();
        }
        let error = network.train_pair_in(pairs, Precision::Single, AdamSettings::default()).unwrap_err();
        let expected =
            format!("expected one of the network's pairs of layers, from 0, found pair {pairs} of {pairs}");
        assert!(error.to_string().ends_with(&expected), "{error}");
    }
}
