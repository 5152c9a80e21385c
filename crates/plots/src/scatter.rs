use ndarray::{Array2, ArrayView2};
use num_traits::AsPrimitive;

use crate::cloud;
use crate::error::{check_finite, check_len, check_some};
use crate::figure::{Figure, QUICK_NOTE};
use crate::legend::{Entry, Key, legend};
use crate::palette::colours;
use crate::panels::grid;
use crate::scene::Scene;
use crate::{Error, Result};

/// Points in two or three dimensions, coloured by category, in one or more panels.
///
/// Both axes of a panel have the same scale, so distances can be compared. Points are drawn in a fixed shuffled order
/// (in three dimensions: far ones first), so that no category hides another because it came last in the data.
/// Three dimensions are shown from azimuth −60° and elevation 30°, without perspective.
///
/// The points are a picture of pixels, in the SVG too (embedded as PNG): its size then depends on the area more than on the
/// number of points. Frame, text and legend are vectors.
#[derive(Clone, Debug, Default)]
pub struct Scatter {
    /// The title above all panels.
    pub title: String,
    /// The panels, row by row.
    pub panels: Vec<ScatterPanel>,
    /// Panels in a row; `None` puts all into one row.
    pub columns: Option<usize>,
    /// Names of the axes; empty for none, else one a dimension.
    pub axis_names: Vec<String>,
    /// Numbers along the axes of two-dimensional panels. Leave them out where units mean nothing, as for t-SNE.
    pub ticks: bool,
    /// Give all panels the same ranges, so that they can be compared.
    pub same_ranges: bool,
    /// A line in signal colour above the title.
    pub note: Option<String>,
}

/// One set of points.
#[derive(Clone, Debug)]
pub struct ScatterPanel {
    /// The title above the panel; may be empty.
    pub title: String,
    /// The points, n×2 or n×3.
    pub points: Array2<f64>,
    /// The category of each point, an index into `categories`.
    pub labels: Vec<usize>,
    /// Names of the categories; with a single one there is no legend.
    pub categories: Vec<String>,
    /// The title of the legend, such as "class".
    pub legend: String,
    /// Radius of a point in pixels; `None` chooses it from the number of points.
    pub radius: Option<f64>,
    /// Opacity of a point from 0 to 1; `None` chooses it from the number of points.
    pub opacity: Option<f64>,
}

impl ScatterPanel {
    /// A panel of points (n×2 or n×3), the category of each, and the categories' names.
    pub fn new<F: AsPrimitive<f64>, S: ToString>(
        title: impl Into<String>,
        points: ArrayView2<'_, F>,
        labels: &[usize],
        categories: &[S],
    ) -> Self {
        Self {
            title: title.into(),
            points: points.mapv(AsPrimitive::as_),
            labels: labels.to_vec(),
            categories: categories.iter().map(ToString::to_string).collect(),
            legend: String::new(),
            radius: None,
            opacity: None,
        }
    }

    /// The same panel with a title above its legend.
    #[must_use]
    pub fn legend(mut self, title: impl Into<String>) -> Self {
        self.legend = title.into();
        self
    }

    fn check(&self, number: usize) -> Result<()> {
        let what = format!("scatter panel {number}");
        check_some(&what, self.points.nrows())?;
        if !(2..=3).contains(&self.points.ncols()) {
            return Err(Error::Dimensions { what, found: self.points.ncols() });
        }
        check_len(&format!("{what}, labels"), self.points.nrows(), self.labels.len())?;
        check_finite(&what, self.points.iter().copied())?;
        let categories = self.categories.len();
        if let Some((index, label)) = self.labels.iter().enumerate().find(|(_, l)| **l >= categories) {
            return Err(Error::LabelOutOfRange { what, index, label: *label, categories });
        }
        colours(&what, categories)?;
        for (name, value, low, high) in
            [("radius", self.radius, 0.1, 100.0), ("opacity", self.opacity, 0.001, 1.0)]
        {
            if value.is_some_and(|v| !(low..=high).contains(&v)) {
                return Err(Error::BadRange { what: format!("{what}, {name}"), low, high });
            }
        }
        Ok(())
    }

    fn entries(&self) -> Result<Vec<Entry>> {
        let colours = colours("legend", self.categories.len())?;
        let entry = |(name, colour): (&String, _)| Entry { name: name.clone(), colour, key: Key::Dot };
        Ok(self.categories.iter().zip(colours).map(entry).collect())
    }
}

impl Scatter {
    /// Panels side by side under one title.
    pub fn new(title: impl Into<String>, panels: Vec<ScatterPanel>) -> Self {
        Self { title: title.into(), panels, ..Self::default() }
    }

    /// The same figure, marked as drawn from a shortened run if `quick`.
    #[must_use]
    pub fn quick(mut self, quick: bool) -> Self {
        self.note = quick.then(|| QUICK_NOTE.to_owned());
        self
    }
}

impl Figure for Scatter {
    fn title(&self) -> &str {
        &self.title
    }

    fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    fn content(&self) -> Result<Scene> {
        check_some("scatter", self.panels.len())?;
        for (i, panel) in self.panels.iter().enumerate() {
            panel.check(i)?;
            if !self.axis_names.is_empty() {
                check_len(
                    &format!("scatter panel {i}, axis names"),
                    panel.points.ncols(),
                    self.axis_names.len(),
                )?;
            }
        }
        let first = &self.panels[0];
        let alike = self.panels.iter().all(|p| p.categories == first.categories && p.legend == first.legend);
        let shared = alike && self.panels.len() > 1;
        let all = self.same_ranges.then(|| self.panels.iter().map(|p| &p.points).collect::<Vec<_>>());

        let columns = self.columns.unwrap_or(usize::MAX).clamp(1, self.panels.len());
        let side = cloud::side(columns);
        let look = cloud::Look { names: &self.axis_names, ticks: self.ticks, side };
        let mut parts = Vec::new();
        for panel in &self.panels {
            let bounds = cloud::Bounds::of(all.as_deref().unwrap_or(&[&panel.points]))?;
            let mut scene = cloud::draw(panel, &bounds, &look)?;
            if !shared && panel.categories.len() > 1 {
                let middle = scene.middle();
                let right = scene.width + 24.0;
                scene.place(legend(&panel.legend, &panel.entries()?, side)?, (right, 12.0));
                scene.focus = Some(middle);
            }
            parts.push((panel.title.clone(), scene));
        }
        let mut whole = grid(parts, columns)?;
        if shared && first.categories.len() > 1 {
            let place = (whole.width + 36.0, 50.0_f64.min(whole.height));
            let list = legend(&first.legend, &first.entries()?, (whole.height - place.1).max(side * 0.9))?;
            whole.place(list, place);
        }
        Ok(whole)
    }
}
