//! From rows to neighbours.

use ndarray::{Array2, ArrayView2};
use pulp::{Arch, NullaryFnOnce};
use rayon::prelude::*;

use super::descend::{descend, join_leaves};
use super::forest::{Sketch, Tree};
use super::lists::{Lists, Near};
use super::rows::Maker;
use super::settings::ApproximateSettings;
use crate::knn::{KnnSettings, Metric, Neighbours, inverse_norm, nearest_neighbours, squared_difference};
use crate::{Real, Result, check};

/// Neighbours kept beside the `k` asked for: what lies just beyond the k-th leads to what should lie before it.
const SPARE: usize = 3;
/// Up to this many times k rows all pairs are measured.
pub(super) const FEW: usize = 8;

/// The `k` nearest rows of every row of `x` (n × d), nearly: random-projection trees find a start, neighbours of
/// neighbours do the rest.
///
/// The share of true neighbours found is 0.99 and above on image data; what is missing are mostly the farthest of the k.
/// Distances are measured in f64 from the data given, as [`nearest_neighbours`] does it. Few rows are searched exactly.
/// The result does not depend on the number of threads.
///
/// # Errors
/// As [`nearest_neighbours`], and settings out of range.
pub fn approximate_neighbours<F: Real>(
    x: ArrayView2<'_, F>,
    settings: &KnnSettings,
    approximate: &ApproximateSettings,
) -> Result<Neighbours<F>> {
    approximate.validate()?;
    let (n, own) = (x.nrows(), usize::from(settings.include_self));
    if n <= FEW * (settings.k + SPARE) || settings.k <= own {
        return nearest_neighbours(x, settings);
    }
    check::finite(x)?;
    check::range("k", settings.k, 1, n - 1 + own)?;
    check::range("rows", n, 1, (u32::MAX >> 1) as usize)?;
    let k = settings.k - own;
    let maker = Maker::of(x, settings.metric);
    let mut trees = Sketch::of(x, &maker, approximate.seed).trees(
        approximate.trees,
        approximate.leaf.max(2 * k),
        approximate.seed,
    );
    let (order, place) = renumber(&mut trees);
    let rows = maker.rows(x, &order);
    let lists = Lists::new(n, k + SPARE);
    for tree in trees {
        join_leaves(&rows, &lists, &tree);
    }
    descend(&rows, &lists, approximate);
    Ok(measured(x, settings, &order, &place, &lists))
}

/// Numbers the rows as the first tree has them: neighbours are then near each other in memory. Answers which row comes
/// where, and where each row comes.
pub(super) fn renumber(trees: &mut [Tree]) -> (Vec<u32>, Vec<u32>) {
    let order = std::mem::take(&mut trees[0].order);
    let mut place = vec![0_u32; order.len()];
    order.iter().zip(0..).for_each(|(&i, p)| place[i as usize] = p);
    trees[0].order = (0..order.len() as u32).collect();
    trees[1..].par_iter_mut().for_each(|tree| tree.order.iter_mut().for_each(|i| *i = place[*i as usize]));
    (order, place)
}

/// The k nearest of every list by distances measured in f64 from the data as given.
fn measured<F: Real>(
    x: ArrayView2<'_, F>,
    settings: &KnnSettings,
    order: &[u32],
    place: &[u32],
    lists: &Lists,
) -> Neighbours<F> {
    let (n, k, own) = (x.nrows(), settings.k, usize::from(settings.include_self));
    let x = x.as_standard_layout();
    let inverse: Vec<f64> = match settings.metric {
        Metric::Euclidean => Vec::new(),
        Metric::Cosine => x.outer_iter().map(|row| inverse_norm(row.iter().copied())).collect(),
    };
    // A power of two that keeps squares from over- and underflowing.
    let scale = crate::knn::Frame::of(x.view(), settings.metric).scale();
    let mut indices = Array2::zeros((n, k));
    let mut distances = Array2::from_elem((n, k), F::zero());
    let arch = Arch::new();
    let tasks = indices.outer_iter_mut().into_par_iter().zip(distances.outer_iter_mut()).enumerate();
    tasks.for_each_init(Vec::new, |found: &mut Vec<(f64, usize)>, (i, (mut indices, mut distances))| {
        found.clear();
        found.extend(lists.lock(place[i]).iter().map(|&e| (0.0, order[Near::of(e).point as usize] as usize)));
        arch.dispatch(Measure { x: x.view(), inverse: &inverse, scale, i, found });
        found.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        indices[0] = i;
        for (at, &(square, j)) in (own..k).zip(found.iter()) {
            indices[at] = j;
            distances[at] = match settings.metric {
                Metric::Euclidean => F::narrow(square.sqrt() / scale),
                Metric::Cosine => F::narrow(square / 2.0),
            };
        }
    });
    Neighbours { indices, distances }
}

/// Squared distances from row `i` to those found, scaled (for cosine: between normalised rows).
struct Measure<'a, F> {
    x: ArrayView2<'a, F>,
    /// 1 / norm of every row for cosine, else empty.
    inverse: &'a [f64],
    scale: f64,
    i: usize,
    found: &'a mut [(f64, usize)],
}

impl<F: Real> NullaryFnOnce for Measure<'_, F> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { x, inverse, scale, i, found } = self;
        let d = x.ncols();
        // The caller made the layout standard.
        let data = x.to_slice().unwrap_or(&[]);
        let own = &data[i * d..(i + 1) * d];
        for (square, j) in found {
            let other = &data[*j * d..(*j + 1) * d];
            *square = if inverse.is_empty() {
                squared_difference(own, other, scale, scale)
            } else if inverse[i] == 0.0 || inverse[*j] == 0.0 {
                // A zero row has cosine 0 with every row.
                2.0
            } else {
                squared_difference(own, other, inverse[i], inverse[*j])
            };
        }
    }
}
