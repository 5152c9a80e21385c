use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use tch::{Device, Kind, Tensor};

/// Settings of batch normalisation (Ioffe and Szegedy 2015) in an autoencoder: between every hidden layer and
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

/// Batch normalisation of features, or of the channels of images: y = γ (x − μ) / √(σ² + ε) + β, by feature or channel.
///
/// In training μ and σ² are mean and (biased) variance of the batch, for a channel over all its pixels, and move the running ones
/// by the momentum (there the variance is the unbiased one, as in torch); otherwise they are the running ones. One value a feature
/// has no variance: a batch of one sample is treated as outside training, so that the last sample of an epoch cannot turn
/// statistics into NaN.
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

    /// y for x, both of shape (batch, features) or (batch, channels, rows, columns).
    pub fn forward_t(&self, x: &Tensor, train: bool) -> Tensor {
        x.batch_norm(
            Some(&self.weight),
            Some(&self.bias),
            Some(&self.running_mean),
            Some(&self.running_variance),
            train && x.numel() > self.weight.numel(),
            self.settings.momentum,
            self.settings.epsilon,
            true,
        )
    }

    /// In training, for networks whose features lie one after the other here: `parts[i]` of shape (rows of i, features / k)
    /// is normalised by its own rows. The running statistics move by `momentum` where it is given.
    pub(crate) fn forward_parts(&self, parts: &[Tensor], momentum: Option<f64>) -> Vec<Tensor> {
        let momentum = momentum.unwrap_or(self.settings.momentum);
        let k = parts.len() as i64;
        let of_each = |tensor: &Tensor| tensor.view([k, -1]).unbind(0);
        let (weights, biases) = (of_each(&self.weight), of_each(&self.bias));
        let (means, variances) = (of_each(&self.running_mean), of_each(&self.running_variance));
        let part = |i: usize| Self {
            weight: weights[i].shallow_clone(),
            bias: biases[i].shallow_clone(),
            running_mean: means[i].shallow_clone(),
            running_variance: variances[i].shallow_clone(),
            settings: BatchNormSettings { momentum, ..self.settings },
        };
        parts.iter().enumerate().map(|(i, x)| part(i).forward_t(x, true)).collect()
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
    fn channels_of_images_as_in_torch() {
        // torch 2.11: as above with nn.BatchNorm2d and one image, x = torch.tensor([[[[1., 2.], [3., 5.]], [[-2., .5], [0., 1.]]]])
        let (norm, _) = layer();
        let x = Tensor::from_slice(&[1.0f32, 2.0, 3.0, 5.0, -2.0, 0.5, 0.0, 1.0]).view([1, 2, 2, 2]);
        assert_values(&norm.forward_t(&x, true), &IMAGE);
        assert_values(&norm.running_mean, &IMAGE_MEAN);
        assert_values(&norm.running_variance, &IMAGE_VARIANCE);
        assert_values(&norm.forward_t(&x, false), &IMAGE_EVALUATED);
    }

    const IMAGE: [f32; 8] =
        [-2.265_891, -0.913_953_3, 0.437_984_5, 3.141_86, -1.022_915, 0.074_304_91, -0.145_139, 0.293_748_9];
    const IMAGE_MEAN: [f32; 2] = [0.027_5, -0.001_25];
    const IMAGE_VARIANCE: [f32; 2] = [1.019_167, 1.007_292];
    const IMAGE_EVALUATED: [f32; 8] =
        [2.025_68, 4.005_813, 5.985_946, 9.946_213, -1.195_257, 0.049_592_36, -0.199_377_6, 0.298_562_3];

    #[test]
    fn parts_are_normalised_apart() {
        let (norm, x) = layer();
        let (both, _) = layer();
        let parts = [x.narrow(1, 0, 1), x.narrow(1, 1, 1).narrow(0, 0, 2)];
        let found = both.forward_parts(&parts, None);
        let whole = norm.forward_t(&x, true);
        assert_values(&found[0], &values(&whole.narrow(1, 0, 1)));
        let fewer = BatchNorm::new(1, KERAS, Device::Cpu).forward_t(&parts[1], true) * 0.5 - 0.2;
        assert_values(&found[1], &values(&fewer));
        assert_values(&both.running_mean.narrow(0, 0, 1), &values(&norm.running_mean.narrow(0, 0, 1)));
    }

    #[test]
    fn one_sample_or_none_leaves_the_statistics() {
        let (norm, x) = layer();
        let one = x.narrow(0, 0, 1);
        let expected = values(&norm.forward_t(&one, false));
        assert_values(&norm.forward_t(&one, true), &expected);
        let parts = [x.narrow(1, 0, 1).narrow(0, 0, 1), x.narrow(1, 1, 1).narrow(0, 0, 0)];
        let found = norm.forward_parts(&parts, None);
        assert_values(&found[0], &expected[..1]);
        assert_eq!(found[1].size(), [0, 1]);
        assert_eq!(
            (values(&norm.running_variance), values(&norm.running_mean)),
            (vec![1.0; 2], vec![0.0; 2])
        );
    }

    #[test]
    fn settings_out_of_range_are_named() {
        let error = BatchNormSettings { momentum: 0.0, ..KERAS }.validate().unwrap_err().to_string();
        assert_eq!(error, "setting `momentum`: expected a number in (0, 1], found 0");
        assert!(BatchNormSettings { epsilon: 0.0, ..KERAS }.validate().is_err());
    }
}
