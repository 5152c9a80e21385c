//! Blocks of products propose candidates; distances computed directly in f64 decide.

use ndarray::{Array2, ArrayView2};
use rayon::prelude::*;

use super::prepared::{Frame, Prepared, TINY, small_distance, squared_difference};
use super::settings::{KnnSettings, Metric, Neighbours};
use crate::linalg::{Block, product_abt};
use crate::{Real, Result, check};

/// Queries of one block.
const QUERIES: usize = 64;
/// Points of one block: a tile of products takes 128 KiB.
const POINTS: usize = 512;

/// The `k` nearest rows of every row of `x` (n × d), exactly.
///
/// Products in single precision over tiles of 64 × 512 rows discard all points that cannot be among the nearest by a
/// bound on their rounding error; what is left is measured directly in f64 from the data given. Memory is
/// O(n (d + k)). The result does not depend on the number of threads.
///
/// # Errors
/// Empty data, a value that is not finite, `k` of 0 or above n − 1 (n when the row itself is included).
pub fn nearest_neighbours<F: Real>(x: ArrayView2<'_, F>, settings: &KnnSettings) -> Result<Neighbours<F>> {
    check::finite(x)?;
    let own = usize::from(settings.include_self);
    check::range("k", settings.k, 1, (x.nrows() - 1 + own).max(1))?;
    if x.nrows() == 1 && own == 0 {
        return Err(crate::ManifoldError::Shape {
            what: "rows (a row needs another)",
            expected: 2,
            found: 1,
        });
    }
    let frame = Frame::of(x, settings.metric);
    let points = Prepared::new(x, settings.metric, &frame);
    let found = search(&points, &points, settings.k - own, settings.metric, true)?;
    if !settings.include_self {
        return Ok(found);
    }
    let (n, k) = (x.nrows(), settings.k);
    let indices = Array2::from_shape_fn((n, k), |(i, j)| if j == 0 { i } else { found.indices[[i, j - 1]] });
    let distance = |(i, j): (usize, usize)| if j == 0 { F::zero() } else { found.distances[[i, j - 1]] };
    Ok(Neighbours { indices, distances: Array2::from_shape_fn((n, k), distance) })
}

/// The `k` nearest rows of `points` (n × d) for every row of `queries` (m × d), exactly; an m × k answer.
///
/// # Errors
/// As [`nearest_neighbours`], and different numbers of columns; `k` may be up to n.
pub fn nearest_neighbours_of<F: Real>(
    queries: ArrayView2<'_, F>,
    points: ArrayView2<'_, F>,
    k: usize,
    metric: Metric,
) -> Result<Neighbours<F>> {
    check::finite(queries)?;
    check::finite(points)?;
    check::same("columns of the queries", points.ncols(), queries.ncols())?;
    check::range("k", k, 1, points.nrows())?;
    let mut frame = Frame::of(points, metric);
    frame.widen(queries);
    let points = Prepared::new(points, metric, &frame);
    let queries = Prepared::new(queries, metric, &frame);
    search(&queries, &points, k, metric, false)
}

/// `k` may be 0. With `same` the two sets are one, and no row finds itself.
fn search<F: Real>(
    queries: &Prepared<'_, F>,
    points: &Prepared<'_, F>,
    k: usize,
    metric: Metric,
    same: bool,
) -> Result<Neighbours<F>> {
    let (m, d) = queries.rows.dim();
    let mut indices = vec![0; m * k];
    let mut distances = vec![F::zero(); m * k];
    if k > 0 {
        let largest = points.norms.iter().fold(0.0_f32, |top, &v| top.max(v));
        let chunks =
            indices.par_chunks_mut(QUERIES * k).zip(distances.par_chunks_mut(QUERIES * k)).enumerate();
        chunks.for_each(|(chunk, (indices, distances))| {
            let first = chunk * QUERIES;
            let rows = QUERIES.min(m - first);
            let mut beams: Vec<Beam> = (0..rows)
                .map(|q| Beam::new(k, rounding_bound(d, queries.norms[first + q], largest), first + q, same))
                .collect();
            propose(queries, points, first, &mut beams);
            for (beam, (indices, distances)) in
                beams.into_iter().zip(indices.chunks_mut(k).zip(distances.chunks_mut(k)))
            {
                let measured = measure(queries, points, beam, metric);
                for (((square, small), point), (index, distance)) in
                    measured.into_iter().zip(indices.iter_mut().zip(distances))
                {
                    *index = point as usize;
                    *distance = match metric {
                        Metric::Euclidean => F::narrow(square.sqrt().max(small) / points.factor(0)),
                        Metric::Cosine => F::narrow(square / 2.0),
                    };
                }
            }
        });
    }
    let shape = (m, k);
    // The vectors were made with m × k elements.
    let distances = Array2::from_shape_vec(shape, distances).unwrap_or_default();
    check::held("distances", distances.view())?;
    Ok(Neighbours { indices: Array2::from_shape_vec(shape, indices).unwrap_or_default(), distances })
}

/// A bound on the error of one product: d + 4 roundings of terms that sum to at most 2 ‖q‖ R + R² in absolute value.
fn rounding_bound(d: usize, query: f32, largest: f32) -> f32 {
    let terms = 2.0 * query * largest + largest * largest;
    (d + 4) as f32 * (f32::EPSILON / 2.0) * terms * 1.01 + (d + 4) as f32 * f32::MIN_POSITIVE
}

/// Points that may be among the k nearest of one query.
struct Beam {
    k: usize,
    slack: f32,
    row: usize,
    own: u32,
    limit: f32,
    capacity: usize,
    found: Vec<(f32, u32)>,
}

impl Beam {
    fn new(k: usize, bound: f32, row: usize, same: bool) -> Self {
        let capacity = 2 * k + 64;
        let own = if same { row as u32 } else { u32::MAX };
        Self {
            k,
            slack: 2.0 * bound,
            row,
            own,
            limit: f32::INFINITY,
            capacity,
            found: Vec::with_capacity(capacity + 32),
        }
    }

    /// Looks through the products of one tile row; `first` is the number of its first point.
    fn scan(&mut self, products: &[f32], first: usize) {
        for (c, chunk) in products.chunks(32).enumerate() {
            let limit = self.limit;
            if !chunk.iter().fold(false, |any, &v| any | (v <= limit)) {
                continue;
            }
            for (i, &v) in chunk.iter().enumerate() {
                let point = (first + c * 32 + i) as u32;
                if v <= limit && point != self.own {
                    self.found.push((v, point));
                }
            }
            if self.found.len() >= self.capacity {
                self.shrink();
            }
        }
    }

    /// Keeps what can still be among the k nearest: the k-th product plus twice the bound.
    fn shrink(&mut self) {
        if self.found.len() > self.k {
            let (_, kth, _) = self.found.select_nth_unstable_by(self.k - 1, |a, b| a.0.total_cmp(&b.0));
            // Rounded up, so that the sum itself discards nothing.
            self.limit = (kth.0 + self.slack).next_up();
            let limit = self.limit;
            self.found.retain(|&(v, _)| v <= limit);
        }
        self.capacity = self.capacity.max(self.found.len() + self.k + 64);
    }
}

fn propose<F: Real>(queries: &Prepared<'_, F>, points: &Prepared<'_, F>, first: usize, beams: &mut [Beam]) {
    let width = queries.rows.ncols() + 1;
    let mut block = queries.image[first * width..(first + beams.len()) * width].to_vec();
    for row in block.chunks_exact_mut(width) {
        row[..width - 1].iter_mut().for_each(|v| *v *= -2.0);
        row[width - 1] = 1.0;
    }
    let queries = Block::new(&block, beams.len(), width, width);
    let mut tile = vec![0.0_f32; beams.len() * POINTS];
    for (p, image) in points.image.chunks(POINTS * width).enumerate() {
        let columns = image.len() / width;
        let tile = &mut tile[..beams.len() * columns];
        product_abt(tile, queries, Block::new(image, columns, width, width), 1.0);
        for (beam, products) in beams.iter_mut().zip(tile.chunks_exact(columns)) {
            beam.scan(products, p * POINTS);
        }
    }
}

/// The k nearest of a beam by squared distance between the scaled (for cosine: normalised) rows, equals by index. Where the
/// square underflows it is 0, and the distance stands beside it.
fn measure<F: Real>(
    queries: &Prepared<'_, F>,
    points: &Prepared<'_, F>,
    mut beam: Beam,
    metric: Metric,
) -> Vec<((f64, f64), u32)> {
    beam.shrink();
    let query = queries.row(beam.row);
    let s = queries.factor(beam.row);
    let exact = |&(_, point): &(f32, u32)| {
        let t = points.factor(point as usize);
        let zero = metric == Metric::Cosine && (s == 0.0 || t == 0.0);
        // A zero row has cosine 0 with every row, hence distance 1.
        let square = if zero { 2.0 } else { squared_difference(query, points.row(point as usize), s, t) };
        let small = if square < TINY { small_distance(query, points.row(point as usize), s, t) } else { 0.0 };
        ((if square < TINY { 0.0 } else { square }, small), point)
    };
    let mut measured: Vec<((f64, f64), u32)> = beam.found.iter().map(exact).collect();
    measured.sort_unstable_by(|((a, c), i), ((b, e), j)| a.total_cmp(b).then(c.total_cmp(e)).then(i.cmp(j)));
    measured.truncate(beam.k);
    measured
}
