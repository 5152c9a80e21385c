//! Leiden's levels: communities are found, split into groups, and the groups are the nodes of the next level.

use super::moving::{refine, settle};
use super::nodes::{Nodes, number};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::ops::Range;

/// Passes of Leiden from the communities in `labels`, each from where the last one ended, and each with the seed that many
/// above `seed`.
pub(super) fn passes(
    nodes: &Nodes,
    labels: Vec<u32>,
    resolution: f64,
    seed: u64,
    passes: Range<usize>,
) -> Vec<u32> {
    passes.fold(labels, |labels, at| {
        pass(nodes, labels, resolution, &mut ChaCha8Rng::seed_from_u64(seed.wrapping_add(at as u64)))
    })
}

/// One pass of Leiden from the communities in `labels`, which lie below the number of nodes; returns others, numbered from
/// 0 on. It ends where every group is a community of its own.
pub(super) fn pass(nodes: &Nodes, mut labels: Vec<u32>, resolution: f64, rng: &mut ChaCha8Rng) -> Vec<u32> {
    settle(nodes, &mut labels, resolution, rng);
    let count = number(&mut labels);
    let Some((mut level, mut places)) = condense(nodes, &labels, count, resolution, rng) else {
        return labels;
    };
    let mut above = lift(&labels, &places, level.len());
    loop {
        settle(&level, &mut above, resolution, rng);
        let count = number(&mut above);
        let Some((next, groups)) = condense(&level, &above, count, resolution, rng) else { break };
        above = lift(&above, &groups, next.len());
        places.iter_mut().for_each(|p| *p = groups[*p as usize]);
        level = next;
    }
    let mut labels: Vec<u32> = places.iter().map(|&p| above[p as usize]).collect();
    number(&mut labels);
    labels
}

/// The graph of the groups that the communities are split into, and every node's group; none where it is no smaller.
pub(super) fn condense(
    nodes: &Nodes,
    labels: &[u32],
    count: usize,
    resolution: f64,
    rng: &mut ChaCha8Rng,
) -> Option<(Nodes<'static>, Vec<u32>)> {
    if count == nodes.len() {
        return None;
    }
    let mut groups = refine(nodes, labels, resolution, rng);
    let count = number(&mut groups);
    (count < nodes.len()).then(|| (nodes.joined(&groups, count), groups))
}

/// The labels of groups, whose nodes share theirs.
fn lift(labels: &[u32], groups: &[u32], count: usize) -> Vec<u32> {
    let mut lifted = vec![0; count];
    labels.iter().zip(groups).for_each(|(&label, &group)| lifted[group as usize] = label);
    lifted
}
