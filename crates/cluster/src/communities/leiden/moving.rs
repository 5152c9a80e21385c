//! Nodes move to the community that raises modularity most, a neighbouring one or one of their own.

use super::nodes::{Nodes, alone};
use super::order::turns;
use rand_chacha::ChaCha8Rng;
use std::collections::VecDeque;

/// Modularity that a move must add: less is rounding.
const LEAST_GAIN: f64 = 1e-10;

/// Moves a node makes on average at most. Summed weights are rounded, and moves could in theory go in a circle.
const MOVES: usize = 100;

/// The weights from one node to the communities near it.
struct Ties {
    weights: Vec<f64>,
    met: Vec<u32>,
}

impl Ties {
    fn new(n: usize) -> Self {
        Self { weights: vec![0.0; n], met: Vec::new() }
    }

    fn add(&mut self, community: u32, weight: f32) {
        let sum = &mut self.weights[community as usize];
        if *sum == 0.0 {
            self.met.push(community);
        }
        *sum += f64::from(weight);
    }

    /// The community that is worth more than any other, and by `least` more than the node's own, and what it is worth; all ties are
    /// forgotten.
    fn best(&mut self, own: u32, least: f64, worth: impl Fn(u32, f64) -> f64) -> (u32, f64) {
        let stay = worth(own, self.weights[own as usize]);
        let (mut best, mut most) = (own, stay);
        let mut asked = stay + least;
        for &community in &self.met {
            let weight = std::mem::take(&mut self.weights[community as usize]);
            if community != own {
                let worth = worth(community, weight);
                if worth > asked {
                    (best, most, asked) = (community, worth, worth);
                }
            }
        }
        self.met.clear();
        (best, most)
    }
}

/// Moves nodes one at a time, into a neighbouring community or into one of their own, until no move raises modularity: all nodes in
/// drawn order, then those whose neighbours moved away from them. Labels lie below the number of nodes; says whether any node moved.
pub(super) fn settle(nodes: &Nodes, labels: &mut [u32], resolution: f64, rng: &mut ChaCha8Rng) -> bool {
    let n = nodes.len();
    let degrees = nodes.degrees();
    let (mut totals, mut sizes) = (vec![0.0; n], vec![0_u32; n]);
    for (&label, degree) in labels.iter().zip(degrees) {
        totals[label as usize] += degree;
        sizes[label as usize] += 1;
    }
    let mut unused: Vec<u32> = alone(n).into_iter().filter(|&label| sizes[label as usize] == 0).collect();
    let mut queue = VecDeque::from(turns(n, rng));
    let mut waits = vec![true; n];
    let mut ties = Ties::new(n);
    let least = LEAST_GAIN * nodes.twice() / 2.0;
    let mut moves = 0;
    while let Some(node) = queue.pop_front() {
        let i = node as usize;
        waits[i] = false;
        let own = labels[i];
        nodes.row(i).iter().for_each(|&(j, w)| ties.add(labels[j as usize], w));
        let price = resolution * degrees[i] / nodes.twice();
        totals[own as usize] -= degrees[i];
        let (mut best, worth) = ties.best(own, least, |c, weight| weight - price * totals[c as usize]);
        // A community of its own is worth 0.
        if worth < -least && sizes[own as usize] > 1 {
            best = unused.pop().unwrap_or(best);
        }
        totals[best as usize] += degrees[i];
        if best == own {
            continue;
        }
        labels[i] = best;
        sizes[best as usize] += 1;
        sizes[own as usize] -= 1;
        if sizes[own as usize] == 0 {
            totals[own as usize] = 0.0;
            unused.push(own);
        }
        moves += 1;
        if moves == MOVES * n {
            break;
        }
        for &(j, _) in nodes.row(i) {
            if labels[j as usize] != best && !waits[j as usize] {
                waits[j as usize] = true;
                queue.push_back(j);
            }
        }
    }
    moves > 0
}

/// Splits communities into connected groups: every node starts alone and, where it still is, joins the group of its own
/// community that raises modularity most. Returns every node's group, named after one of its nodes.
pub(super) fn refine(nodes: &Nodes, labels: &[u32], resolution: f64, rng: &mut ChaCha8Rng) -> Vec<u32> {
    let n = nodes.len();
    let degrees = nodes.degrees();
    let mut groups = alone(n);
    let mut totals = degrees.to_vec();
    let mut single = vec![true; n];
    let mut ties = Ties::new(n);
    let least = LEAST_GAIN * nodes.twice() / 2.0;
    for node in turns(n, rng) {
        let i = node as usize;
        if !single[i] {
            continue;
        }
        let near = nodes.row(i).iter().filter(|e| labels[e.0 as usize] == labels[i]);
        near.for_each(|&(j, w)| ties.add(groups[j as usize], w));
        let price = resolution * degrees[i] / nodes.twice();
        totals[i] = 0.0;
        let (best, _) = ties.best(node, least, |c, weight| weight - price * totals[c as usize]);
        totals[best as usize] += degrees[i];
        groups[i] = best;
        if best != node {
            // A group is named after the node it grew from, which stays.
            single[i] = false;
            single[best as usize] = false;
        }
    }
    groups
}
