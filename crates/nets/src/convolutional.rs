use crate::convolution::{Convolution, Form};
use crate::network::below;
use crate::working_copy::adam_of;
use crate::{
    Activation, Adam, AdamSettings, BatchNorm, ConvolutionalSettings, Error, LayerOutput, Linear, Mlp,
    Network, NetworkSpec, Precision, Result,
};
use rand::Rng;
use tch::{Device, Tensor};

/// A convolutional autoencoder of images: convolutions and fully connected layers to the code, then back through fully connected
/// layers and transposed convolutions to an image of the same size.
///
/// A sample is a row of channels · height · width pixels, channel by channel and row by row. Training is in single precision.
#[derive(Debug)]
pub struct Convolutional {
    settings: ConvolutionalSettings,
    encoder: Half,
    decoder: Half,
    /// Channels, rows and columns between convolutions and fully connected layers.
    inner: [i64; 3],
    device: Device,
}

#[derive(Debug, Default)]
struct Half {
    convolutions: Vec<Convolution>,
    dense: Mlp,
}

impl Half {
    fn named(
        &self,
        of_convolution: impl Fn(&Convolution) -> Vec<(String, Tensor)>,
        of_dense: impl Fn(&Mlp) -> Vec<(String, Tensor)>,
    ) -> [Vec<(String, Tensor)>; 2] {
        let layers = self.convolutions.iter().enumerate();
        let convolutions = layers.flat_map(|(i, layer)| {
            below(&format!("convolution.{i}"), of_convolution(layer)).collect::<Vec<_>>()
        });
        [convolutions.collect(), below("dense", of_dense(&self.dense)).collect()]
    }
}

impl Convolutional {
    /// A network with weights drawn from `rng`, layer by layer, encoder first, weight before bias.
    ///
    /// # Errors
    /// What [`ConvolutionalSettings::validate`] reports.
    pub fn new(settings: ConvolutionalSettings, device: Device, rng: &mut impl Rng) -> Result<Self> {
        settings.validate()?;
        let stages = settings.stages()?;
        let (layers, count) = (&settings.convolutions, stages.len());
        let norm = |features| settings.batch_norm.map(|norm| BatchNorm::new(features, norm, device));
        let (mut encoder, mut decoder) = (Half::default(), Half::default());
        for (layer, stage) in layers.iter().zip(&stages) {
            let form = Form {
                channels: [stage.channels, layer.filters],
                kernel: layer.kernel,
                stride: layer.stride,
                padding: layer.padding,
                pooling: layer.pooling,
                transposed: None,
                activation: layer.activation,
            };
            let norm = norm(layer.filters);
            encoder.convolutions.push(Convolution::new(form, norm, settings.init.hidden, device, rng));
        }
        let (last, [rows, columns]) = (layers[count - 1], stages[count - 1].pooled);
        let mut widths = vec![last.filters * rows * columns];
        widths.extend(settings.dense.iter().chain([&settings.code_width]));
        let hidden = (settings.init.hidden, settings.hidden);
        for (i, pair) in widths.windows(2).enumerate() {
            let is_code = i + 2 == widths.len();
            let (init, activation) = if is_code { (settings.init.code, settings.code) } else { hidden };
            let normalised =
                norm(pair[1]).filter(|_| !is_code || settings.batch_norm.is_some_and(|n| n.code));
            encoder.dense.push(Linear::new(pair[0], pair[1], init, device, rng), normalised, activation);
        }
        widths.reverse();
        for (i, pair) in widths.windows(2).enumerate() {
            // The last one gives back what the last convolution gave.
            let activation = if i + 2 == widths.len() { last.activation } else { settings.hidden };
            let linear = Linear::new(pair[0], pair[1], settings.init.hidden, device, rng);
            decoder.dense.push(linear, norm(pair[1]), activation);
        }
        for (i, (layer, stage)) in layers.iter().zip(&stages).enumerate().rev() {
            let before: Option<Activation> = i.checked_sub(1).map(|before| layers[before].activation);
            let form = Form {
                channels: [layer.filters, stage.channels],
                kernel: layer.kernel,
                stride: layer.stride,
                padding: layer.padding,
                pooling: layer.pooling,
                transposed: Some(stage.output_padding),
                activation: before.unwrap_or(settings.output),
            };
            let init = if i == 0 { settings.init.output } else { settings.init.hidden };
            let norm = norm(stage.channels).filter(|_| i > 0);
            decoder.convolutions.push(Convolution::new(form, norm, init, device, rng));
        }
        let inner = [last.filters, rows, columns].map(|size| size as i64);
        Ok(Self { settings, encoder, decoder, inner, device })
    }

    /// Forms of the convolutions of the encoder and of the decoder, each in the order in which a sample passes them.
    pub(crate) fn forms(&self) -> [Vec<Form>; 2] {
        [&self.encoder, &self.decoder].map(|half| half.convolutions.iter().map(Convolution::form).collect())
    }

    /// Channels, rows and columns between convolutions and fully connected layers.
    pub(crate) fn inner(&self) -> [i64; 3] {
        self.inner
    }

    /// The settings it was made with.
    pub fn settings(&self) -> &ConvolutionalSettings {
        &self.settings
    }

    /// Rows as images, shape (batch, channels, height, width).
    fn images(&self, x: &Tensor) -> Tensor {
        let ConvolutionalSettings { channels, height, width, .. } = self.settings;
        x.reshape([-1, channels as i64, height as i64, width as i64])
    }

    fn inner_images(&self, x: &Tensor) -> Tensor {
        let [channels, rows, columns] = self.inner;
        x.reshape([-1, channels, rows, columns])
    }

    /// Names in the order in which a sample passes the layers.
    fn named(
        &self,
        of_convolution: impl Fn(&Convolution) -> Vec<(String, Tensor)>,
        of_dense: impl Fn(&Mlp) -> Vec<(String, Tensor)>,
    ) -> Vec<(String, Tensor)> {
        let [convolutions, dense] = self.encoder.named(&of_convolution, &of_dense);
        let [transposed, dense_back] = self.decoder.named(&of_convolution, &of_dense);
        let encoder = below("encoder", convolutions.into_iter().chain(dense));
        encoder.chain(below("decoder", dense_back.into_iter().chain(transposed))).collect()
    }
}

impl Network for Convolutional {
    fn spec(&self) -> NetworkSpec {
        NetworkSpec::Convolutional(self.settings.clone())
    }

    fn device(&self) -> Device {
        self.device
    }

    fn features(&self) -> usize {
        self.settings.features()
    }

    fn code_width(&self) -> usize {
        self.settings.code_width
    }

    fn encode_t(&self, x: &Tensor, train: bool) -> Tensor {
        let layers = self.encoder.convolutions.iter();
        let inner = layers.fold(self.images(x), |x, layer| layer.forward_t(&x, train));
        self.encoder.dense.forward_t(&inner.flatten(1, -1), train)
    }

    fn decode_t(&self, code: &Tensor, train: bool) -> Tensor {
        let inner = self.inner_images(&self.decoder.dense.forward_t(code, train));
        let layers = self.decoder.convolutions.iter();
        layers.fold(inner, |x, layer| layer.forward_t(&x, train)).flatten(1, -1)
    }

    /// Those of convolutions are before a pooling.
    fn layer_outputs(&self, x: &Tensor) -> Vec<LayerOutput> {
        let mut outputs = Vec::new();
        let layers = self.encoder.convolutions.iter();
        let inner = layers.fold(self.images(x), |x, layer| layer.forward_into(&x, &mut outputs));
        let code = self.encoder.dense.forward_into(&inner.flatten(1, -1), true, &mut outputs);
        let inner = self.inner_images(&self.decoder.dense.forward_into(&code, true, &mut outputs));
        let layers = self.decoder.convolutions.iter();
        let _ = layers.fold(inner, |x, layer| layer.forward_into(&x, &mut outputs));
        outputs
    }

    /// `encoder.convolution.0.weight`, …, `encoder.dense.0.weight`, …, `decoder.dense.0.weight`, …, `decoder.convolution.0.weight`, …
    fn named_parameters(&self) -> Vec<(String, Tensor)> {
        self.named(Convolution::named_parameters, Mlp::named_parameters)
    }

    fn named_buffers(&self) -> Vec<(String, Tensor)> {
        self.named(Convolution::named_buffers, Mlp::named_buffers)
    }

    fn parameter_counts(&self) -> Vec<usize> {
        let of = |half: &Half| -> [Vec<usize>; 2] {
            let convolutions = half.convolutions.iter().map(Convolution::parameter_count);
            [convolutions.collect(), half.dense.parameter_counts().collect()]
        };
        let ([convolutions, dense], [transposed, dense_back]) = (of(&self.encoder), of(&self.decoder));
        [convolutions, dense, dense_back, transposed].concat()
    }

    /// [`Precision::Single`] is the only precision.
    fn train_part_in(
        &mut self,
        precision: Precision,
        adam: AdamSettings,
        trained: &dyn Fn(&str) -> bool,
        others: Vec<Tensor>,
    ) -> Result<Adam> {
        if !precision.is_single() {
            let found = format!("{precision:?}");
            return Err(Error::Setting { name: "precision", expected: "single for convolutions", found });
        }
        adam_of(self.named_parameters(), std::iter::empty(), adam, trained, others)
    }
}
