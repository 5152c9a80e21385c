use ndarray::ArrayView1;
use num_traits::AsPrimitive;

use crate::error::{check_finite, check_some};
use crate::figure::{Figure, QUICK_NOTE};
use crate::palette::{ALERT, INK, SOFT_INK};
use crate::raster::Raster;
use crate::scene::{Align, SMALL_EM, Scene};
use crate::{Error, Result, font, render};

const NAME_LIMIT: f64 = 320.0;
const CAPTION_EM: f64 = 18.0;
/// Small pictures are enlarged, by whole numbers, to about this size.
const CELL: usize = 84;

/// Rows of grey-scale pictures with a name a row, such as samples of each cluster.
///
/// Each picture is enlarged by a whole number, without smoothing, so a pixel stays a square.
#[derive(Clone, Debug, Default)]
pub struct ImageGrid {
    /// The title above the grid.
    pub title: String,
    /// Height of every picture in pixels.
    pub height: usize,
    /// Width of every picture in pixels.
    pub width: usize,
    /// The values of black and of white. Values beyond them become black or white.
    pub range: (f64, f64),
    /// Swap black and white: bright digits on dark ground become ink on paper.
    pub invert: bool,
    /// The rows. They may have unequal lengths, and some may be empty.
    pub rows: Vec<GridRow>,
    /// Names above the columns; may be fewer than there are columns.
    pub column_names: Vec<String>,
    /// A line in signal colour above the title.
    pub note: Option<String>,
}

/// One row of an [`ImageGrid`].
#[derive(Clone, Debug, Default)]
pub struct GridRow {
    /// The name at its left.
    pub name: String,
    /// Its pictures.
    pub images: Vec<GridImage>,
}

/// One picture of an [`ImageGrid`].
#[derive(Clone, Debug, Default)]
pub struct GridImage {
    /// Height times width values, row by row.
    pub pixels: Vec<f64>,
    /// A short text below it, such as a reconstruction error.
    pub caption: Option<String>,
    /// Draw a frame in signal colour around it, as for the best of a row.
    pub marked: bool,
}

impl GridImage {
    /// A picture from its pixels, row by row.
    pub fn new<F: AsPrimitive<f64>>(pixels: ArrayView1<'_, F>) -> Self {
        Self { pixels: pixels.iter().map(|v| v.as_()).collect(), ..Self::default() }
    }

    /// The same picture with a text below it.
    #[must_use]
    pub fn caption(mut self, text: impl Into<String>) -> Self {
        self.caption = Some(text.into());
        self
    }

    /// The same picture, framed if `marked`.
    #[must_use]
    pub fn marked(mut self, marked: bool) -> Self {
        self.marked = marked;
        self
    }
}

impl GridRow {
    /// A named row of pictures.
    pub fn new(name: impl Into<String>, images: Vec<GridImage>) -> Self {
        Self { name: name.into(), images }
    }
}

impl ImageGrid {
    /// A grid of pictures of `height` by `width` pixels with values from 0 (black) to 1 (white).
    pub fn new(title: impl Into<String>, height: usize, width: usize, rows: Vec<GridRow>) -> Self {
        Self { title: title.into(), height, width, range: (0.0, 1.0), rows, ..Self::default() }
    }

    /// The same grid with other values for black and white.
    #[must_use]
    pub fn range(mut self, black: f64, white: f64) -> Self {
        self.range = (black, white);
        self
    }

    /// The same figure, marked as drawn from a shortened run if `quick`.
    #[must_use]
    pub fn quick(mut self, quick: bool) -> Self {
        self.note = quick.then(|| QUICK_NOTE.to_owned());
        self
    }

    fn check(&self) -> Result<()> {
        check_some("image grid", self.rows.iter().map(|r| r.images.len()).sum())?;
        let (low, high) = self.range;
        if !(low < high && (high - low).is_finite()) {
            return Err(Error::BadRange { what: "image grid".to_owned(), low, high });
        }
        let expected = self.height.saturating_mul(self.width);
        check_some("image grid, pixels of a picture", expected)?;
        for (row, images) in self.rows.iter().map(|r| &r.images).enumerate() {
            for (column, image) in images.iter().enumerate() {
                let what = "image grid".to_owned();
                let (height, width, found) = (self.height, self.width, image.pixels.len());
                if found != expected {
                    return Err(Error::ImageSize { what, row, column, height, width, expected, found });
                }
                check_finite(
                    &format!("image grid, row {row}, image {column}"),
                    image.pixels.iter().copied(),
                )?;
            }
        }
        Ok(())
    }

    fn grey(&self, value: f64) -> u8 {
        let share = ((value - self.range.0) / (self.range.1 - self.range.0)).clamp(0.0, 1.0);
        let share = if self.invert { 1.0 - share } else { share };
        (share * 255.0).round() as u8
    }
}

impl Figure for ImageGrid {
    fn title(&self) -> &str {
        &self.title
    }

    fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    fn content(&self) -> Result<Scene> {
        self.check()?;
        let zoom = (CELL / self.height.max(self.width)).max(1);
        let (wide, high) = (self.width * zoom, self.height * zoom);
        let columns = self.rows.iter().map(|r| r.images.len()).max().unwrap_or(0);
        render::check_size(columns as f64 * wide as f64, self.rows.len() as f64 * high as f64)?;
        let captions = self.rows.iter().flat_map(|r| &r.images).filter_map(|i| i.caption.as_ref());
        let caption_width = font::widest(captions, CAPTION_EM)?;
        let has_captions = caption_width > 0.0;
        let gap = 10.0;
        let pitch_x = (wide as f64).max(if has_captions { caption_width + 6.0 } else { 0.0 }).ceil() + gap;
        let pitch_y = high as f64 + if has_captions { CAPTION_EM * 1.6 } else { 0.0 } + gap;

        let names = self
            .rows
            .iter()
            .map(|r| font::wrap(&r.name, SMALL_EM, NAME_LIMIT))
            .collect::<Result<Vec<_>>>()?;
        let name_width =
            names.iter().try_fold(0.0_f64, |w, n| Ok::<_, Error>(w.max(font::widest(n, SMALL_EM)?)))?;
        let x0 = if name_width > 0.0 { (name_width + 18.0).ceil() } else { 4.0 };
        let heads = self
            .column_names
            .iter()
            .take(columns)
            .map(|n| font::wrap(n, SMALL_EM, pitch_x - 6.0))
            .collect::<Result<Vec<_>>>()?;
        let head = heads.iter().map(Vec::len).max().unwrap_or(0);
        let y0 = (head as f64 * SMALL_EM * font::LINE_STEP + 6.0).ceil();

        let mut scene = Scene::new(x0 + columns as f64 * pitch_x, y0);
        let centre = |column: usize| x0 + column as f64 * pitch_x + (pitch_x - gap) / 2.0;
        for (column, lines) in heads.iter().enumerate() {
            let top = SMALL_EM * 0.6 + (head - lines.len()) as f64 * SMALL_EM * font::LINE_STEP;
            scene.lines((centre(column), top), SMALL_EM, lines, INK, Align::Centre);
        }
        let mut y = y0;
        for (row, lines) in self.rows.iter().zip(&names) {
            let tall = lines.len() as f64 * SMALL_EM * font::LINE_STEP;
            let top = y + (tall.max(high as f64) - high as f64) / 2.0;
            let middle = top + high as f64 / 2.0
                - (lines.len().max(1) as f64 - 1.0) / 2.0 * SMALL_EM * font::LINE_STEP;
            scene.lines((x0 - 14.0, middle), SMALL_EM, lines, INK, Align::Right);
            for (column, image) in row.images.iter().enumerate() {
                let left = (centre(column) - wide as f64 / 2.0).round();
                if image.marked {
                    scene.frame((left, top), (left + wide as f64, top + high as f64), ALERT, 4.0);
                }
                scene.picture((left, top), self.picture(image, zoom));
                if let Some(caption) = &image.caption {
                    let below = top + high as f64 + CAPTION_EM * 0.95;
                    let colour = if image.marked { ALERT } else { SOFT_INK };
                    scene.text((centre(column), below), CAPTION_EM, caption, colour, Align::Centre);
                }
            }
            y += pitch_y.max(tall + gap);
        }
        scene.height = y;
        scene.focus = Some(x0 + columns as f64 * pitch_x / 2.0);
        Ok(scene)
    }
}

impl ImageGrid {
    fn picture(&self, image: &GridImage, zoom: usize) -> Raster {
        let mut raster = Raster::new(self.width * zoom, self.height * zoom);
        for (i, pixel) in raster.rgba.iter_mut().enumerate() {
            let (x, y) = (i % (self.width * zoom) / zoom, i / (self.width * zoom) / zoom);
            let grey = self.grey(image.pixels[y * self.width + x]);
            *pixel = [grey, grey, grey, 255];
        }
        raster
    }
}
