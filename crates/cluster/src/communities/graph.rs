use crate::error::{Error, Result};
use deepclust_manifold::{FuzzyGraph, Neighbours, Real};
use rayon::prelude::*;

/// An undirected graph with positive weights and without loops.
pub struct Graph {
    starts: Vec<usize>,
    edges: Vec<(u32, f32)>,
    /// Sum of the weights, each edge once.
    pub(super) total: f64,
}

impl Graph {
    /// A graph of `n` points from its edges (i, j, weight), each pair once in either order.
    ///
    /// # Errors
    /// No point, more than 2³² − 1 of them, a point of n or more, a loop, a pair given twice, a weight that is not positive and finite,
    /// weights whose sum single precision does not hold.
    pub fn new(n: usize, edges: &[(usize, usize, f32)]) -> Result<Self> {
        if n == 0 {
            return Err(Error::Empty { rows: 0, columns: 0 });
        }
        if u32::try_from(n).is_err() {
            let found = n.to_string();
            return Err(Error::Setting {
                name: "the number of points",
                expected: "at most 4294967295",
                found,
            });
        }
        let wrong = |edge, reason| Error::Graph { edge, reason };
        let mut total = 0.0;
        for (at, &(i, j, w)) in edges.iter().enumerate() {
            if i >= n || j >= n {
                return Err(wrong(at, "names a point beyond the last one"));
            }
            if i == j {
                return Err(wrong(at, "is a loop"));
            }
            if !(w.is_finite() && w > 0.0) {
                return Err(wrong(at, "has a weight that is not positive and finite"));
            }
            total += f64::from(w);
            if total > f64::from(f32::MAX) / 2.0 {
                return Err(wrong(at, "makes the sum of the weights too large for single precision"));
            }
        }
        let mut pairs: Vec<(usize, usize, usize)> =
            edges.iter().enumerate().map(|(at, e)| (e.0.min(e.1), e.0.max(e.1), at)).collect();
        pairs.par_sort_unstable();
        if let Some(twice) = pairs.windows(2).find(|w| (w[0].0, w[0].1) == (w[1].0, w[1].1)) {
            return Err(wrong(twice[1].2, "is there twice"));
        }
        Ok(Self::from_pairs(n, pairs.into_iter().map(|(i, j, at)| (i, j, edges[at].2)).collect()))
    }

    /// The graph of UMAP's memberships.
    pub fn fuzzy(graph: &FuzzyGraph) -> Self {
        let n = graph.len();
        let upper = |i: usize| graph.row(i).filter(move |e| e.0 > i).map(move |(j, w)| (i, j, w));
        Self::from_pairs(n, (0..n).flat_map(upper).collect())
    }

    /// Every point with its neighbours (n × k), weighed by the share of neighbours that the two have in common:
    /// |N(i) ∩ N(j)| / |N(i) ∪ N(j)|, every point counted among its own.
    pub fn shared<F: Real>(neighbours: &Neighbours<F>) -> Self {
        let n = neighbours.indices.nrows();
        let sets: Vec<Vec<usize>> = (0..n)
            .map(|i| {
                let mut set: Vec<usize> = neighbours.indices.row(i).iter().copied().chain([i]).collect();
                set.sort_unstable();
                set.dedup();
                set
            })
            .collect();
        let rows: Vec<Vec<(usize, usize, f32)>> = (0..n)
            .into_par_iter()
            .map(|i| {
                let common = |j: usize| sets[i].iter().filter(|p| sets[j].binary_search(p).is_ok()).count();
                // A pair that is in both sets is taken from the lower of the two.
                let mine =
                    sets[i].iter().filter(|&&j| j != i && (i < j || sets[j].binary_search(&i).is_err()));
                mine.map(|&j| {
                    let both = common(j);
                    (i.min(j), i.max(j), both as f32 / (sets[i].len() + sets[j].len() - both) as f32)
                })
                .filter(|e| e.2 > 0.0)
                .collect()
            })
            .collect();
        let mut pairs = rows.concat();
        pairs.sort_unstable_by_key(|e| (e.0, e.1));
        Self::from_pairs(n, pairs)
    }

    /// From valid pairs i < j in order.
    fn from_pairs(n: usize, pairs: Vec<(usize, usize, f32)>) -> Self {
        let mut starts = vec![0_usize; n + 1];
        for &(i, j, _) in &pairs {
            starts[i + 1] += 1;
            starts[j + 1] += 1;
        }
        for i in 0..n {
            starts[i + 1] += starts[i];
        }
        let mut next = starts.clone();
        let mut edges = vec![(0, 0.0); starts[n]];
        let mut total = 0.0;
        for &(i, j, w) in &pairs {
            for (a, b) in [(i, j), (j, i)] {
                edges[next[a]] = (b as u32, w);
                next[a] += 1;
            }
            total += f64::from(w);
        }
        Self { starts, edges, total }
    }

    /// Where each point's edges begin, and all edges.
    pub(super) fn rows(&self) -> (&[usize], &[(u32, f32)]) {
        (&self.starts, &self.edges)
    }

    /// Number of points.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Whether there are no points; never true of a graph that was made.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The neighbours of point `i` and the weights to them.
    pub fn row(&self, i: usize) -> impl Iterator<Item = (usize, f32)> + '_ {
        self.edges[self.starts[i]..self.starts[i + 1]].iter().map(|&(j, w)| (j as usize, w))
    }

    /// The connected part that each point belongs to, numbered by first point.
    pub fn parts(&self) -> Vec<usize> {
        let mut part = vec![usize::MAX; self.len()];
        let mut count = 0;
        for first in 0..self.len() {
            if part[first] != usize::MAX {
                continue;
            }
            part[first] = count;
            let mut open = vec![first];
            while let Some(i) = open.pop() {
                for (j, _) in self.row(i) {
                    if part[j] == usize::MAX {
                        part[j] = count;
                        open.push(j);
                    }
                }
            }
            count += 1;
        }
        part
    }
}
