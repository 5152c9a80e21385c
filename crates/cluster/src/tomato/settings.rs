use crate::error::{Error, Result};
use crate::kmeans::at_least_one;
use serde::{Deserialize, Serialize};

/// Neighbours where none are asked for: at least and at most.
const USUAL: (usize, usize) = (10, 60);

/// The fewest of few rows.
const LEAST: usize = 5;

/// Dimensions in which rows may lie for their density to be measured well: in more, a few rows between two clusters join them.
pub const FEW_DIMENSIONS: f64 = 4.0;

/// Settings of [`Tomato`](super::Tomato).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct TomatoSettings {
    /// Neighbours by which the density at a row is measured, itself not counted, at least 1; `None`: √n / 2, from 10 to 60, but at most a quarter of
    /// the rows where that is 5 or more. n − 1 at most.
    /// More make the density smoother: two peaks may be nearer to one another, and a cluster has to be larger.
    pub neighbours: Option<usize>,
    /// How far a peak has to stand out beyond what chance makes, in standard deviations of the log density, at least 0.
    pub margin: f64,
}

impl Default for TomatoSettings {
    fn default() -> Self {
        Self { neighbours: None, margin: 1.0 }
    }
}

impl TomatoSettings {
    /// Checks every setting.
    ///
    /// # Errors
    /// A value outside the range its field states.
    pub fn validate(&self) -> Result<()> {
        at_least_one("neighbours", self.neighbours.unwrap_or(1))?;
        if !(self.margin.is_finite() && self.margin >= 0.0) {
            let found = self.margin.to_string();
            return Err(Error::Setting { name: "margin", expected: "a number of at least 0", found });
        }
        Ok(())
    }

    /// The neighbours of a row among `n`.
    pub(super) fn neighbours_of(&self, n: usize) -> usize {
        let usual = ((n as f64).sqrt() / 2.0).round() as usize;
        let usual = usual.clamp(USUAL.0, USUAL.1).min(n / 4).max(LEAST);
        self.neighbours.unwrap_or(usual).min(n - 1)
    }

    /// How far a peak has to stand out, in standard deviations of the log density of `k` neighbours, which is about 1/√k.
    ///
    /// Two such densities differ by √2 of these. Of n/k that have no neighbour in common the largest such difference is about
    /// √(2 ln(n/k)) times as large. Along a line there is no way round a thin place, in more dimensions there are many: samples of a
    /// single group showed by how much that moves what chance makes.
    pub(super) fn threshold(&self, n: usize, k: usize, dimension: f64) -> f64 {
        let chance = (4.0 * (n as f64 / k as f64).max(2.0).ln()).sqrt();
        let ways_round = if dimension <= FEW_DIMENSIONS { 1.2 * (dimension - 2.0).max(-1.0) } else { 0.0 };
        self.margin + chance - ways_round
    }
}
