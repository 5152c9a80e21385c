use crate::{Activation, BatchNormSettings, Error, Init, LayerInits, Result};
use serde::{Deserialize, Serialize};

/// What makes an image half as high and half as wide, by squares of 2 × 2 pixels. The decoder makes it twice as large by repeating
/// every pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pooling {
    /// The largest of four pixels.
    Max,
    /// The mean of four pixels.
    Average,
}

/// One convolution with what follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConvolutionSettings {
    /// Channels of its output, at least 1.
    pub filters: usize,
    /// Side of the square that an output pixel sees, at least 1 and at most that of the padded image.
    pub kernel: usize,
    /// Pixels from one square to the next, at least 1.
    pub stride: usize,
    /// Zeros that are put around the image, fewer than `kernel`.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub padding: usize,
    /// After the activation; none unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pooling: Option<Pooling>,
    /// After the convolution, and its batch normalisation where there is one.
    pub activation: Activation,
}

fn is_zero(value: &usize) -> bool {
    *value == 0
}

/// Sizes and functions of a convolutional autoencoder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConvolutionalSettings {
    /// Channels of an image: 1 for grey ones, 3 for coloured ones.
    pub channels: usize,
    /// Rows of an image.
    pub height: usize,
    /// Columns of an image.
    pub width: usize,
    /// Convolutions of the encoder, at least one; the decoder mirrors them.
    pub convolutions: Vec<ConvolutionSettings>,
    /// Widths of fully connected layers between the last convolution and the code's layer, each at least 1; mirrored too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dense: Vec<usize>,
    /// Width of the code, at least 1.
    pub code_width: usize,
    /// After the layers of `dense`.
    pub hidden: Activation,
    /// After the code layer.
    pub code: Activation,
    /// After the last layer.
    pub output: Activation,
    /// How weights start. A convolution's fan_in is channels · kernel², that of a transposed one filters · kernel², as in torch.
    pub init: LayerInits,
    /// Batch normalisation of every layer but the last, by channel after a convolution; none unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch_norm: Option<BatchNormSettings>,
}

impl Default for ConvolutionalSettings {
    /// [`dcec`](Self::dcec) for grey images of 28 × 28 pixels.
    fn default() -> Self {
        Self::dcec(1, 28, 28)
    }
}

impl ConvolutionalSettings {
    /// The autoencoder of DCEC (Guo et al. 2017, "Deep clustering with convolutional autoencoders"), as in its authors' code: 32, 64
    /// and 128 filters of 5 × 5, 5 × 5 and 3 × 3 pixels with stride 2 and ReLU, then a linear code of width 10; Glorot's
    /// initialiser and a linear output. The third convolution has padding where the sides are multiples of 8.
    ///
    /// Keras pads an image of even sides by one pixel more on the right and below; here it is the same on all sides, which gives
    /// outputs of the same size.
    pub fn dcec(channels: usize, height: usize, width: usize) -> Self {
        let layer = |filters, kernel, padding| ConvolutionSettings {
            filters,
            kernel,
            stride: 2,
            padding,
            pooling: None,
            activation: Activation::Relu,
        };
        let padding = usize::from(height.is_multiple_of(8) && width.is_multiple_of(8));
        Self {
            channels,
            height,
            width,
            convolutions: vec![layer(32, 5, 2), layer(64, 5, 2), layer(128, 3, padding)],
            dense: Vec::new(),
            code_width: 10,
            hidden: Activation::Relu,
            code: Activation::Identity,
            output: Activation::Identity,
            init: LayerInits::all(Init::GlorotUniform),
            batch_norm: None,
        }
    }

    /// Width of a sample: channels · height · width.
    pub fn features(&self) -> usize {
        self.channels * self.height * self.width
    }

    /// Checks sizes and batch normalisation.
    ///
    /// # Errors
    /// [`Error::Setting`] for a size of zero, a kernel that is larger than its padded image, padding that is not less than the kernel,
    /// an odd side before a pooling, or a normalisation out of range.
    pub fn validate(&self) -> Result<()> {
        self.stages()?;
        let sizes = [("code_width", self.code_width)];
        let dense = self.dense.iter().map(|&width| ("dense", width));
        sizes.into_iter().chain(dense).try_for_each(|(name, value)| at_least_one(name, value, ""))?;
        self.batch_norm.as_ref().map_or(Ok(()), BatchNormSettings::validate)
    }

    /// Sizes of every convolution.
    pub(crate) fn stages(&self) -> Result<Vec<Stage>> {
        let own = [("channels", self.channels), ("height", self.height), ("width", self.width)];
        own.into_iter().try_for_each(|(name, value)| at_least_one(name, value, ""))?;
        if self.convolutions.is_empty() {
            return Err(setting("convolutions", "at least one", "none".to_owned()));
        }
        let (mut channels, mut sides) = (self.channels, [self.height, self.width]);
        let mut stages = Vec::new();
        for (i, layer) in self.convolutions.iter().enumerate() {
            let stage = Stage::of(i, layer, channels, sides)?;
            (channels, sides) = (layer.filters, stage.pooled);
            stages.push(stage);
        }
        Ok(stages)
    }
}

/// Sizes of one convolution.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stage {
    pub channels: usize,
    /// Rows and columns of its output after pooling.
    pub pooled: [usize; 2],
    /// Rows and columns that its transposed convolution has to append to give back the input's size.
    pub output_padding: [i64; 2],
}

impl Stage {
    fn of(i: usize, layer: &ConvolutionSettings, channels: usize, input: [usize; 2]) -> Result<Self> {
        let ConvolutionSettings { filters, kernel, stride, padding, pooling, .. } = *layer;
        let place = format!(" in convolution {i}");
        for (name, value) in [("filters", filters), ("kernel", kernel), ("stride", stride)] {
            at_least_one(name, value, &place)?;
        }
        if padding >= kernel {
            let found = format!("{padding} beside a kernel of {kernel}{place}");
            return Err(setting("padding", "a number less than the kernel", found));
        }
        let padded = input.map(|side| side + 2 * padding);
        if padded.iter().any(|&side| kernel > side) {
            let found = format!("{kernel} for {} × {} pixels{place}", padded[0], padded[1]);
            return Err(setting("kernel", "a kernel that is no larger than the padded image", found));
        }
        let output = padded.map(|side| (side - kernel) / stride + 1);
        if pooling.is_some() && output.iter().any(|side| !side.is_multiple_of(2)) {
            let found = format!("{} × {} pixels{place}", output[0], output[1]);
            return Err(setting("pooling", "an image of even sides, which come back exactly", found));
        }
        Ok(Self {
            channels,
            pooled: if pooling.is_some() { output.map(|side| side / 2) } else { output },
            output_padding: padded.map(|side| ((side - kernel) % stride) as i64),
        })
    }
}

fn at_least_one(name: &'static str, value: usize, place: &str) -> Result<()> {
    if value > 0 { Ok(()) } else { Err(setting(name, "a number of at least 1", format!("0{place}"))) }
}

fn setting(name: &'static str, expected: &'static str, found: String) -> Error {
    Error::Setting { name, expected, found }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(change: impl FnOnce(&mut ConvolutionalSettings)) -> String {
        let mut settings = ConvolutionalSettings::default();
        change(&mut settings);
        settings.validate().unwrap_err().to_string()
    }

    #[test]
    fn sizes_of_dcec() {
        // Keras's summary of the authors' network for 28 × 28 pixels: 14, 7, 3; for 16 × 16 (USPS): 8, 4, 2.
        let sides = |side| {
            let stages = ConvolutionalSettings::dcec(1, side, side).stages().unwrap();
            stages.iter().map(|stage| stage.pooled[0]).collect::<Vec<_>>()
        };
        assert_eq!(sides(28), [14, 7, 3]);
        assert_eq!(sides(16), [8, 4, 2]);
        assert_eq!(sides(32), [16, 8, 4]);
    }

    #[test]
    fn bad_sizes_are_named() {
        assert_eq!(
            refused(|s| s.convolutions[2].kernel = 8),
            "setting `kernel`: expected a kernel that is no larger than the padded image, \
             found 8 for 7 × 7 pixels in convolution 2"
        );
        assert_eq!(
            refused(|s| s.convolutions[1].pooling = Some(Pooling::Max)),
            "setting `pooling`: expected an image of even sides, which come back exactly, \
             found 7 × 7 pixels in convolution 1"
        );
        assert_eq!(
            refused(|s| s.convolutions[0].padding = 5),
            "setting `padding`: expected a number less than the kernel, \
             found 5 beside a kernel of 5 in convolution 0"
        );
        assert_eq!(
            refused(|s| s.convolutions[1].stride = 0),
            "setting `stride`: expected a number of at least 1, found 0 in convolution 1"
        );
        assert_eq!(
            refused(|s| s.code_width = 0),
            "setting `code_width`: expected a number of at least 1, found 0"
        );
        assert_eq!(
            refused(|s| s.dense = vec![0]),
            "setting `dense`: expected a number of at least 1, found 0"
        );
        assert_eq!(refused(|s| s.height = 0), "setting `height`: expected a number of at least 1, found 0");
        assert_eq!(
            refused(|s| s.convolutions.clear()),
            "setting `convolutions`: expected at least one, found none"
        );
    }

    #[test]
    fn json_leaves_out_what_is_not_there() {
        let mut settings = ConvolutionalSettings::default();
        let text = serde_json::to_string(&settings).unwrap();
        assert!(
            !text.contains("pooling") && !text.contains("dense") && !text.contains("batch_norm"),
            "{text}"
        );
        settings.dense = vec![30];
        settings.convolutions[0].pooling = Some(Pooling::Average);
        for settings in [settings, ConvolutionalSettings::default()] {
            let text = serde_json::to_string(&settings).unwrap();
            assert_eq!(serde_json::from_str::<ConvolutionalSettings>(&text).unwrap(), settings);
        }
    }
}
