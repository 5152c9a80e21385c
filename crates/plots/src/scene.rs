//! A figure as a list of things to draw, before it becomes SVG or pixels.

use crate::font;
use crate::palette::Rgb;
use crate::raster::Raster;

/// Size of ordinary text in pixels of the figure. Figures are laid out large: shown at half their size
/// (as on a page or in a browser column) this is 12 pixels.
pub(crate) const EM: f64 = 24.0;
/// Tick labels, captions and notes.
pub(crate) const SMALL_EM: f64 = 20.0;
/// The figure's title.
pub(crate) const TITLE_EM: f64 = 28.0;

/// Where a text stands from its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Centre,
    Right,
}

#[derive(Clone, Debug)]
pub(crate) enum Item {
    /// `(x, y)` is on the line through the middle of the capital letters. Upright text reads from the bottom up.
    Text { x: f64, y: f64, em: f64, text: String, colour: Rgb, align: Align, upright: bool },
    /// A filled rectangle from corner to corner.
    Rect { x0: f64, y0: f64, x1: f64, y1: f64, colour: Rgb },
    /// Straight lines from point to point.
    Path { points: Vec<(f64, f64)>, colour: Rgb, width: f64 },
    /// A filled polygon.
    Polygon { points: Vec<(f64, f64)>, colour: Rgb, alpha: f64 },
    /// A filled circle.
    Circle { x: f64, y: f64, r: f64, colour: Rgb },
    /// A picture; always above everything else.
    Picture { x: f64, y: f64, raster: Raster },
}

/// A laid-out figure: its size and everything on it. Made by [`Figure::scene`](crate::Figure::scene).
#[derive(Clone, Debug)]
pub struct Scene {
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) items: Vec<Item>,
    /// Where the middle of the plot area is, which titles stand above; that of the scene if not set.
    pub(crate) focus: Option<f64>,
}

impl Scene {
    pub(crate) fn new(width: f64, height: f64) -> Self {
        Self { width, height, items: Vec::new(), focus: None }
    }

    pub(crate) fn middle(&self) -> f64 {
        self.focus.unwrap_or(self.width / 2.0)
    }

    /// Width and height in pixels.
    pub fn size(&self) -> (u32, u32) {
        (self.width.ceil() as u32, self.height.ceil() as u32)
    }

    pub(crate) fn text(&mut self, (x, y): (f64, f64), em: f64, text: &str, colour: Rgb, align: Align) {
        self.push_text((x, y), em, text, colour, align, false);
    }

    pub(crate) fn upright_text(
        &mut self,
        (x, y): (f64, f64),
        em: f64,
        text: &str,
        colour: Rgb,
        align: Align,
    ) {
        self.push_text((x, y), em, text, colour, align, true);
    }

    /// Lines below each other; `y` is the middle of the first.
    pub(crate) fn lines(&mut self, (x, y): (f64, f64), em: f64, lines: &[String], colour: Rgb, align: Align) {
        for (i, line) in lines.iter().enumerate() {
            self.text((x, y + i as f64 * em * font::LINE_STEP), em, line, colour, align);
        }
    }

    fn push_text(
        &mut self,
        (x, y): (f64, f64),
        em: f64,
        text: &str,
        colour: Rgb,
        align: Align,
        upright: bool,
    ) {
        let text = printable(text);
        if !text.is_empty() {
            self.items.push(Item::Text { x, y, em, text, colour, align, upright });
        }
    }

    pub(crate) fn rect(&mut self, (x0, y0): (f64, f64), (x1, y1): (f64, f64), colour: Rgb) {
        self.items.push(Item::Rect {
            x0: x0.min(x1),
            y0: y0.min(y1),
            x1: x0.max(x1),
            y1: y0.max(y1),
            colour,
        });
    }

    /// The outline of a rectangle, drawn as four filled bars so that its corners are sharp.
    pub(crate) fn frame(&mut self, (x0, y0): (f64, f64), (x1, y1): (f64, f64), colour: Rgb, width: f64) {
        self.rect((x0 - width, y0 - width), (x1 + width, y0), colour);
        self.rect((x0 - width, y1), (x1 + width, y1 + width), colour);
        self.rect((x0 - width, y0), (x0, y1), colour);
        self.rect((x1, y0), (x1 + width, y1), colour);
    }

    pub(crate) fn path(&mut self, points: Vec<(f64, f64)>, colour: Rgb, width: f64) {
        self.items.push(Item::Path { points, colour, width });
    }

    pub(crate) fn polygon(&mut self, points: Vec<(f64, f64)>, colour: Rgb, alpha: f64) {
        self.items.push(Item::Polygon { points, colour, alpha });
    }

    pub(crate) fn circle(&mut self, (x, y): (f64, f64), r: f64, colour: Rgb) {
        self.items.push(Item::Circle { x, y, r, colour });
    }

    pub(crate) fn picture(&mut self, (x, y): (f64, f64), raster: Raster) {
        self.items.push(Item::Picture { x, y, raster });
    }

    /// Puts another scene onto this one with its upper left corner at `(dx, dy)`, and grows to hold it.
    pub(crate) fn place(&mut self, other: Self, (dx, dy): (f64, f64)) {
        self.width = self.width.max(dx + other.width);
        self.height = self.height.max(dy + other.height);
        self.items.extend(other.items.into_iter().map(|item| item.moved(dx, dy)));
    }
}

impl Item {
    fn moved(mut self, dx: f64, dy: f64) -> Self {
        match &mut self {
            Self::Text { x, y, .. } | Self::Circle { x, y, .. } | Self::Picture { x, y, .. } => {
                *x += dx;
                *y += dy;
            }
            Self::Rect { x0, y0, x1, y1, .. } => {
                *x0 += dx;
                *x1 += dx;
                *y0 += dy;
                *y1 += dy;
            }
            Self::Path { points, .. } | Self::Polygon { points, .. } => {
                for (x, y) in points {
                    *x += dx;
                    *y += dy;
                }
            }
        }
        self
    }
}

/// Control characters cannot stand in XML and have no picture; they become spaces.
pub(crate) fn printable(text: &str) -> String {
    let clean = |c: char| if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') { ' ' } else { c };
    text.chars().map(clean).collect::<String>().trim().to_owned()
}
