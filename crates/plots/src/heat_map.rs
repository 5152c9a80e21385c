use ndarray::{Array2, ArrayView2};
use num_traits::AsPrimitive;

use crate::error::{check_finite, check_len, check_some};
use crate::figure::{Figure, QUICK_NOTE};
use crate::palette::{INK, SOFT_INK, SPINE, ink_on, shade};
use crate::scale::{Axis, Scale, number, same};
use crate::scene::{Align, EM, SMALL_EM, Scene};
use crate::{Error, Result, font, render};

const NAME_LIMIT: f64 = 280.0;
/// The smallest side of a cell: room for one line of a name.
const LEAST: f64 = SMALL_EM * font::LINE_STEP + 6.0;

/// A matrix as shades of one colour, such as the counts of a confusion matrix.
#[derive(Clone, Debug, Default)]
pub struct HeatMap {
    /// The title above the matrix.
    pub title: String,
    /// The values, rows from the top.
    pub values: Array2<f64>,
    /// A name a row.
    pub rows: Vec<String>,
    /// A name a column.
    pub columns: Vec<String>,
    /// What the rows are, such as "class".
    pub row_label: String,
    /// What the columns are, such as "cluster".
    pub column_label: String,
    /// What stands in the cells.
    pub text: CellText,
    /// Shade by the share of the row's sum instead of the value: rows of unequal size become comparable.
    pub row_shares: bool,
    /// A line in signal colour above the title.
    pub note: Option<String>,
}

/// What stands in a cell of a [`HeatMap`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CellText {
    /// Nothing.
    None,
    /// The value, rounded to a whole number.
    #[default]
    Count,
    /// The value as percent of its row's sum, to one decimal.
    Percent,
    /// The count, and the percent below it.
    CountAndPercent,
    /// The value to this many decimals.
    Decimals(usize),
}

impl HeatMap {
    /// A matrix with the names of its rows and columns.
    pub fn new<F: AsPrimitive<f64>, R: ToString, C: ToString>(
        title: impl Into<String>,
        values: ArrayView2<'_, F>,
        rows: &[R],
        columns: &[C],
    ) -> Self {
        Self {
            title: title.into(),
            values: values.mapv(AsPrimitive::as_),
            rows: rows.iter().map(ToString::to_string).collect(),
            columns: columns.iter().map(ToString::to_string).collect(),
            ..Self::default()
        }
    }

    /// The same figure, marked as drawn from a shortened run if `quick`.
    #[must_use]
    pub fn quick(mut self, quick: bool) -> Self {
        self.note = quick.then(|| QUICK_NOTE.to_owned());
        self
    }

    fn check(&self) -> Result<()> {
        check_some("heat map", self.values.len())?;
        check_len("heat map, row names", self.values.nrows(), self.rows.len())?;
        check_len("heat map, column names", self.values.ncols(), self.columns.len())?;
        check_finite("heat map", self.values.iter().copied())?;
        let shares = self.row_shares || matches!(self.text, CellText::Percent | CellText::CountAndPercent);
        match self.values.iter().enumerate().find(|(_, v)| **v < 0.0) {
            Some((index, value)) if shares => {
                Err(Error::NegativeError { what: "heat map, counts".to_owned(), index, value: *value })
            }
            _ => Ok(()),
        }
    }

    /// Shares of the row's sum; 0 throughout an empty row.
    fn shares(&self) -> Array2<f64> {
        let mut shares = self.values.clone();
        for mut row in shares.rows_mut() {
            let sum = row.sum();
            row.mapv_inplace(|v| if sum > 0.0 { v / sum } else { 0.0 });
        }
        shares
    }

    fn cell(&self, value: f64, share: f64) -> Vec<String> {
        let percent = || format!("{} %", number(share * 100.0, 1));
        match self.text {
            CellText::None => Vec::new(),
            CellText::Count => vec![number(value, 0)],
            CellText::Percent => vec![percent()],
            CellText::CountAndPercent => vec![number(value, 0), percent()],
            CellText::Decimals(n) => vec![number(value, n.min(12))],
        }
    }
}

impl Figure for HeatMap {
    fn title(&self) -> &str {
        &self.title
    }

    fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    fn content(&self) -> Result<Scene> {
        self.check()?;
        let (rows, columns) = self.values.dim();
        render::check_size(columns as f64 * LEAST, rows as f64 * LEAST)?;
        let shares = if self.values.iter().all(|v| *v >= 0.0) { self.shares() } else { self.values.clone() };
        let texts: Vec<Vec<String>> =
            self.values.iter().zip(&shares).map(|(v, s)| self.cell(*v, *s)).collect();
        let widest =
            texts.iter().try_fold(0.0_f64, |w, t| Ok::<_, Error>(w.max(font::widest(t, SMALL_EM)?)))?;
        let lines = texts.first().map_or(0, Vec::len) as f64;
        // A matrix without text may be fine-grained: as many cells as rows of a legend.
        let least = if lines == 0.0 { LEAST } else { 56.0 };
        let width = (widest + 16.0).max(least).ceil();
        let height = (lines * SMALL_EM * font::LINE_STEP + 16.0).max(least).ceil();

        let names =
            self.rows.iter().map(|n| font::wrap(n, SMALL_EM, NAME_LIMIT)).collect::<Result<Vec<_>>>()?;
        let tallest = names.iter().map(Vec::len).max().unwrap_or(0) as f64 * SMALL_EM * font::LINE_STEP;
        let height = height.max(tallest + 6.0);
        let name_width =
            names.iter().try_fold(0.0_f64, |w, n| Ok::<_, Error>(w.max(font::widest(n, SMALL_EM)?)))?;
        let (area_width, area_height) = (columns as f64 * width, rows as f64 * height);
        let row_label = font::wrap(&self.row_label, EM, area_height.max(200.0))?;
        let column_label = font::wrap(&self.column_label, EM, area_width.max(200.0))?;
        let x0 = (row_label.len() as f64 * EM * font::LINE_STEP + name_width + 20.0).ceil();
        // The row label may be longer than the cells are high.
        let y0 = 4.0 + ((font::widest(&row_label, EM)? - area_height) / 2.0).max(0.0).ceil();

        let mut scene = Scene::new(x0 + area_width + 4.0, 2.0 * y0 + area_height);
        let shown = if self.row_shares { &shares } else { &self.values };
        let (low, high) = if self.row_shares { (0.0, 1.0) } else { ends(shown) };
        for ((i, j), value) in shown.indexed_iter() {
            let (x, y) = (x0 + j as f64 * width, y0 + i as f64 * height);
            let ground = shade((value - low) / (high - low));
            scene.rect((x, y), (x + width, y + height), ground);
            let text = &texts[i * columns + j];
            let top = y + height / 2.0 - (text.len() as f64 - 1.0) / 2.0 * SMALL_EM * font::LINE_STEP;
            scene.lines((x + width / 2.0, top), SMALL_EM, text, ink_on(ground), Align::Centre);
        }
        scene.frame((x0, y0), (x0 + area_width, y0 + area_height), SPINE, 2.0);

        for (i, name) in names.iter().enumerate() {
            let middle = y0 + (i as f64 + 0.5) * height;
            let top = middle - (name.len() as f64 - 1.0) / 2.0 * SMALL_EM * font::LINE_STEP;
            scene.lines((x0 - 12.0, top), SMALL_EM, name, INK, Align::Right);
        }
        for (i, line) in row_label.iter().enumerate() {
            let x = EM * (0.6 + i as f64 * font::LINE_STEP);
            scene.upright_text((x, y0 + area_height / 2.0), EM, line, INK, Align::Centre);
        }
        let foot = self.column_names(&mut scene, (x0, y0 + area_height + 12.0), width)?;
        scene.lines((x0 + area_width / 2.0, foot + EM * 0.6), EM, &column_label, INK, Align::Centre);
        let beyond = column_label.len() as f64 * EM * font::LINE_STEP;
        scene.height = scene.height.max(foot + beyond);
        let overhang = (font::widest(&column_label, EM)? - area_width) / 2.0;
        scene.width = scene.width.max(x0 + area_width + overhang);

        let bar = Scale::fit("heat map", &Axis::default().range(low, high), &[], 0.0)?;
        colour_bar(&mut scene, x0 + area_width, (y0, area_height), &bar, self.row_shares)?;
        scene.focus = Some(x0 + area_width / 2.0);
        Ok(scene)
    }
}

impl HeatMap {
    /// Names below the columns, upright where they are wider than a column; returns where they end.
    fn column_names(&self, scene: &mut Scene, (x0, y): (f64, f64), width: f64) -> Result<f64> {
        let flat = font::widest(&self.columns, SMALL_EM)? <= width - 8.0;
        let mut longest = SMALL_EM;
        for (j, name) in self.columns.iter().enumerate() {
            let x = x0 + (j as f64 + 0.5) * width;
            if flat {
                scene.text((x, y + SMALL_EM / 2.0), SMALL_EM, name, INK, Align::Centre);
                continue;
            }
            // As many lines as stand beside each other within the column, the last shortened if need be.
            let room = ((width / (SMALL_EM * font::LINE_STEP)).floor() as usize).max(1);
            let lines = shortened(font::wrap(name, SMALL_EM, NAME_LIMIT)?, room);
            let left = x - (lines.len() as f64 - 1.0) / 2.0 * SMALL_EM * font::LINE_STEP;
            for (i, line) in lines.iter().enumerate() {
                let at = left + i as f64 * SMALL_EM * font::LINE_STEP;
                scene.upright_text((at, y), SMALL_EM, line, INK, Align::Right);
            }
            longest = longest.max(font::widest(&lines, SMALL_EM)?);
        }
        Ok(y + longest + 10.0)
    }
}

fn shortened(mut lines: Vec<String>, room: usize) -> Vec<String> {
    if lines.len() > room {
        lines.truncate(room);
        if let Some(last) = lines.last_mut() {
            last.push('…');
        }
    }
    lines
}

fn ends(values: &Array2<f64>) -> (f64, f64) {
    let (low, high) = values.iter().fold((0.0_f64, f64::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
    match (same(low, high), same(low, low + 1.0)) {
        (false, _) => (low, high),
        (true, false) => (low, low + 1.0),
        (true, true) => (low, 0.0),
    }
}

fn colour_bar(
    scene: &mut Scene,
    x: f64,
    (y, height): (f64, f64),
    scale: &Scale,
    percent: bool,
) -> Result<()> {
    const STEPS: usize = 64;
    const WIDTH: f64 = 24.0;
    let left = x + 32.0;
    for i in 0..STEPS {
        let share = |k: usize| y + height * (1.0 - k as f64 / STEPS as f64);
        let colour = shade((i as f64 + 0.5) / STEPS as f64);
        scene.rect((left, share(i + 1).round()), (left + WIDTH, share(i).round()), colour);
    }
    scene.frame((left, y), (left + WIDTH, y + height), SPINE, 2.0);
    for (value, text) in scale.ticks((height / 90.0).clamp(1.0, 6.0) as usize) {
        let text = if percent { format!("{} %", number(value * 100.0, 0)) } else { text };
        let at = y + height * (1.0 - scale.at(value));
        scene.rect((left + WIDTH + 2.0, at - 1.0), (left + WIDTH + 8.0, at + 1.0), SPINE);
        scene.text((left + WIDTH + 16.0, at), SMALL_EM, &text, SOFT_INK, Align::Left);
        scene.width = scene.width.max(left + WIDTH + 16.0 + font::width(&text, SMALL_EM)? + 4.0);
    }
    scene.height = scene.height.max(y + height + SMALL_EM);
    Ok(())
}
