//! The plot area of a scatter: points of two or three dimensions on a square.

use ndarray::{Array2, ArrayView1, Axis as Dimension};

use crate::axes::{Below, Left, axes};
use crate::palette::{GRID, INK, Rgb, SPINE, WHITE, colours, mix};
use crate::raster::Raster;
use crate::scale::{Axis, Scale, same};
use crate::scatter::ScatterPanel;
use crate::scene::{Align, EM, Scene};
use crate::{Error, Result, font};

/// Width and height of the plot area in pixels, smaller where many stand in a row, so that text stays readable.
pub(crate) fn side(columns: usize) -> f64 {
    match columns {
        0..=2 => 720.0,
        3 => 560.0,
        _ => 460.0,
    }
}

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
        if same(largest, largest + 2.0 * half) {
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
pub(crate) fn draw(panel: &ScatterPanel, bounds: &Bounds, look: &Look<'_>) -> Result<Scene> {
    let n = panel.points.nrows();
    let radius = panel.radius.unwrap_or(match n {
        0..=400 => 7.0,
        401..=2_000 => 5.0,
        2_001..=12_000 => 3.5,
        _ => 2.5,
    });
    let opacity = panel.opacity.unwrap_or(if n <= 400 { 0.85 } else { 0.7 });
    let dots = Dots { radius, opacity, colours: colours("scatter", panel.categories.len())? };
    if panel.points.ncols() == 3 {
        space(panel, bounds, look, &dots)
    } else {
        plane(panel, bounds, look, &dots)
    }
}

/// What all panels of a figure share.
pub(crate) struct Look<'a> {
    pub names: &'a [String],
    pub ticks: bool,
    pub side: f64,
}

struct Dots {
    radius: f64,
    opacity: f64,
    colours: Vec<Rgb>,
}

fn plane(panel: &ScatterPanel, bounds: &Bounds, look: &Look<'_>, dots: &Dots) -> Result<Scene> {
    let side = look.side;
    let name = |d: usize| look.names.get(d).map_or("", String::as_str);
    let scale = |d: usize| {
        let axis = Axis::default().range(bounds.middle[d] - bounds.half, bounds.middle[d] + bounds.half);
        Scale::fit("scatter", &axis, &[], 0.0)
    };
    let frame = if look.ticks {
        let (x, y) = (scale(0)?, scale(1)?);
        axes(side, side, &Left::Numbers(&y, name(1)), &Below::Numbers(&x, name(0)))?
    } else {
        axes(side, side, &Left::Bare(name(1)), &Below::Bare(name(0)))?
    };
    let mut layer = Raster::new(side as usize, side as usize);
    for i in shuffled(panel.points.nrows()) {
        let [x, y, _] = bounds.within(panel.points.row(i));
        layer.dot(
            ((1.0 + x) * side / 2.0, (1.0 - y) * side / 2.0),
            dots.radius,
            dots.colours[panel.labels[i]],
            dots.opacity,
        );
    }
    let mut scene = frame.scene;
    scene.focus = Some(frame.x + side / 2.0);
    layer.settle();
    scene.picture((frame.x, frame.y), layer);
    Ok(scene)
}

fn space(panel: &ScatterPanel, bounds: &Bounds, look: &Look<'_>, dots: &Dots) -> Result<Scene> {
    let side = look.side;
    // The cube's outline reaches √3/2 + 1/2 = 1.37 to the sides and √3/2 + 1.37/2 = 1.55 up and down.
    let unit = side / 2.0 / 1.58;
    let limit = side / 2.0;
    let names = look.names.iter().map(|n| font::wrap(n, EM, limit)).collect::<Result<Vec<_>>>()?;
    let mut half = unit * 1.4;
    for (lines, from) in names.iter().zip([unit * 0.5, unit * COS_ELEVATION]) {
        half = half.max(from + 24.0 + font::widest(lines, EM)?);
    }
    half = half
        .max(unit * 1.37 + names.get(2).map_or(0.0, |n| (n.len() as f64 + 0.6) * EM * font::LINE_STEP))
        .ceil();
    let mut scene = Scene::new(2.0 * half, side);
    let flat = |p: [f64; 3]| {
        let (x, y, _) = seen(p);
        (half + x * unit, side / 2.0 - y * unit)
    };
    cube(&mut scene, &flat);
    let edges = [[0.0, -1.0, -1.0], [1.0, 0.0, -1.0], [1.0, 1.0, 0.0]];
    for (d, (lines, edge)) in names.iter().zip(edges).enumerate() {
        let (x, y) = flat(edge);
        let below = y + EM * 1.1;
        match d {
            0 => scene.lines((x - 20.0, below), EM, lines, INK, Align::Right),
            1 => scene.lines((x + 20.0, below), EM, lines, INK, Align::Left),
            _ => {
                for (i, line) in lines.iter().enumerate() {
                    let x = x + EM * (1.0 + i as f64 * font::LINE_STEP);
                    scene.upright_text((x, y), EM, line, INK, Align::Centre);
                }
            }
        }
        scene.height = scene.height.max(below + lines.len() as f64 * EM * font::LINE_STEP);
    }

    let seen: Vec<(f64, f64, f64)> =
        panel.points.rows().into_iter().map(|p| seen(bounds.within(p))).collect();
    let mut order = shuffled(seen.len());
    order.sort_by(|a, b| seen[*a].2.total_cmp(&seen[*b].2));
    let mut layer = Raster::new(scene.width as usize, side as usize);
    for i in order {
        let (x, y, near) = seen[i];
        // Far points are smaller and paler.
        let depth = (near / 1.74 + 1.0) / 2.0;
        let colour = mix(dots.colours[panel.labels[i]], WHITE, 0.35 * (1.0 - depth));
        let r = dots.radius * (0.75 + 0.5 * depth);
        layer.dot((half + x * unit, side / 2.0 - y * unit), r, colour, dots.opacity);
    }
    layer.settle();
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
