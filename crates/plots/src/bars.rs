use crate::axes::{Below, Left, axes};
use crate::error::{check_errors, check_finite, check_len, check_some};
use crate::figure::{Figure, QUICK_NOTE};
use crate::legend::{Entry, Key, diamond, legend};
use crate::palette::{INK, Rgb, SOFT_INK, colours};
use crate::scale::{Axis, Scale, number};
use crate::scene::{Align, SMALL_EM, Scene};
use crate::{Result, font};

const WIDTH: f64 = 720.0;
const NAME_LIMIT: f64 = 400.0;
/// Height of one bar or dot.
const THICK: f64 = 30.0;

/// A value with its error for each of several groups, beside a reference such as the published value.
///
/// Bars lie: groups are rows from the top, so their names may be long and are still read straight.
#[derive(Clone, Debug, Default)]
pub struct Bars {
    /// The title above the plot.
    pub title: String,
    /// The axis of the values.
    pub value: Axis,
    /// Names of the groups, from the top.
    pub groups: Vec<String>,
    /// What is compared within each group.
    pub series: Vec<BarSeries>,
    /// What the reference values are, for the legend.
    pub reference: String,
    /// Bars from zero, or dots.
    pub style: BarStyle,
    /// Write each value with its error, to this many decimals, at the right of the plot.
    pub decimals: Option<usize>,
    /// A line in signal colour above the title.
    pub note: Option<String>,
}

/// One bar or dot a group.
#[derive(Clone, Debug, Default)]
pub struct BarSeries {
    /// Its name in the legend.
    pub name: String,
    /// The value in each group; `None` where there is none.
    pub values: Vec<Option<f64>>,
    /// The ± error in each group; empty for none at all. Zero draws no error bar.
    pub errors: Vec<f64>,
    /// The reference value in each group; empty for none at all. Shown as a diamond.
    pub references: Vec<Option<f64>>,
}

/// The look of [`Bars`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BarStyle {
    /// Bars that start at zero (at the lower end of a logarithmic axis or of a given range).
    #[default]
    Bars,
    /// Dots, on an axis that need not hold zero: differences are seen larger.
    Dots,
}

impl BarSeries {
    /// A series without errors and references.
    pub fn new(name: impl Into<String>, values: impl IntoIterator<Item = f64>) -> Self {
        Self { name: name.into(), values: values.into_iter().map(Some).collect(), ..Self::default() }
    }

    /// The same series with errors.
    #[must_use]
    pub fn errors(mut self, errors: impl Into<Vec<f64>>) -> Self {
        self.errors = errors.into();
        self
    }

    /// The same series with reference values.
    #[must_use]
    pub fn references(mut self, references: impl Into<Vec<Option<f64>>>) -> Self {
        self.references = references.into();
        self
    }

    fn check(&self, groups: usize) -> Result<()> {
        let what = format!("bar series {:?}", self.name);
        check_len(&what, groups, self.values.len())?;
        check_finite(&what, self.values.iter().map(|v| v.unwrap_or(0.0)))?;
        if !self.errors.is_empty() {
            check_len(&format!("{what}, errors"), groups, self.errors.len())?;
            check_errors(&format!("{what}, errors"), &self.errors)?;
        }
        if !self.references.is_empty() {
            check_len(&format!("{what}, references"), groups, self.references.len())?;
            check_finite(&format!("{what}, references"), self.references.iter().map(|v| v.unwrap_or(0.0)))?;
        }
        Ok(())
    }

    fn error(&self, group: usize) -> f64 {
        self.errors.get(group).copied().unwrap_or(0.0)
    }

    fn reference(&self, group: usize) -> Option<f64> {
        self.references.get(group).copied().flatten()
    }

    /// Value, ends of the error bar, and reference.
    fn extent(&self, group: usize, log: bool) -> impl Iterator<Item = f64> + '_ {
        let value = self.values[group];
        let error = self.error(group);
        let low = value.map(|v| v - error).filter(|v| !log || *v > 0.0);
        [value, low, value.map(|v| v + error), self.reference(group)].into_iter().flatten()
    }
}

impl Bars {
    /// Groups and what is compared within each.
    pub fn new<S: ToString>(
        title: impl Into<String>,
        value: Axis,
        groups: &[S],
        series: Vec<BarSeries>,
    ) -> Self {
        Self {
            title: title.into(),
            value,
            groups: groups.iter().map(ToString::to_string).collect(),
            series,
            reference: "published".to_owned(),
            ..Self::default()
        }
    }

    /// The same figure, marked as drawn from a shortened run if `quick`.
    #[must_use]
    pub fn quick(mut self, quick: bool) -> Self {
        self.note = quick.then(|| QUICK_NOTE.to_owned());
        self
    }

    fn scale(&self) -> Result<Scale> {
        let values: Vec<f64> = self
            .series
            .iter()
            .flat_map(|s| (0..self.groups.len()).flat_map(|g| s.extent(g, self.value.log)))
            .collect();
        check_some("bars", values.len())?;
        if self.style == BarStyle::Dots || self.value.log || self.value.range.is_some() {
            return Scale::fit("bars", &self.value, &values, 0.06);
        }
        let (low, high) = values.iter().fold((0.0_f64, 0.0_f64), |(l, h), v| (l.min(*v), h.max(*v)));
        let room = (high - low) * 0.05;
        let (low, high) =
            (if low < 0.0 { low - room } else { 0.0 }, if high > 0.0 { high + room } else { 0.0 });
        // All values are zero: any axis that starts there will do.
        let high = if low == high { 1.0 } else { high };
        Scale::fit("bars", &Axis { range: Some((low, high)), ..self.value.clone() }, &values, 0.0)
    }
}

impl Figure for Bars {
    fn title(&self) -> &str {
        &self.title
    }

    fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    fn content(&self) -> Result<Scene> {
        check_some("bars, groups", self.groups.len())?;
        check_some("bars, series", self.series.len())?;
        self.series.iter().try_for_each(|s| s.check(self.groups.len()))?;
        let colours = colours("bars", self.series.len())?;
        let scale = self.scale()?;

        let names =
            self.groups.iter().map(|n| font::wrap(n, SMALL_EM, NAME_LIMIT)).collect::<Result<Vec<_>>>()?;
        let needed = |lines: &Vec<String>| {
            (self.series.len() as f64 * THICK).max(lines.len() as f64 * SMALL_EM * font::LINE_STEP) + 22.0
        };
        let heights: Vec<f64> = names.iter().map(needed).collect();
        let height: f64 = heights.iter().sum();
        let mut tops = Vec::new();
        let mut top = 0.0;
        for h in &heights {
            tops.push(top);
            top += h;
        }
        let rows: Vec<(f64, Vec<String>)> = names
            .into_iter()
            .zip(tops.iter().zip(&heights))
            .map(|(n, (t, h))| ((t + h / 2.0) / height, n))
            .collect();
        let plot = axes(WIDTH, height, &Left::Names(&rows), &Below::Numbers(&scale, &self.value.label))?;

        let mut marks = Scene::new(0.0, 0.0);
        let mut texts = Vec::new();
        for (group, (top, h)) in tops.iter().zip(&heights).enumerate() {
            let first = plot.y + top + (h - self.series.len() as f64 * THICK) / 2.0 + THICK / 2.0;
            for (i, (series, colour)) in self.series.iter().zip(&colours).enumerate() {
                let y = first + i as f64 * THICK;
                self.mark(&mut marks, series, group, y, *colour, &|v| plot.x + scale.at(v) * WIDTH);
                if let (Some(decimals), Some(value)) = (self.decimals, series.values[group]) {
                    let value = number(value, decimals);
                    let text = if series.errors.is_empty() {
                        value
                    } else {
                        format!("{value} ± {}", number(series.error(group), decimals))
                    };
                    texts.push((y, text));
                }
            }
        }
        let mut scene = plot.scene;
        scene.focus = Some(plot.x + WIDTH / 2.0);
        scene.place(marks, (0.0, 0.0));
        let left = scene.width.max(plot.x + WIDTH) + 16.0;
        for (y, text) in texts {
            scene.text((left, y), SMALL_EM, &text, SOFT_INK, Align::Left);
            scene.width = scene.width.max(left + font::width(&text, SMALL_EM)?);
        }
        let has_references = self.series.iter().any(|s| s.references.iter().any(Option::is_some));
        let mut entries = Vec::new();
        if self.series.len() > 1 || has_references {
            let key = if self.style == BarStyle::Bars { Key::Square } else { Key::Dot };
            entries.extend(self.series.iter().zip(colours).map(|(s, colour)| Entry {
                name: s.name.clone(),
                colour,
                key,
            }));
        }
        if has_references {
            entries.push(Entry { name: self.reference.clone(), colour: INK, key: Key::Diamond });
        }
        let right = scene.width + 28.0;
        if !entries.is_empty() {
            scene.place(legend("", &entries, height.max(300.0))?, (right, plot.y));
        }
        Ok(scene)
    }
}

impl Bars {
    fn mark(
        &self,
        scene: &mut Scene,
        series: &BarSeries,
        group: usize,
        y: f64,
        colour: Rgb,
        at: &impl Fn(f64) -> f64,
    ) {
        let value = series.values[group];
        if let (Some(value), BarStyle::Bars) = (value, self.style) {
            let base = if self.value.log { f64::MIN_POSITIVE } else { 0.0 };
            scene.rect((at(base), y - THICK / 2.0 + 2.0), (at(value), y + THICK / 2.0 - 2.0), colour);
        }
        // On a bar the error stands above the middle and the reference below, or one would hide the other.
        let reference = series.reference(group);
        let apart = if self.style == BarStyle::Bars && reference.is_some() { 6.0 } else { 0.0 };
        if let Some(reference) = reference {
            diamond(scene, (at(reference), y + apart), INK);
        }
        let y = y - apart;
        let Some(value) = value else { return };
        let error = series.error(group);
        if error > 0.0 {
            let ink = if self.style == BarStyle::Bars { INK } else { colour };
            let low = if self.value.log { (value - error).max(f64::MIN_POSITIVE) } else { value - error };
            let (from, to) = (at(low), at(value + error));
            scene.rect((from, y - 1.5), (to, y + 1.5), ink);
            for end in [from, to] {
                scene.rect((end - 1.5, y - 6.0), (end + 1.5, y + 6.0), ink);
            }
        }
        if self.style == BarStyle::Dots {
            scene.circle((at(value), y), 8.0, colour);
        }
    }
}
