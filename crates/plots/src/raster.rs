//! Pixels: the layer of a scatter's points, the pictures of a grid, and the encoding as PNG.

use std::collections::HashMap;

use png::{AdaptiveFilterType, BitDepth, ColorType, Compression, FilterType};

use crate::Result;
use crate::palette::Rgb;

/// Red, green, blue and opacity of each pixel, row by row.
#[derive(Clone, Debug)]
pub(crate) struct Raster {
    pub width: usize,
    pub height: usize,
    pub rgba: Vec<[u8; 4]>,
}

impl Raster {
    /// A transparent one.
    pub fn new(width: usize, height: usize) -> Self {
        Self { width, height, rgba: vec![[0; 4]; width * height] }
    }

    /// Lays a translucent disc with a soft rim over what is there.
    /// Its middle is moved to the nearest corner of a pixel, which keeps files small and costs half a pixel.
    pub fn dot(&mut self, (cx, cy): (f64, f64), r: f64, colour: Rgb, alpha: f64) {
        let (cx, cy) = (cx.round(), cy.round());
        let reach = r + 1.0;
        let span = |c: f64, n: usize| {
            ((c - reach).floor().max(0.0) as usize, ((c + reach).ceil().max(0.0) as usize).min(n))
        };
        let (left, right) = span(cx, self.width);
        let (top, bottom) = span(cy, self.height);
        for y in top..bottom {
            for x in left..right {
                let (dx, dy) = (x as f64 + 0.5 - cx, y as f64 + 0.5 - cy);
                let cover = (r + 0.5 - (dx * dx + dy * dy).sqrt()).clamp(0.0, 1.0) * alpha;
                if cover > 0.0 {
                    over(&mut self.rgba[y * self.width + x], colour, cover);
                }
            }
        }
    }

    /// Rounds colours and opacities to fewer steps than the eye can tell apart on single points.
    /// Overlapping translucent points otherwise give thousands of shades, and files twice as large.
    pub fn settle(&mut self) {
        let round = |v: u8, step: u16| ((u16::from(v) + step / 2) / step * step).min(255) as u8;
        for pixel in &mut self.rgba {
            let opacity = round(pixel[3], 17);
            let [r, g, b] = [pixel[0], pixel[1], pixel[2]].map(|v| round(v, 8));
            *pixel = if opacity == 0 { [0; 4] } else { [r, g, b, opacity] };
        }
    }

    /// Encodes as PNG: with a palette where there are few colours, else as RGB, or RGBA where something is translucent.
    pub fn to_png(&self) -> Result<Vec<u8>> {
        if let Some(small) = self.indexed()? {
            return Ok(small);
        }
        let opaque = self.rgba.iter().all(|p| p[3] == 255);
        let (colour, bytes): (_, Vec<u8>) = if opaque {
            (ColorType::Rgb, self.rgba.iter().flat_map(|p| [p[0], p[1], p[2]]).collect())
        } else {
            (ColorType::Rgba, self.rgba.iter().flatten().copied().collect())
        };
        // Filters pay off for shaded pictures and cost for line art; which it is shows only by trying.
        let plain = self.encode(colour, None, &bytes, false)?;
        let filtered = self.encode(colour, None, &bytes, true)?;
        Ok(if plain.len() <= filtered.len() { plain } else { filtered })
    }

    fn indexed(&self) -> Result<Option<Vec<u8>>> {
        let mut numbers: HashMap<[u8; 4], u8> = HashMap::new();
        let mut palette: Vec<[u8; 4]> = Vec::new();
        let mut bytes = Vec::with_capacity(self.rgba.len());
        for pixel in &self.rgba {
            let number = match numbers.get(pixel) {
                Some(number) => *number,
                None => {
                    let Ok(number) = u8::try_from(palette.len()) else { return Ok(None) };
                    numbers.insert(*pixel, number);
                    palette.push(*pixel);
                    number
                }
            };
            bytes.push(number);
        }
        self.encode(ColorType::Indexed, Some(&palette), &bytes, false).map(Some)
    }

    fn encode(
        &self,
        colour: ColorType,
        palette: Option<&[[u8; 4]]>,
        bytes: &[u8],
        filter: bool,
    ) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        let mut encoder = png::Encoder::new(&mut out, self.width as u32, self.height as u32);
        encoder.set_color(colour);
        encoder.set_depth(BitDepth::Eight);
        encoder.set_compression(Compression::Best);
        if let Some(palette) = palette {
            encoder.set_palette(palette.iter().flat_map(|p| [p[0], p[1], p[2]]).collect::<Vec<u8>>());
            encoder.set_trns(palette.iter().map(|p| p[3]).collect::<Vec<u8>>());
        }
        if filter {
            encoder.set_adaptive_filter(AdaptiveFilterType::Adaptive);
        } else {
            encoder.set_filter(FilterType::NoFilter);
        }
        let mut writer = encoder.write_header()?;
        writer.write_image_data(bytes)?;
        writer.finish()?;
        Ok(out)
    }
}

/// Porter and Duff's "over", with opacity stored apart from colour.
pub(crate) fn over(below: &mut [u8; 4], colour: Rgb, cover: f64) {
    let under = f64::from(below[3]) / 255.0 * (1.0 - cover);
    let total = cover + under;
    let one = |b: u8, c: u8| ((f64::from(c) * cover + f64::from(b) * under) / total).round() as u8;
    *below = [
        one(below[0], colour.0),
        one(below[1], colour.1),
        one(below[2], colour.2),
        (total * 255.0).round() as u8,
    ];
}
