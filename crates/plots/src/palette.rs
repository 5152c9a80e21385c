//! Colours that can be told apart.

use crate::{Error, Result};

/// Red, green, blue.
pub(crate) type Rgb = (u8, u8, u8);

pub(crate) const INK: Rgb = (0x22, 0x22, 0x22);
pub(crate) const SOFT_INK: Rgb = (0x55, 0x55, 0x55);
pub(crate) const SPINE: Rgb = (0x66, 0x66, 0x66);
pub(crate) const GRID: Rgb = (0xe4, 0xe4, 0xe4);
pub(crate) const WHITE: Rgb = (0xff, 0xff, 0xff);
pub(crate) const ALERT: Rgb = (0xb0, 0x3a, 0x00);

/// The number of categories or series that one figure can colour.
pub const MAX_COLOURS: usize = COLOURS.len();

// The first ten are M. A. Petroff's sequence, chosen so that people with a colour-vision deficiency can tell them
// apart ("Accessible Color Sequences for Data Visualization", arXiv:2107.02270, 2021). Each further one is the sRGB
// colour (steps of 8, OKLab lightness 0.30 to 0.86) farthest in OKLab, with a and b weighted 1.6, from all before it.
const COLOURS: [u32; 48] = [
    0x3f90da, 0xffa90e, 0xbd1f01, 0x94a4a2, 0x832db6, 0xa96b59, 0xe76300, 0xb9ac70, 0x717581, 0x92dadd,
    0x00f800, 0x0000f8, 0xf890f8, 0x103800, 0x002870, 0x009000, 0x580038, 0xf80090, 0xe800f8, 0xc8e020,
    0x00d890, 0xf8a0a8, 0x683800, 0x6058f8, 0xa83878, 0xa078d0, 0x4000b0, 0x707010, 0x604078, 0xc0b8f8,
    0x009078, 0x005860, 0x0058b8, 0xf86078, 0x88b020, 0x383038, 0xd050c8, 0xa800f8, 0x480070, 0x00b8d0,
    0x800010, 0xb0e098, 0x006830, 0x00c000, 0xc870a0, 0xd8c8c0, 0x780070, 0xb88000,
];

// Dark end to light end of one hue, dark for large values; linear in between.
const RAMP: [u32; 6] = [0xffffff, 0xd9e8f5, 0xa3cbe7, 0x5ba3d0, 0x2272b4, 0x08376b];

fn split(colour: u32) -> Rgb {
    ((colour >> 16) as u8, (colour >> 8) as u8, colour as u8)
}

/// The colour of category `index` (red, green, blue), or `None` from [`MAX_COLOURS`] on.
///
/// Every figure of this crate uses these colours, so that category 3 looks alike everywhere.
pub fn category_colour(index: usize) -> Option<(u8, u8, u8)> {
    COLOURS.get(index).copied().map(split)
}

/// The colours of `n` categories.
pub(crate) fn colours(what: &str, n: usize) -> Result<Vec<Rgb>> {
    match COLOURS.get(..n) {
        Some(some) => Ok(some.iter().copied().map(split).collect()),
        None => Err(Error::TooManyColours { what: what.to_owned(), limit: MAX_COLOURS, found: n }),
    }
}

/// The shade of a share between 0 (white) and 1 (dark blue).
pub(crate) fn shade(share: f64) -> Rgb {
    let at = share.clamp(0.0, 1.0) * (RAMP.len() - 1) as f64;
    let low = (at as usize).min(RAMP.len() - 2);
    let (a, b) = (split(RAMP[low]), split(RAMP[low + 1]));
    mix(a, b, at - low as f64)
}

/// `share` of `b` in `a`.
pub(crate) fn mix(a: Rgb, b: Rgb, share: f64) -> Rgb {
    let one = |x: u8, y: u8| (f64::from(x) + (f64::from(y) - f64::from(x)) * share).round() as u8;
    (one(a.0, b.0), one(a.1, b.1), one(a.2, b.2))
}

/// Black or white, whichever is easier to read on `ground`.
pub(crate) fn ink_on(ground: Rgb) -> Rgb {
    let luma = 0.299 * f64::from(ground.0) + 0.587 * f64::from(ground.1) + 0.114 * f64::from(ground.2);
    if luma > 140.0 { INK } else { WHITE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_differ_and_end() {
        let all = colours("x", MAX_COLOURS).unwrap();
        for (i, a) in all.iter().enumerate() {
            for b in &all[..i] {
                let d = (i32::from(a.0) - i32::from(b.0)).abs()
                    + (i32::from(a.1) - i32::from(b.1)).abs()
                    + (i32::from(a.2) - i32::from(b.2)).abs();
                assert!(d >= 30, "{a:?} {b:?}");
            }
        }
        assert!(category_colour(MAX_COLOURS).is_none());
        let error = colours("panel", MAX_COLOURS + 1).unwrap_err().to_string();
        assert_eq!(error, "panel: expected at most 48 categories or series, found 49");
    }

    #[test]
    fn shades_run_from_white_to_dark() {
        assert_eq!(shade(0.0), WHITE);
        assert_eq!(shade(1.0), (0x08, 0x37, 0x6b));
        assert_eq!(shade(7.0), shade(1.0));
        assert_eq!(ink_on(shade(1.0)), WHITE);
        assert_eq!(ink_on(shade(0.1)), INK);
    }
}
