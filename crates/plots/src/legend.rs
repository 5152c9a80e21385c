//! The list of colours beside a plot.

use crate::palette::{INK, Rgb, WHITE};
use crate::scene::{Align, EM, SMALL_EM, Scene};
use crate::{Result, font};

/// Names are broken into lines at this width.
const NAME_LIMIT: f64 = 320.0;
const KEY: f64 = 40.0;
const ROW: f64 = SMALL_EM * 1.6;

/// The sign before a name.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Key {
    Dot,
    Square,
    Line { dash: Option<[f64; 2]>, marker: bool },
    Diamond,
}

pub(crate) struct Entry {
    pub name: String,
    pub colour: Rgb,
    pub key: Key,
}

/// A legend no higher than `limit` where more columns can avoid it.
pub(crate) fn legend(title: &str, entries: &[Entry], limit: f64) -> Result<Scene> {
    let mut scene = Scene::new(0.0, 0.0);
    let mut top = 0.0;
    for line in font::wrap(title, EM, NAME_LIMIT + KEY)? {
        scene.text((0.0, top + ROW / 2.0), EM, &line, INK, Align::Left);
        scene.width = scene.width.max(font::width(&line, EM)?);
        top += EM * font::LINE_STEP;
    }
    if top > 0.0 {
        top += 8.0;
    }
    let names: Vec<Vec<String>> =
        entries.iter().map(|e| font::wrap(&e.name, SMALL_EM, NAME_LIMIT)).collect::<Result<_>>()?;
    let height =
        |lines: &Vec<String>| ROW + lines.len().saturating_sub(1) as f64 * SMALL_EM * font::LINE_STEP;
    let (mut left, mut y, mut column) = (0.0, top, 0.0_f64);
    for (entry, lines) in entries.iter().zip(&names) {
        if y > top && y + height(lines) > limit {
            (left, y, column) = (left + column + 28.0, top, 0.0);
        }
        let middle = y + ROW / 2.0;
        draw_key(&mut scene, entry, left, middle);
        scene.lines((left + KEY, middle), SMALL_EM, lines, INK, Align::Left);
        column = column.max(KEY + font::widest(lines, SMALL_EM)?);
        y += height(lines);
        scene.width = scene.width.max(left + column);
        scene.height = scene.height.max(y);
    }
    Ok(scene)
}

fn draw_key(scene: &mut Scene, entry: &Entry, left: f64, y: f64) {
    let middle = left + 14.0;
    match entry.key {
        Key::Dot => scene.circle((middle, y), 8.0, entry.colour),
        Key::Square => scene.rect((left + 4.0, y - 10.0), (left + 24.0, y + 10.0), entry.colour),
        Key::Diamond => diamond(scene, (middle, y), entry.colour),
        Key::Line { dash, marker } => {
            stroke(scene, &[(left - 2.0, y), (left + 30.0, y)], entry.colour, dash);
            if marker {
                scene.circle((middle, y), 6.0, entry.colour);
            }
        }
    }
}

/// An outlined diamond: a published value.
pub(crate) fn diamond(scene: &mut Scene, (x, y): (f64, f64), colour: Rgb) {
    for (r, colour) in [(11.0, WHITE), (9.0, colour), (5.0, WHITE)] {
        scene.polygon(vec![(x - r, y), (x, y - r), (x + r, y), (x, y + r)], colour, 1.0);
    }
}

/// A line three pixels wide, whole or in dashes of `[on, off]` pixels.
pub(crate) fn stroke(scene: &mut Scene, points: &[(f64, f64)], colour: Rgb, dash: Option<[f64; 2]>) {
    const WIDTH: f64 = 3.0;
    let Some([on, off]) = dash else {
        scene.path(points.to_vec(), colour, WIDTH);
        return;
    };
    let (mut drawing, mut left) = (true, on);
    let mut run: Vec<(f64, f64)> = points.first().copied().into_iter().collect();
    for pair in points.windows(2) {
        let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
        let length = (x1 - x0).hypot(y1 - y0);
        let mut gone = 0.0;
        while length - gone > left {
            gone += left;
            let at = (x0 + (x1 - x0) * gone / length, y0 + (y1 - y0) * gone / length);
            if drawing {
                run.push(at);
                scene.path(std::mem::take(&mut run), colour, WIDTH);
            } else {
                run = vec![at];
            }
            drawing = !drawing;
            left = if drawing { on } else { off };
        }
        left -= length - gone;
        if drawing {
            run.push((x1, y1));
        }
    }
    if drawing && run.len() > 1 {
        scene.path(run, colour, WIDTH);
    }
}
