//! The assignment step where all centres fit into one vector: their scores are turned, so that a vector holds one centre's scores of
//! several rows. Least, second and label then come without sums or minima across a vector, which would take longer than the products.

use super::assign::{Assign, Scratch};
use super::bounds::Kind;
use crate::simd::{self, Lane};
use pulp::Simd;

/// Buffers for one vector of rows.
pub(crate) struct Columns<T> {
    /// Products, centre by centre.
    turned: Vec<T>,
    norms: Vec<T>,
    /// Lead of the nearest centre, less what rounding can have made of it.
    lead: Vec<T>,
    label: Vec<T>,
    least: Vec<T>,
    upper: Vec<T>,
    lower: Vec<T>,
}

impl<T: Lane> Columns<T> {
    pub(crate) fn new(lanes: usize) -> Self {
        let zeros = || vec![T::zero(); lanes];
        let turned = vec![T::zero(); lanes * lanes];
        Self {
            turned,
            norms: zeros(),
            lead: zeros(),
            label: zeros(),
            least: zeros(),
            upper: zeros(),
            lower: zeros(),
        }
    }
}

/// The one vector that a buffer holds.
#[inline(always)]
fn store<T: Lane, S: Simd>(buffer: &mut [T], value: T::V<S>) {
    T::vectors_mut::<S>(buffer).0[0] = value;
}

impl<T: Lane> Assign<'_, T> {
    /// New labels and bounds of a tile of rows from its products. Answers how many labels changed.
    #[inline(always)]
    pub(super) fn nearest_by_column<S: Simd>(
        &mut self,
        s: S,
        rows: &[u32],
        scratch: &mut Scratch<T, S>,
    ) -> usize {
        let lanes = T::lanes::<S>();
        let mut changed = 0;
        for (group, rows) in rows.chunks(lanes).enumerate() {
            self.turn(s, rows, group * lanes, scratch);
            for (r, &i) in rows.iter().enumerate() {
                let i = i as usize;
                let dot = scratch.dots[group * lanes + r];
                let columns = &scratch.columns;
                let label = if columns.lead[r] > T::zero() {
                    let label = columns.label[r].wide() as usize;
                    let (upper, lower) = (columns.upper[r], columns.lower[r]);
                    self.renew(s, i, label, dot, upper, lower);
                    label as u32
                } else {
                    let error = self.packed.error(self.norms[i]);
                    let limit = columns.least[r] + error + error;
                    store::<T, S>(&mut scratch.scores, self.score(s, dot));
                    self.nearest_exactly(s, i, limit, &mut scratch.scores)
                };
                changed += self.settle(i, label);
            }
        }
        changed
    }

    /// ‖c'‖² − 2 x'·c' for all centres.
    #[inline(always)]
    fn score<S: Simd>(&self, s: S, dot: T::V<S>) -> T::V<S> {
        T::fma(s, dot, T::splat(s, T::narrow(-2.0)), T::vectors::<S>(&self.packed.norms).0[0])
    }

    /// Turns the products of up to one vector of rows and finds each row's nearest centre.
    #[inline(always)]
    fn turn<S: Simd>(&self, s: S, rows: &[u32], first: usize, scratch: &mut Scratch<T, S>) {
        let lanes = T::lanes::<S>();
        let Columns { turned, norms, lead, label, least, upper, lower } = &mut scratch.columns;
        for (r, &i) in rows.iter().enumerate() {
            norms[r] = self.norms[i as usize];
        }
        simd::turn::<T, S>(&scratch.dots[first..first + lanes], turned);
        let (zero, minus_two) = (T::splat(s, T::zero()), T::splat(s, T::narrow(-2.0)));
        let (mut low, mut next) = (T::splat(s, T::infinity()), T::splat(s, T::infinity()));
        let mut nearest = zero;
        for ((&dot, &norm), &id) in
            T::vectors::<S>(turned).0.iter().zip(&self.packed.norms).zip(&self.packed.ids).take(self.packed.k)
        {
            let q = T::fma(s, dot, minus_two, T::splat(s, norm));
            next = T::vmin(s, next, T::vmax(s, low, q));
            nearest = T::if_less(s, q, low, T::splat(s, id), nearest);
            low = T::vmin(s, low, q);
        }
        let norm = T::vectors::<S>(norms).0[0];
        let error = self.packed.errors(s, norm);
        let gap = T::vsub(s, next, low);
        store::<T, S>(lead, T::vsub(s, gap, T::vadd(s, error, error)));
        store::<T, S>(label, nearest);
        store::<T, S>(least, low);
        let square = T::vmax(s, T::vadd(s, T::vadd(s, norm, low), error), zero);
        store::<T, S>(upper, T::vsqrt(s, square));
        let square = T::vmax(s, T::vadd(s, next, T::vsub(s, norm, error)), zero);
        store::<T, S>(lower, T::vsqrt(s, square));
    }

    /// New bounds of a row whose label is certain.
    #[inline(always)]
    fn renew<S: Simd>(&mut self, s: S, i: usize, label: usize, dot: T::V<S>, upper: T, lower: T) {
        let norm = self.norms[i];
        let (packed, score) = (self.packed, self.score(s, dot));
        let Some((bounds, drift)) = &mut self.bounds else { return };
        match bounds.kind {
            Kind::One => bounds.store(i, label, drift, upper, lower),
            Kind::Lanes => {
                let chosen = T::splat(s, packed.ids[label]);
                let far = T::splat(s, T::infinity());
                let others = T::if_equal(s, T::vectors::<S>(&packed.ids).0[0], chosen, far, score);
                bounds.renew(s, i, label, drift, upper, others, lower, norm - packed.error(norm));
            }
        }
    }
}
