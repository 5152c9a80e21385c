use super::levels::{condense, passes};
use super::moving::settle;
use super::nodes::{Nodes, alone, number};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Graphs of more points are large: the resolution is sought on a coarser graph, and points have an order, and take their turns in
/// blocks, that stay in the cache. Smaller graphs fit into it.
pub(in crate::communities) const LARGE: usize = 100_000;

/// Resolution of the coarser graph per community asked for. A community that adds to modularity at resolution γ holds less
/// than 1/γ of the graph's weight, so each of the k is made of several groups.
const FINER: f64 = 4.0;

/// Groups are joined into larger ones while there are more than this: a pass over so many takes a second.
const FEW: usize = 50_000;

/// A graph made smaller, and the node of it that each place of the whole one went into.
pub(in crate::communities) struct Coarse {
    pub(super) nodes: Nodes<'static>,
    pub(super) places: Vec<u32>,
}

impl Coarse {
    /// Joins points to groups, and groups to larger ones, by Leiden at a resolution at which each of `k` communities is several.
    pub(in crate::communities) fn of(whole: &Nodes, k: usize, seed: u64) -> Self {
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
            return Self { nodes: whole.joined(&places, places.len()), places };
        };
        while nodes.len() > FEW {
            let Some((next, groups)) = step(&nodes) else { break };
            places.iter_mut().for_each(|p| *p = groups[*p as usize]);
            nodes = next;
        }
        Self { nodes, places }
    }

    /// The communities of the coarser graph, a label for every place of the whole one; none unless `k` of them hold `least`
    /// points. Says how many do.
    pub(in crate::communities) fn leiden(
        &self,
        resolution: f64,
        seed: u64,
        iterations: usize,
        least: usize,
        k: usize,
    ) -> (usize, Option<Vec<u32>>) {
        let labels = passes(&self.nodes, alone(self.nodes.len()), resolution, seed, 0..iterations);
        let found = self.nodes.large(&labels, least);
        let lifted = || self.places.iter().map(|&p| labels[p as usize]).collect();
        (found, (found == k).then(lifted))
    }
}

/// How the communities of a coarser graph are settled on the whole one.
#[derive(Clone, Copy)]
pub(in crate::communities) enum Settling {
    /// By so many passes of Leiden, the first of which the coarser graph had; by one at least.
    Passes(usize),
    /// By moves of single points alone, where passes would join too much.
    Moves,
}

/// Settles `labels`, one for every place of the whole graph and below their number.
pub(in crate::communities) fn settled(
    whole: &Nodes,
    mut labels: Vec<u32>,
    resolution: f64,
    seed: u64,
    settling: Settling,
) -> Vec<u32> {
    match settling {
        Settling::Passes(count) => passes(whole, labels, resolution, seed, 1..count.max(2)),
        Settling::Moves => {
            let mut rng = ChaCha8Rng::seed_from_u64(seed.wrapping_add(1));
            settle(whole, &mut labels, resolution, &mut rng);
            labels
        }
    }
}
