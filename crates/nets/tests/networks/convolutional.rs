//! The convolutional autoencoder does what the same layers in torch do.

use deepclust_nets::{
    Activation, AdamSettings, BatchNormSettings, ConvolutionSettings, Convolutional, ConvolutionalSettings,
    Device, Init, Kind, LayerInits, Network, Optimizer, Pooling, Precision, Reduction, Tensor,
};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

fn network(settings: ConvolutionalSettings, seed: u64) -> Convolutional {
    Convolutional::new(settings, Device::Cpu, &mut ChaCha8Rng::seed_from_u64(seed)).unwrap()
}

/// scale · sin(step · i) for i below n.
fn sines(n: usize, step: f64, scale: f64) -> Tensor {
    let values: Vec<f32> = (0..n).map(|i| ((step * i as f64).sin() * scale) as f32).collect();
    Tensor::from_slice(&values)
}

/// Images of 2 × 6 × 8 values.
fn samples() -> Tensor {
    ((sines(4 * 96, 1.3, 1.0) + 1.0) / 2.0).view([4, 96])
}

/// Two convolutions, of which the second's transposed one appends a row, and a fully connected layer.
fn settings(pooling: Pooling, batch_norm: Option<BatchNormSettings>) -> ConvolutionalSettings {
    let first = ConvolutionSettings {
        filters: 3,
        kernel: 3,
        stride: 1,
        padding: 1,
        pooling: Some(pooling),
        activation: Activation::Elu,
    };
    let second = ConvolutionSettings {
        filters: 4,
        kernel: 2,
        stride: 2,
        padding: 0,
        pooling: None,
        activation: Activation::Tanh,
    };
    ConvolutionalSettings {
        channels: 2,
        height: 6,
        width: 8,
        convolutions: vec![first, second],
        dense: vec![5],
        code_width: 2,
        hidden: Activation::Elu,
        code: Activation::Identity,
        output: Activation::Sigmoid,
        init: LayerInits::all(Init::TorchLinear),
        batch_norm,
    }
}

/// Fills the i-th weight or bias with sines of step 0.3 + 0.2 i; normalisation stays as it starts.
fn fill(network: &Convolutional) {
    let mut step = 0.1;
    let value = |(name, tensor): (String, Tensor)| {
        if name.contains("norm") {
            return (name, tensor.detach().copy());
        }
        step += 0.2;
        (name, sines(tensor.numel(), step, 1.0).view(tensor.size().as_slice()))
    };
    network.set_state(&network.named_state().into_iter().map(value).collect::<Vec<_>>()).unwrap();
}

fn assert_values(found: &Tensor, expected: &[f64], what: &str) {
    let found = Vec::<f64>::try_from(&found.detach().to_kind(Kind::Double).reshape([-1])).unwrap();
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!((found - expected).abs() <= 1e-5 * expected.abs().max(1.0), "{what} {i}: {found} {expected}");
    }
}

/// The first four values of the second reconstruction, and the last four of the fourth.
fn corners(y: &Tensor) -> Tensor {
    Tensor::cat(&[y.get(1).narrow(0, 0, 4), y.get(3).narrow(0, 92, 4)], 0)
}

struct Expected {
    code: [f64; 8],
    trained: [f64; 8],
    gradients: &'static [f64],
    evaluated: [f64; 8],
}

fn compare(pooling: Pooling, batch_norm: Option<BatchNormSettings>, expected: &Expected) {
    let network = network(settings(pooling, batch_norm), 1);
    fill(&network);
    let x = samples();
    let code = network.encode_t(&x, true);
    assert_values(&code, &expected.code, "code");
    let y = network.decode_t(&code, true);
    assert_values(&corners(&y), &expected.trained, "reconstruction in training");
    let loss = (&y * cosines()).sum(Kind::Float);
    let gradients = Tensor::run_backward(&[loss], &network.parameters(), false, false);
    let one =
        |g: &Tensor| (g.reshape([-1]) * sines(g.numel(), 0.9, 1.0)).sum(Kind::Float) + g.reshape([-1]).get(0);
    let found = Tensor::stack(&gradients.iter().map(one).collect::<Vec<_>>(), 0);
    assert_values(&found, expected.gradients, "gradients");
    assert_values(&corners(&network.forward(&x)), &expected.evaluated, "reconstruction");
}

fn cosines() -> Tensor {
    let values: Vec<f32> = (0..384).map(|i| (0.7 * f64::from(i)).cos() as f32).collect();
    Tensor::from_slice(&values).view([4, 96])
}

#[test]
fn values_and_gradients_as_in_torch() {
    compare(Pooling::Max, None, &MAX);
    let norm = BatchNormSettings { momentum: 0.1, epsilon: 1e-3, code: true };
    compare(Pooling::Average, Some(norm), &AVERAGE);
}

#[test]
fn parameters_of_dcec() {
    // Conv2d(1, 32, 5), (32, 64, 5), (64, 128, 3), Linear(1152, 10), (10, 1152), ConvTranspose2d(128, 64, 3), (64, 32, 5), (32, 1, 5)
    let counts = network(ConvolutionalSettings::default(), 1).parameter_counts();
    assert_eq!(counts, [832, 51_264, 73_856, 11_530, 12_672, 73_792, 51_232, 801]);
}

#[test]
fn images_come_back_in_their_size() {
    for (channels, side, inner) in [(1, 28, 3), (1, 16, 2), (3, 32, 4), (2, 21, 2)] {
        let settings = ConvolutionalSettings::dcec(channels, side, side);
        let network = network(settings, 2);
        let x = sines(2 * channels * side * side, 0.3, 1.0).view([2, -1]);
        assert_eq!(network.encode(&x).size(), [2, 10]);
        assert_eq!(network.forward(&x).size(), x.size());
        let outputs = network.layer_outputs(&x);
        assert_eq!(outputs[2].activated.size(), [2, 128 * inner * inner]);
        assert_eq!(outputs[outputs.len() / 2 - 1].activated, network.encode(&x));
        assert_eq!(outputs[outputs.len() - 1].activated, network.forward(&x));
        assert_eq!(outputs.len(), network.parameter_counts().len());
    }
}

#[test]
fn training_learns_in_single_precision_alone() {
    let mut network = network(ConvolutionalSettings::dcec(1, 16, 16), 3);
    let x = (sines(64 * 256, 0.37, 0.5) + 0.5).view([64, 256]);
    let loss = |network: &Convolutional| network.forward_t(&x, true).mse_loss(&x, Reduction::Mean);
    let first = loss(&network).double_value(&[]);
    let error = network.train_in(Precision::Bf16, AdamSettings::default()).unwrap_err().to_string();
    assert_eq!(error, "setting `precision`: expected single for convolutions, found Bf16");
    let mut adam = network.train_in(Precision::Single, AdamSettings::default()).unwrap();
    (0..30).for_each(|_| adam.minimise(&loss(&network)).unwrap());
    let last = loss(&network).double_value(&[]);
    assert!(last < 0.5 * first, "{first} {last}");
}

// torch 2.11, float32, with s(n, step, c) = c * torch.sin(step * torch.arange(n)): Max is MaxPool2d, and
//   encoder = Conv2d(2, 3, 3, 1, 1), ELU, Max(2), Conv2d(3, 4, 2, 2), Tanh, Flatten, Linear(8, 5), ELU, Linear(5, 2)
//   decoder = Linear(2, 5), ELU, Linear(5, 8), Tanh, Unflatten(1, (4, 1, 2)), ConvTranspose2d(4, 3, 2, 2, output_padding=(1, 0)), ELU,
//   Upsample(scale_factor=2), ConvTranspose2d(3, 2, 3, 1, 1), Sigmoid
// with s(n, .3 + .2 * i, 1) for the i-th weight or bias; x = ((s(384, 1.3, 1) + 1) / 2).view(4, 2, 6, 8)
//   z = encoder(x); y = decoder(z).flatten(1); y[1, :4]; y[3, -4:]
//   loss = (y.flatten() * torch.cos(.7 * torch.arange(384))).sum(); of each gradient g: (g.flatten() * s(len, .9, 1)).sum() + g.flatten()[0]
// AVERAGE has AvgPool2d, and BatchNorm1d or BatchNorm2d(eps=1e-3, momentum=.1) after every layer but the last; what is evaluated is after
//   encoder.eval(), decoder.eval(). Biases before a normalisation have no gradient.

const MAX: Expected = Expected {
    code: [-0.827_735_8, 1.689_535, -1.006_949, 1.726_476, -0.570_232_3, 1.506_561, -0.136_666_4, 1.177_517],
    trained: [
        0.500_235_4,
        0.479_371,
        0.530_029_2,
        0.522_797_5,
        0.468_067_6,
        0.468_067_6,
        0.468_067_6,
        0.460_751,
    ],
    gradients: &[
        -4.183_564,
        -1.281_523,
        -0.701_194_6,
        -0.328_059_5,
        -0.641_777_9,
        0.012_562_07,
        1.318_498,
        -0.225_787_2,
        0.050_448_31,
        -0.134_486_4,
        0.562_670_1,
        0.326_819_8,
        0.338_013_4,
        -3.369_639,
        -2.522_264,
        -0.102_416_2,
    ],
    evaluated: [
        0.500_235_4,
        0.479_371,
        0.530_029_2,
        0.522_797_5,
        0.468_067_6,
        0.468_067_6,
        0.468_067_6,
        0.460_751,
    ],
};

const AVERAGE: Expected = Expected {
    code: [
        -1.407_55,
        -0.099_857_35,
        -0.393_611_8,
        0.159_487_9,
        1.245_681,
        1.375_036,
        0.555_480_7,
        -1.434_667,
    ],
    trained: [
        0.500_763_7,
        0.488_930_1,
        0.505_283_2,
        0.526_616_5,
        0.461_312_1,
        0.461_312_1,
        0.461_312_1,
        0.460_670_1,
    ],
    gradients: &[
        -1.141_987,
        0.0,
        -0.045_102_48,
        0.152_572_2,
        -0.056_470_59,
        0.0,
        0.043_946_44,
        0.159_065_7,
        -0.095_392_76,
        0.0,
        -1.033_533,
        -0.054_054_2,
        0.598_553_6,
        0.0,
        -0.157_518_4,
        0.0,
        0.272_040_5,
        0.0,
        -0.402_656_7,
        -0.126_982_5,
        -0.008_626_103,
        0.0,
        0.366_964_3,
        -4.022_859,
        -0.172_845_3,
        0.0,
        -1.135_837,
        -3.743_747,
        -4.345_421,
        0.070_547_67,
    ],
    evaluated: [0.501_429_5, 0.518_451, 0.489_962, 0.495_046, 0.467_723, 0.467_723, 0.467_723, 0.460_750_4],
};
