//! What the rows are taken for.

use super::Options;
use deepclust_cluster::few_dimensions;
use deepclust_methods::{Scaling, Seed, Shape};
use ndarray::{ArrayView2, Axis};

/// What the rows are, what happens to their columns unless it is asked for, and by what that is known.
pub(super) fn shape(x: ArrayView2<'_, f32>, options: &Options) -> (Shape, Scaling, &'static str) {
    let given = if options.sparse { Some((Shape::Text, "the data are sparse")) } else { None };
    if let Some((shape, because)) = options.shape.map(|shape| (shape, "")).or(given) {
        return (shape, Scaling::of(shape), because);
    }
    let scaling = Scaling::by_values(x);
    if scaling == Scaling::AsGiven && x.ncols() < PIXELS && !alike(x) {
        return (Shape::Tables, Scaling::Standardise, "some columns vary much more than others");
    }
    let (shape, because) = match scaling {
        // Pictures have no negative values, and the likelihood of some methods takes none.
        Scaling::AsGiven if x.iter().any(|&v| v < 0.0) => (Shape::Tables, "all values lie in [−1, 1]"),
        Scaling::AsGiven => (Shape::Images, "all values lie in [0, 1]"),
        Scaling::By255 => (Shape::Images, "all values are whole numbers from 0 to 255"),
        _ => (Shape::Tables, "the columns have scales of their own"),
    };
    (shape, scaling, because)
}

/// Columns from which on values in [−1, 1] are left as they are.
const PIXELS: usize = 16;

/// Whether the standard deviations of columns that vary differ fourfold at most.
fn alike(x: ArrayView2<'_, f32>) -> bool {
    let deviations = x.columns().into_iter().map(|column| column.mapv(f64::from).std(0.0));
    let varying = deviations.filter(|&deviation| deviation > 0.0);
    let (least, most) =
        varying.fold((f64::INFINITY, 0.0f64), |(least, most), std| (least.min(std), most.max(std)));
    most <= 4.0 * least * (1.0 + 1e-9)
}

/// Rows by which their dimension is told.
const LOOKED_AT: usize = 1_000;

/// The dimension in which the rows lie, where it is low.
pub(super) fn low_dimension(
    x: ArrayView2<'_, f32>,
    shape: Shape,
    scaling: Scaling,
    seed: u64,
) -> Option<f64> {
    if shape == Shape::Text {
        return None;
    }
    let scaling = scaling.fit(x);
    let scaled = match x.nrows() {
        n if n > LOOKED_AT => {
            let mut rng = Seed(seed).stream("rows for their dimension");
            let rows = rand::seq::index::sample(&mut rng, n, LOOKED_AT).into_vec();
            scaling.apply(x.select(Axis(0), &rows).view())
        }
        _ => scaling.apply(x),
    };
    // What cannot be told is not low. The method says what is wrong with the rows.
    few_dimensions(scaled.ok()?.view()).ok()?
}
