use super::graph::Graph;
use super::labels::large;
use super::leiden::{Arranged, Coarse, LARGE, Settling, settled};
use rayon::prelude::*;
use std::cell::Cell;

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

/// One search for each seed: the first starts at resolution 1, the others where it ended.
pub(super) fn searches(
    graph: &Graph,
    k: usize,
    least: usize,
    seeds: &[u64],
    iterations: usize,
) -> Vec<Found> {
    let whole = Arranged::of(graph);
    let search = |start: f64, seed: u64| {
        if graph.len() > LARGE {
            on_coarser(&whole, k, least, start, seed, iterations)
        } else {
            bisect(k, start, |resolution| {
                let labels = whole.leiden(resolution, seed, iterations);
                (large(&labels, least), labels)
            })
        }
    };
    let Some((&seed, others)) = seeds.split_first() else { return Vec::new() };
    let first = search(1.0, seed);
    let start = if let Found::Yes(r, _) = first { r } else { 1.0 };
    let mut found = vec![first];
    found.par_extend(others.par_iter().map(|&seed| search(start, seed)));
    found
}

/// The search on a coarser graph. What is found there is settled on the whole graph. The search goes on where k large communities do
/// not remain.
pub(super) fn on_coarser(
    whole: &Arranged,
    k: usize,
    least: usize,
    start: f64,
    seed: u64,
    iterations: usize,
) -> Found {
    let coarse = Coarse::of(&whole.nodes, k, seed);
    let met = Cell::new(false);
    let at = |resolution: f64, settling: Settling| match coarse.leiden(resolution, seed, iterations, least, k)
    {
        (_, Some(labels)) => {
            met.set(true);
            let labels = whole.by_size(&settled(&whole.nodes, labels, resolution, seed, settling));
            (large(&labels, least), labels)
        }
        (found, None) => (found, Vec::new()),
    };
    match bisect(k, start, |resolution| at(resolution, Settling::Passes(iterations))) {
        // Passes over the whole graph may join what the coarser graph kept apart, at every resolution tried.
        Found::No { .. } if met.get() => bisect(k, start, |resolution| at(resolution, Settling::Moves)),
        found => found,
    }
}

/// Bisects the resolution, starting from `start`, until exactly `k` communities are large. Their number is not strictly
/// monotone; the first resolution that fits is taken. `at` says how many are large at a resolution, and the labels, which are read
/// where there are `k`.
fn bisect(k: usize, start: f64, at: impl Fn(f64) -> (usize, Vec<usize>)) -> Found {
    let (mut low, mut high): (Option<f64>, Option<f64>) = (None, None);
    let (mut below, mut above) = (0, usize::MAX);
    let mut resolution = start;
    let mut step = 1.25;
    for _ in 0..RUNS {
        let (found, labels) = at(resolution);
        if found == k {
            return Found::Yes(resolution, labels);
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
    Found::No { below, above }
}
