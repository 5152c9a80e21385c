//! Figure 1: points that are moved by the soft nearest neighbour loss alone, without data and network.

use crate::{Records, Result, Row};
use deepclust_cluster::KMeansOptions;
use deepclust_datasets::{Split, Subset};
use deepclust_experiments::measures::{Course, CourseData};
use deepclust_experiments::{
    Clusters, DataSpec, FitSpec, Generator, MeasureSpec, MethodSpec, RunSpec, Scale, Source, Store,
};
use deepclust_losses::{PairDistance, SoftNearestNeighbour, Temperature};
use deepclust_methods::{SnnlPoints, SnnlPointsSettings, series};
use deepclust_plots::{Axis, Curves, Scatter, ScatterPanel, Series};
use deepclust_report::Page;
use ndarray::Array2;

const DATASET: &str = "gaussian-points";
const FIXED: &str = "points/fixed";
const ANNEALED: &str = "points/annealed";
const SHOWN: [usize; 3] = [0, 20, 50];

/// Both temperature schedules from the same points.
pub(super) fn rows(scale: Scale) -> Result<Vec<Row>> {
    let row = |id, label: &str, temperature| -> Result<Row> {
        let settings = SnnlPointsSettings {
            snnl: SoftNearestNeighbour { distance: PairDistance::SquaredEuclidean, ..Default::default() },
            temperature,
            epochs: 50,
            // The gradient of a mean over 300 points is small.
            learning_rate: 15.0,
            shown: SHOWN.to_vec(),
            k_means: KMeansOptions::default(),
        };
        let generator = Generator::GaussianPoints { samples: 300, features: 2, classes: 3 };
        let subset: Option<Subset> = None;
        let method =
            MethodSpec { name: SnnlPoints::SLUG.to_owned(), settings: serde_json::to_value(settings)? };
        let spec = RunSpec {
            data: DataSpec { source: Source::Generated(generator), split: Split::All, subset },
            fit: Some(FitSpec { split: Split::All, subset, labelled: true }),
            clusters: Clusters::Classes,
            method,
            seed: 0,
            scale,
            measures: vec![MeasureSpec::Course(Course {})],
        };
        Ok(Row::new(id, label).table("figure-1").on(spec, 1))
    };
    Ok(vec![
        row(FIXED, "fixed T = 1", Temperature::Fixed(1.0))?,
        row(ANNEALED, "annealed T", Temperature::PAPER)?,
    ])
}

/// The figure's two parts, where both runs are there.
pub(super) fn figure(records: &Records, store: &Store, page: &mut Page) -> Result<()> {
    let [Some(fixed), Some(annealed)] = [FIXED, ANNEALED].map(|id| records.of(id, DATASET).first()) else {
        return Ok(());
    };
    let (mut panels, mut lines) = (Vec::new(), Vec::new());
    for (id, record) in [(FIXED, fixed), (ANNEALED, annealed)] {
        let name = records.row(id).map_or(id, |row| row.label.as_str());
        let data = store.figure_data(record)?;
        let Some(course) = data.get::<CourseData>(Course::KEY)? else { return Ok(()) };
        let classes: Vec<usize> = (0..record.data.classes).collect();
        for (step, position) in course.steps.iter().zip(&course.positions) {
            let points = Array2::from_shape_fn((course.classes.len(), 2), |(i, j)| position[j][i]);
            let title = format!("{name}, epoch {step}");
            panels.push(ScatterPanel::new(title, points.view(), &course.classes, &classes).legend("label"));
        }
        let losses =
            record.series(series::NEIGHBOURS_AT_ONE).map(|series| series.values.clone()).unwrap_or_default();
        let epochs: Vec<f64> = (0..losses.len()).map(|epoch| epoch as f64).collect();
        lines.push(Series::new(name, epochs, losses));
    }
    let ahead = lines[0].y.iter().zip(&lines[1].y).filter(|(fixed, annealed)| annealed < fixed).count();
    let epochs = lines[0].y.len().saturating_sub(1);
    let mut scatter = Scatter::new("300 Gaussian points under the soft nearest neighbour loss", panels);
    scatter.columns = Some(SHOWN.len());
    let caption = "Figure 1: points from a Gaussian with random labels, moved by gradient descent on the soft nearest neighbour loss.";
    page.figure(store, "points", caption, &scatter.quick(page.is_quick()))?;
    let (x, y) = (Axis::new("epoch"), Axis::new("soft nearest neighbour loss"));
    let curves = Curves::new("Loss of the 300 points, measured at T = 1", x, y, lines);
    let caption = format!(
        "Figure 1, continued: the loss of both courses, measured at T = 1. The annealed one is ahead in {ahead} of {epochs} epochs."
    );
    Ok(page.figure(store, "points-loss", &caption, &curves.quick(page.is_quick()))?)
}
