//! The nearest rows of sparse rows.

use ndarray::Array2;
use rayon::prelude::*;

use super::descend::{descend, join_leaves};
use super::forest::Sketch;
use super::hubs::offer_hubs;
use super::lists::{Lists, Near};
use super::search::{FEW, renumber};
use super::settings::ApproximateSettings;
use super::sparse_rows::SparseRows;
use crate::knn::{CsrRows, KnnSettings, Neighbours, check_csr, nearest_neighbours_csr};
use crate::{CsrView, Real, Result, check};

/// Neighbours kept beside the `k` asked for. More than for dense rows: among texts the neighbours of neighbours are less
/// often near.
const SPARE: usize = 10;

/// The `k` nearest rows of every row of a sparse matrix (n × d, CSR), nearly; as
/// [`approximate_neighbours`](super::approximate_neighbours), nothing made dense.
///
/// The trees part sums of the columns with random signs, descent takes products of the sparse rows in single precision, and
/// distances are measured in f64 from the data given: a pair has the distance that [`nearest_neighbours_csr`] gives it.
/// The rows in the most lists are held against every row, for some texts are near to nearly all. Memory is
/// O(n (k + trees) + values), and O(d) for each thread. Few rows are searched exactly. The result does not depend on the
/// number of threads. [`ApproximateSettings::sparse`] suits text.
///
/// # Errors
/// As [`nearest_neighbours_csr`], and settings out of range.
pub fn approximate_neighbours_csr<F: Real>(
    x: CsrView<'_, F>,
    settings: &KnnSettings,
    approximate: &ApproximateSettings,
) -> Result<Neighbours<F>> {
    approximate.validate()?;
    let (n, own) = (x.rows(), usize::from(settings.include_self));
    if n <= FEW * (settings.k + SPARE) || settings.k <= own {
        return nearest_neighbours_csr(x, settings);
    }
    check_csr(x, settings)?;
    check::range("rows", n, 1, (u32::MAX >> 1) as usize)?;
    check::range("columns", x.cols(), 1, u32::MAX as usize)?;
    let k = settings.k - own;
    let rows = CsrRows::new(x, settings.metric);
    let mut trees = Sketch::of_csr(&rows, approximate.seed).trees(
        approximate.trees,
        approximate.leaf.max(2 * k),
        approximate.seed,
    );
    let (order, place) = renumber(&mut trees);
    let single = SparseRows::new(&rows, &order, settings.metric);
    let lists = Lists::new(n, k + SPARE);
    for tree in trees {
        join_leaves(&single, &lists, &tree);
    }
    descend(&single, &lists, approximate);
    // Not before: lists full of hubs tell descent nothing.
    offer_hubs(&single, &lists);
    descend(&single, &lists, approximate);
    drop(single);
    let mut indices = Array2::zeros((n, settings.k));
    let mut distances = Array2::from_elem((n, settings.k), F::zero());
    let tasks = indices.outer_iter_mut().into_par_iter().zip(distances.outer_iter_mut()).enumerate();
    tasks.for_each_init(Vec::new, |found: &mut Vec<(f64, usize)>, (i, (mut to, mut at))| {
        found.clear();
        let list = lists.lock(place[i]);
        found.extend(list.iter().map(|&key| {
            let j = order[Near::of(key).point as usize] as usize;
            (rows.apart(i, j), j)
        }));
        found.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        to[0] = i;
        for (c, &(square, j)) in (own..settings.k).zip(found.iter()) {
            (to[c], at[c]) = (j, rows.distance(square));
        }
    });
    check::held("distances", distances.view())?;
    Ok(Neighbours { indices, distances })
}
