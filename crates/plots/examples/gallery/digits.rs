//! Digits to show: MNIST's where they are at hand, else pictures made up of two strokes.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use flate2::read::MultiGzDecoder;
use ndarray::{Array2, s};
use rand::Rng;

/// Pictures (n×784, 0 to 1) and their classes.
pub fn digits(rng: &mut impl Rng) -> (Array2<f32>, Vec<usize>) {
    let folder = std::env::var_os("DEEPCLUST_DATA").map(|d| Path::new(&d).join("mnist"));
    let found = folder.and_then(|f| {
        let images = unpacked(&f.join("t10k-images-idx3-ubyte.gz"))?;
        let labels = unpacked(&f.join("t10k-labels-idx1-ubyte.gz"))?;
        let pixels = images.get(16..)?.iter().map(|b| f32::from(*b) / 255.0).collect();
        let labels = labels.get(8..)?.iter().map(|b| usize::from(*b)).collect();
        Some((Array2::from_shape_vec((10_000, 784), pixels).ok()?, labels))
    });
    found.unwrap_or_else(|| strokes(rng))
}

fn unpacked(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    MultiGzDecoder::new(File::open(path).ok()?).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

fn strokes(rng: &mut impl Rng) -> (Array2<f32>, Vec<usize>) {
    let labels: Vec<usize> = (0..2_000).map(|i| i % 10).collect();
    let mut images = Array2::zeros((labels.len(), 784));
    for (mut image, label) in images.rows_mut().into_iter().zip(&labels) {
        let mut image = image.slice_mut(s![..]);
        for stroke in 0..2 {
            let turn = *label as f32 * 0.63 + stroke as f32 * 1.9 + rng.random_range(-0.1..0.1);
            for step in -40..=40_i8 {
                let along = f32::from(step) / 4.0;
                let (x, y) = (14.0 + along * turn.cos(), 14.0 + along * turn.sin() * 0.9);
                for (dx, dy, value) in [(0, 0, 1.0), (1, 0, 0.6), (0, 1, 0.6)] {
                    let at = (y as usize + dy) * 28 + x as usize + dx;
                    image[at] = f32::max(image[at], value);
                }
            }
        }
    }
    (images, labels)
}
