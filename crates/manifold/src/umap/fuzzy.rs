//! The fuzzy simplicial set: a weight for every pair of neighbours.

use rayon::prelude::*;

use super::settings::UmapSettings;
use crate::knn::Neighbours;
use crate::{Real, Result, check};

/// umap-learn's constants.
const TOLERANCE: f64 = 1e-5;
const LEAST_SCALE: f64 = 1e-3;
const STEPS: usize = 64;

/// A weighted graph by rows; symmetric when it comes from [`FuzzyGraph::new`].
#[derive(Debug, Clone, PartialEq)]
pub struct FuzzyGraph {
    pub(super) starts: Vec<usize>,
    pub(super) columns: Vec<u32>,
    pub(super) weights: Vec<f32>,
    /// Width of each point's kernel; infinite or 0 where it is beyond f32.
    pub sigmas: Vec<f32>,
    /// Distance of each point to its nearest neighbour; infinite or 0 where it is beyond f32.
    pub rhos: Vec<f32>,
}

impl FuzzyGraph {
    /// The fuzzy union of the memberships exp(−(d − ρᵢ)/σᵢ) of every point's neighbours, with σᵢ such that they add up
    /// to log₂ k. The first neighbour of each row is the point itself, as umap-learn has it; of the settings,
    /// `local_connectivity` and `set_op_mix_ratio` are read.
    ///
    /// # Errors
    /// Neighbours that are not valid, settings out of range, fewer columns than `local_connectivity` needs.
    pub fn new<F: Real>(neighbours: &Neighbours<F>, settings: &UmapSettings) -> Result<Self> {
        settings.validate()?;
        let n = neighbours.indices.nrows();
        neighbours.check(n)?;
        check::range("columns of the neighbours", neighbours.indices.ncols(), 2, n.max(2))?;
        let directed = Self::directed(neighbours, settings.local_connectivity, true);
        Ok(directed.united(settings.set_op_mix_ratio as f32))
    }

    /// Memberships as they are, row by row; with `own` the neighbours are of the same points and self-loops are left out.
    pub(super) fn directed<F: Real>(neighbours: &Neighbours<F>, local_connectivity: f64, own: bool) -> Self {
        let (n, k) = neighbours.indices.dim();
        // A row whose distances are extreme has a unit of its own: the search for σ would not come so far from 1.
        let units: Vec<f64> =
            neighbours.distances.outer_iter().map(|row| check::unit(row[k - 1].wide())).collect();
        let distances: Vec<Vec<f32>> = neighbours
            .distances
            .outer_iter()
            .zip(&units)
            .map(|(row, &unit)| row.iter().map(|d| (d.wide() * unit) as f32).collect())
            .collect();
        let sum: f64 = distances
            .iter()
            .zip(&units)
            .map(|(row, unit)| row.iter().map(|&d| f64::from(d)).sum::<f64>() / unit)
            .sum();
        // Only rows of equal points read it.
        let mean = if sum.is_finite() { sum / (n * k) as f64 } else { f64::MAX };
        let scales: Vec<(f32, f32)> = distances
            .par_iter()
            .zip(&units)
            .map(|(row, unit)| kernel_scale(row, local_connectivity, mean * unit))
            .collect();
        let mut graph = Self {
            starts: vec![0],
            columns: Vec::new(),
            weights: Vec::new(),
            sigmas: scales.iter().zip(&units).map(|(s, unit)| (f64::from(s.0) / unit) as f32).collect(),
            rhos: scales.iter().zip(&units).map(|(s, unit)| (f64::from(s.1) / unit) as f32).collect(),
        };
        for (i, (row, &(sigma, rho))) in distances.iter().zip(&scales).enumerate() {
            let mut edges: Vec<(u32, f32)> = Vec::with_capacity(k);
            for (&j, &d) in neighbours.indices.row(i).iter().zip(row) {
                let beyond = d - rho;
                let inside = beyond <= 0.0 || sigma == 0.0;
                let weight = if inside { 1.0 } else { (-f64::from(beyond / sigma)).exp() as f32 };
                if weight > 0.0 && !(own && i == j) {
                    edges.push((j as u32, weight));
                }
            }
            edges.sort_unstable_by_key(|e| e.0);
            graph.columns.extend(edges.iter().map(|e| e.0));
            graph.weights.extend(edges.iter().map(|e| e.1));
            graph.starts.push(graph.columns.len());
        }
        graph
    }

    /// mix (A + Aᵀ − A∘Aᵀ) + (1 − mix) A∘Aᵀ.
    fn united(self, mix: f32) -> Self {
        let n = self.len();
        let mut rows: Vec<Vec<(u32, f32, bool)>> = vec![Vec::new(); n];
        for i in 0..n {
            for (j, w) in self.row(i) {
                rows[i].push((j as u32, w, false));
                rows[j].push((i as u32, w, true));
            }
        }
        let (mut starts, mut columns, mut weights) = (vec![0], Vec::new(), Vec::new());
        for row in &mut rows {
            row.sort_unstable_by_key(|e| (e.0, e.2));
            for pair in row.chunk_by(|a, b| a.0 == b.0) {
                let (w, v) = (pair[0].1, pair.get(1).map_or(0.0, |e| e.1));
                let both = w * v;
                let weight = mix * (w + v - both) + (1.0 - mix) * both;
                if weight > 0.0 {
                    columns.push(pair[0].0);
                    weights.push(weight);
                }
            }
            starts.push(columns.len());
        }
        Self { starts, columns, weights, ..self }
    }

    /// Number of points.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Whether there are no points; never true of a graph that was computed.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The edges of point `i`: pairs of a point and a weight in (0, 1].
    pub fn row(&self, i: usize) -> impl Iterator<Item = (usize, f32)> + '_ {
        let range = self.starts[i]..self.starts[i + 1];
        self.columns[range.clone()].iter().map(|&j| j as usize).zip(self.weights[range].iter().copied())
    }

    /// Without the edges too light to be drawn once in `epochs` passes.
    pub(super) fn pruned(&self, epochs: usize) -> Self {
        let largest = self.weights.iter().fold(0.0_f32, |top, &w| top.max(w));
        let least = (f64::from(largest) / epochs as f64) as f32;
        let (mut starts, mut columns, mut weights) = (vec![0], Vec::new(), Vec::new());
        for i in 0..self.len() {
            for (j, w) in self.row(i).filter(|e| e.1 >= least) {
                columns.push(j as u32);
                weights.push(w);
            }
            starts.push(columns.len());
        }
        Self { starts, columns, weights, sigmas: self.sigmas.clone(), rhos: self.rhos.clone() }
    }
}

/// σ and ρ of one row of ascending distances, the first of which does not count towards the sum; arithmetic as in
/// umap-learn, down to the precision of each quantity.
fn kernel_scale(distances: &[f32], local_connectivity: f64, mean_of_all: f64) -> (f32, f32) {
    let target = (distances.len() as f64).log2();
    let positive: Vec<f32> = distances.iter().copied().filter(|&d| d > 0.0).collect();
    let index = local_connectivity.floor() as usize;
    let part = local_connectivity - index as f64;
    let rho = if positive.len() as f64 >= local_connectivity && !positive.is_empty() {
        let next = positive.get(index).copied().unwrap_or(positive[positive.len() - 1]);
        if index == 0 {
            (part * f64::from(positive[0])) as f32
        } else if part > TOLERANCE {
            let here = positive[index - 1];
            here + (part * f64::from(next - here)) as f32
        } else {
            positive[index - 1]
        }
    } else {
        positive.last().copied().unwrap_or(0.0)
    };
    let (mut low, mut high, mut sigma) = (0.0_f64, f64::INFINITY, 1.0_f64);
    for _ in 0..STEPS {
        let member = |&d: &f32| if d > rho { (-f64::from(d - rho) / sigma).exp() } else { 1.0 };
        let sum: f64 = distances[1..].iter().map(member).sum();
        if (sum - target).abs() < TOLERANCE {
            break;
        }
        if sum > target {
            high = sigma;
            sigma = f64::midpoint(low, high);
        } else {
            low = sigma;
            sigma = if high.is_infinite() { sigma * 2.0 } else { f64::midpoint(low, high) };
        }
    }
    let mean = distances.iter().map(|&d| f64::from(d)).sum::<f64>() / distances.len() as f64;
    let least = LEAST_SCALE * if rho > 0.0 { mean } else { mean_of_all };
    (sigma.max(least) as f32, rho)
}
