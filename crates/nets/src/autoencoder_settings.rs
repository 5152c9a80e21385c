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

/// Sizes and functions of a fully connected autoencoder whose decoder mirrors its encoder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AutoencoderSettings {
    /// Widths from input to code, for instance `[784, 128, 64]`: at least two, each at least 1.
    pub widths: Vec<usize>,
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
    /// [`Error::Setting`] when there are fewer than two widths, one is zero, or the normalisation is out of range.
    pub fn validate(&self) -> Result<()> {
        if self.widths.len() < 2 || self.widths.contains(&0) {
            return Err(Error::Setting {
                name: "widths",
                expected: "two or more widths from input to code, each at least 1",
                found: format!("{:?}", self.widths),
            });
        }
        self.batch_norm.as_ref().map_or(Ok(()), BatchNormSettings::validate)
    }

    /// What is at the layer of that number, counted from the first of the encoder.
    pub(crate) fn place(&self, layer: usize) -> Place {
        let code = self.widths.len() - 2;
        let (init, activation, normalised) = if layer == code {
            (self.init.code, self.code, self.batch_norm.filter(|norm| norm.code))
        } else if layer == 2 * code + 1 {
            (self.init.output, self.output, None)
        } else {
            (self.init.hidden, self.hidden, self.batch_norm)
        };
        Place { init, activation, batch_norm: normalised, decodes: layer > code }
    }

    /// (fan_in, fan_out) of every linear layer, encoder first.
    pub fn layer_shapes(&self) -> Vec<(usize, usize)> {
        let encoder: Vec<_> = self.widths.windows(2).map(|pair| (pair[0], pair[1])).collect();
        let decoder = encoder.iter().rev().map(|&(a, b)| (b, a)).collect::<Vec<_>>();
        [encoder, decoder].concat()
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
