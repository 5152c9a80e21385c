//! The minimum spanning tree of the mutual reachability distances, by Borůvka's rounds over a tree of boxes.

use super::kdtree::{Edge, KdTree};
use rayon::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering};

/// Points of one task.
const CHUNK: usize = 256;

/// Squared core distances, in the tree's order, and everyone's nearest points, n × `k`, as places in the tree.
pub(super) fn cores(tree: &KdTree, k: usize) -> (Vec<f64>, Vec<u32>) {
    let n = tree.len();
    let (mut cores, mut near) = (vec![0.0; n], vec![0_u32; n * k]);
    let chunks = cores.par_chunks_mut(CHUNK).zip(near.par_chunks_mut(CHUNK * k)).enumerate();
    chunks.for_each(|(chunk, (cores, near))| {
        for ((p, core), near) in (chunk * CHUNK..).zip(cores).zip(near.chunks_mut(k)) {
            let found = tree.nearest(tree.point(p), Some(p), k);
            near.iter_mut().zip(&found).for_each(|(to, e)| *to = e.1);
            *core = found.last().map_or(0.0, |e| e.0);
        }
    });
    (cores, near)
}

/// The n − 1 edges of the tree, by rising squared weight, points by original number. `near` are places of `k` points for each, in the tree's
/// order, none of them further away than its core distance; a point itself counts for none.
///
/// Every round each component takes its least edge to another. Edges order totally (weight, then numbers), so that the tree
/// is unique; threads share bounds, which spare work and never decide.
pub(crate) fn spanning_tree(tree: &KdTree, cores: &[f64], near: &[u32], k: usize) -> Vec<Edge> {
    const NONE: Edge = (f64::INFINITY, u32::MAX, u32::MAX);
    let n = tree.len();
    let mut place = vec![0_u32; n];
    tree.original.iter().zip(0..).for_each(|(&i, p)| place[i as usize] = p);
    let mut components: Vec<u32> = (0..n as u32).collect();
    let mut edges: Vec<Edge> = Vec::with_capacity(n - 1);
    let mut count = n;
    while count > 1 {
        // Squares are not negative: their bits order as they do.
        let bounds: Vec<AtomicU64> = (0..count).map(|_| AtomicU64::new(f64::INFINITY.to_bits())).collect();
        let offer = |c: u32, w: f64| bounds[c as usize].fetch_min(w.to_bits(), Ordering::Relaxed);
        // Near neighbours of another component, all at most a core distance away, bound the least edge of both.
        (0..n).into_par_iter().with_min_len(CHUNK).for_each(|p| {
            for &q in near[p * k..(p + 1) * k].iter().filter(|&&q| components[q as usize] != components[p]) {
                let weight = cores[p].max(cores[q as usize]);
                offer(components[p], weight);
                offer(components[q as usize], weight);
            }
        });
        let marks = tree.marks(&components, cores);
        let found: Vec<Edge> = (0..n)
            .into_par_iter()
            .with_min_len(CHUNK)
            .map(|p| {
                let c = components[p];
                let bound = || f64::from_bits(bounds[c as usize].load(Ordering::Relaxed));
                let mut best = NONE;
                if cores[p] <= bound() {
                    tree.leave(p, &components, cores, &marks, &bound, &mut best);
                    offer(c, best.0);
                }
                best
            })
            .collect();
        let mut least = vec![NONE; count];
        for (edge, &c) in found.iter().zip(&components) {
            if *edge < least[c as usize] {
                least[c as usize] = *edge;
            }
        }
        let mut joined: Vec<u32> = (0..count as u32).collect();
        for edge in least {
            let ends = [edge.1, edge.2].map(|i| root(&mut joined, components[place[i as usize] as usize]));
            if ends[0] != ends[1] {
                joined[ends[0].max(ends[1]) as usize] = ends[0].min(ends[1]);
                edges.push(edge);
            }
        }
        let mut number = vec![u32::MAX; count];
        let mut next = 0;
        for c in 0..count as u32 {
            let top = root(&mut joined, c) as usize;
            if number[top] == u32::MAX {
                number[top] = next;
                next += 1;
            }
            number[c as usize] = number[top];
        }
        components.iter_mut().for_each(|c| *c = number[*c as usize]);
        count = next as usize;
    }
    edges.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    edges
}

/// The representative of `i`, paths being halved on the way.
pub(crate) fn root(parents: &mut [u32], mut i: u32) -> u32 {
    while parents[i as usize] != i {
        parents[i as usize] = parents[parents[i as usize] as usize];
        i = parents[i as usize];
    }
    i
}
