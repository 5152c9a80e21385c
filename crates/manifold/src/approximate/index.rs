//! The nearest fitted rows of new ones, along the neighbour graph.

use ndarray::{Array2, ArrayView2};
use pulp::Arch;
use rayon::prelude::*;

use super::lists::Near;
use super::pairs::squares;
use super::rows::{Maker, Rows};
use crate::knn::{Metric, Neighbours, inverse_norm, nearest_neighbours_of, squared_difference};
use crate::{Real, Result, check};

/// Points that every search starts by measuring: this many, or 2 √n for more.
const PIVOTS: usize = 256;
/// The nearest of them, from which the search goes on.
const STARTS: usize = 8;
/// Nearest points kept on the way, for each of the k asked for, and at least.
const BEAM: (usize, usize) = (3, 48);
/// Edges of a point, for each neighbour given: its own, and the first of those that point at it.
const DEGREE: usize = 3;

/// Rows that new ones are held against again and again: what `predict` and `transform` of many rows want. For a few thousand
/// rows [`nearest_neighbours_of`] is as fast, and exact.
pub struct NeighbourIndex<F> {
    data: Array2<F>,
    metric: Metric,
    maker: Maker,
    rows: Rows,
    starts: Vec<usize>,
    edges: Vec<u32>,
    pivots: Vec<u32>,
}

impl<F: Real> NeighbourIndex<F> {
    /// An index of the rows of `data` (n × d) from their neighbours (n × k), found by either search.
    ///
    /// # Errors
    /// Empty data, a value that is not finite, neighbours that are not valid or not of `data`.
    pub fn new(data: Array2<F>, neighbours: &Neighbours<F>, metric: Metric) -> Result<Self> {
        check::finite(data.view())?;
        let n = data.nrows();
        check::range("rows", n, 1, (u32::MAX >> 1) as usize)?;
        check::same("rows of the neighbours", n, neighbours.indices.nrows())?;
        neighbours.check(n)?;
        let most = DEGREE * neighbours.indices.ncols();
        let mut lists: Vec<Vec<u32>> =
            neighbours.indices.outer_iter().map(|row| row.iter().map(|&j| j as u32).collect()).collect();
        // Column by column: the nearest come first.
        for column in neighbours.indices.columns() {
            for (i, &j) in column.iter().enumerate() {
                if lists[j].len() < most {
                    lists[j].push(i as u32);
                }
            }
        }
        let mut starts = vec![0];
        let mut edges = Vec::new();
        for list in &mut lists {
            list.sort_unstable();
            list.dedup();
            edges.extend_from_slice(list);
            starts.push(edges.len());
        }
        let data = data.as_standard_layout().into_owned();
        let maker = Maker::of(data.view(), metric);
        let order: Vec<u32> = (0..n as u32).collect();
        let rows = maker.rows(data.view(), &order);
        let count = PIVOTS.max(2 * (n as f64).sqrt() as usize).min(n);
        let pivots = (0..count).map(|p| (p * n / count) as u32).collect();
        Ok(Self { data, metric, maker, rows, starts, edges, pivots })
    }

    /// The indexed rows.
    pub fn data(&self) -> &Array2<F> {
        &self.data
    }

    /// The `k` nearest indexed rows of every row of `queries` (m × d), nearly: from the nearest of some hundred rows along the
    /// edges of the graph. A query's answer does not depend on the others, nor on the number of threads.
    ///
    /// # Errors
    /// As [`nearest_neighbours_of`].
    pub fn search(&self, queries: ArrayView2<'_, F>, k: usize) -> Result<Neighbours<F>> {
        check::finite(queries)?;
        let (m, n) = (queries.nrows(), self.data.nrows());
        check::same("columns of the queries", self.data.ncols(), queries.ncols())?;
        check::range("k", k, 1, n)?;
        let order: Vec<u32> = (0..m as u32).collect();
        let rows = self.maker.rows(queries, &order);
        let far = |i: &u32| rows.row(*i).iter().any(|v| v.abs() > 1e15);
        if BEAM.0 * k >= n || order.iter().any(far) {
            // Few points, or queries that single precision cannot hold beside them.
            return nearest_neighbours_of(queries, self.data.view(), k, self.metric);
        }
        let queries = queries.as_standard_layout();
        let mut indices = Array2::zeros((m, k));
        let mut distances = Array2::from_elem((m, k), F::zero());
        let tasks = indices.outer_iter_mut().into_par_iter().zip(distances.outer_iter_mut()).enumerate();
        tasks.for_each_init(
            || Walk::new(n),
            |walk, (i, (mut to, mut at))| {
                walk.run(self, &rows, i as u32, k);
                let query = queries.row(i);
                let mut found: Vec<(f64, usize)> =
                    walk.beam.iter().map(|&key| self.measure(query, key)).collect();
                found.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
                for ((to, at), (distance, j)) in to.iter_mut().zip(&mut at).zip(found) {
                    (*to, *at) = (j, F::narrow(distance));
                }
            },
        );
        Ok(Neighbours { indices, distances })
    }

    /// The distance of a query to the point of a key, in f64 from the data as given.
    fn measure(&self, query: ndarray::ArrayView1<'_, F>, key: u64) -> (f64, usize) {
        let j = Near::of(key).point as usize;
        let row = self.data.row(j);
        let (a, b) = (query.to_slice().unwrap_or(&[]), row.to_slice().unwrap_or(&[]));
        let distance = match self.metric {
            Metric::Euclidean => {
                let scale = self.maker.scale();
                squared_difference(a, b, scale, scale).sqrt() / scale
            }
            Metric::Cosine => {
                let (s, t) = (inverse_norm(a.iter().copied()), inverse_norm(b.iter().copied()));
                if s == 0.0 || t == 0.0 { 1.0 } else { squared_difference(a, b, s, t) / 2.0 }
            }
        };
        (distance, j)
    }
}

/// The state of a search, kept from query to query for its memory.
struct Walk {
    /// For every point the last query that met it.
    met: Vec<u32>,
    query: u32,
    /// Keys of the nearest points as in the lists, of which the fresh ones have not been followed.
    beam: Vec<u64>,
    open: Vec<u32>,
    squares: Vec<f32>,
}

impl Walk {
    fn new(n: usize) -> Self {
        Self { met: vec![0; n], query: 0, beam: Vec::new(), open: Vec::new(), squares: Vec::new() }
    }

    fn run<F>(&mut self, index: &NeighbourIndex<F>, queries: &Rows, i: u32, k: usize) {
        let arch = Arch::new();
        let width = (BEAM.0 * k).max(BEAM.1);
        if self.query == u32::MAX {
            self.met.fill(0);
            self.query = 0;
        }
        self.query += 1;
        self.beam.clear();
        self.open.clear();
        self.open.extend_from_slice(&index.pivots);
        self.meet(arch, index, queries, i, width);
        self.beam.iter_mut().skip(STARTS).for_each(|key| *key &= !1);
        while let Some(at) = self.beam.iter().position(|key| key & 1 == 1) {
            self.beam[at] &= !1;
            let p = Near::of(self.beam[at]).point as usize;
            self.open.clear();
            let edges = &index.edges[index.starts[p]..index.starts[p + 1]];
            self.open.extend(edges.iter().filter(|&&q| self.met[q as usize] != self.query));
            self.meet(arch, index, queries, i, width);
        }
    }

    /// Measures the open points and keeps the `width` nearest of all.
    fn meet<F>(&mut self, arch: Arch, index: &NeighbourIndex<F>, queries: &Rows, i: u32, width: usize) {
        squares(arch, (queries, &[i]), (&index.rows, &self.open), false, &mut self.squares);
        for (&q, square) in self.open.iter().zip(&self.squares) {
            self.met[q as usize] = self.query;
            let key = (u64::from(square.to_bits()) << 32) | u64::from(q << 1) | 1;
            let at = self.beam.partition_point(|e| *e < key);
            if at < width {
                self.beam.truncate(width - 1);
                self.beam.insert(at, key);
            }
        }
    }
}
