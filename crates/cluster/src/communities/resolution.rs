use super::graph::Graph;
use super::leiden::leiden;
use crate::error::Result;
use rayon::prelude::*;

/// Runs of Leiden in one search.
pub(super) const RUNS: usize = 24;
/// The search stops between resolutions nearer than this ratio.
pub(super) const NEAREST: f64 = 1.0002;
/// Resolutions tried lie within this and its inverse.
pub(super) const WIDEST: f64 = 4096.0;

/// A search for the resolution that gives k communities.
pub(super) enum Found {
    /// Resolution and labels, of which the k large communities come first.
    Yes(f64, Vec<usize>),
    /// The most large communities below k and the fewest above that were met; 0 and `usize::MAX` where none were.
    No { below: usize, above: usize },
}

/// One search for each seed: where the first one's ends the others begin.
pub(super) fn searches(
    graph: &Graph,
    k: usize,
    least: usize,
    seeds: &[u64],
    iterations: usize,
) -> Result<Vec<Found>> {
    in_turn(seeds.len(), |at, start| search(graph, k, least, start, seeds[at], iterations))
}

/// `search` for each of `count` seeds, of which the first starts at resolution 1 and the others where it ended.
pub(super) fn in_turn(
    count: usize,
    search: impl Fn(usize, f64) -> Result<Found> + Sync,
) -> Result<Vec<Found>> {
    let first = search(0, 1.0)?;
    let start = if let Found::Yes(r, _) = first { r } else { 1.0 };
    let others = (1..count).into_par_iter().map(|at| search(at, start));
    let others: Vec<Found> = others.collect::<Result<_>>()?;
    Ok(std::iter::once(first).chain(others).collect())
}

/// Bisects the resolution, starting from `start`, until exactly `k` communities hold `least` points each. The number of
/// communities is not strictly monotone; the first resolution that fits is taken.
fn search(graph: &Graph, k: usize, least: usize, start: f64, seed: u64, iterations: usize) -> Result<Found> {
    bisect(k, start, |resolution| {
        let labels = leiden(graph, resolution, seed, iterations)?;
        Ok((large(&labels, least), labels))
    })
}

/// The search itself: `at` says how many large communities a resolution gives, and the labels, which count where there are `k`.
pub(super) fn bisect(k: usize, start: f64, at: impl Fn(f64) -> Result<(usize, Vec<usize>)>) -> Result<Found> {
    let (mut low, mut high): (Option<f64>, Option<f64>) = (None, None);
    let (mut below, mut above) = (0, usize::MAX);
    let mut resolution = start;
    let mut step = 1.25;
    for _ in 0..RUNS {
        let (found, labels) = at(resolution)?;
        if found == k {
            return Ok(Found::Yes(resolution, labels));
        }
        if found < k {
            below = below.max(found);
            low = Some(resolution);
        } else {
            above = above.min(found);
            high = Some(resolution);
        }
        resolution = match (low, high) {
            (Some(low), Some(high)) if high / low < NEAREST => break,
            (Some(low), Some(high)) => (low * high).sqrt(),
            (Some(low), None) => low * step,
            (None, Some(high)) => high / step,
            (None, None) => break,
        };
        if !(1.0 / WIDEST..=WIDEST).contains(&resolution) {
            break;
        }
        if low.is_none() || high.is_none() {
            step *= step;
        }
    }
    Ok(Found::No { below, above })
}

/// Communities of at least `least` points.
pub(super) fn large(labels: &[usize], least: usize) -> usize {
    let mut sizes = vec![0_usize; labels.iter().max().map_or(0, |l| l + 1)];
    labels.iter().for_each(|&l| sizes[l] += 1);
    sizes.iter().filter(|&&s| s >= least).count()
}
