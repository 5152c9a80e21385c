//! The plot area of a scatter: points of two or three dimensions on a square.

use ndarray::{Array2, ArrayView1, Axis as Dimension};

use crate::axes::{Below, Left, axes};
use crate::palette::{GRID, INK, Rgb, SPINE, WHITE, colours, mix};
use crate::raster::Raster;
use crate::scale::{Axis, Scale};
use crate::scatter::ScatterPanel;
use crate::scene::{Align, EM, Scene};
use crate::{Error, Result};

/// Width and height of the plot area in pixels.
pub(crate) const SIDE: f64 = 720.0;

/// Azimuth −60° and elevation 30°, as sines and cosines, so that no mathematics library rounds them otherwise.
const COS_AZIMUTH: f64 = 0.5;
const SIN_AZIMUTH: f64 = -0.866_025_403_784_438_6;
const COS_ELEVATION: f64 = 0.866_025_403_784_438_6;
const SIN_ELEVATION: f64 = 0.5;

/// A cube (or square) around the points: its middle and half its side.
#[derive(Clone, Debug)]
pub(crate) struct Bounds {
    middle: [f64; 3],
    half: f64,
}

impl Bounds {
    pub fn of(clouds: &[&Array2<f64>]) -> Result<Self> {
        let (mut middle, mut half) = ([0.0; 3], 0.0_f64);
        let dimensions = clouds.iter().map(|c| c.ncols()).min().unwrap_or(0);
        for (d, mid) in middle.iter_mut().enumerate().take(dimensions) {
            let values = clouds.iter().flat_map(|c| c.index_axis(Dimension(1), d).to_vec());
            let (low, high) =
                values.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
            *mid = low / 2.0 + high / 2.0;
            half = half.max(high / 2.0 - low / 2.0);
        }
        if half >= 1e300 {
            return Err(Error::BadRange { what: "scatter".to_owned(), low: -half, high: half });
        }
        // All points in one place: any side will do.
        let largest = middle.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
        if half <= largest * 1e-12 {
            half = if largest > 0.0 { largest * 0.1 } else { 1.0 };
        }
        Ok(Self { middle, half: half * 1.04 })
    }

    /// From −1 to 1 in each dimension.
    fn within(&self, point: ArrayView1<'_, f64>) -> [f64; 3] {
        let mut out = [0.0; 3];
        for (d, v) in point.iter().enumerate().take(3) {
            out[d] = ((v - self.middle[d]) / self.half).clamp(-1.0, 1.0);
        }
        out
    }
}

/// The plot area with frame and points.
pub(crate) fn draw(panel: &ScatterPanel, bounds: &Bounds, names: &[String], ticks: bool) -> Result<Scene> {
    let n = panel.points.nrows();
    let radius = panel.radius.unwrap_or(match n {
        0..=400 => 7.0,
        401..=2_000 => 5.0,
        2_001..=12_000 => 3.5,
        _ => 2.5,
    });
    let opacity = panel.opacity.unwrap_or(if n <= 400 { 0.85 } else { 0.7 });
    let colours = colours("scatter", panel.categories.len())?;
    if panel.points.ncols() == 3 {
        space(panel, bounds, names, radius, opacity, &colours)
    } else {
        plane(panel, bounds, names, ticks, radius, opacity, &colours)
    }
}

fn plane(
    panel: &ScatterPanel,
    bounds: &Bounds,
    names: &[String],
    ticks: bool,
    radius: f64,
    opacity: f64,
    colours: &[Rgb],
) -> Result<Scene> {
    let name = |d: usize| names.get(d).map_or("", String::as_str);
    let scale = |d: usize| {
        let axis = Axis::default().range(bounds.middle[d] - bounds.half, bounds.middle[d] + bounds.half);
        Scale::fit("scatter", &axis, &[], 0.0)
    };
    let frame = if ticks {
        let (x, y) = (scale(0)?, scale(1)?);
        axes(SIDE, SIDE, &Left::Numbers(&y, name(1)), &Below::Numbers(&x, name(0)))?
    } else {
        axes(SIDE, SIDE, &Left::Bare(name(1)), &Below::Bare(name(0)))?
    };
    let mut layer = Raster::new(SIDE as usize, SIDE as usize);
    for i in shuffled(panel.points.nrows()) {
        let [x, y, _] = bounds.within(panel.points.row(i));
        layer.dot(
            ((1.0 + x) * SIDE / 2.0, (1.0 - y) * SIDE / 2.0),
            radius,
            colours[panel.labels[i]],
            opacity,
        );
    }
    let mut scene = frame.scene;
    scene.focus = Some(frame.x + SIDE / 2.0);
    scene.picture((frame.x, frame.y), layer);
    Ok(scene)
}

fn space(
    panel: &ScatterPanel,
    bounds: &Bounds,
    names: &[String],
    radius: f64,
    opacity: f64,
    colours: &[Rgb],
) -> Result<Scene> {
    let margin = if names.is_empty() { 4.0 } else { EM * 1.6 };
    let mut scene = Scene::new(SIDE + 2.0 * margin, SIDE + margin);
    // The cube's outline reaches (1 + √3)/2 to the sides and (√3 + (1 + √3)/2)/2 up and down.
    let unit = SIDE / 2.0 / 1.62;
    let flat = |p: [f64; 3]| {
        let (x, y, _) = seen(p);
        (margin + SIDE / 2.0 + x * unit, SIDE / 2.0 - y * unit)
    };
    cube(&mut scene, &flat);
    let ends = [
        ([0.0, -1.0, -1.0], [0.0, -1.35, -1.0]),
        ([1.0, 0.0, -1.0], [1.35, 0.0, -1.0]),
        ([1.0, 1.0, 0.0], [1.2, 1.2, 0.0]),
    ];
    for (d, (name, (edge, _))) in names.iter().zip(ends).enumerate() {
        let (x, y) = flat(edge);
        match d {
            0 => scene.text((x - 20.0, y + EM * 1.1), EM, name, INK, Align::Right),
            1 => scene.text((x + 20.0, y + EM * 1.1), EM, name, INK, Align::Left),
            _ => scene.upright_text((x + EM, y), EM, name, INK, Align::Centre),
        }
    }

    let seen: Vec<(f64, f64, f64)> =
        panel.points.rows().into_iter().map(|p| seen(bounds.within(p))).collect();
    let mut order = shuffled(seen.len());
    order.sort_by(|a, b| seen[*a].2.total_cmp(&seen[*b].2));
    let width = scene.width as usize;
    let mut layer = Raster::new(width, SIDE as usize);
    for i in order {
        let (x, y, near) = seen[i];
        // Far points are smaller and paler.
        let depth = (near / 1.74 + 1.0) / 2.0;
        let colour = mix(colours[panel.labels[i]], WHITE, 0.35 * (1.0 - depth));
        let r = radius * (0.75 + 0.5 * depth);
        layer.dot((scene.width / 2.0 + x * unit, SIDE / 2.0 - y * unit), r, colour, opacity);
    }
    scene.picture((0.0, 0.0), layer);
    Ok(scene)
}

/// To the right, up, and towards the viewer.
fn seen([x, y, z]: [f64; 3]) -> (f64, f64, f64) {
    let right = -SIN_AZIMUTH * x + COS_AZIMUTH * y;
    let towards = COS_AZIMUTH * x + SIN_AZIMUTH * y;
    (right, COS_ELEVATION * z - SIN_ELEVATION * towards, COS_ELEVATION * towards + SIN_ELEVATION * z)
}

/// Floor and the two walls behind the points.
fn cube(scene: &mut Scene, flat: &impl Fn([f64; 3]) -> (f64, f64)) {
    let mut line =
        |a: [f64; 3], b: [f64; 3], colour, width| scene.path(vec![flat(a), flat(b)], colour, width);
    for t in [-0.5, 0.0, 0.5] {
        line([t, -1.0, -1.0], [t, 1.0, -1.0], GRID, 2.0);
        line([-1.0, t, -1.0], [1.0, t, -1.0], GRID, 2.0);
        line([-1.0, t, -1.0], [-1.0, t, 1.0], GRID, 2.0);
        line([-1.0, -1.0, t], [-1.0, 1.0, t], GRID, 2.0);
        line([t, 1.0, -1.0], [t, 1.0, 1.0], GRID, 2.0);
        line([-1.0, 1.0, t], [1.0, 1.0, t], GRID, 2.0);
    }
    let edges = [
        ([-1.0, -1.0, -1.0], [1.0, -1.0, -1.0]),
        ([1.0, -1.0, -1.0], [1.0, 1.0, -1.0]),
        ([1.0, 1.0, -1.0], [1.0, 1.0, 1.0]),
        ([-1.0, 1.0, -1.0], [1.0, 1.0, -1.0]),
        ([-1.0, -1.0, -1.0], [-1.0, 1.0, -1.0]),
        ([-1.0, 1.0, -1.0], [-1.0, 1.0, 1.0]),
        ([-1.0, -1.0, -1.0], [-1.0, -1.0, 1.0]),
        ([-1.0, -1.0, 1.0], [-1.0, 1.0, 1.0]),
        ([-1.0, 1.0, 1.0], [1.0, 1.0, 1.0]),
    ];
    for (a, b) in edges {
        line(a, b, SPINE, 2.0);
    }
}

/// 0 to n−1 in an order that is always the same and follows nothing in the data.
fn shuffled(n: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    // SplitMix64 (Steele, Lea and Flood, 2014): the order must not change with a library's version.
    let mut state = 0x5eed_u64;
    for i in (1..n).rev() {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        order.swap(i, ((z ^ (z >> 31)) % (i as u64 + 1)) as usize);
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shuffle_is_a_permutation() {
        let mut order = shuffled(1000);
        assert_ne!(order, (0..1000).collect::<Vec<_>>());
        order.sort_unstable();
        assert_eq!(order, (0..1000).collect::<Vec<_>>());
        assert!(shuffled(0).is_empty());
    }

    #[test]
    fn the_view_keeps_lengths() {
        let (x, y, z) = seen([0.3, -0.7, 0.2]);
        assert!((x * x + y * y + z * z - (0.09 + 0.49 + 0.04)).abs() < 1e-12);
        // The corner nearest to the viewer is at +x, −y, +z.
        assert!(seen([1.0, -1.0, 1.0]).2 > seen([-1.0, 1.0, -1.0]).2);
    }
}
