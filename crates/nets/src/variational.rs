use crate::network::{below, set_tensors};
use crate::working_copy::{adam_of, prepare};
use crate::{
    Adam, AdamSettings, Autoencoder, LayerOutput, Linear, LogVarianceStart, Network, NetworkSpec, Precision,
    Result, VariationalSettings,
};
use rand::Rng;
use tch::{Device, Kind, Tensor};

/// A fully connected variational autoencoder (Kingma and Welling 2014): q(z|x) = N(μ(x), diag σ²(x)), x̂ = g(z).
///
/// It is an [`Autoencoder`] whose code is μ, with a second linear head for log σ² beside the code layer. As a [`Network`] its code
/// is the mean, so that it can be pretrained and embeds as any other does. The log-variance has no part in that.
#[derive(Debug)]
pub struct Variational {
    settings: VariationalSettings,
    autoencoder: Autoencoder,
    log_variance: Linear,
}

/// Before the names of the head's tensors.
const HEAD: &str = "encoder.log_variance";

impl Variational {
    /// A network with weights drawn from `rng`: those of the autoencoder, then, where they are drawn, those of the log-variance head.
    ///
    /// # Errors
    /// What [`VariationalSettings::validate`] reports.
    pub fn new(settings: VariationalSettings, device: Device, rng: &mut impl Rng) -> Result<Self> {
        settings.validate()?;
        let autoencoder = Autoencoder::new(settings.autoencoder.clone(), device, rng)?;
        let widths = &settings.autoencoder.widths;
        let (from, to) = (widths[widths.len() - 2], widths[widths.len() - 1]);
        let log_variance = match settings.log_variance {
            LogVarianceStart::Init(init) => Linear::new(from, to, init, device, rng),
            LogVarianceStart::CopyOfMean => Linear::full(from, to, 0.0, device),
            LogVarianceStart::Bias(bias) => Linear::full(from, to, bias, device),
        };
        let network = Self { settings, autoencoder, log_variance };
        network.copy_mean();
        Ok(network)
    }

    /// The settings it was made with.
    pub fn settings(&self) -> &VariationalSettings {
        &self.settings
    }

    /// Takes over the state of a pretrained [`Autoencoder`] of the same settings, or its own. A log-variance head that starts as a copy
    /// of the mean head is copied anew; any other stays.
    ///
    /// # Errors
    /// [`Error::Shape`](crate::Error::Shape) when a tensor is missing or of another shape; nothing is changed then.
    pub fn start_from(&self, autoencoder: &[(String, Tensor)]) -> Result<()> {
        Network::set_state(&self.autoencoder, autoencoder)?;
        self.copy_mean();
        Ok(())
    }

    /// Where the log-variance head starts as a copy, makes it one.
    fn copy_mean(&self) {
        let mean = self.autoencoder.encoder_linear(self.autoencoder.code_layer());
        if let (LogVarianceStart::CopyOfMean, Some(mean)) = (self.settings.log_variance, mean) {
            self.log_variance.weight.detach().copy_(&mean.weight.detach());
            self.log_variance.bias.detach().copy_(&mean.bias.detach());
            self.log_variance.refresh_working();
        }
    }

    /// (μ, log σ²) of q(z|x), each of shape (batch, code width), for x of shape (batch, features).
    pub fn posterior(&self, x: &Tensor, train: bool) -> (Tensor, Tensor) {
        let code = self.autoencoder.code_layer();
        let hidden = (0..code).fold(x.shallow_clone(), |x, i| self.autoencoder.encoder_layer(i, &x, train));
        let mean = self.autoencoder.encoder_layer(code, &hidden, train);
        (mean, self.log_variance.forward(&hidden).to_kind(Kind::Float))
    }

    /// z = μ + σ ε with ε = `noise`, numbers from N(0, 1), all of shape (batch, code width). Gradients go to μ and log σ².
    pub fn sample(mean: &Tensor, log_variance: &Tensor, noise: &Tensor) -> Tensor {
        mean + (log_variance * 0.5).exp() * noise
    }

    fn head(&self) -> impl Iterator<Item = (String, Tensor)> {
        let tensors = [("weight", &self.log_variance.weight), ("bias", &self.log_variance.bias)];
        below(HEAD, tensors.map(|(name, tensor)| (name.to_owned(), tensor.shallow_clone())))
    }
}

impl Network for Variational {
    fn spec(&self) -> NetworkSpec {
        NetworkSpec::Variational(self.settings.clone())
    }

    fn device(&self) -> Device {
        self.autoencoder.device()
    }

    fn features(&self) -> usize {
        self.autoencoder.features()
    }

    fn code_width(&self) -> usize {
        self.autoencoder.code_width()
    }

    /// The mean of q(z|x).
    fn encode_t(&self, x: &Tensor, train: bool) -> Tensor {
        self.autoencoder.encode_t(x, train)
    }

    fn decode_t(&self, code: &Tensor, train: bool) -> Tensor {
        self.autoencoder.decode_t(code, train)
    }

    /// Those of the autoencoder.
    fn layer_outputs(&self, x: &Tensor) -> Vec<LayerOutput> {
        self.autoencoder.layer_outputs(x)
    }

    /// Those of the autoencoder, then `encoder.log_variance.weight` and `encoder.log_variance.bias`.
    fn named_parameters(&self) -> Vec<(String, Tensor)> {
        self.autoencoder.named_parameters().into_iter().chain(self.head()).collect()
    }

    fn named_buffers(&self) -> Vec<(String, Tensor)> {
        self.autoencoder.named_buffers()
    }

    /// Those of the autoencoder, then that of the log-variance head.
    fn parameter_counts(&self) -> Vec<usize> {
        let mut counts = self.autoencoder.parameter_counts();
        counts.push(self.log_variance.parameter_count());
        counts
    }

    /// In [`Precision::Bf16`] every layer gets bf16 copies of its weights, which the optimiser keeps up to date.
    fn train_part_in(
        &mut self,
        precision: Precision,
        adam: AdamSettings,
        trained: &dyn Fn(&str) -> bool,
        others: Vec<Tensor>,
    ) -> Result<Adam> {
        prepare(self.autoencoder.layers_mut().chain([&mut self.log_variance]), precision);
        let layers = self.autoencoder.layers().chain([&self.log_variance]);
        adam_of(self.named_parameters(), layers, adam, trained, others)
    }

    fn reconstructs_by(&self, parameter: &str) -> bool {
        !parameter.starts_with(HEAD)
    }

    fn pairs(&self) -> usize {
        self.autoencoder.pairs()
    }

    fn train_pair_in(&mut self, pair: usize, precision: Precision, adam: AdamSettings) -> Result<Adam> {
        self.autoencoder.train_pair_in(pair, precision, adam)
    }

    fn encode_until(&self, x: &Tensor, layers: usize) -> Tensor {
        self.autoencoder.encode_until(x, layers)
    }

    fn pair_t(&self, x: &Tensor, pair: usize, train: bool) -> Tensor {
        self.autoencoder.pair_t(x, pair, train)
    }

    fn set_state(&self, values: &[(String, Tensor)]) -> Result<()> {
        set_tensors(&self.named_state(), values)?;
        self.autoencoder.layers().chain([&self.log_variance]).for_each(Linear::refresh_working);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Activation, AutoencoderSettings, Init, LayerInits, Optimizer};
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn settings(log_variance: LogVarianceStart) -> VariationalSettings {
        let autoencoder = AutoencoderSettings {
            widths: vec![6, 5, 2],
            decoder: None,
            hidden: Activation::Elu,
            code: Activation::Identity,
            output: Activation::Sigmoid,
            init: LayerInits::all(Init::GlorotUniform),
            batch_norm: None,
        };
        VariationalSettings { autoencoder, log_variance }
    }

    fn network(log_variance: LogVarianceStart, seed: u64) -> Variational {
        let rng = &mut ChaCha8Rng::seed_from_u64(seed);
        Variational::new(settings(log_variance), Device::Cpu, rng).unwrap()
    }

    fn samples() -> Tensor {
        ((Tensor::arange(48, (Kind::Float, Device::Cpu)) * 1.3).sin() * 0.5 + 0.5).view([8, 6])
    }

    #[test]
    fn starts_of_the_log_variance() {
        let x = samples();
        let (mean, log_variance) = network(LogVarianceStart::CopyOfMean, 1).posterior(&x, false);
        assert_eq!(mean, log_variance);
        let (other, log_variance) = network(LogVarianceStart::default(), 1).posterior(&x, false);
        assert_eq!(other, mean);
        assert_eq!(log_variance, Tensor::full([8, 2], -4.0, (Kind::Float, Device::Cpu)));
        let drawn = network(LogVarianceStart::Init(Init::GlorotUniform), 1);
        let (other, log_variance) = drawn.posterior(&x, false);
        assert!(other == mean && log_variance != mean);
        assert_eq!(drawn.encode(&x), mean);
    }

    #[test]
    fn a_pretrained_autoencoder_is_taken_over_with_its_mean_head() {
        let rng = &mut ChaCha8Rng::seed_from_u64(9);
        let autoencoder =
            Autoencoder::new(settings(LogVarianceStart::CopyOfMean).autoencoder, Device::Cpu, rng);
        let (autoencoder, x) = (autoencoder.unwrap(), samples());
        let network = network(LogVarianceStart::CopyOfMean, 1);
        network.start_from(&autoencoder.named_state()).unwrap();
        let (mean, log_variance) = network.posterior(&x, false);
        assert_eq!((&mean, &log_variance), (&autoencoder.encode(&x), &autoencoder.encode(&x)));
        assert_eq!(network.forward(&x), autoencoder.forward(&x));
        assert!(network.start_from(&autoencoder.named_state()[1..]).is_err());
    }

    #[test]
    fn gradients_of_samples_are_those_of_differences() {
        let sine = |step: f64| (Tensor::arange(6, (Kind::Double, Device::Cpu)) * step).sin().view([3, 2]);
        let (mean, log_variance, noise) = (sine(0.7), sine(1.1), sine(1.9));
        let loss = |mean: &Tensor, log_variance: &Tensor| {
            Variational::sample(mean, log_variance, &noise).pow_tensor_scalar(3).sum(Kind::Double)
        };
        let leaves = [&mean, &log_variance].map(|tensor| tensor.copy().set_requires_grad(true));
        let gradients = Tensor::run_backward(&[loss(&leaves[0], &leaves[1])], &leaves, false, false);
        let step = 1e-5;
        for i in 0..6 {
            let basis = Tensor::zeros([6], (Kind::Double, Device::Cpu));
            let _ = basis.get(i).fill_(step);
            let basis = basis.view([3, 2]);
            let by_mean = loss(&(&mean + &basis), &log_variance) - loss(&(&mean - &basis), &log_variance);
            let by_log = loss(&mean, &(&log_variance + &basis)) - loss(&mean, &(&log_variance - &basis));
            for (gradient, difference) in gradients.iter().zip([by_mean, by_log]) {
                let (found, expected) =
                    (gradient.view([-1]).double_value(&[i]), difference.double_value(&[]) / (2.0 * step));
                assert!((found - expected).abs() < 1e-8, "{found} {expected}");
            }
        }
    }

    /// The evidence lower bound of fixed noise falls, in both precisions.
    #[test]
    fn the_whole_learns() {
        let x = samples();
        let noise = (Tensor::arange(16, (Kind::Float, Device::Cpu)) * 2.3).sin().view([8, 2]);
        for precision in [Precision::Single, Precision::Bf16] {
            let mut network = network(LogVarianceStart::default(), 3);
            let adam = AdamSettings { learning_rate: 0.03, ..Default::default() };
            let mut adam = network.train_part_in(precision, adam, &|_| true, Vec::new()).unwrap();
            let loss = |network: &Variational| {
                let input = precision.input(&x);
                let (mean, log_variance) = network.posterior(&input, true);
                let z = Variational::sample(&mean, &log_variance, &noise).to_kind(input.kind());
                let error = (network.decode_t(&z, true) - &x).square().sum(Kind::Float);
                let kl = (mean.square() + log_variance.exp() - &log_variance - 1.0).sum(Kind::Float) * 0.5;
                error + kl * 0.01
            };
            let first = loss(&network).double_value(&[]);
            let bias = network.log_variance.bias.detach().copy();
            (0..60).for_each(|_| adam.minimise(&loss(&network)).unwrap());
            let last = loss(&network).double_value(&[]);
            assert!(last < 0.5 * first, "{precision:?}: {first} {last}");
            assert!(!network.log_variance.bias.allclose(&bias, 1e-2, 1e-2, false));
        }
    }

    #[test]
    fn reconstruction_alone_trains_without_the_log_variance() {
        let (mut network, x) = (network(LogVarianceStart::default(), 4), samples());
        let mut adam = network.train_in(Precision::Single, AdamSettings::default()).unwrap();
        assert_eq!(adam.parameters().len() + 2, network.parameters().len());
        let before = network.forward(&x);
        adam.minimise(&(network.forward_t(&x, true) - &x).square().mean(Kind::Float)).unwrap();
        assert_ne!(network.forward(&x), before);
        assert_eq!(network.parameter_counts(), [35, 12, 15, 36, 12]);
    }

    #[test]
    fn a_bias_that_is_no_number_is_refused() {
        let error = settings(LogVarianceStart::Bias(f64::NAN)).validate().unwrap_err().to_string();
        assert_eq!(error, "setting `log_variance`: expected a finite bias, found NaN");
    }
}
