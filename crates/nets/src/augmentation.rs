use crate::{Error, Result};
use rand::Rng;
use serde::{Deserialize, Serialize};
use tch::Tensor;

/// What is outside an image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outside {
    /// The nearest pixel of the border.
    #[default]
    Border,
    /// Zero.
    Zero,
}

/// Random affine changes of images, a draw of their own for each sample.
///
/// A picture is mirrored, zoomed, sheared, rotated and shifted, in this order, about its centre. Every pixel of the result is taken from the
/// original by bilinear interpolation. A range of 0 leaves its change out.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AugmentationSettings {
    /// Channels of an image, at least 1.
    pub channels: usize,
    /// Rows of an image, at least 1.
    pub height: usize,
    /// Columns of an image, at least 1.
    pub width: usize,
    /// Up to which share of height and width it is shifted either way, in [0, 1]. Default 0.1.
    pub shift: f64,
    /// Up to how many degrees it is rotated either way, in [0, 180]. Default 10.
    pub rotation: f64,
    /// Up to how many degrees its columns are tilted either way, in [0, 90). Default 0.
    pub shear: f64,
    /// By up to which share it is made larger or smaller, in [0, 1). Default 0.
    pub zoom: f64,
    /// Whether every other image, drawn at random, is mirrored left to right. Default no.
    pub flip: bool,
    /// What is outside the image. Default its border.
    pub outside: Outside,
}

impl Default for AugmentationSettings {
    /// What DEC-DA takes for MNIST and images like it (Guo et al. 2018, "Deep embedded clustering with data augmentation"): shifts by up to
    /// a tenth, rotations by up to 10°. The border continues outside, as in Keras's `ImageDataGenerator`, which its authors' code uses.
    fn default() -> Self {
        Self {
            channels: 1,
            height: 28,
            width: 28,
            shift: 0.1,
            rotation: 10.0,
            shear: 0.0,
            zoom: 0.0,
            flip: false,
            outside: Outside::Border,
        }
    }
}

impl AugmentationSettings {
    /// Checks every field's range.
    ///
    /// # Errors
    /// [`Error::Setting`] names the first field that is out of range.
    pub fn validate(&self) -> Result<()> {
        let refuse = |name, expected, found| Err(Error::Setting { name, expected, found });
        for (name, value) in [("channels", self.channels), ("height", self.height), ("width", self.width)] {
            if value == 0 {
                return refuse(name, "a number of at least 1", value.to_string());
            }
        }
        let ranges = [
            ("shift", (0.0..=1.0).contains(&self.shift), "a share in [0, 1]", self.shift),
            ("rotation", (0.0..=180.0).contains(&self.rotation), "degrees in [0, 180]", self.rotation),
            ("shear", (0.0..90.0).contains(&self.shear), "degrees in [0, 90)", self.shear),
            ("zoom", (0.0..1.0).contains(&self.zoom), "a share in [0, 1)", self.zoom),
        ];
        match ranges.into_iter().find(|range| !range.1) {
            Some((name, _, expected, found)) => refuse(name, expected, found.to_string()),
            None => Ok(()),
        }
    }

    /// Samples with changes drawn from `rng`: six numbers each, whatever the ranges. Shape (batch, channels · height · width) in and
    /// out, channel by channel and row by row.
    ///
    /// # Panics
    /// When the width of x is another one.
    pub fn apply(&self, x: &Tensor, rng: &mut impl Rng) -> Tensor {
        let changes: Vec<Change> = (0..x.size()[0]).map(|_| self.draw(rng)).collect();
        self.change(x, &changes)
    }

    fn draw(&self, rng: &mut impl Rng) -> Change {
        let mut either_way = |range: f64| range * (2.0 * rng.random::<f64>() - 1.0);
        Change {
            rotation: either_way(self.rotation).to_radians(),
            down: either_way(self.shift) * self.height as f64,
            right: either_way(self.shift) * self.width as f64,
            shear: either_way(self.shear).to_radians().tan(),
            zoom: 1.0 + either_way(self.zoom),
            mirrored: rng.random::<f64>() < 0.5 && self.flip,
        }
    }

    /// One change a sample.
    fn change(&self, x: &Tensor, changes: &[Change]) -> Tensor {
        if changes.iter().all(|change| *change == Change::NONE) {
            return x.shallow_clone();
        }
        let [channels, height, width] = [self.channels, self.height, self.width].map(|size| size as i64);
        let images = x.reshape([-1, channels, height, width]);
        let sides = [self.height as f64, self.width as f64];
        let maps: Vec<f64> = changes.iter().flat_map(|change| change.map(sides)).collect();
        let maps = Tensor::from_slice(&maps).view([-1, 2, 3]).to_kind(x.kind()).to_device(x.device());
        let places = Tensor::affine_grid_generator(&maps, images.size().as_slice(), false);
        let (bilinear, outside) = (0, if self.outside == Outside::Zero { 0 } else { 1 });
        images.grid_sampler(&places, bilinear, outside, false).flatten(1, -1)
    }
}

/// What is done with one image.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Change {
    /// Anticlockwise, in radians.
    rotation: f64,
    /// In pixels.
    down: f64,
    right: f64,
    /// Columns to the right for every row down.
    shear: f64,
    zoom: f64,
    mirrored: bool,
}

impl Change {
    const NONE: Self = Self { rotation: 0.0, down: 0.0, right: 0.0, shear: 0.0, zoom: 1.0, mirrored: false };

    /// Where a pixel of the result comes from, as libtorch takes it: two rows of a matrix that gives the place in the original for one
    /// in the result (right, down, 1), both in half widths and half heights from the centre.
    fn map(&self, [height, width]: [f64; 2]) -> [f64; 6] {
        let (sine, cosine) = self.rotation.sin_cos();
        let side = if self.mirrored { -self.zoom } else { self.zoom };
        // From original to result, in pixels from the centre: rotation · shear · zoom · mirroring.
        let sheared = self.zoom * self.shear;
        let [[a, b], [c, d]] = [
            [cosine * side, cosine * sheared + sine * self.zoom],
            [-sine * side, -sine * sheared + cosine * self.zoom],
        ];
        let determinant = a * d - b * c;
        let [[a, b], [c, d]] = [[d, -b], [-c, a]].map(|row| row.map(|value| value / determinant));
        let right = -(a * self.right + b * self.down);
        let down = -(c * self.right + d * self.down);
        [a, b * height / width, 2.0 * right / width, c * width / height, d, 2.0 * down / height]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use tch::{Device, Kind};

    const CHANNELS: i64 = 2;

    fn settings(height: usize, width: usize, outside: Outside) -> AugmentationSettings {
        AugmentationSettings { channels: 2, height, width, outside, ..Default::default() }
    }

    /// Three samples of values in [0, 1].
    fn images(height: i64, width: i64) -> Tensor {
        let count = 3 * CHANNELS * height * width;
        let values = (Tensor::arange(count, (Kind::Float, Device::Cpu)) * 1.7).sin() * 0.5 + 0.5;
        values.view([3, CHANNELS, height, width])
    }

    fn changed(images: &Tensor, outside: Outside, change: Change) -> Tensor {
        let size = images.size();
        let settings = settings(size[2] as usize, size[3] as usize, outside);
        settings.change(&images.flatten(1, -1), &[change; 3]).view(size.as_slice())
    }

    fn assert_close(found: &Tensor, expected: &Tensor) {
        let distance = (found - expected).abs().max().double_value(&[]);
        assert!(found.size() == expected.size() && distance < 1e-5, "{distance}");
    }

    #[test]
    fn without_ranges_nothing_changes() {
        let none = AugmentationSettings { shift: 0.0, rotation: 0.0, ..settings(5, 7, Outside::Zero) };
        let x = images(5, 7).flatten(1, -1);
        assert_eq!(none.apply(&x, &mut ChaCha8Rng::seed_from_u64(1)), x);
        // As good as nothing, but through the sampler.
        let nearly = Change { right: 1e-9, ..Change::NONE };
        assert_close(&changed(&images(5, 7), Outside::Zero, nearly), &images(5, 7));
    }

    #[test]
    fn whole_pixels_move_the_picture() {
        let images = images(5, 7);
        let change = Change { right: 2.0, down: -1.0, ..Change::NONE };
        let inside = images.narrow(2, 1, 4).narrow(3, 0, 5);
        assert_close(&changed(&images, Outside::Zero, change), &inside.constant_pad_nd([2, 0, 0, 1]));
        assert_close(&changed(&images, Outside::Border, change), &inside.replication_pad2d([2, 0, 0, 1]));
    }

    #[test]
    fn a_quarter_turn_is_rot90_and_a_mirror_is_flip() {
        let square = images(6, 6);
        let quarter = Change { rotation: std::f64::consts::FRAC_PI_2, ..Change::NONE };
        assert_close(&changed(&square, Outside::Border, quarter), &square.rot90(1, [2, 3]));
        let oblong = images(5, 7);
        let half = Change { rotation: std::f64::consts::PI, ..Change::NONE };
        assert_close(&changed(&oblong, Outside::Border, half), &oblong.rot90(2, [2, 3]));
        let mirrored = Change { mirrored: true, ..Change::NONE };
        assert_close(&changed(&oblong, Outside::Border, mirrored), &oblong.flip([3]));
    }

    #[test]
    fn zoom_and_shear_move_pixels_from_the_centre() {
        // In an image of 5 rows and 7 columns a pixel one row below and two columns right of the centre.
        let dot = Tensor::zeros([3, CHANNELS, 5, 7], (Kind::Float, Device::Cpu));
        let _ = dot.narrow(2, 3, 1).narrow(3, 5, 1).fill_(1.0);
        let is_at = |change, row, column| {
            let found = changed(&dot, Outside::Zero, change);
            assert!((found.double_value(&[0, 0, row, column]) - 1.0).abs() < 1e-5, "{change:?} {found}");
        };
        is_at(Change { shear: 1.0, ..Change::NONE }, 3, 6);
        is_at(Change { shear: -2.0, ..Change::NONE }, 3, 3);
        is_at(Change { zoom: 0.5, down: 0.5, ..Change::NONE }, 3, 4);
        is_at(Change { shear: 1.0, mirrored: true, ..Change::NONE }, 3, 2);
        is_at(Change { rotation: std::f64::consts::FRAC_PI_2, ..Change::NONE }, 0, 4);
    }

    #[test]
    fn the_generator_alone_decides_and_ranges_are_kept() {
        let settings =
            AugmentationSettings { shear: 8.0, zoom: 0.2, flip: true, ..settings(9, 6, Outside::Border) };
        let x = images(9, 6).flatten(1, -1);
        let draw = |seed| settings.apply(&x, &mut ChaCha8Rng::seed_from_u64(seed));
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        let rng = &mut ChaCha8Rng::seed_from_u64(3);
        let changes: Vec<Change> = (0..1000).map(|_| settings.draw(rng)).collect();
        let largest = |of: fn(&Change) -> f64| changes.iter().map(|c| of(c).abs()).fold(0.0, f64::max);
        let near =
            |found: f64, range: f64| assert!(found <= range && found > 0.98 * range, "{found} {range}");
        near(largest(|c| c.rotation.to_degrees()), 10.0);
        near(largest(|c| c.down), 0.9);
        near(largest(|c| c.right), 0.6);
        near(largest(|c| c.shear.atan().to_degrees()), 8.0);
        near(largest(|c| c.zoom - 1.0), 0.2);
        let mirrored = changes.iter().filter(|c| c.mirrored).count();
        assert!((430..570).contains(&mirrored), "{mirrored}");
    }

    #[test]
    fn brightness_is_about_kept() {
        let settings = AugmentationSettings::default();
        let line = (Tensor::arange(28, (Kind::Float, Device::Cpu)) - 13.5).square();
        let blob = ((line.unsqueeze(0) + line.unsqueeze(1)) * -0.03).exp().view([1, -1]);
        let x = blob.repeat([50, 1]);
        let y = settings.apply(&x, &mut ChaCha8Rng::seed_from_u64(4));
        let ratio = (y.mean(Kind::Float) / x.mean(Kind::Float)).double_value(&[]);
        assert!((ratio - 1.0).abs() < 0.01, "{ratio}");
        assert!((&y - &x).abs().max().double_value(&[]) > 0.2);
    }

    #[test]
    fn values_out_of_range_are_named() {
        let message = |settings: AugmentationSettings| settings.validate().unwrap_err().to_string();
        let default = AugmentationSettings::default;
        let found = message(AugmentationSettings { height: 0, ..default() });
        assert_eq!(found, "setting `height`: expected a number of at least 1, found 0");
        let found = message(AugmentationSettings { zoom: 1.0, ..default() });
        assert_eq!(found, "setting `zoom`: expected a share in [0, 1), found 1");
        let found = message(AugmentationSettings { rotation: -1.0, ..default() });
        assert_eq!(found, "setting `rotation`: expected degrees in [0, 180], found -1");
        assert!(default().validate().is_ok());
    }
}
