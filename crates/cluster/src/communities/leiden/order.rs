//! Points that are near each other get numbers near each other, so that a walk over the graph stays in the cache.

use super::coarse::LARGE;
use super::levels::condense;
use super::nodes::{Nodes, alone, members};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// Nodes of a block of a large graph take their turns together.
const BLOCK: usize = 1024;

/// All points, group by group of groups: the graph is condensed over and over, as if it were one community.
pub(super) fn order(whole: &Nodes) -> Vec<u32> {
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let step = |nodes: &Nodes, rng: &mut ChaCha8Rng| condense(nodes, &vec![0; nodes.len()], 1, 1.0, rng);
    let mut levels = Vec::new();
    let mut next = step(whole, &mut rng);
    while let Some((nodes, groups)) = next {
        next = step(&nodes, &mut rng);
        levels.push((groups, nodes.len()));
    }
    let mut order: Vec<u32> = (0..levels.last().map_or(whole.len(), |l| l.1) as u32).collect();
    for (groups, count) in levels.iter().rev() {
        let (firsts, members) = members(groups, *count);
        let of = |&g: &u32| &members[firsts[g as usize]..firsts[g as usize + 1]];
        order = order.iter().flat_map(of).copied().collect();
    }
    order
}

/// The nodes in drawn order; those of large graphs block by block, the blocks in drawn order and the nodes of each in drawn order.
pub(super) fn turns(n: usize, rng: &mut ChaCha8Rng) -> Vec<u32> {
    if n <= LARGE {
        let mut turns = alone(n);
        turns.shuffle(rng);
        return turns;
    }
    let mut blocks: Vec<usize> = (0..n.div_ceil(BLOCK)).collect();
    blocks.shuffle(rng);
    let mut turns = Vec::with_capacity(n);
    for block in blocks {
        let first = turns.len();
        turns.extend((block * BLOCK) as u32..n.min((block + 1) * BLOCK) as u32);
        turns[first..].shuffle(rng);
    }
    turns
}
