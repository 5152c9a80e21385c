use super::levels::{condense, pass};
use super::moving::settle;
use super::nodes::{Nodes, number};
use super::order::order;
use crate::communities::graph::Graph;
use crate::communities::leiden::by_size;
use crate::communities::resolution::{Found, bisect, in_turn, large};
use crate::error::Result;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// Graphs of more points are coarsened first. Up to here a search with leiden-rs takes minutes at most, and the results
/// recorded with it keep their bits.
pub(in crate::communities) const LARGE: usize = 100_000;

/// Resolution of the coarser graph per community asked for. A community that adds to modularity at resolution γ holds less
/// than 1/γ of the graph's weight, so each of the k is made of several groups.
const FINER: f64 = 4.0;

/// Groups are joined into larger ones while there are more than this: a pass over so many takes a second.
const FEW: usize = 50_000;

/// A graph made smaller, and the node of it that each point went into.
pub(super) struct Coarse {
    pub(super) nodes: Nodes<'static>,
    pub(super) places: Vec<u32>,
}

/// As [`searches`](crate::communities::resolution::searches), on a coarser graph for every seed. What is found there is settled on
/// the whole graph by a pass of Leiden, and k large communities must remain; else the search goes on.
pub(in crate::communities) fn searches(
    graph: &Graph,
    k: usize,
    least: usize,
    seeds: &[u64],
    iterations: usize,
) -> Result<Vec<Found>> {
    let points = Nodes::of(graph);
    let order = order(&points, k as f64);
    let whole = points.ordered(&order);
    drop(points);
    let coarse: Vec<Coarse> = seeds.par_iter().map(|&s| coarsen(&whole, k, s)).collect();
    in_turn(seeds.len(), |at, start| {
        let one =
            One { whole: &whole, order: &order, coarse: &coarse[at], least, seed: seeds[at], iterations };
        match bisect(k, start, |resolution| one.at(resolution, k, true))? {
            // A pass over the whole graph may join what the coarser graph kept apart, at every resolution tried.
            Found::No { .. } => bisect(k, start, |resolution| one.at(resolution, k, false)),
            found => Ok(found),
        }
    })
}

/// What the search of one seed reads.
struct One<'a> {
    whole: &'a Nodes<'static>,
    /// The point at each place of the whole graph.
    order: &'a [u32],
    coarse: &'a Coarse,
    least: usize,
    seed: u64,
    iterations: usize,
}

impl One<'_> {
    /// Large communities at a resolution and, where the coarser graph has `k`, all points' labels. The whole graph is passed
    /// over in full, or its points only moved.
    fn at(&self, resolution: f64, k: usize, full: bool) -> Result<(usize, Vec<usize>)> {
        let Coarse { nodes, places } = self.coarse;
        let rng = |pass: usize| ChaCha8Rng::seed_from_u64(self.seed.wrapping_add(pass as u64));
        let mut labels = alone(nodes.len());
        for at in 0..self.iterations {
            labels = pass(nodes, labels, resolution, &mut rng(at));
        }
        let found = nodes.large(&labels, self.least);
        if found != k {
            return Ok((found, Vec::new()));
        }
        let mut labels: Vec<u32> = places.iter().map(|&p| labels[p as usize]).collect();
        if full {
            for at in 1..self.iterations.max(2) {
                labels = pass(self.whole, labels, resolution, &mut rng(at));
            }
        } else {
            settle(self.whole, &mut labels, resolution, &mut rng(1));
        }
        let mut points = vec![0; self.order.len()];
        labels.iter().zip(self.order).for_each(|(&label, &point)| points[point as usize] = label as usize);
        let labels = by_size(&points);
        Ok((large(&labels, self.least), labels))
    }
}

/// Joins points to groups, and groups to larger ones, by Leiden at a resolution at which each of `k` communities is several.
pub(super) fn coarsen(whole: &Nodes, k: usize, seed: u64) -> Coarse {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let resolution = FINER * k as f64;
    let mut step = |nodes: &Nodes| {
        let mut labels = alone(nodes.len());
        settle(nodes, &mut labels, resolution, &mut rng);
        let count = number(&mut labels);
        condense(nodes, &labels, count, resolution, &mut rng)
    };
    let Some((mut nodes, mut places)) = step(whole) else {
        let places = alone(whole.len());
        return Coarse { nodes: whole.joined(&places, places.len()), places };
    };
    while nodes.len() > FEW {
        let Some((next, groups)) = step(&nodes) else { break };
        places.iter_mut().for_each(|p| *p = groups[*p as usize]);
        nodes = next;
    }
    Coarse { nodes, places }
}

/// Every node a community of its own.
pub(super) fn alone(n: usize) -> Vec<u32> {
    (0..n as u32).collect()
}
