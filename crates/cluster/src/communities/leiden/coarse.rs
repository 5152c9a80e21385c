use super::levels::{condense, passes};
use super::moving::settle;
use super::nodes::{Nodes, alone, number};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Graphs of more points are searched for a resolution on a coarser graph. Up to here the whole graph takes seconds.
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

    /// Settles what the coarser graph gave on the whole one: by passes of Leiden or, where these would join too much, by moves of single
    /// points alone.
    pub(in crate::communities) fn refined(
        whole: &Nodes,
        mut labels: Vec<u32>,
        resolution: f64,
        seed: u64,
        iterations: Option<usize>,
    ) -> Vec<u32> {
        if let Some(iterations) = iterations {
            return passes(whole, labels, resolution, seed, 1..iterations.max(2));
        }
        settle(whole, &mut labels, resolution, &mut ChaCha8Rng::seed_from_u64(seed.wrapping_add(1)));
        labels
    }
}
