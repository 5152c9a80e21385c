use crate::to_tensor;
use ndarray::Array2;
use ndarray_rand::RandomExt;
use rand::Rng;
use rand_distr::{Distribution, Normal, Uniform};
use serde::{Deserialize, Serialize};
use tch::{Device, Kind, Tensor};

/// How the weights and biases of a linear layer or a convolution start.
///
/// tch's own default is *not* Python's: it draws weights from U(±√(6/fan_in)), √6 ≈ 2.45 times wider than
/// `torch.nn.Linear`. So every network here names its initialiser. Numbers come from the generator that is passed
/// in, never from libtorch's process-wide one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Init {
    /// The default of `torch.nn.Linear` and `torch.nn.Conv2d`: weights and biases from U(±1/√fan_in).
    TorchLinear,
    /// He et al. 2015, eq. 10: weights from N(0, 2/fan_in); biases from U(±1/√fan_in).
    KaimingNormal,
    /// Glorot and Bengio 2010, eq. 16: weights from U(±√(6/(fan_in+fan_out))); biases from U(±1/√fan_in).
    XavierUniform,
    /// Keras's default for `Dense` and `Conv2D`: weights from U(±√(6/(fan_in+fan_out))); biases zero.
    GlorotUniform,
}

impl Init {
    /// Draws a weight matrix, shape (fan_out, fan_in).
    pub fn weight(self, fan_in: usize, fan_out: usize, rng: &mut impl Rng) -> Tensor {
        self.draw_weight((fan_out, fan_in), fan_in, fan_out, rng)
    }

    /// Draws weights of another shape than (fan_out, fan_in), as those of convolutions are.
    pub(crate) fn draw_weight(
        self,
        shape: (usize, usize),
        fan_in: usize,
        fan_out: usize,
        rng: &mut impl Rng,
    ) -> Tensor {
        let (fan_in_f, fan_out_f) = (fan_in as f64, fan_out as f64);
        match self {
            Self::TorchLinear => uniform(shape, fan_in_f.sqrt().recip(), rng),
            Self::KaimingNormal => draw(shape, Normal::new(0.0, (2.0 / fan_in_f).sqrt() as f32), rng),
            Self::XavierUniform | Self::GlorotUniform => {
                uniform(shape, (6.0 / (fan_in_f + fan_out_f)).sqrt(), rng)
            }
        }
    }

    /// Draws a bias vector, shape (fan_out).
    pub fn bias(self, fan_in: usize, fan_out: usize, rng: &mut impl Rng) -> Tensor {
        match self {
            Self::GlorotUniform => Tensor::zeros([fan_out as i64], (Kind::Float, Device::Cpu)),
            _ => uniform((1, fan_out), (fan_in as f64).sqrt().recip(), rng).view([fan_out as i64]),
        }
    }
}

fn uniform(shape: (usize, usize), bound: f64, rng: &mut impl Rng) -> Tensor {
    draw(shape, Uniform::new_inclusive(-bound as f32, bound as f32), rng)
}

/// Numbers drawn row by row.
fn draw<E>(shape: (usize, usize), from: Result<impl Distribution<f32>, E>, rng: &mut impl Rng) -> Tensor {
    let values = match from {
        Ok(distribution) => Array2::random_using(shape, distribution, rng),
        Err(_) => Array2::zeros(shape), // an infinite bound: a layer without inputs has no weights to draw
    };
    to_tensor(values.view())
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

    /// Every network's start hangs on these draws: another order, or other numbers, would move recorded ones.
    #[test]
    fn draws_are_those_of_single_numbers_in_row_order() {
        let (mut whole, mut single) = (ChaCha8Rng::seed_from_u64(4), ChaCha8Rng::seed_from_u64(4));
        let mut assert_drawn = |tensor: Tensor, distribution: &dyn Fn(&mut ChaCha8Rng) -> f32| {
            let values = Vec::<f32>::try_from(&tensor.contiguous().view([-1])).unwrap();
            assert!(values.iter().all(|&v| v == distribution(&mut single)), "{tensor}");
        };
        let third = Uniform::new_inclusive(-1.0f32 / 3.0, 1.0 / 3.0).unwrap();
        let normal = Normal::new(0.0, (2.0f64 / 9.0).sqrt() as f32).unwrap();
        assert_drawn(Init::TorchLinear.weight(9, 5, &mut whole), &|rng| third.sample(rng));
        assert_drawn(Init::TorchLinear.bias(9, 5, &mut whole), &|rng| third.sample(rng));
        assert_drawn(Init::KaimingNormal.weight(9, 5, &mut whole), &|rng| normal.sample(rng));
        let same: (u64, u64) = (whole.random(), single.random());
        assert_eq!(same.0, same.1);
    }

    #[test]
    fn a_layer_without_inputs_has_no_weights_and_biases_of_zero() {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        assert_eq!(Init::TorchLinear.weight(0, 3, &mut rng).size(), [3, 0]);
        let biases = Init::TorchLinear.bias(0, 3, &mut rng);
        assert_eq!(Vec::<f32>::try_from(&biases).unwrap(), [0.0; 3]);
    }

    #[test]
    fn the_generator_alone_decides() {
        let draw = |seed| Init::TorchLinear.weight(5, 4, &mut ChaCha8Rng::seed_from_u64(seed));
        assert_eq!(draw(9), draw(9));
        assert_ne!(draw(9), draw(10));
    }
}
