//! Input affinities: Gaussian with a width per point, on exact nearest neighbours, made symmetric.

use ndarray::ArrayView2;
use rayon::prelude::*;

use crate::knn::{KnnSettings, Neighbours, nearest_neighbours};
use crate::{Real, Result, check};

/// Symmetric sparse joint probabilities p that sum to 1, by rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Affinities {
    pub(super) starts: Vec<usize>,
    pub(super) columns: Vec<u32>,
    pub(super) values: Vec<f32>,
}

impl Affinities {
    /// Affinities of the rows of `x` (n × d) under Euclidean distance: the 3 × perplexity + 1 nearest neighbours of a
    /// row (n − 1 at most), as in scikit-learn.
    ///
    /// # Errors
    /// Empty data, a value that is not finite, a perplexity that is below 1 or not below n.
    pub fn new<F: Real>(x: ArrayView2<'_, F>, perplexity: f64) -> Result<Self> {
        check::finite(x)?;
        let n = x.nrows();
        check_perplexity(perplexity, n)?;
        let k = (n - 1).min((3.0 * perplexity + 1.0) as usize);
        // Affinities do not depend on the unit.
        let near = nearest_neighbours(check::rescaled(x).view(), &KnnSettings::new(k))?;
        Self::from_neighbours(&near, perplexity)
    }

    /// Affinities from neighbours found before (the point itself not among them):
    /// p(j|i) ∝ exp(−βᵢ dᵢⱼ²) with βᵢ such that exp(−Σ p ln p) is the perplexity, then p = (p(j|i) + p(i|j)) / 2n.
    ///
    /// # Errors
    /// Neighbours that are not valid, or a perplexity that is below 1 or not below n.
    pub fn from_neighbours<F: Real>(neighbours: &Neighbours<F>, perplexity: f64) -> Result<Self> {
        let (n, k) = neighbours.indices.dim();
        neighbours.check(n)?;
        check_perplexity(perplexity, n)?;
        let conditional: Vec<Vec<f64>> = (0..n)
            .into_par_iter()
            .map(|i| {
                let distances = neighbours.distances.row(i);
                // In a unit of the row's own where the search for β would not come so far.
                let unit = check::unit(distances[k - 1].wide());
                let squares: Vec<f64> = distances.iter().map(|d| (d.wide() * unit).powi(2)).collect();
                conditional(&squares, perplexity)
            })
            .collect();
        // Each pair enters the rows of both of its points; a stable sort by column puts equal pairs side by side.
        let mut rows: Vec<Vec<(u32, f64)>> = vec![Vec::with_capacity(2 * k); n];
        for (i, values) in conditional.iter().enumerate() {
            for (&j, &p) in neighbours.indices.row(i).iter().zip(values) {
                rows[i].push((j as u32, p));
                rows[j].push((i as u32, p));
            }
        }
        rows.par_iter_mut().for_each(|row| {
            // By column, then by value: p(i, j) and p(j, i) add the same numbers in the same order.
            row.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
            row.dedup_by(|next, kept| {
                let same = next.0 == kept.0;
                if same {
                    kept.1 += next.1;
                }
                same
            });
        });
        let total: f64 = rows.iter().map(|row| row.iter().map(|e| e.1).sum::<f64>()).sum();
        let mut starts = vec![0];
        let (mut columns, mut values) = (Vec::new(), Vec::new());
        for row in rows {
            columns.extend(row.iter().map(|e| e.0));
            values.extend(row.iter().map(|e| (e.1 / total) as f32));
            starts.push(columns.len());
        }
        Ok(Self { starts, columns, values })
    }

    /// Number of points.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Whether there are no points; never true of affinities that were computed.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The affinities of point `i`: pairs of a point and p.
    pub fn row(&self, i: usize) -> impl Iterator<Item = (usize, f32)> + '_ {
        let range = self.starts[i]..self.starts[i + 1];
        self.columns[range.clone()].iter().map(|&j| j as usize).zip(self.values[range].iter().copied())
    }
}

fn check_perplexity(perplexity: f64, n: usize) -> Result<()> {
    let ok = perplexity >= 1.0 && perplexity < n as f64;
    check::setting("perplexity", perplexity, ok, "a number of at least 1 and below the number of rows")
}

/// exp(−β d²) normalised, β by bisection on the entropy to 1e-5 nats, as scikit-learn does it.
fn conditional(squares: &[f64], perplexity: f64) -> Vec<f64> {
    let wanted = perplexity.ln();
    let nearest = squares.first().copied().unwrap_or(0.0);
    let (mut low, mut high, mut beta) = (f64::NEG_INFINITY, f64::INFINITY, 1.0_f64);
    let mut p = vec![0.0; squares.len()];
    for _ in 0..200 {
        // Relative to the nearest, so that the sum is at least 1.
        let mut sum = 0.0;
        let mut weighted = 0.0;
        for (p, s) in p.iter_mut().zip(squares) {
            let s = s - nearest;
            *p = (-beta * s).exp();
            sum += *p;
            weighted += *p * s;
        }
        p.iter_mut().for_each(|p| *p /= sum);
        let difference = sum.ln() + beta * weighted / sum - wanted;
        if difference.abs() <= 1e-5 {
            break;
        }
        if difference > 0.0 {
            low = beta;
            beta = if high.is_infinite() { beta * 2.0 } else { f64::midpoint(beta, high) };
        } else {
            high = beta;
            beta = if low.is_infinite() { beta / 2.0 } else { f64::midpoint(beta, low) };
        }
        if !beta.is_finite() || beta == 0.0 {
            break;
        }
    }
    p
}
