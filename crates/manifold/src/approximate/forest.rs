//! Random-projection trees: points that fall into one leaf are likely to be near each other.

use ndarray::{ArrayView2, Axis};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

use super::descend::mix;
use super::rows::Maker;
use crate::Real;
use crate::knn::CsrRows;
use crate::linalg::{Block, product_ab};

/// Data of more columns are projected to this many random directions before they are split.
const SKETCH: usize = 48;
/// Rows projected at a time.
const CHUNK: usize = 1024;
/// Attempts at a hyperplane that leaves a tenth of the points on either side.
const ATTEMPTS: usize = 3;

/// The points of every leaf of one tree.
pub(super) struct Tree {
    pub order: Vec<u32>,
    /// Where each leaf ends in `order`.
    pub ends: Vec<u32>,
}

impl Tree {
    pub(super) fn leaves(&self) -> impl Iterator<Item = &[u32]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(a, &b)| &self.order[a as usize..b as usize])
    }
}

/// A few coordinates of every point: its own, or random projections.
pub(super) struct Sketch {
    data: Vec<f32>,
    width: usize,
}

impl Sketch {
    pub(super) fn of<F: Real>(x: ArrayView2<'_, F>, maker: &Maker, seed: u64) -> Self {
        let d = x.ncols();
        let wide = d > SKETCH + SKETCH / 2;
        let width = if wide { SKETCH } else { d };
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let directions: Vec<f32> = if wide {
            (0..d * SKETCH).map(|_| StandardNormal.sample(&mut rng)).collect()
        } else {
            Vec::new()
        };
        let mut data = vec![0.0_f32; x.nrows() * width];
        let blocks = data.par_chunks_mut(CHUNK * width).zip(x.axis_chunks_iter(Axis(0), CHUNK));
        blocks.for_each(|(to, block)| {
            let order: Vec<u32> = (0..block.nrows() as u32).collect();
            let rows = maker.rows(block, &order);
            if wide {
                let left = Block::new(rows.data(), block.nrows(), d, rows.stride());
                product_ab(to, left, Block::new(&directions, d, SKETCH, SKETCH));
            } else {
                for (to, i) in to.chunks_exact_mut(width).zip(0..) {
                    to.copy_from_slice(&rows.row(i)[..width]);
                }
            }
        });
        Self { data, width }
    }

    /// Sums of the columns with signs that depend on the seed and the column alone: no table of directions is kept.
    pub(super) fn of_csr<F: Real>(rows: &CsrRows<'_, F>, seed: u64) -> Self {
        let mut data = vec![0.0_f32; rows.len() * SKETCH];
        data.par_chunks_mut(SKETCH).enumerate().for_each(|(i, to)| {
            for (c, v) in rows.of(i) {
                let (v, signs) = ((v as f32).to_bits(), mix(seed ^ mix(c as u64)));
                for (bit, to) in to.iter_mut().enumerate() {
                    *to += f32::from_bits(v ^ ((signs >> bit) as u32) << 31);
                }
            }
        });
        Self { data, width: SKETCH }
    }

    fn row(&self, i: u32) -> &[f32] {
        &self.data[i as usize * self.width..(i as usize + 1) * self.width]
    }

    /// `count` trees with leaves of at most `leaf` points.
    pub(super) fn trees(&self, count: usize, leaf: usize, seed: u64) -> Vec<Tree> {
        let n = self.data.len() / self.width;
        let grow = |t: usize| {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            rng.set_stream(1 + t as u64);
            let mut tree = Tree { order: (0..n as u32).collect(), ends: Vec::new() };
            let mut margins = vec![0.0; n];
            self.split(&mut tree, 0, n, leaf, &mut margins, &mut rng);
            tree
        };
        (0..count).into_par_iter().map(grow).collect()
    }

    /// Splits `order[from..to]` until leaves are small; halves at least every second time, so that the depth is bounded.
    fn split(
        &self,
        tree: &mut Tree,
        from: usize,
        to: usize,
        leaf: usize,
        margins: &mut [f32],
        rng: &mut ChaCha8Rng,
    ) {
        if to - from <= leaf {
            tree.ends.push(to as u32);
            return;
        }
        let points = &mut tree.order[from..to];
        let middle = from + self.part(points, margins, rng);
        self.split(tree, from, middle, leaf, margins, rng);
        self.split(tree, middle, to, leaf, margins, rng);
    }

    /// Parts points by the hyperplane midway between two of them, drawn at random, and answers how many lie on the first
    /// side. Where three draws leave less than a tenth on one side, or points coincide, the margins' median parts them.
    fn part(&self, points: &mut [u32], margins: &mut [f32], rng: &mut ChaCha8Rng) -> usize {
        let n = points.len();
        for _ in 0..ATTEMPTS {
            let a = rng.random_range(0..n);
            let b = (a + rng.random_range(1..n)) % n;
            let (a, b) = (self.row(points[a]), self.row(points[b]));
            let normal: Vec<f32> = a.iter().zip(b).map(|(a, b)| a - b).collect();
            let offset = a.iter().zip(b).zip(&normal).map(|((a, b), v)| (a + b) * v).sum::<f32>() / 2.0;
            for &p in &*points {
                margins[p as usize] = dot(self.row(p), &normal) - offset;
            }
            let above = points.iter().filter(|&&p| margins[p as usize] > 0.0).count();
            if above.min(n - above) * 10 >= n {
                // Order within the sides is kept.
                let (mut first, second): (Vec<u32>, Vec<u32>) =
                    points.iter().partition(|&&p| margins[p as usize] > 0.0);
                first.extend(second);
                points.copy_from_slice(&first);
                return above;
            }
        }
        let key = |p: &u32| margins[*p as usize];
        points.sort_by(|p, q| key(p).total_cmp(&key(q)).then(p.cmp(q)));
        n / 2
    }
}

const LANES: usize = 16;

/// Σ aⱼ bⱼ in lanes of fixed number.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; LANES];
    let (a16, b16) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f32 = a16.remainder().iter().zip(b16.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a16.zip(b16) {
        for (lane, (a, b)) in lanes.iter_mut().zip(a.iter().zip(b)) {
            *lane += a * b;
        }
    }
    lanes.iter().sum::<f32>() + rest
}
