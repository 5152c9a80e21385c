//! Leiden's algorithm (Traag, Waltman and van Eck 2019) on modularity with a resolution.

mod arranged;
mod coarse;
mod levels;
mod moving;
mod nodes;
mod order;
#[cfg(test)]
mod tests;

pub(crate) use arranged::Arranged;
pub(super) use coarse::{Coarse, LARGE, Settling, settled};

use super::graph::Graph;
use crate::error::{Error, Result};

/// The community of every point, for a high [`modularity`](super::modularity()) at resolution γ: numbered by size, the largest 0,
/// equals by first point.
///
/// As in leidenalg, points join the best group, where the paper draws one. Communities are connected. Higher resolutions give more and
/// smaller communities. Each of `iterations` passes starts where the last one ended. The work is done on one thread; the same seed gives the same communities.
///
/// # Errors
/// A resolution that is not positive and finite, no iteration.
pub fn leiden(graph: &Graph, resolution: f64, seed: u64, iterations: usize) -> Result<Vec<usize>> {
    crate::kmeans::at_least_one("iterations", iterations)?;
    check_resolution(resolution)?;
    Ok(Arranged::of(graph).leiden(resolution, seed, iterations))
}

/// Refuses a resolution that means nothing.
pub(super) fn check_resolution(resolution: f64) -> Result<()> {
    if resolution.is_finite() && resolution > 0.0 {
        return Ok(());
    }
    let found = resolution.to_string();
    Err(Error::Setting { name: "resolution", expected: "positive and finite", found })
}
