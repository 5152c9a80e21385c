//! Lloyd's assignment step for data of few features, where bounds cost as much as the distances they spare.
//!
//! The samples are kept feature by feature in blocks, so that a vector holds one feature of several samples. The scores of all centres are then
//! products and sums alone, and a block of which no label changes is left without looking at its samples one by one.

use super::assign::{Assign, Tally};
use super::dense::Dense;
use super::packed::Packed;
use crate::simd::Lane;
use pulp::{Simd, WithSimd};
use rayon::prelude::*;

/// Samples in a block: a multiple of what the kernel takes at a time with any instruction set.
const BLOCK: usize = 64;

/// Samples less their origin, feature by feature in blocks, for every run of rows.
pub(super) struct Turned<T> {
    /// Blocks × features × samples of a block.
    x: Vec<T>,
    /// ‖x'‖.
    roots: Vec<T>,
    /// Samples in a run with those that fill up its last block.
    padded: usize,
}

impl<T: Lane> Turned<T> {
    /// Copies the samples, in runs of `length` rows.
    pub(super) fn new(points: &Dense<'_, T>, length: usize) -> Self {
        let d = points.d;
        let padded = length.next_multiple_of(BLOCK);
        let runs = points.n.div_ceil(length);
        let mut x = vec![T::zero(); runs * padded * d];
        let mut roots = vec![T::zero(); runs * padded];
        x.par_chunks_mut(padded * d)
            .zip(roots.par_chunks_mut(padded))
            .zip(points.x.par_chunks(length * d).zip(points.norms.par_chunks(length)))
            .for_each(|((turned, roots), (rows, norms))| {
                for (root, norm) in roots.iter_mut().zip(norms) {
                    *root = norm.sqrt();
                }
                for (turned, rows) in turned.chunks_exact_mut(BLOCK * d).zip(rows.chunks(BLOCK * d)) {
                    for (r, row) in rows.chunks_exact(d).enumerate() {
                        for (j, &value) in row.iter().enumerate() {
                            turned[j * BLOCK + r] = match &points.origin {
                                Some(origin) => value - origin[j],
                                None => value,
                            };
                        }
                    }
                }
            });
        Self { x, roots, padded }
    }

    /// The step for one run of rows.
    pub(super) fn run<'a>(&'a self, part: usize, rows: Assign<'a, T>) -> AssignTurned<'a, T> {
        let d = rows.packed.d;
        let span = part * self.padded..(part + 1) * self.padded;
        AssignTurned { x: &self.x[span.start * d..span.end * d], roots: &self.roots[span], rows }
    }
}

/// A run of rows to assign, turned and as given: near ties and sums need the latter.
pub(super) struct AssignTurned<'a, T> {
    x: &'a [T],
    roots: &'a [T],
    rows: Assign<'a, T>,
}

/// What the kernel finds for a block.
struct Found<T> {
    label: [T; BLOCK],
    /// Lead of the nearest centre, less what rounding can have made of it.
    lead: [T; BLOCK],
}

impl<T: Lane> WithSimd for AssignTurned<'_, T> {
    type Output = Tally;

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, s: S) -> Tally {
        let d = self.rows.packed.d;
        let rows = self.rows.labels.len();
        let mut found = Found { label: [T::zero(); BLOCK], lead: [T::zero(); BLOCK] };
        let mut tally = Tally::default();
        for (block, (x, roots)) in
            self.x.chunks_exact(BLOCK * d).zip(self.roots.chunks_exact(BLOCK)).enumerate()
        {
            let first = block * BLOCK;
            let last = (first + BLOCK).min(rows);
            if first >= last {
                break;
            }
            if S::REGISTER_COUNT >= 32 {
                nearest::<T, S, 4>(s, x, roots, self.rows.packed, &mut found);
            } else {
                nearest::<T, S, 2>(s, x, roots, self.rows.packed, &mut found);
            }
            let labels = &self.rows.labels[first..last];
            let mut differ = false;
            for ((&old, &new), &lead) in labels.iter().zip(&found.label).zip(&found.lead) {
                differ |= (T::from(old).unwrap_or(new) != new) | (lead <= T::zero());
            }
            if differ {
                for i in first..last {
                    let label = if found.lead[i - first] > T::zero() {
                        found.label[i - first].wide() as u32
                    } else {
                        self.nearest_exactly(i)
                    };
                    tally.changed += self.rows.settle(i, label);
                }
            }
        }
        tally
    }
}

impl<T: Lane> AssignTurned<'_, T> {
    /// Settles a near tie in f64.
    #[inline(never)]
    fn nearest_exactly(&self, i: usize) -> u32 {
        let d = self.rows.packed.d;
        self.rows.packed.nearest_of(&self.rows.x[i * d..(i + 1) * d], |_| true).0 as u32
    }
}

/// Nearest centre of every sample of a block, `V` vectors of samples at a time.
///
/// Products and scores are those of the other kernels, bit for bit: one chain over the features from zero, then ‖c'‖² − 2 x'·c'. So the
/// bound on their error holds here as well.
#[inline(always)]
fn nearest<T: Lane, S: Simd, const V: usize>(
    s: S,
    x: &[T],
    roots: &[T],
    packed: &Packed<'_, T>,
    found: &mut Found<T>,
) {
    let d = packed.d;
    let (x, _) = T::vectors::<S>(x);
    let (roots, _) = T::vectors::<S>(roots);
    let (found_label, _) = T::vectors_mut::<S>(&mut found.label);
    let (found_lead, _) = T::vectors_mut::<S>(&mut found.lead);
    let wide = roots.len();
    let far = T::splat(s, T::infinity());
    let (reach, safe) = (T::splat(s, T::narrow(packed.reach)), T::splat(s, T::narrow(T::SAFE_SQUARE.0)));
    let margin = T::splat(s, T::narrow(2.0 * packed.kappa));
    let mut first = 0;
    while first + V <= wide {
        let mut best = Best { low: [far; V], next: [far; V], label: [T::splat(s, T::zero()); V] };
        let pairs = packed.shifted.chunks_exact(2 * d);
        let rest = pairs.remainder();
        let mut c = 0;
        for pair in pairs {
            let (a, b) = pair.split_at(d);
            let scores = scores::<T, S, V, 2>(s, &x[first..], wide, [a, b], &packed.norms[c..]);
            best.take(s, scores[0], packed.ids[c]);
            best.take(s, scores[1], packed.ids[c + 1]);
            c += 2;
        }
        if !rest.is_empty() {
            let [scores] = scores::<T, S, V, 1>(s, &x[first..], wide, [rest], &packed.norms[c..]);
            best.take(s, scores, packed.ids[c]);
        }
        for v in 0..V {
            let r = T::vadd(s, roots[first + v], reach);
            let error = T::vmul(s, margin, T::fma(s, r, r, safe));
            found_lead[first + v] = T::vsub(s, T::vsub(s, best.next[v], best.low[v]), error);
            found_label[first + v] = best.label[v];
        }
        first += V;
    }
}

/// ‖c'‖² − 2 x'·c' of `V` vectors of samples and `C` centres.
#[inline(always)]
fn scores<T: Lane, S: Simd, const V: usize, const C: usize>(
    s: S,
    x: &[T::V<S>],
    wide: usize,
    centres: [&[T]; C],
    norms: &[T],
) -> [[T::V<S>; V]; C] {
    let mut dots = [[T::splat(s, T::zero()); V]; C];
    let d = centres[0].len();
    let centres = centres.map(|c| &c[..d]);
    let norms = &norms[..C];
    for (j, x) in x.chunks(wide).enumerate().take(d) {
        let x = &x[..V];
        for c in 0..C {
            let value = T::splat(s, centres[c][j]);
            for v in 0..V {
                dots[c][v] = T::fma(s, x[v], value, dots[c][v]);
            }
        }
    }
    let minus_two = T::splat(s, T::narrow(-2.0));
    for c in 0..C {
        for dot in &mut dots[c] {
            *dot = T::fma(s, *dot, minus_two, T::splat(s, norms[c]));
        }
    }
    dots
}

/// Least score, second least and the centre of the least.
struct Best<V: Copy, const N: usize> {
    low: [V; N],
    next: [V; N],
    label: [V; N],
}

impl<V: Copy, const N: usize> Best<V, N> {
    #[inline(always)]
    fn take<T: Lane<V<S> = V>, S: Simd>(&mut self, s: S, scores: [V; N], id: T) {
        let id = T::splat(s, id);
        for (v, &q) in scores.iter().enumerate() {
            self.next[v] = T::vmin(s, self.next[v], T::vmax(s, self.low[v], q));
            self.label[v] = T::if_less(s, q, self.low[v], id, self.label[v]);
            self.low[v] = T::vmin(s, self.low[v], q);
        }
    }
}
