//! k autoencoders as one network do what k separate ones do.

use deepclust_nets::{
    Activation, Autoencoder, AutoencoderMixture, AutoencoderSettings, BatchNormSettings, Device, Init, Kind,
    LayerInits, MixtureOfNetworks, MixturePass, Network, Precision, Tensor, to_tensor,
};
use ndarray::Array2;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

const K: i64 = 3;

/// With batch normalisation the decoder is the encoder's mirror, without it has a width of its own.
fn settings(batch_norm: bool) -> AutoencoderSettings {
    AutoencoderSettings {
        widths: vec![6, 8, 5, 2],
        decoder: (!batch_norm).then(|| vec![7]),
        hidden: Activation::Elu,
        code: Activation::Identity,
        output: Activation::Sigmoid,
        init: LayerInits::all(Init::TorchLinear),
        batch_norm: batch_norm.then_some(BatchNormSettings { momentum: 0.1, epsilon: 1e-3, code: false }),
    }
}

fn parts(batch_norm: bool) -> Vec<Autoencoder> {
    let rng = &mut ChaCha8Rng::seed_from_u64(1);
    (0..K).map(|_| Autoencoder::new(settings(batch_norm), Device::Cpu, rng).unwrap()).collect()
}

fn samples() -> Array2<f32> {
    Array2::from_shape_fn((20, 6), |(i, j)| ((1.7 * (6 * i + j) as f32).sin() + 1.0) / 2.0)
}

fn hard(errors: &Tensor) -> Tensor {
    errors.argmin(1, false).one_hot(K).to_kind(Kind::Float)
}

fn assert_close(found: &Tensor, expected: &Tensor, what: &str) {
    let distance = (found - expected).abs().max().double_value(&[]);
    assert!(found.size() == expected.size() && distance < 2e-5, "{what}: {distance}");
}

/// ‖x − x̂(i)‖² of separate networks, shape (batch, k).
fn separate_errors(parts: &[Autoencoder], x: &Tensor, train: bool) -> Tensor {
    let errors = parts.iter().map(|part| {
        (part.forward_t(x, train) - x).square().sum_dim_intlist([1i64].as_slice(), false, Kind::Float)
    });
    Tensor::stack(&errors.collect::<Vec<_>>(), 1)
}

/// Gradients of separate networks, stacked as the mixture stacks its parameters.
fn separate_gradients(parts: &[Autoencoder], loss: &Tensor) -> Vec<(String, Tensor)> {
    let named: Vec<_> = parts.iter().map(Autoencoder::named_parameters).collect();
    let flat: Vec<Tensor> = named.iter().flatten().map(|(_, tensor)| tensor.shallow_clone()).collect();
    let gradients = Tensor::run_backward(&[loss], &flat, false, false);
    let each = named[0].len();
    let stacked = (0..each).map(|j| {
        let all: Vec<_> = (0..parts.len()).map(|i| gradients[i * each + j].shallow_clone()).collect();
        let name = named[0][j].0.clone();
        let all = if name.contains("norm") { Tensor::cat(&all, 0) } else { Tensor::stack(&all, 0) };
        (name, all)
    });
    stacked.collect()
}

fn compare_gradients(mixture: &AutoencoderMixture, loss: &Tensor, expected: &[(String, Tensor)]) {
    let (names, leaves): (Vec<_>, Vec<_>) = mixture.named_parameters().into_iter().unzip();
    let gradients = Tensor::run_backward(&[loss], &leaves, false, false);
    for ((name, gradient), (expected_name, expected)) in names.iter().zip(&gradients).zip(expected) {
        assert_eq!(name, expected_name);
        assert_close(gradient, expected, name);
    }
}

#[test]
fn all_samples_through_all_of_them_is_the_same_as_apart() {
    for batch_norm in [false, true] {
        let (parts, x) = (parts(batch_norm), to_tensor(samples().view()));
        let mixture = AutoencoderMixture::stack(&parts).unwrap();
        let step = mixture.step(&x, MixturePass::All, Precision::Single, hard);
        let errors = separate_errors(&parts, &x, true);
        assert_close(&step.errors, &errors.detach(), "errors");
        let loss = errors.min_dim(1, false).0.mean(Kind::Float);
        let ours = (&step.selected * &step.weights).sum(Kind::Float) / x.size()[0];
        assert_close(&ours, &loss, "loss");
        compare_gradients(&mixture, &ours, &separate_gradients(&parts, &loss));
        // The running statistics have moved alike.
        assert_close(
            &mixture.errors(&x, Precision::Single),
            &separate_errors(&parts, &x, false).detach(),
            "errors outside training",
        );
    }
}

#[test]
fn soft_responsibilities_give_the_gradient_of_the_soft_cost() {
    // −ln Σ exp(−d) has the gradient Σ softmax(−d) ∇d.
    let (parts, x) = (parts(true), to_tensor(samples().view()));
    let mixture = AutoencoderMixture::stack(&parts).unwrap();
    let step = mixture.step(&x, MixturePass::All, Precision::Single, |d| (-d).softmax(1, Kind::Float));
    let loss = -(-separate_errors(&parts, &x, true)).logsumexp([1i64].as_slice(), false).mean(Kind::Float);
    let surrogate = (&step.selected * &step.weights).sum(Kind::Float) / x.size()[0];
    compare_gradients(&mixture, &surrogate, &separate_gradients(&parts, &loss));
}

#[test]
fn weighted_errors_are_those_of_networks_apart() {
    let (parts, x) = (parts(false), to_tensor(samples().view()));
    let mixture = AutoencoderMixture::stack(&parts).unwrap();
    // Nearly one-hot for half of the samples, so that some codes are not decoded.
    let rows = Tensor::arange(20, (Kind::Float, Device::Cpu)).unsqueeze(1);
    let columns = Tensor::arange(K, (Kind::Float, Device::Cpu));
    let logits = ((&rows * 1.3 + &columns * 2.1).sin() * (rows * 4.0)).set_requires_grad(true);
    let weights = logits.softmax(1, Kind::Float);
    let decoded = weights.gt(AutoencoderMixture::NEGLIGIBLE).sum(Kind::Int64).int64_value(&[]);
    assert!((20..57).contains(&decoded), "{decoded}");

    let codes = mixture.codes(&x, true);
    let apart: Vec<Tensor> = parts.iter().map(|part| part.encode_t(&x, true)).collect();
    assert_close(&codes.detach(), &Tensor::stack(&apart, 0).detach(), "codes");
    let found = mixture.weighted_error(&codes, &x, &weights);
    let expected = (separate_errors(&parts, &x, true) * &weights).sum(Kind::Float) / 20;
    assert_close(&found, &expected, "weighted error");
    let of = |loss: &Tensor| Tensor::run_backward(&[loss], &[&logits], true, false).remove(0);
    assert_close(&of(&found), &of(&expected), "gradient by the weights");
    compare_gradients(&mixture, &found, &separate_gradients(&parts, &expected));
}

#[test]
fn own_samples_through_each_is_the_same_as_apart() {
    for batch_norm in [false, true] {
        let (parts, x) = (parts(batch_norm), to_tensor(samples().view()));
        let mixture = AutoencoderMixture::stack(&parts).unwrap();
        let winners = separate_errors(&parts, &x, false).argmin(1, false);
        let step = mixture.step(&x, MixturePass::Responsible, Precision::Single, hard);
        let sums = parts.iter().enumerate().filter_map(|(i, part)| {
            let rows = winners.eq(i as i64).nonzero().view([-1]);
            let own = x.index_select(0, &rows);
            (rows.size()[0] > 0).then(|| (part.forward_t(&own, true) - &own).square().sum(Kind::Float))
        });
        let loss = Tensor::stack(&sums.collect::<Vec<_>>(), 0).sum(Kind::Float);
        let ours = (&step.selected * &step.weights).sum(Kind::Float);
        assert_close(&(&ours / 20.0), &(&loss / 20.0), "loss");
        compare_gradients(&mixture, &(ours / 20.0), &separate_gradients(&parts, &(loss / 20.0)));
        assert_close(
            &mixture.errors(&x, Precision::Single),
            &separate_errors(&parts, &x, false).detach(),
            "errors outside training",
        );
    }
}

#[test]
fn settled_statistics_are_those_of_the_rows() {
    let (parts, x) = (parts(true), to_tensor(samples().view()));
    let mixture = AutoencoderMixture::stack(&parts).unwrap();
    let own = x.split_with_sizes([9, 6, 5], 0);
    mixture.settle_statistics(&own);
    let before_norm = parts.iter().zip(&own).map(|(part, x)| {
        let named = part.named_parameters();
        x.linear(&named[0].1, Some(&named[1].1)).detach()
    });
    let before_norm: Vec<Tensor> = before_norm.collect();
    let rows = [0i64];
    let of_each =
        |f: &dyn Fn(&Tensor) -> Tensor| Tensor::cat(&before_norm.iter().map(f).collect::<Vec<_>>(), 0);
    for (name, expected) in [
        ("encoder.0.norm.running_mean", of_each(&|y| y.mean_dim(rows.as_slice(), false, Kind::Float))),
        ("encoder.0.norm.running_variance", of_each(&|y| y.var_dim(rows.as_slice(), true, false))),
    ] {
        let found = mixture.named_buffers().into_iter().find(|(n, _)| n == name).unwrap().1;
        assert_close(&found, &expected, name);
    }
}

#[test]
fn an_autoencoder_that_is_responsible_for_nothing_stays_finite() {
    let (parts, x) = (parts(true), to_tensor(samples().view()));
    let mixture = AutoencoderMixture::stack(&parts).unwrap();
    for pass in [MixturePass::All, MixturePass::Responsible] {
        let first =
            |errors: &Tensor| Tensor::zeros([errors.size()[0]], (Kind::Int64, Device::Cpu)).one_hot(K);
        let step = mixture.step(&x, pass, Precision::Single, |e| first(e).to_kind(Kind::Float));
        let loss = (&step.selected * &step.weights).sum(Kind::Float);
        let leaves: Vec<_> = mixture.named_parameters().into_iter().map(|(_, leaf)| leaf).collect();
        let gradients = Tensor::run_backward(&[&loss], &leaves, false, false);
        assert!(gradients.iter().all(|g| g.isfinite().all().int64_value(&[]) == 1));
        assert!(gradients[0].get(1).abs().max().double_value(&[]) < 1e-12);
    }
    assert!(mixture.errors_of(samples().view()).unwrap().iter().all(|e| e.is_finite()));
}

#[test]
fn bf16_is_near_single_precision() {
    let x = to_tensor(samples().view());
    let mut mixture = AutoencoderMixture::stack(&parts(true)).unwrap();
    let single = mixture.errors(&x, Precision::Single);
    let _adam = mixture.train_in(Precision::Bf16, Default::default(), []).unwrap();
    for pass in [MixturePass::All, MixturePass::Responsible] {
        let step = mixture.step(&x, pass, Precision::Bf16, hard);
        assert_eq!(step.selected.kind(), Kind::Float);
        let least = single.min_dim(1, false).0.sum(Kind::Float);
        let found = (&step.selected * &step.weights).sum(Kind::Float);
        // Statistics of the batch or of the own samples, not the running ones: the same order, not the same number.
        let ratio = (found / least).double_value(&[]);
        assert!((0.5..1.5).contains(&ratio), "{pass:?}: {ratio}");
    }
    let fresh = AutoencoderMixture::stack(&parts(true)).unwrap();
    assert!((fresh.errors(&x, Precision::Single) - &single).abs().max().double_value(&[]) < 1e-6);
    let mut copy = AutoencoderMixture::stack(&parts(true)).unwrap();
    let _adam = copy.train_in(Precision::Bf16, Default::default(), []).unwrap();
    let ratio = copy.errors(&x, Precision::Bf16) / single;
    assert!((ratio - 1.0).abs().max().double_value(&[]) < 0.05);
}

#[test]
fn reconstructions_belong_to_the_errors() {
    let mixture = AutoencoderMixture::stack(&parts(true)).unwrap();
    let x = samples();
    let (errors, all) = (mixture.errors_of(x.view()).unwrap(), mixture.reconstructions_of(x.view()).unwrap());
    for ((i, j), error) in errors.indexed_iter() {
        let found: f32 =
            x.row(i).iter().zip(all.slice(ndarray::s![i, j, ..])).map(|(a, b)| (a - b).powi(2)).sum();
        assert!((found - error).abs() < 1e-5);
    }
    assert!(mixture.errors_of(x.slice(ndarray::s![.., ..3])).is_err());
}

#[test]
fn only_alike_autoencoders_are_stacked() {
    assert!(AutoencoderMixture::stack(&[]).is_err());
    let (mut with, mut without) = (parts(true), parts(false));
    let error = AutoencoderMixture::stack(&[with.remove(0), without.remove(0)]).unwrap_err().to_string();
    assert!(error.contains("number 1 is different"), "{error}");
    let error = AutoencoderMixture::zeros(settings(true), 0, Device::Cpu).unwrap_err().to_string();
    assert_eq!(error, "setting `k`: expected at least 1, found 0");
}
