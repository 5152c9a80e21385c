use rand::Rng;
use rand_distr::{Distribution, Normal, Uniform};
use serde::{Deserialize, Serialize};
use tch::{Device, Kind, Tensor};

/// How the weights and biases of a linear layer start.
///
/// tch's own default is *not* Python's: it draws weights from U(±√(6/fan_in)), √6 ≈ 2.45 times wider than
/// `torch.nn.Linear`. So every network here names its initialiser. Numbers come from the generator that is passed
/// in, never from libtorch's process-wide one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Init {
    /// `torch.nn.Linear`'s default: weights and biases from U(±1/√fan_in).
    TorchLinear,
    /// He et al. 2015, eq. 10: weights from N(0, 2/fan_in); biases from U(±1/√fan_in).
    KaimingNormal,
    /// Glorot and Bengio 2010, eq. 16: weights from U(±√(6/(fan_in+fan_out))); biases from U(±1/√fan_in).
    XavierUniform,
    /// Keras's `Dense` default: weights from U(±√(6/(fan_in+fan_out))); biases zero.
    GlorotUniform,
}

impl Init {
    /// Draws a weight matrix, shape (fan_out, fan_in).
    pub fn weight(self, fan_in: usize, fan_out: usize, rng: &mut impl Rng) -> Tensor {
        let (size, fan_in_f, fan_out_f) = (fan_in * fan_out, fan_in as f64, fan_out as f64);
        let values = match self {
            Self::TorchLinear => uniform(size, fan_in_f.sqrt().recip(), rng),
            Self::KaimingNormal => normal(size, (2.0 / fan_in_f).sqrt(), rng),
            Self::XavierUniform | Self::GlorotUniform => {
                uniform(size, (6.0 / (fan_in_f + fan_out_f)).sqrt(), rng)
            }
        };
        Tensor::from_slice(&values).view([fan_out as i64, fan_in as i64])
    }

    /// Draws a bias vector, shape (fan_out).
    pub fn bias(self, fan_in: usize, fan_out: usize, rng: &mut impl Rng) -> Tensor {
        match self {
            Self::GlorotUniform => Tensor::zeros([fan_out as i64], (Kind::Float, Device::Cpu)),
            _ => Tensor::from_slice(&uniform(fan_out, (fan_in as f64).sqrt().recip(), rng)),
        }
    }
}

fn uniform(size: usize, bound: f64, rng: &mut impl Rng) -> Vec<f32> {
    let bound = bound as f32;
    match Uniform::new_inclusive(-bound, bound) {
        Ok(distribution) => distribution.sample_iter(rng).take(size).collect(),
        Err(_) => vec![0.0; size], // an infinite bound: a layer without inputs has no weights to draw
    }
}

fn normal(size: usize, deviation: f64, rng: &mut impl Rng) -> Vec<f32> {
    match Normal::new(0.0, deviation as f32) {
        Ok(distribution) => distribution.sample_iter(rng).take(size).collect(),
        Err(_) => vec![0.0; size],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    /// (largest |value|, standard deviation) of a 500 × 784 draw.
    fn spread(tensor: &Tensor) -> (f64, f64) {
        (tensor.abs().max().double_value(&[]), tensor.std(true).double_value(&[]))
    }

    #[test]
    fn uniform_draws_fill_their_range_and_no_more() {
        // torch.nn.Linear(784, 500): the bound is 1/sqrt(784) = 0.035714…
        // torch.nn.init.xavier_uniform_: sqrt(6/1284) = 0.068359…
        for (init, bound) in [
            (Init::TorchLinear, 1.0 / 28.0),
            (Init::XavierUniform, 0.068_358_903_6),
            (Init::GlorotUniform, 0.068_358_903_6),
        ] {
            let weight = init.weight(784, 500, &mut ChaCha8Rng::seed_from_u64(1));
            assert_eq!(weight.size(), [500, 784]);
            let (largest, deviation) = spread(&weight);
            assert!(largest <= bound * (1.0 + 1e-6) && largest > 0.999 * bound, "{init:?}: {largest}");
            assert!((deviation / (bound / 3f64.sqrt()) - 1.0).abs() < 0.01, "{init:?}: {deviation}");
        }
    }

    #[test]
    fn kaiming_normal_has_he_deviation() {
        let weight = Init::KaimingNormal.weight(784, 500, &mut ChaCha8Rng::seed_from_u64(2));
        let (_, deviation) = spread(&weight);
        assert!((deviation / (2.0f64 / 784.0).sqrt() - 1.0).abs() < 0.01, "{deviation}");
    }

    #[test]
    fn biases() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let (largest, _) = spread(&Init::TorchLinear.bias(100, 4000, &mut rng));
        assert!(largest <= 0.1 + 1e-6 && largest > 0.0999, "{largest}");
        assert_eq!(Init::GlorotUniform.bias(100, 7, &mut rng).abs().sum(Kind::Float).double_value(&[]), 0.0);
    }

    #[test]
    fn the_generator_alone_decides() {
        let draw = |seed| Init::TorchLinear.weight(5, 4, &mut ChaCha8Rng::seed_from_u64(seed));
        assert_eq!(draw(9), draw(9));
        assert_ne!(draw(9), draw(10));
    }
}
