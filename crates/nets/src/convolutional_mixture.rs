use crate::convolution::Form;
use crate::network::{check_columns, set_tensors};
use crate::selection::{Selection, batches, squared_errors};
use crate::{
    Activation, Convolutional, ConvolutionalSettings, Error, MixtureOfNetworks, Network, NetworkSpec, Result,
    to_array2, to_tensor_on,
};
use ndarray::{Array3, ArrayView2, s};
use tch::{Device, Kind, Tensor};

/// k convolutional autoencoders of one form as one network: the weights of a layer lie in one tensor, the first layers of all are one
/// convolution, and fully connected ones one product. A decoder sees only the codes of samples that it has a share in.
///
/// Forms with batch normalisation are refused.
#[derive(Debug)]
pub struct ConvolutionalMixture {
    settings: ConvolutionalSettings,
    k: i64,
    encoder: Vec<Layer<Form>>,
    /// To the code, and back.
    dense: [Vec<Layer<Activation>>; 2],
    decoder: Vec<Layer<Form>>,
    /// Channels, rows and columns between convolutions and fully connected layers.
    inner: [i64; 3],
    device: Device,
}

/// One layer of all networks.
#[derive(Debug)]
struct Layer<F> {
    name: String,
    form: F,
    /// Of k layers, stacked.
    weight: Tensor,
    /// Shape (k, outputs).
    bias: Tensor,
}

impl ConvolutionalMixture {
    /// The autoencoders as one network. Their values are copied.
    ///
    /// # Errors
    /// [`Error::Setting`] when there is none, when their settings differ, or when they have batch normalisation.
    pub fn stack(parts: &[Convolutional]) -> Result<Self> {
        let wrong = |found: String| Error::Setting {
            name: "autoencoders",
            expected: "one or more of the same settings, without batch normalisation",
            found,
        };
        let first = parts.first().ok_or_else(|| wrong("none".to_owned()))?;
        if let Some(i) = parts.iter().position(|part| part.settings() != first.settings()) {
            return Err(wrong(format!("number {i} is different from number 0")));
        }
        let settings = first.settings().clone();
        if settings.batch_norm.is_some() {
            return Err(wrong("batch normalisation".to_owned()));
        }
        let states: Vec<_> = parts.iter().map(Network::named_state).collect();
        let stacked = |name: &str| {
            let of_part = |state: &Vec<(String, Tensor)>| {
                state.iter().filter(|(n, _)| n == name).map(|(_, tensor)| tensor.detach()).next()
            };
            let found: Vec<Tensor> = states.iter().filter_map(of_part).collect();
            Tensor::f_stack(&found, 0).map(|all| all.set_requires_grad(true))
        };
        let hidden = vec![settings.hidden; settings.dense.len()];
        let [before, after] = first.forms();
        let last = before.last().map_or(settings.hidden, |form| form.activation);
        Ok(Self {
            encoder: layers("encoder.convolution", &before, &stacked)?,
            dense: [
                layers("encoder.dense", &[hidden.as_slice(), &[settings.code]].concat(), &stacked)?,
                layers("decoder.dense", &[hidden.as_slice(), &[last]].concat(), &stacked)?,
            ],
            decoder: layers("decoder.convolution", &after, &stacked)?,
            k: parts.len() as i64,
            inner: first.inner(),
            device: first.device(),
            settings,
        })
    }

    /// What autoencoder i makes of codes, shape (rows, features) for (rows, code width).
    fn decode(&self, i: i64, codes: &Tensor) -> Tensor {
        let back = self.dense[1].iter().fold(codes.shallow_clone(), |x, layer| {
            layer.form.apply(&x.linear(&layer.weight.get(i), Some(&layer.bias.get(i))))
        });
        let [channels, rows, columns] = self.inner;
        let image = back.reshape([-1, channels, rows, columns]);
        let image = self
            .decoder
            .iter()
            .fold(image, |x, layer| layer.convolved(&x, &layer.weight.get(i), &layer.bias.get(i)));
        image.flatten(1, -1)
    }
}

fn layers<F: Copy>(
    place: &str,
    forms: &[F],
    stacked: &impl Fn(&str) -> Result<Tensor, tch::TchError>,
) -> Result<Vec<Layer<F>>> {
    let layer = |(i, form): (usize, &F)| {
        let name = format!("{place}.{i}");
        let (weight, bias) = (stacked(&format!("{name}.weight"))?, stacked(&format!("{name}.bias"))?);
        Ok(Layer { name, form: *form, weight, bias })
    };
    forms.iter().enumerate().map(layer).collect()
}

impl<F> Layer<F> {
    fn named(&self) -> [(String, Tensor); 2] {
        let named = |what: &str, tensor: &Tensor| (format!("{}.{what}", self.name), tensor.shallow_clone());
        [named("weight", &self.weight), named("bias", &self.bias)]
    }
}

impl Layer<Form> {
    /// Convolution with these weights and biases, activation and pooling. They may be those of all networks, one after the other.
    fn convolved(&self, x: &Tensor, weight: &Tensor, bias: &Tensor) -> Tensor {
        self.form.pooled(self.form.activation.apply(&self.form.linear(x, weight, bias)))
    }
}

impl MixtureOfNetworks for ConvolutionalMixture {
    fn spec(&self) -> NetworkSpec {
        NetworkSpec::Convolutional(self.settings.clone())
    }

    fn k(&self) -> usize {
        self.k as usize
    }

    fn code_width(&self) -> usize {
        self.settings.code_width
    }

    fn device(&self) -> Device {
        self.device
    }

    fn named_parameters(&self) -> Vec<(String, Tensor)> {
        let dense = |half: usize| self.dense[half].iter().flat_map(Layer::named);
        let (before, after) = (self.encoder.iter(), self.decoder.iter());
        before
            .flat_map(Layer::named)
            .chain(dense(0))
            .chain(dense(1))
            .chain(after.flat_map(Layer::named))
            .collect()
    }

    fn named_buffers(&self) -> Vec<(String, Tensor)> {
        Vec::new()
    }

    fn set_state(&self, values: &[(String, Tensor)]) -> Result<()> {
        set_tensors(&self.named_parameters(), values)
    }

    fn codes(&self, x: &Tensor, _: bool) -> Tensor {
        let ConvolutionalSettings { channels, height, width, .. } = self.settings;
        let image = x.reshape([-1, channels as i64, height as i64, width as i64]);
        let parts = self.encoder.iter().enumerate().fold(vec![image], |parts, (i, layer)| {
            if i == 0 {
                // All see the same image.
                let all = layer.convolved(&parts[0], &layer.weight.flatten(0, 1), &layer.bias.flatten(0, 1));
                return all.chunk(self.k, 1);
            }
            let own = |(i, x): (i64, &Tensor)| layer.convolved(x, &layer.weight.get(i), &layer.bias.get(i));
            (0..).zip(&parts).map(own).collect()
        });
        let inner = Tensor::stack(&parts.iter().map(|x| x.flatten(1, -1)).collect::<Vec<_>>(), 0);
        self.dense[0].iter().fold(inner, |x, layer| {
            let product = layer.bias.unsqueeze(1).baddbmm(&x, &layer.weight.transpose(1, 2), 1.0, 1.0);
            layer.form.apply(&product)
        })
    }

    fn weighted_error(&self, codes: &Tensor, x: &Tensor, weights: &Tensor) -> Tensor {
        let (selection, own) = Selection::with_rows(x, weights);
        let of_each = selection.split(&selection.of_each(codes));
        let error = |(i, (codes, x)): (usize, (&Tensor, &Tensor))| match x.size()[0] {
            // libtorch has no transposed convolution of no images.
            0 => Tensor::zeros([0], (Kind::Float, self.device)),
            _ => squared_errors(&self.decode(i as i64, codes), x),
        };
        let errors: Vec<Tensor> = of_each.iter().zip(&own).enumerate().map(error).collect();
        selection.weighted_mean(&errors, weights)
    }

    fn reconstructions_of(&self, x: ArrayView2<'_, f32>) -> Result<Array3<f32>> {
        check_columns(x, self.settings.features())?;
        let mut all = Array3::zeros((x.nrows(), self.k(), x.ncols()));
        for rows in batches(x.nrows()) {
            let batch = to_tensor_on(x.slice(s![rows.clone(), ..]), self.device);
            let codes = tch::no_grad(|| self.codes(&batch, false));
            for i in 0..self.k() {
                let output = tch::no_grad(|| self.decode(i as i64, &codes.get(i as i64)));
                all.slice_mut(s![rows.clone(), i, ..]).assign(&to_array2(&output)?);
            }
        }
        Ok(all)
    }
}
