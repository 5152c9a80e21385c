use serde::{Deserialize, Serialize};
use tch::Tensor;

/// An element-wise function after a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// x
    Identity,
    /// max(x, 0)
    Relu,
    /// max(x, x / 100), torch's default
    LeakyRelu,
    /// x for x > 0, exp(x) − 1 otherwise
    Elu,
    /// 1 / (1 + exp(−x))
    Sigmoid,
    /// tanh x
    Tanh,
}

impl Activation {
    /// Applies the function to every element; the shape stays.
    pub fn apply(self, x: &Tensor) -> Tensor {
        match self {
            Self::Identity => x.shallow_clone(),
            Self::Relu => x.relu(),
            Self::LeakyRelu => x.leaky_relu(),
            Self::Elu => x.elu(),
            Self::Sigmoid => x.sigmoid(),
            Self::Tanh => x.tanh(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn values_at_two_points() {
        // torch 2.11: for f in (relu, F.leaky_relu, elu, sigmoid, tanh): f(torch.tensor([-1.5, 2.0]))
        let x = Tensor::from_slice(&[-1.5f64, 2.0]);
        let expected = [
            (Activation::Identity, [-1.5, 2.0]),
            (Activation::Relu, [0.0, 2.0]),
            (Activation::LeakyRelu, [-0.015, 2.0]),
            (Activation::Elu, [-0.776_869_839_851_570_2, 2.0]),
            (Activation::Sigmoid, [0.182_425_523_806_356_35, 0.880_797_077_977_882_3]),
            (Activation::Tanh, [-0.905_148_253_644_866_5, 0.964_027_580_075_816_9]),
        ];
        for (function, values) in expected {
            let y = Vec::<f64>::try_from(function.apply(&x)).unwrap();
            assert_relative_eq!(y[0], values[0], max_relative = 1e-12);
            assert_relative_eq!(y[1], values[1], max_relative = 1e-12);
        }
    }
}
