//! One convolution or transposed convolution with what belongs to it.

use crate::{Activation, BatchNorm, Init, LayerOutput, Pooling};
use rand::Rng;
use tch::{Device, Tensor};

/// Sizes of a layer and what follows its convolution.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Form {
    /// Channels of the input and of the output.
    pub channels: [usize; 2],
    pub kernel: usize,
    pub stride: usize,
    pub padding: usize,
    /// Of a convolution it comes last, and before a transposed one its reverse comes first.
    pub pooling: Option<Pooling>,
    /// Of a transposed convolution: rows and columns that its output has more.
    pub transposed: Option<[i64; 2]>,
    pub activation: Activation,
}

impl Form {
    /// The convolution of x, shape (batch, channels, rows, columns), by the weights and biases of one layer of this form, or of several
    /// one after the other: their outputs are channels side by side then.
    pub(crate) fn linear(&self, x: &Tensor, weight: &Tensor, bias: &Tensor) -> Tensor {
        let (stride, padding) = ([self.stride as i64; 2], [self.padding as i64; 2]);
        match self.transposed {
            None => x.conv2d(weight, Some(bias), stride, padding, [1, 1], 1),
            Some(more) => {
                let x = if self.pooling.is_some() { twice_as_large(x) } else { x.shallow_clone() };
                x.conv_transpose2d(weight, Some(bias), stride, padding, more, 1, [1, 1])
            }
        }
    }

    /// What follows the activation.
    pub(crate) fn pooled(&self, x: Tensor) -> Tensor {
        match self.pooling.filter(|_| self.transposed.is_none()) {
            None => x,
            Some(Pooling::Max) => x.max_pool2d([2, 2], [2, 2], [0, 0], [1, 1], false),
            Some(Pooling::Average) => x.avg_pool2d([2, 2], [2, 2], [0, 0], false, true, None::<i64>),
        }
    }
}

#[derive(Debug)]
pub(crate) struct Convolution {
    form: Form,
    /// Shape (filters, channels, kernel, kernel); transposed (channels, filters, kernel, kernel).
    weight: Tensor,
    /// Shape (filters).
    bias: Tensor,
    norm: Option<BatchNorm>,
}

impl Convolution {
    /// A layer whose weights are drawn from `rng`, weight before bias, then moved to `device` as trainable leaves.
    pub(crate) fn new(
        form: Form,
        norm: Option<BatchNorm>,
        init: Init,
        device: Device,
        rng: &mut impl Rng,
    ) -> Self {
        let ([from, to], square) = (form.channels, form.kernel * form.kernel);
        // torch takes the second dimension of the weight for the inputs, of a transposed convolution too.
        let [rows, columns] = if form.transposed.is_some() { [from, to] } else { [to, from] };
        let (fan_in, fan_out) = (columns * square, rows * square);
        let weight = init.draw_weight((rows, columns * square), fan_in, fan_out, rng);
        let bias = init.bias(fan_in, to, rng);
        let side = form.kernel as i64;
        let leaf = |tensor: Tensor| tensor.to_device(device).set_requires_grad(true);
        Self {
            weight: leaf(weight.view([rows as i64, columns as i64, side, side])),
            bias: leaf(bias),
            norm,
            form,
        }
    }

    /// The output of shape (batch, filters, rows, columns) for x of shape (batch, channels, rows, columns).
    pub(crate) fn forward_t(&self, x: &Tensor, train: bool) -> Tensor {
        self.form.pooled(self.layer(x, train).activated)
    }

    /// As [`forward_t`](Self::forward_t), and what is before the pooling is appended to `outputs`, a sample in a row.
    pub(crate) fn forward_into(&self, x: &Tensor, outputs: &mut Vec<LayerOutput>) -> Tensor {
        let LayerOutput { linear, activated } = self.layer(x, true);
        outputs.push(LayerOutput { linear: linear.flatten(1, -1), activated: activated.flatten(1, -1) });
        self.form.pooled(activated)
    }

    fn layer(&self, x: &Tensor, train: bool) -> LayerOutput {
        let mut linear = self.form.linear(x, &self.weight, &self.bias);
        if let Some(norm) = &self.norm {
            linear = norm.forward_t(&linear, train);
        }
        LayerOutput { activated: self.form.activation.apply(&linear), linear }
    }

    /// Sizes, and what follows.
    pub(crate) fn form(&self) -> Form {
        self.form
    }

    /// Trainable tensors with their names: `weight`, `bias`, `norm.weight`, `norm.bias`.
    pub(crate) fn named_parameters(&self) -> Vec<(String, Tensor)> {
        let own = [("weight", &self.weight), ("bias", &self.bias)];
        let own = own.into_iter().map(|(name, tensor)| (name.to_owned(), tensor.shallow_clone()));
        own.chain(of_norm(self.norm.iter().flat_map(BatchNorm::parameters))).collect()
    }

    /// Running statistics with their names.
    pub(crate) fn named_buffers(&self) -> Vec<(String, Tensor)> {
        of_norm(self.norm.iter().flat_map(BatchNorm::buffers)).collect()
    }

    /// Number of trainable values.
    pub(crate) fn parameter_count(&self) -> usize {
        self.named_parameters().iter().map(|(_, tensor)| tensor.numel()).sum()
    }
}

fn of_norm<'a>(
    tensors: impl Iterator<Item = (&'static str, &'a Tensor)>,
) -> impl Iterator<Item = (String, Tensor)> {
    tensors.map(|(name, tensor)| (format!("norm.{name}"), tensor.shallow_clone()))
}

/// Every pixel four times.
fn twice_as_large(x: &Tensor) -> Tensor {
    let size = x.size();
    x.upsample_nearest2d([2 * size[2], 2 * size[3]], None::<f64>, None::<f64>)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use tch::Kind;

    #[test]
    fn weights_start_as_in_torch() {
        // torch 2.11: the largest weight and bias of nn.Conv2d(4, 64, 3) and nn.ConvTranspose2d(4, 64, 3) are next to (4 * 9)**-.5 and
        //   (64 * 9)**-.5, and their weights have shape (64, 4, 3, 3) and (4, 64, 3, 3)
        for (transposed, shape, bound) in
            [(None, [64, 4, 3, 3], 1.0 / 6.0), (Some([0, 0]), [4, 64, 3, 3], 1.0 / 24.0)]
        {
            let form = Form {
                channels: [4, 64],
                kernel: 3,
                stride: 1,
                padding: 0,
                pooling: None,
                transposed,
                activation: Activation::Identity,
            };
            let rng = &mut ChaCha8Rng::seed_from_u64(1);
            let layer = Convolution::new(form, None, Init::TorchLinear, Device::Cpu, rng);
            assert_eq!(layer.weight.size(), shape);
            for tensor in [&layer.weight, &layer.bias] {
                let largest = tensor.abs().max().double_value(&[]);
                assert!(largest <= bound * (1.0 + 1e-6) && largest > 0.95 * bound, "{largest} {bound}");
            }
            let glorot = Convolution::new(form, None, Init::GlorotUniform, Device::Cpu, rng);
            let (largest, bound) =
                (glorot.weight.abs().max().double_value(&[]), (6.0f64 / (68.0 * 9.0)).sqrt());
            assert!(largest <= bound * (1.0 + 1e-6) && largest > 0.99 * bound, "{largest} {bound}");
            assert_eq!(glorot.bias.abs().sum(Kind::Float).double_value(&[]), 0.0);
        }
    }
}
