//! One graph at many resolutions: what one number of communities needed helps to find the next.

use super::absorb::absorb;
use super::graph::Graph;
use super::labels::{large, sizes};
use super::leiden::Arranged;
use super::resolution::{NEAREST, RUNS, WIDEST};
use super::settings::GraphCommunitiesSettings;
use ndarray::ArrayView2;

/// The communities of a graph at the resolutions tried so far.
pub(crate) struct Scan<'a> {
    graph: &'a Graph,
    arranged: &'a Arranged,
    settings: &'a GraphCommunitiesSettings,
    seed: u64,
    parts: Vec<usize>,
    /// By rising resolution.
    tried: Vec<Tried>,
}

struct Tried {
    resolution: f64,
    /// Numbered by size.
    labels: Vec<u32>,
    /// Falling.
    sizes: Vec<usize>,
}

/// What a step of the search says.
enum Next {
    Here(usize),
    Try(f64),
    Nowhere,
}

impl<'a> Scan<'a> {
    /// Of a graph, and the same arranged for many runs.
    pub(crate) fn new(
        graph: &'a Graph,
        arranged: &'a Arranged,
        settings: &'a GraphCommunitiesSettings,
        seed: u64,
    ) -> Self {
        Self { graph, arranged, settings, seed, parts: graph.parts(), tried: Vec::new() }
    }

    /// The resolution and the labels of `k` large communities, to which the others are joined; none where no resolution
    /// gives k. `hint` is tried before anything else.
    pub(crate) fn communities(
        &mut self,
        k: usize,
        hint: Option<f64>,
        rows: ArrayView2<'_, f32>,
    ) -> Option<(f64, Vec<usize>)> {
        let least = self.settings.least(self.graph.len(), k);
        if large(&self.parts, least) > k {
            return None;
        }
        let mut hint = hint;
        let mut step = 1.25;
        for _ in 0..=RUNS {
            let resolution = match self.next(k, least, step) {
                Next::Here(at) => {
                    let found = &self.tried[at];
                    let mut labels: Vec<usize> = found.labels.iter().map(|&l| l as usize).collect();
                    absorb(self.graph, &mut labels, k, Some(rows));
                    return Some((found.resolution, labels));
                }
                Next::Try(resolution) => hint.take().unwrap_or(resolution),
                Next::Nowhere => return None,
            };
            if !(1.0 / WIDEST..=WIDEST).contains(&resolution) {
                return None;
            }
            let below = self.tried.first().is_some_and(|t| resolution < t.resolution);
            let above = self.tried.last().is_some_and(|t| resolution > t.resolution);
            if below || above {
                step *= step;
            }
            self.run(resolution);
        }
        None
    }

    fn count(&self, tried: &Tried, least: usize) -> usize {
        tried.sizes.partition_point(|&size| size >= least)
    }

    /// The middle one of the resolutions that give `k` communities of `least` points, or where to look for one: between the first two
    /// neighbours of which one has too few and the other too many, or beyond the ends.
    fn next(&self, k: usize, least: usize, step: f64) -> Next {
        let counts: Vec<usize> = self.tried.iter().map(|t| self.count(t, least)).collect();
        let fit: Vec<usize> = (0..counts.len()).filter(|&i| counts[i] == k).collect();
        if let Some(&middle) = fit.get(fit.len() / 2) {
            return Next::Here(middle);
        }
        let (Some(first), Some(last)) = (self.tried.first(), self.tried.last()) else {
            return Next::Try(1.0);
        };
        let Some(above) = counts.iter().position(|&c| c > k) else {
            return Next::Try(last.resolution * step);
        };
        if above == 0 {
            return Next::Try(first.resolution / step);
        }
        let (low, high) = (self.tried[above - 1].resolution, self.tried[above].resolution);
        if high / low < NEAREST { Next::Nowhere } else { Next::Try((low * high).sqrt()) }
    }

    fn run(&mut self, resolution: f64) {
        if self.tried.iter().any(|t| t.resolution == resolution) {
            return;
        }
        let labels = self.arranged.leiden(resolution, self.seed, self.settings.iterations);
        let sizes = sizes(&labels);
        let labels = labels.into_iter().map(|l| l as u32).collect();
        let at = self.tried.partition_point(|t| t.resolution < resolution);
        self.tried.insert(at, Tried { resolution, labels, sizes });
    }
}
