use crate::axes::{Below, Left, axes};
use crate::error::{check_errors, check_finite, check_len, check_some};
use crate::figure::{Figure, QUICK_NOTE};
use crate::legend::{Entry, Key, legend, stroke};
use crate::palette::colours;
use crate::scale::{Axis, Scale, same};
use crate::scene::Scene;
use crate::{Error, Result};

const WIDTH: f64 = 860.0;
const HEIGHT: f64 = 560.0;

/// One or more lines over a common axis, with a legend beside the plot if there is more than one.
#[derive(Clone, Debug, Default)]
pub struct Curves {
    /// The title above the plot.
    pub title: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// The lines; later ones lie above earlier ones.
    pub series: Vec<Series>,
    /// A line in signal colour above the title.
    pub note: Option<String>,
}

/// One line of [`Curves`].
#[derive(Clone, Debug, Default)]
pub struct Series {
    /// Its name in the legend.
    pub name: String,
    /// Positions along the horizontal axis, in the order they are joined.
    pub x: Vec<f64>,
    /// Values, one a position.
    pub y: Vec<f64>,
    /// What is known of the values' uncertainty.
    pub spread: Spread,
    /// How the line looks.
    pub stroke: Stroke,
    /// Which colour it has ([`category_colour`](crate::category_colour)); `None` takes its position in the figure.
    /// Series of one group, such as the seeds of one method, may share a colour.
    pub colour: Option<usize>,
}

/// The uncertainty around a line.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Spread {
    /// Not shown.
    #[default]
    None,
    /// A bar of ± this length at each point.
    Bars(Vec<f64>),
    /// A shaded band between two lines.
    Band {
        /// The lower line.
        low: Vec<f64>,
        /// The upper line.
        high: Vec<f64>,
    },
}

/// The look of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stroke {
    /// An unbroken line.
    #[default]
    Line,
    /// An unbroken line with a dot at each point.
    LineAndDots,
    /// Long dashes.
    Dashed,
    /// Short dashes.
    Dotted,
    /// A dot at each point, and no line.
    Dots,
}

impl Stroke {
    fn has_dots(self) -> bool {
        matches!(self, Self::LineAndDots | Self::Dots)
    }

    fn dash(self) -> Option<[f64; 2]> {
        match self {
            Self::Line | Self::LineAndDots | Self::Dots => None,
            Self::Dashed => Some([14.0, 8.0]),
            Self::Dotted => Some([4.0, 6.0]),
        }
    }
}

impl Series {
    /// A plain line through the points (x, y).
    pub fn new(name: impl Into<String>, x: impl Into<Vec<f64>>, y: impl Into<Vec<f64>>) -> Self {
        Self { name: name.into(), x: x.into(), y: y.into(), ..Self::default() }
    }

    /// The same line with error bars of ± `errors`; an error of zero draws none.
    #[must_use]
    pub fn errors(mut self, errors: impl Into<Vec<f64>>) -> Self {
        self.spread = Spread::Bars(errors.into());
        self
    }

    /// The same line with a band from `low` to `high`.
    #[must_use]
    pub fn band(mut self, low: impl Into<Vec<f64>>, high: impl Into<Vec<f64>>) -> Self {
        self.spread = Spread::Band { low: low.into(), high: high.into() };
        self
    }

    /// The same line with another look.
    #[must_use]
    pub fn stroke(mut self, stroke: Stroke) -> Self {
        self.stroke = stroke;
        self
    }

    /// The same line in the colour of category `index`.
    #[must_use]
    pub fn colour(mut self, index: usize) -> Self {
        self.colour = Some(index);
        self
    }

    fn what(&self) -> String {
        format!("series {:?}", self.name)
    }

    fn check(&self) -> Result<()> {
        let what = self.what();
        check_some(&what, self.x.len())?;
        check_len(&format!("{what}, y"), self.x.len(), self.y.len())?;
        check_finite(&format!("{what}, x"), self.x.iter().copied())?;
        check_finite(&format!("{what}, y"), self.y.iter().copied())?;
        match &self.spread {
            Spread::None => Ok(()),
            Spread::Bars(errors) => {
                check_len(&format!("{what}, errors"), self.x.len(), errors.len())?;
                check_errors(&format!("{what}, errors"), errors)
            }
            Spread::Band { low, high } => {
                check_len(&format!("{what}, lower line"), self.x.len(), low.len())?;
                check_len(&format!("{what}, upper line"), self.x.len(), high.len())?;
                check_finite(&format!("{what}, lower line"), low.iter().copied())?;
                check_finite(&format!("{what}, upper line"), high.iter().copied())?;
                match low.iter().zip(high).find(|(l, h)| l > h && !same(**l, **h)) {
                    Some((low, high)) => {
                        Err(Error::BadRange { what: format!("{what}, band"), low: *low, high: *high })
                    }
                    None => Ok(()),
                }
            }
        }
    }

    /// Lower and upper ends of the spread at each point. On a logarithmic axis an error bar that reaches zero is cut
    /// off a decade below its point.
    fn ends(&self, log: bool) -> Vec<(f64, f64)> {
        match &self.spread {
            Spread::None => Vec::new(),
            Spread::Bars(errors) => self
                .y
                .iter()
                .zip(errors)
                .map(|(y, e)| (if log && y - e <= 0.0 { y / 10.0 } else { y - e }, y + e))
                .collect(),
            Spread::Band { low, high } => low.iter().copied().zip(high.iter().copied()).collect(),
        }
    }
}

impl Curves {
    /// Lines between two axes.
    pub fn new(title: impl Into<String>, x: Axis, y: Axis, series: Vec<Series>) -> Self {
        Self { title: title.into(), x, y, series, note: None }
    }

    /// The same figure, marked as drawn from a shortened run if `quick`.
    #[must_use]
    pub fn quick(mut self, quick: bool) -> Self {
        self.note = quick.then(|| QUICK_NOTE.to_owned());
        self
    }
}

impl Figure for Curves {
    fn title(&self) -> &str {
        &self.title
    }

    fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    fn content(&self) -> Result<Scene> {
        check_some("curves", self.series.len())?;
        self.series.iter().try_for_each(Series::check)?;
        let numbers: Vec<usize> =
            self.series.iter().enumerate().map(|(i, s)| s.colour.unwrap_or(i)).collect();
        let colours = colours("curves", numbers.iter().max().map_or(0, |n| n.saturating_add(1)))?;

        let xs: Vec<f64> = self.series.iter().flat_map(|s| s.x.iter().copied()).collect();
        let mut ys: Vec<f64> = self.series.iter().flat_map(|s| s.y.iter().copied()).collect();
        ys.extend(self.series.iter().flat_map(|s| s.ends(self.y.log)).flat_map(|(l, h)| [l, h]));
        let x = Scale::fit("x axis", &self.x, &xs, 0.03)?;
        let y = Scale::fit("y axis", &self.y, &ys, 0.06)?;
        let plot =
            axes(WIDTH, HEIGHT, &Left::Numbers(&y, &self.y.label), &Below::Numbers(&x, &self.x.label))?;
        let mut lines = Scene::new(0.0, 0.0);
        let place = |px: f64, py: f64| plot.point((&x, &y), (px, py));

        for (series, number) in self.series.iter().zip(&numbers) {
            if let Spread::Band { low, high } = &series.spread {
                let there = series.x.iter().zip(high).map(|(a, b)| place(*a, *b));
                let back = series.x.iter().zip(low).rev().map(|(a, b)| place(*a, *b));
                lines.polygon(there.chain(back).collect(), colours[*number], 0.2);
            }
        }
        for (series, number) in self.series.iter().zip(&numbers) {
            let colour = colours[*number];
            let points: Vec<(f64, f64)> =
                series.x.iter().zip(&series.y).map(|(a, b)| place(*a, *b)).collect();
            if let Spread::Bars(_) = series.spread {
                for (px, (low, high)) in series.x.iter().zip(series.ends(self.y.log)) {
                    if low == high {
                        continue;
                    }
                    let ((at, top), (_, bottom)) = (place(*px, high), place(*px, low));
                    lines.rect((at - 1.5, top), (at + 1.5, bottom), colour);
                    for end in [top, bottom] {
                        lines.rect((at - 8.0, end - 1.5), (at + 8.0, end + 1.5), colour);
                    }
                }
            }
            let runs =
                if series.stroke == Stroke::Dots { Vec::new() } else { inside(series, &x, &y, &points) };
            for run in runs {
                stroke(&mut lines, &run, colour, series.stroke.dash());
            }
            for (at, (a, b)) in points.iter().zip(series.x.iter().zip(&series.y)) {
                let dotted = series.stroke.has_dots() || series.x.len() == 1;
                if dotted && x.contains(*a) && y.contains(*b) {
                    lines.circle(*at, 6.0, colour);
                }
            }
        }
        let middle = plot.x + plot.width / 2.0;
        let mut scene = plot.scene;
        scene.place(lines, (0.0, 0.0));
        if self.series.len() > 1 {
            let list = legend("", &self.entries(&numbers)?, HEIGHT)?;
            let right = scene.width + 24.0;
            scene.place(list, (right, plot.y));
        }
        scene.focus = Some(middle);
        Ok(scene)
    }
}

impl Curves {
    /// One entry a name: series that share name, colour and look appear once.
    fn entries(&self, numbers: &[usize]) -> Result<Vec<Entry>> {
        let mut seen = Vec::new();
        let mut entries = Vec::new();
        let colours = colours("curves", numbers.iter().max().map_or(0, |n| n + 1))?;
        for (series, number) in self.series.iter().zip(numbers) {
            let mark = (&series.name, *number, series.stroke);
            if !seen.contains(&mark) {
                seen.push(mark);
                let key = match series.stroke {
                    Stroke::Dots => Key::Dot,
                    stroke => Key::Line { dash: stroke.dash(), marker: stroke.has_dots() },
                };
                entries.push(Entry { name: series.name.clone(), colour: colours[*number], key });
            }
        }
        Ok(entries)
    }
}

/// The stretches of a line that are at least partly within the axes: a stretch wholly beyond one side is left out
/// instead of being drawn along the edge.
fn inside(series: &Series, x: &Scale, y: &Scale, points: &[(f64, f64)]) -> Vec<Vec<(f64, f64)>> {
    let mut runs: Vec<Vec<(f64, f64)>> = Vec::new();
    let mut open = false;
    for i in 1..points.len() {
        let both = |scale: &Scale, a: f64, b: f64| {
            scale.contains(a) || scale.contains(b) || (a < scale.low()) != (b < scale.low())
        };
        let visible = both(x, series.x[i - 1], series.x[i]) && both(y, series.y[i - 1], series.y[i]);
        if visible {
            match runs.last_mut() {
                Some(run) if open => run.push(points[i]),
                _ => runs.push(vec![points[i - 1], points[i]]),
            }
        }
        open = visible;
    }
    runs
}
