use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use tch::{Device, Kind, Tensor};

/// Settings of batch normalisation (Ioffe and Szegedy 2015) in a fully connected autoencoder: between every hidden layer and
/// its activation. The layer of the reconstruction never has it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchNormSettings {
    /// Weight of a new batch in the running statistics, in (0, 1]: 0.1 in torch, 0.01 in Keras (which calls it momentum 0.99).
    pub momentum: f64,
    /// Added to the variance, above 0: 1e-5 in torch, 1e-3 in Keras.
    pub epsilon: f64,
    /// Whether the layer of the code has it too.
    pub code: bool,
}

impl BatchNormSettings {
    /// Checks every field's range.
    ///
    /// # Errors
    /// [`Error::Setting`] names the first field that is out of range.
    pub fn validate(&self) -> Result<()> {
        let check = |ok: bool, name, expected, found: f64| {
            if ok { Ok(()) } else { Err(Error::Setting { name, expected, found: found.to_string() }) }
        };
        check(self.momentum > 0.0 && self.momentum <= 1.0, "momentum", "a number in (0, 1]", self.momentum)?;
        check(self.epsilon > 0.0 && self.epsilon.is_finite(), "epsilon", "a number above 0", self.epsilon)
    }
}

/// Batch normalisation of features: y = γ (x − μ) / √(σ² + ε) + β, by feature.
///
/// In training μ and σ² are mean and (biased) variance of the batch, and move the running ones by the momentum (there the
/// variance is the unbiased one, as in torch); otherwise they are the running ones. A batch of one sample has no variance:
/// it is treated as outside training, so that the last sample of an epoch cannot turn statistics into NaN.
#[derive(Debug)]
pub struct BatchNorm {
    /// γ, shape (features); starts at 1.
    pub weight: Tensor,
    /// β, shape (features); starts at 0.
    pub bias: Tensor,
    /// Shape (features); starts at 0.
    pub running_mean: Tensor,
    /// Shape (features); starts at 1.
    pub running_variance: Tensor,
    settings: BatchNormSettings,
}

impl BatchNorm {
    /// A layer for that many features.
    pub fn new(features: usize, settings: BatchNormSettings, device: Device) -> Self {
        let full = |value: f64| Tensor::full([features as i64], value, (Kind::Float, device));
        Self {
            weight: full(1.0).set_requires_grad(true),
            bias: full(0.0).set_requires_grad(true),
            running_mean: full(0.0),
            running_variance: full(1.0),
            settings,
        }
    }

    /// y of shape (batch, features) for x of that shape.
    pub fn forward_t(&self, x: &Tensor, train: bool) -> Tensor {
        x.batch_norm(
            Some(&self.weight),
            Some(&self.bias),
            Some(&self.running_mean),
            Some(&self.running_variance),
            train && x.size()[0] > 1,
            self.settings.momentum,
            self.settings.epsilon,
            true,
        )
    }

    /// Like [`forward_t`](Self::forward_t) in training, for the rows of `x` whose `mask` is 1: the others do not count.
    ///
    /// Shapes: x (groups, batch, features / groups), mask (groups, batch, 1) of zeros and ones. A group with fewer than two
    /// such rows takes the running statistics, and leaves them as they are.
    pub(crate) fn forward_masked(&self, x: &Tensor, mask: &Tensor) -> Tensor {
        let size = x.size();
        let grouped = |tensor: &Tensor| tensor.view([size[0], 1, size[2]]);
        let count = mask.sum_dim_intlist([1i64].as_slice(), true, Kind::Float);
        let divisor = count.clamp_min(1.0);
        let over_rows = |tensor: &Tensor| {
            (tensor * mask).sum_dim_intlist([1i64].as_slice(), true, Kind::Float) / &divisor
        };
        let x = x.to_kind(Kind::Float);
        let enough = count.ge(2.0);
        let mean = over_rows(&x).where_self(&enough, &grouped(&self.running_mean));
        let centred = &x - &mean;
        let variance = over_rows(&centred.square()).where_self(&enough, &grouped(&self.running_variance));
        tch::no_grad(|| {
            let momentum = enough.to_kind(Kind::Float) * self.settings.momentum;
            let unbiased = &variance * &divisor / (&divisor - 1.0).clamp_min(1.0);
            let move_to = |running: &Tensor, value: &Tensor| {
                let step = (value - grouped(running)) * &momentum;
                let _ = grouped(running).g_add_(&step);
            };
            move_to(&self.running_mean, &mean);
            move_to(&self.running_variance, &unbiased);
        });
        centred * (variance + self.settings.epsilon).rsqrt() * grouped(&self.weight) + grouped(&self.bias)
    }

    /// Trainable tensors with their names.
    pub(crate) fn parameters(&self) -> [(&'static str, &Tensor); 2] {
        [("weight", &self.weight), ("bias", &self.bias)]
    }

    /// What training changes besides the parameters, with names.
    pub(crate) fn buffers(&self) -> [(&'static str, &Tensor); 2] {
        [("running_mean", &self.running_mean), ("running_variance", &self.running_variance)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    const KERAS: BatchNormSettings = BatchNormSettings { momentum: 0.01, epsilon: 1e-3, code: false };

    fn values(tensor: &Tensor) -> Vec<f32> {
        Vec::<f32>::try_from(tensor.detach().contiguous().view([-1])).unwrap()
    }

    fn assert_values(found: &Tensor, expected: &[f32]) {
        for (found, expected) in values(found).iter().zip(expected) {
            assert_relative_eq!(*found, *expected, max_relative = 1e-5, epsilon = 1e-6);
        }
    }

    fn layer() -> (BatchNorm, Tensor) {
        let norm = BatchNorm::new(2, KERAS, Device::Cpu);
        norm.weight.detach().copy_(&Tensor::from_slice(&[2.0f32, 0.5]));
        norm.bias.detach().copy_(&Tensor::from_slice(&[0.1f32, -0.2]));
        (norm, Tensor::from_slice(&[1.0f32, 2.0, 3.0, 5.0, -2.0, 0.5]).view([3, 2]))
    }

    #[test]
    fn values_as_in_torch() {
        // torch 2.11: n = torch.nn.BatchNorm1d(2, eps=1e-3, momentum=.01); n.weight.data = torch.tensor([2., .5])
        //   n.bias.data = torch.tensor([.1, -.2]); x = torch.tensor([[1., 2.], [3., 5.], [-2., .5]])
        //   n(x); n.running_mean; n.running_var; n.eval(); n(x)
        let (norm, x) = layer();
        assert_values(&norm.forward_t(&x, true), &TRAINED);
        assert_values(&norm.running_mean, &[0.006_666_667, 0.025]);
        assert_values(&norm.running_variance, &[1.053_333_4, 1.0425]);
        assert_values(&norm.forward_t(&x, false), &EVALUATED);
    }

    const TRAINED: [f32; 6] =
        [0.424_404_38, -0.333_611_55, 2.370_831, 0.468_057_63, -2.495_235_4, -0.734_446_17];
    const EVALUATED: [f32; 6] =
        [2.034_799_6, 0.766_698_1, 5.930_369_4, 2.235_100_3, -3.808_555_1, 0.032_497_02];

    #[test]
    fn rows_outside_the_mask_do_not_count() {
        let (norm, x) = layer();
        let (masked, _) = layer();
        let more = Tensor::cat(&[&x, &(x.zeros_like() + 7.0)], 0).view([1, 6, 2]);
        let mask = Tensor::from_slice(&[1.0f32, 1.0, 1.0, 0.0, 0.0, 0.0]).view([1, 6, 1]);
        let found = masked.forward_masked(&more, &mask);
        assert_values(&found.get(0).narrow(0, 0, 3), &values(&norm.forward_t(&x, true)));
        assert_values(&masked.running_mean, &values(&norm.running_mean));
        assert_values(&masked.running_variance, &values(&norm.running_variance));
    }

    #[test]
    fn a_single_sample_leaves_the_statistics() {
        let (norm, x) = layer();
        let one = x.narrow(0, 0, 1);
        let expected = values(&norm.forward_t(&one, false));
        assert_values(&norm.forward_t(&one, true), &expected);
        let mask = Tensor::from_slice(&[1.0f32, 0.0, 0.0]).view([1, 3, 1]);
        assert_values(&norm.forward_masked(&x.view([1, 3, 2]), &mask).get(0).get(0), &expected);
        let none = mask.zeros_like();
        assert!(values(&norm.forward_masked(&x.view([1, 3, 2]), &none)).iter().all(|v| v.is_finite()));
        assert_eq!(values(&norm.running_variance), [1.0, 1.0]);
    }

    #[test]
    fn settings_out_of_range_are_named() {
        let error = BatchNormSettings { momentum: 0.0, ..KERAS }.validate().unwrap_err().to_string();
        assert_eq!(error, "setting `momentum`: expected a number in (0, 1], found 0");
        assert!(BatchNormSettings { epsilon: 0.0, ..KERAS }.validate().is_err());
    }
}
