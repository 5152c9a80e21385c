use crate::{Activation, BatchNormSettings, Error, Init, Result};
use serde::{Deserialize, Serialize};

/// Initialisers by the place of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerInits {
    /// Hidden layers of encoder and decoder.
    pub hidden: Init,
    /// The layer whose output is the code.
    pub code: Init,
    /// The layer whose output is the reconstruction.
    pub output: Init,
}

impl LayerInits {
    /// One initialiser everywhere.
    pub fn all(init: Init) -> Self {
        Self { hidden: init, code: init, output: init }
    }
}

/// Sizes and functions of a fully connected autoencoder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AutoencoderSettings {
    /// Widths from input to code, for instance `[784, 128, 64]`: at least two, each at least 1.
    pub widths: Vec<usize>,
    /// Widths of the decoder between code and reconstruction, for instance `[128]`; those of the encoder in reverse, its mirror,
    /// unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decoder: Option<Vec<usize>>,
    /// After the hidden layers.
    pub hidden: Activation,
    /// After the code layer.
    pub code: Activation,
    /// After the last layer.
    pub output: Activation,
    /// How weights start.
    pub init: LayerInits,
    /// Batch normalisation; none unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch_norm: Option<BatchNormSettings>,
}

impl AutoencoderSettings {
    /// Checks the widths and the batch normalisation.
    ///
    /// # Errors
    /// [`Error::Setting`] when there are fewer than two widths, one of either half is zero, or the normalisation is out of range.
    pub fn validate(&self) -> Result<()> {
        if self.widths.len() < 2 || self.widths.contains(&0) {
            return Err(Error::Setting {
                name: "widths",
                expected: "two or more widths from input to code, each at least 1",
                found: format!("{:?}", self.widths),
            });
        }
        if let Some(decoder) = self.decoder.as_ref().filter(|decoder| decoder.contains(&0)) {
            return Err(Error::Setting {
                name: "decoder",
                expected: "widths from code to reconstruction, each at least 1",
                found: format!("{decoder:?}"),
            });
        }
        self.batch_norm.as_ref().map_or(Ok(()), BatchNormSettings::validate)
    }

    /// What is at the layer of that number, counted from the first of the encoder.
    pub(crate) fn place(&self, layer: usize) -> Place {
        let code = self.widths.len() - 2;
        let (init, activation, normalised) = if layer == code {
            (self.init.code, self.code, self.batch_norm.filter(|norm| norm.code))
        } else if layer == code + self.decoder_widths().len() - 1 {
            (self.init.output, self.output, None)
        } else {
            (self.init.hidden, self.hidden, self.batch_norm)
        };
        Place { init, activation, batch_norm: normalised, decodes: layer > code }
    }

    /// (fan_in, fan_out) of every linear layer, encoder first.
    pub fn layer_shapes(&self) -> Vec<(usize, usize)> {
        let decoder = self.decoder_widths();
        let pairs = self.widths.windows(2).chain(decoder.windows(2));
        pairs.map(|pair| (pair[0], pair[1])).collect()
    }

    /// Widths from code to reconstruction, both among them.
    fn decoder_widths(&self) -> Vec<usize> {
        let mut widths: Vec<usize> = self.widths.iter().rev().copied().collect();
        if let (Some(decoder), last) = (&self.decoder, widths.len() - 1) {
            widths.splice(1..last, decoder.iter().copied());
        }
        widths
    }
}

/// What belongs to one layer.
pub(crate) struct Place {
    pub init: Init,
    pub activation: Activation,
    pub batch_norm: Option<BatchNormSettings>,
    /// Whether it is a layer of the decoder.
    pub decodes: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(decoder: Option<Vec<usize>>) -> AutoencoderSettings {
        AutoencoderSettings {
            widths: vec![9, 7, 5, 2],
            decoder,
            hidden: Activation::Elu,
            code: Activation::Identity,
            output: Activation::Sigmoid,
            init: LayerInits::all(Init::GlorotUniform),
            batch_norm: Some(BatchNormSettings { momentum: 0.1, epsilon: 1e-5, code: false }),
        }
    }

    #[test]
    fn the_decoder_is_the_mirror_unless_it_has_widths_of_its_own() {
        let shapes = |decoder| settings(decoder).layer_shapes();
        assert_eq!(shapes(None), [(9, 7), (7, 5), (5, 2), (2, 5), (5, 7), (7, 9)]);
        assert_eq!(shapes(Some(vec![5, 7])), shapes(None));
        assert_eq!(shapes(Some(vec![7])), [(9, 7), (7, 5), (5, 2), (2, 7), (7, 9)]);
        assert_eq!(shapes(Some(vec![])), [(9, 7), (7, 5), (5, 2), (2, 9)]);
    }

    #[test]
    fn the_last_layer_is_that_of_the_reconstruction() {
        for (decoder, last) in [(None, 5), (Some(vec![7]), 4), (Some(vec![]), 3)] {
            let settings = settings(decoder);
            let output = settings.place(last);
            assert!(
                output.activation == Activation::Sigmoid && output.batch_norm.is_none() && output.decodes
            );
            assert_eq!(settings.place(2).activation, Activation::Identity);
            let hidden = (0..last).filter(|&layer| settings.place(layer).batch_norm.is_some());
            assert_eq!(hidden.count(), last - 1);
        }
    }

    #[test]
    fn a_width_of_zero_is_refused() {
        let error = settings(Some(vec![7, 0])).validate().unwrap_err().to_string();
        assert_eq!(
            error,
            "setting `decoder`: expected widths from code to reconstruction, each at least 1, found [7, 0]"
        );
    }
}
