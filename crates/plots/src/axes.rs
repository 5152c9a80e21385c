//! The frame of a plot with two axes: spines, ticks, labels, names.

use crate::palette::{GRID, INK, SOFT_INK, SPINE};
use crate::scale::Scale;
use crate::scene::{Align, EM, SMALL_EM, Scene};
use crate::{Result, font};

const TICK: f64 = 8.0;

/// A laid-out frame; `x` and `y` give the upper left corner of the plot area in `scene`.
pub(crate) struct Axes {
    pub scene: Scene,
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

impl Axes {
    /// Position in the scene of a share of the width (from the left) and of the height (from below).
    pub fn at(&self, x: f64, y: f64) -> (f64, f64) {
        (self.x + x * self.width, self.y + (1.0 - y) * self.height)
    }

    /// Position of a point.
    pub fn point(&self, scales: (&Scale, &Scale), (x, y): (f64, f64)) -> (f64, f64) {
        self.at(scales.0.at(x), scales.1.at(y))
    }
}

/// The left side of a frame.
pub(crate) enum Left<'a> {
    /// Numbers and the axis' name.
    Numbers(&'a Scale, &'a str),
    /// Named rows from the top, each given as (share of the height from above, lines).
    Names(&'a [(f64, Vec<String>)]),
    /// Only a name, without numbers.
    Bare(&'a str),
}

/// The lower side of a frame.
pub(crate) enum Below<'a> {
    /// Numbers and the axis' name.
    Numbers(&'a Scale, &'a str),
    /// Only a name, without numbers.
    Bare(&'a str),
}

/// Lays out a frame around a plot area of the given size, with room for every label.
pub(crate) fn axes(width: f64, height: f64, left: &Left<'_>, below: &Below<'_>) -> Result<Axes> {
    let rows: Vec<(f64, Vec<String>)> = match left {
        Left::Numbers(scale, _) => {
            let count = (height / 90.0).max(2.0) as usize;
            scale.ticks(count).into_iter().map(|(v, text)| (1.0 - scale.at(v), vec![text])).collect()
        }
        Left::Names(rows) => rows.to_vec(),
        Left::Bare(_) => Vec::new(),
    };
    let columns = match below {
        Below::Numbers(scale, _) => fitting_ticks(scale, width)?,
        Below::Bare(_) => Vec::new(),
    };
    let widest = rows
        .iter()
        .try_fold(0.0_f64, |w, (_, lines)| Ok::<_, crate::Error>(w.max(font::widest(lines, SMALL_EM)?)))?;
    let (y_name, x_name) = match (left, below) {
        (Left::Numbers(_, l) | Left::Bare(l), Below::Numbers(_, b) | Below::Bare(b)) => (*l, *b),
        (Left::Names(_), Below::Numbers(_, b) | Below::Bare(b)) => ("", *b),
    };
    let y_lines = font::wrap(y_name, EM, height.max(200.0))?;
    let x_lines = font::wrap(x_name, EM, width.max(200.0))?;

    let first = columns
        .first()
        .map_or(Ok(0.0), |(at, text)| font::width(text, SMALL_EM).map(|w| w / 2.0 - at * width))?;
    let last = columns
        .last()
        .map_or(Ok(0.0), |(at, text)| font::width(text, SMALL_EM).map(|w| w / 2.0 - (1.0 - at) * width))?;
    let ticks = if widest > 0.0 { widest + TICK + 8.0 } else { 0.0 };
    let names = y_lines.len() as f64 * EM * font::LINE_STEP;
    let x0 = (names + ticks + if names > 0.0 { 6.0 } else { 2.0 }).max(first).ceil();
    let y0 = (SMALL_EM * 0.6).ceil();
    let foot = if columns.is_empty() { 8.0 } else { TICK + 14.0 + SMALL_EM };
    let mut scene = Scene::new(
        (x0 + width + last.max(4.0)).ceil(),
        (y0 + height + foot + x_lines.len() as f64 * EM * font::LINE_STEP + 6.0).ceil(),
    );

    for (share, _) in rows.iter().filter(|_| matches!(left, Left::Numbers(..))) {
        let y = y0 + share * height;
        scene.rect((x0, y - 1.0), (x0 + width, y + 1.0), GRID);
    }
    for (at, _) in columns.iter().filter(|_| matches!(left, Left::Names(_))) {
        let x = x0 + at * width;
        scene.rect((x - 1.0, y0), (x + 1.0, y0 + height), GRID);
    }
    if matches!((left, below), (Left::Bare(_), Below::Bare(_))) {
        scene.frame((x0, y0), (x0 + width, y0 + height), SPINE, 2.0);
    } else {
        scene.rect((x0 - 2.0, y0), (x0, y0 + height + 2.0), SPINE);
        scene.rect((x0 - 2.0, y0 + height), (x0 + width, y0 + height + 2.0), SPINE);
    }
    for (share, lines) in &rows {
        let y = y0 + share * height;
        let colour = if matches!(left, Left::Names(_)) { INK } else { SOFT_INK };
        if matches!(left, Left::Numbers(..)) {
            scene.rect((x0 - 2.0 - TICK, y - 1.0), (x0 - 2.0, y + 1.0), SPINE);
        }
        let top = y - (lines.len() as f64 - 1.0) / 2.0 * SMALL_EM * font::LINE_STEP;
        scene.lines((x0 - TICK - 8.0, top), SMALL_EM, lines, colour, Align::Right);
    }
    let base = y0 + height + 2.0;
    for (at, text) in &columns {
        let x = x0 + at * width;
        scene.rect((x - 1.0, base), (x + 1.0, base + TICK), SPINE);
        scene.text((x, base + TICK + 4.0 + SMALL_EM / 2.0), SMALL_EM, text, SOFT_INK, Align::Centre);
    }
    for (i, line) in y_lines.iter().enumerate() {
        let x = EM * (0.6 + i as f64 * font::LINE_STEP);
        scene.upright_text((x, y0 + height / 2.0), EM, line, INK, Align::Centre);
    }
    scene.lines((x0 + width / 2.0, base + foot + EM * 0.6), EM, &x_lines, INK, Align::Centre);
    Ok(Axes { scene, x: x0, y: y0, width, height })
}

/// As many ticks as stand beside each other without touching.
fn fitting_ticks(scale: &Scale, width: f64) -> Result<Vec<(f64, String)>> {
    for count in (1..=8).rev() {
        let ticks: Vec<(f64, String)> =
            scale.ticks(count).into_iter().map(|(v, t)| (scale.at(v), t)).collect();
        let mut end = f64::NEG_INFINITY;
        let mut fit = true;
        for (at, text) in &ticks {
            let half = font::width(text, SMALL_EM)? / 2.0;
            fit &= at * width - half >= end;
            end = at * width + half + SMALL_EM;
        }
        if fit {
            return Ok(ticks);
        }
    }
    Ok(scale.ticks(1).into_iter().take(1).map(|(v, t)| (scale.at(v), t)).collect())
}
