//! The assignment step for one run of rows, on dense data.

use super::book::Delta;
use super::bounds::{Bounds, Drift};
use super::columns::Columns;
use super::packed::Packed;
use crate::simd::{self, Lane, ROWS_MAX};
use pulp::{Simd, WithSimd};
use std::ops::Range;

/// A label not yet given.
pub(crate) const NONE: u32 = u32::MAX;

/// Rows to assign, and where to put what is found.
pub(crate) struct Assign<'a, T> {
    /// Rows, one after another.
    pub x: &'a [T],
    /// ‖x − origin‖² of each.
    pub norms: &'a [T],
    pub weights: Option<&'a [f64]>,
    pub packed: &'a Packed<'a, T>,
    /// Whether [`Packed::trusted`] allows the kernels.
    pub trusted: bool,
    pub labels: &'a mut [u32],
    /// Bounds kept from earlier iterations, and how far the centres have moved since.
    pub bounds: Option<(Bounds<'a, T>, &'a Drift<T>)>,
    /// Where to book the rows that change cluster; none when only labels are wanted.
    pub delta: Option<&'a mut Delta>,
}

impl<T: Lane> WithSimd for Assign<'_, T> {
    type Output = Tally;

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, s: S) -> Tally {
        let d = self.packed.d;
        let rows = self.labels.len();
        // As many rows as stay in the second-level cache between the steps below.
        let block = (40_960 / d).clamp(ROWS_MAX, 512);
        let mut scratch = Scratch::new(s, self.packed, block);
        let mut tally = Tally::default();
        let mut start = 0;
        while start < rows {
            let stop = (start + block).min(rows);
            if self.trusted {
                self.candidates(s, start..stop, &mut scratch, &mut tally);
                tally.changed += self.evaluate(s, &mut scratch);
            } else {
                for i in start..stop {
                    let (label, _) = self.packed.nearest_of(&self.x[i * d..(i + 1) * d], |_| true);
                    tally.changed += self.settle(i, label as u32);
                }
            }
            start = stop;
        }
        tally
    }
}

/// What an assignment step did.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tally {
    /// Rows whose label changed.
    pub changed: usize,
    /// Rows whose distance to their own centre was computed first.
    pub tightened: usize,
    /// Those among them that needed no other distance.
    pub spared: usize,
}

/// Buffers reused from block to block.
pub(super) struct Scratch<T: Lane, S: Simd> {
    /// Rows whose distances must be computed.
    list: Vec<u32>,
    /// Those rows minus the origin, where there is one.
    shifted: Vec<T>,
    /// Dot products of a tile.
    pub(super) dots: Vec<T::V<S>>,
    /// ‖c'‖² − 2 x'·c' of one row.
    pub(super) scores: Vec<T>,
    pub(super) columns: Columns<T>,
}

impl<T: Lane, S: Simd> Scratch<T, S> {
    #[inline(always)]
    fn new(s: S, packed: &Packed<'_, T>, block: usize) -> Self {
        Self {
            list: Vec::with_capacity(block),
            shifted: vec![T::zero(); if packed.origin.is_some() { block * packed.d } else { 0 }],
            dots: vec![T::splat(s, T::zero()); ROWS_MAX * packed.panels],
            scores: vec![T::zero(); packed.norms.len()],
            columns: Columns::new(T::lanes::<S>()),
        }
    }
}

impl<T: Lane> Assign<'_, T> {
    /// Lists the rows of a block that the bounds cannot settle.
    #[inline(always)]
    fn candidates<S: Simd>(
        &mut self,
        s: S,
        block: Range<usize>,
        scratch: &mut Scratch<T, S>,
        tally: &mut Tally,
    ) {
        let d = self.packed.d;
        let list = &mut scratch.list;
        list.clear();
        list.extend(block.start as u32..block.end as u32);
        if let Some((bounds, drift)) = &self.bounds
            && !drift.fresh
        {
            // Every row is written to the list, and counted only if it stays: no branch that could be guessed wrong.
            let mut kept = 0;
            for i in block {
                list[kept] = i as u32;
                kept += usize::from(!bounds.settles(s, i, self.labels[i] as usize, drift));
            }
            list.truncate(kept);
        }
        if let Some(origin) = self.packed.origin {
            for (slot, &i) in scratch.shifted.chunks_exact_mut(d).zip(&scratch.list) {
                let x = &self.x[i as usize * d..(i as usize + 1) * d];
                for ((t, &x), &o) in slot.iter_mut().zip(x).zip(origin) {
                    *t = x - o;
                }
            }
        }
        self.tighten(s, scratch, tally);
    }

    /// Computes the distance of the listed rows to their own centres, and strikes those that it settles.
    #[inline(always)]
    fn tighten<S: Simd>(&mut self, s: S, scratch: &mut Scratch<T, S>, tally: &mut Tally) {
        let d = self.packed.d;
        let Some((bounds, drift)) = &mut self.bounds else { return };
        if drift.fresh || !drift.tighten {
            return;
        }
        let listed = scratch.list.len();
        let mut kept = 0;
        for slot in 0..listed {
            let i = scratch.list[slot] as usize;
            let label = self.labels[i] as usize;
            let x = match self.packed.origin {
                Some(_) => &scratch.shifted[slot * d..(slot + 1) * d],
                None => &self.x[i * d..(i + 1) * d],
            };
            let centre = &self.packed.shifted[label * d..(label + 1) * d];
            let distance = upper_distance(s, x, centre, self.norms[i], self.packed);
            let settled = bounds.settles_at(s, i, label, drift, distance);
            scratch.list[kept] = i as u32;
            if self.packed.origin.is_some() {
                scratch.shifted.copy_within(slot * d..(slot + 1) * d, kept * d);
            }
            kept += usize::from(!settled);
        }
        scratch.list.truncate(kept);
        tally.tightened += listed;
        tally.spared += listed - kept;
    }

    /// Distances of the listed rows to all centres; new labels and bounds. Answers how many labels changed.
    #[inline(always)]
    fn evaluate<S: Simd>(&mut self, s: S, scratch: &mut Scratch<T, S>) -> usize {
        let d = self.packed.d;
        let panels = self.packed.panels;
        let tile = simd::tile_rows::<S>(panels);
        let (packed, _) = T::vectors::<S>(&self.packed.data);
        let list = std::mem::take(&mut scratch.list);
        let mut changed = 0;
        for (t, rows) in list.chunks(tile).enumerate() {
            let mut pointers = [std::ptr::null(); ROWS_MAX];
            for (r, pointer) in pointers.iter_mut().enumerate().take(tile) {
                // A tile that is not full repeats its last row.
                let r = r.min(rows.len() - 1);
                let row = match self.packed.origin {
                    Some(_) => &scratch.shifted[(t * tile + r) * d..][..d],
                    None => &self.x[rows[r] as usize * d..][..d],
                };
                *pointer = row.as_ptr();
            }
            // SAFETY: each of the first `tile` pointers comes from a slice of d numbers that outlives the call.
            unsafe { simd::dots::<T, S>(s, &pointers, d, panels, packed, &mut scratch.dots) };
            if panels == 1 {
                changed += self.nearest_by_column(s, rows, scratch);
                continue;
            }
            for (r, &i) in rows.iter().enumerate() {
                let dots = &scratch.dots[r * panels..(r + 1) * panels];
                let label = self.nearest(s, i as usize, dots, &mut scratch.scores);
                changed += self.settle(i as usize, label);
            }
        }
        scratch.list = list;
        changed
    }

    /// Label of row `i` from its dot products; its bounds are renewed.
    #[inline(always)]
    fn nearest<S: Simd>(&mut self, s: S, i: usize, dots: &[T::V<S>], scores: &mut [T]) -> u32 {
        let packed = self.packed;
        let (norms, _) = T::vectors::<S>(&packed.norms);
        let (ids, _) = T::vectors::<S>(&packed.ids);
        let (score, _) = T::vectors_mut::<S>(scores);
        let minus_two = T::splat(s, T::narrow(-2.0));
        let far = T::splat(s, T::infinity());
        let mut low = far;
        for ((q, &dot), &norm) in score.iter_mut().zip(dots).zip(norms) {
            *q = T::fma(s, dot, minus_two, norm);
            low = T::vmin(s, low, *q);
        }
        let least = T::reduce_min(s, low);
        let all_least = T::splat(s, least);
        let mut id = far;
        for (&q, &n) in score.iter().zip(ids) {
            id = T::vmin(s, id, T::if_equal(s, q, all_least, n, far));
        }
        let id = T::reduce_min(s, id);
        let chosen = T::splat(s, id);
        // Lowest score of each lane, the chosen centre left out.
        let mut others = far;
        for (&q, &n) in score.iter().zip(ids) {
            others = T::vmin(s, others, T::if_equal(s, n, chosen, far, q));
        }
        let second = T::reduce_min(s, others);
        let error = packed.error(self.norms[i]);
        let margin = error + error;
        let norm = self.norms[i];
        if second - least > margin {
            if let Some((bounds, drift)) = &mut self.bounds {
                let label = id.to_usize().unwrap_or(0);
                let upper = (norm + least + error).max(T::zero()).sqrt();
                bounds.renew(s, i, label, drift, upper, others, second, norm - error);
            }
            return id.to_u32().unwrap_or(0);
        }
        self.nearest_exactly(s, i, least + margin, scores)
    }

    /// Settles a near tie: the centres whose score is at most `limit` are compared in f64.
    #[inline(never)]
    pub(super) fn nearest_exactly<S: Simd>(&mut self, s: S, i: usize, limit: T, scores: &mut [T]) -> u32 {
        let packed = self.packed;
        let d = packed.d;
        let (label, square) = packed.nearest_of(&self.x[i * d..(i + 1) * d], |c| scores[c] <= limit);
        if let Some((bounds, drift)) = &mut self.bounds {
            let (norm, error) = (self.norms[i], packed.error(self.norms[i]));
            scores[label] = T::infinity();
            let mut others = T::splat(s, T::infinity());
            for &q in T::vectors::<S>(scores).0 {
                others = T::vmin(s, others, q);
            }
            let upper = (T::narrow(square) + error).sqrt();
            let second = T::reduce_min(s, others);
            bounds.renew(s, i, label, drift, upper, others, second, norm - error);
        }
        label as u32
    }

    /// Gives row `i` its label and books the change.
    #[inline(always)]
    pub(super) fn settle(&mut self, i: usize, label: u32) -> usize {
        let old = self.labels[i];
        if old == label {
            return 0;
        }
        self.labels[i] = label;
        if let Some(delta) = &mut self.delta {
            let d = self.packed.d;
            let x = &self.x[i * d..(i + 1) * d];
            let weight = self.weights.map_or(1.0, |w| w[i]);
            delta.add(label, x, weight);
            if old != NONE {
                delta.add(old, x, -weight);
            }
        }
        1
    }
}

/// A distance no smaller than the true one, from differences in the data's own precision.
#[inline(always)]
fn upper_distance<T: Lane, S: Simd>(s: S, x: &[T], c: &[T], x_norm: T, packed: &Packed<'_, T>) -> T {
    let (xs, x_rest) = T::vectors::<S>(x);
    let (cs, c_rest) = T::vectors::<S>(c);
    let zero = T::splat(s, T::zero());
    let (mut a, mut b) = (zero, zero);
    let (x2, x1) = xs.as_chunks::<2>();
    let (c2, c1) = cs.as_chunks::<2>();
    for (x, c) in x2.iter().zip(c2) {
        let t = T::vsub(s, x[0], c[0]);
        a = T::fma(s, t, t, a);
        let t = T::vsub(s, x[1], c[1]);
        b = T::fma(s, t, t, b);
    }
    for (&x, &c) in x1.iter().zip(c1) {
        let t = T::vsub(s, x, c);
        a = T::fma(s, t, t, a);
    }
    if !x_rest.is_empty() {
        let t = T::vsub(s, T::partial(s, x_rest), T::partial(s, c_rest));
        b = T::fma(s, t, t, b);
    }
    let square = T::reduce_sum(s, T::vadd(s, a, b));
    let terms = x.len() as f64 / T::lanes::<S>() as f64 + 16.0;
    let shift = T::narrow(4.0 * T::UNIT) * (x_norm.sqrt() + T::narrow(packed.reach));
    square.sqrt() * T::narrow(1.0 + terms * T::UNIT) + shift
}
