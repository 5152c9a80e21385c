//! Stochastic gradient descent on the fuzzy cross-entropy, in passes that threads share without seeing each other.

use pulp::{Arch, NullaryFnOnce};
use rayon::prelude::*;

use super::fuzzy::FuzzyGraph;
use super::kernel::{Curve, Slopes};

/// Points of one task.
const ROWS: usize = 64;

/// Runs of points that a pass moves one after the other. Within a run the others stand still, which is noisier than moving
/// every point in place: on 10,000 MNIST images one run gives a lower trustworthiness than umap-learn, 16 and more do
/// not.
const BLOCKS: usize = 32;

/// What the optimiser needs besides the graph and the positions.
#[derive(Clone, Copy)]
pub(super) struct Schedule {
    pub epochs: usize,
    pub alpha: f64,
    pub negatives: usize,
    pub curve: Curve,
    pub seed: u64,
}

/// Weights as draws per pass: the heaviest edge is drawn in every pass.
fn rates(graph: &FuzzyGraph) -> Vec<f32> {
    let largest = graph.weights.iter().fold(0.0_f32, |top, &w| top.max(w));
    graph.weights.iter().map(|w| w / largest).collect()
}

/// Moves every point of `y` (n × dim) along its edges, in 32 runs of points a pass, each from where the last run left
/// the others.
///
/// umap-learn moves both ends of a drawn edge at once, in place. Here a point is moved by its own edges in both of their
/// roles (the graph is symmetric, so the reverse edge is drawn in the same pass) while the others stand still; its
/// random numbers depend on the seed, the pass and the point alone. Threads then change nothing.
pub(super) fn optimise(graph: &FuzzyGraph, y: &mut Vec<f32>, dim: usize, schedule: &Schedule) {
    let rates = rates(graph);
    let slopes = Slopes::new(&schedule.curve);
    let n = graph.len();
    let block = n.div_ceil(BLOCKS);
    let mut next = y.clone();
    for epoch in 0..schedule.epochs {
        let alpha = (schedule.alpha * (1.0 - epoch as f64 / schedule.epochs as f64)) as f32;
        for first in (0..n).step_by(block) {
            let last = n.min(first + block);
            let pass = Pass {
                graph,
                rates: &rates,
                others: y,
                dim,
                epoch,
                alpha,
                twice: true,
                schedule,
                slopes: &slopes,
            };
            pass.run(first, &mut next[first * dim..last * dim]);
            y[first * dim..last * dim].copy_from_slice(&next[first * dim..last * dim]);
        }
    }
}

/// Moves new points `y` among embedded ones that stand still; `graph` has a row for each new point.
pub(super) fn optimise_new(
    graph: &FuzzyGraph,
    y: &mut [f32],
    embedded: &[f32],
    dim: usize,
    schedule: &Schedule,
) {
    let rates = rates(graph);
    let slopes = Slopes::new(&schedule.curve);
    for epoch in 0..schedule.epochs {
        let alpha = (schedule.alpha * (1.0 - epoch as f64 / schedule.epochs as f64)) as f32;
        Pass {
            graph,
            rates: &rates,
            others: embedded,
            dim,
            epoch,
            alpha,
            twice: false,
            schedule,
            slopes: &slopes,
        }
        .run(0, y);
    }
}

struct Pass<'a> {
    graph: &'a FuzzyGraph,
    rates: &'a [f32],
    others: &'a [f32],
    dim: usize,
    epoch: usize,
    alpha: f32,
    twice: bool,
    schedule: &'a Schedule,
    slopes: &'a Slopes,
}

/// Some rows of a pass. A type of its own rather than a closure, so that all of it is compiled for the vector unit found.
struct Rows<'a, const D: usize> {
    pass: &'a Pass<'a>,
    first: usize,
    rows: &'a mut [f32],
}

impl<const D: usize> NullaryFnOnce for Rows<'_, D> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        self.pass.rows::<D>(self.first, self.rows);
    }
}

impl Pass<'_> {
    fn run(&self, start: usize, y: &mut [f32]) {
        y.par_chunks_mut(ROWS * self.dim).enumerate().for_each(|(chunk, rows)| {
            let first = start + chunk * ROWS;
            let arch = Arch::new();
            match self.dim {
                2 => arch.dispatch(Rows::<2> { pass: self, first, rows }),
                3 => arch.dispatch(Rows::<3> { pass: self, first, rows }),
                10 => arch.dispatch(Rows::<10> { pass: self, first, rows }),
                _ => arch.dispatch(Rows::<0> { pass: self, first, rows }),
            }
        });
    }

    /// `D` is the dimension where it is known to the compiler, else 0.
    #[inline(always)]
    fn rows<const D: usize>(&self, first: usize, rows: &mut [f32]) {
        let dim = if D > 0 { D } else { self.dim };
        let points = (self.others.len() / dim) as u64;
        let (now, before) = (self.epoch as f32, self.epoch as f32 - 1.0);
        let mut from = vec![0.0; dim];
        for (i, point) in (first..).zip(rows.chunks_exact_mut(dim)) {
            let mut random = Stream::new(self.schedule.seed, self.epoch as u64, i as u64);
            for e in self.graph.starts[i]..self.graph.starts[i + 1] {
                let rate = self.rates[e];
                // Drawn whenever another whole number of draws is due.
                if (now * rate) as u32 == (before * rate).max(0.0) as u32 {
                    continue;
                }
                // Pulls are stiff: each acts where the last one left the point.
                let other = self.other(self.graph.columns[e] as usize, dim);
                self.slopes.pull(point, other, self.alpha);
                if self.twice {
                    self.slopes.pull(point, other, self.alpha);
                }
                // Pushes are soft: all act on where the pulls left the point, so that none waits for the one before.
                from.copy_from_slice(point);
                for _ in 0..self.schedule.negatives {
                    let k = random.below(points) as usize;
                    // A point does not push itself; its old position is not it either.
                    if !(self.twice && k == i) {
                        self.slopes.push(point, &from, self.other(k, dim), self.alpha);
                    }
                }
            }
        }
    }

    #[inline(always)]
    fn other(&self, i: usize, dim: usize) -> &[f32] {
        &self.others[i * dim..(i + 1) * dim]
    }
}

/// SplitMix64 (Steele, Lea and Flood 2014) from a state of its own for every pass and point.
struct Stream(u64);

impl Stream {
    #[inline(always)]
    fn new(seed: u64, epoch: u64, point: u64) -> Self {
        let mut stream = Self(seed ^ epoch.wrapping_mul(0xd1b5_4a32_d192_ed03));
        stream.0 = stream.next() ^ point.wrapping_mul(0xaef1_7502_108e_f2d9);
        stream.0 = stream.next();
        stream
    }

    #[inline(always)]
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n` < 2³², uniform to 2⁻³².
    #[inline(always)]
    fn below(&mut self, n: u64) -> u64 {
        ((self.next() >> 32) * n) >> 32
    }
}
