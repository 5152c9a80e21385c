//! Bounds on the distances of each row to its centre and to the others (Hamerly 2010; Elkan 2003; groups as in Ding et al. 2015).
//!
//! A bound is stored with the way its centres have come since the start taken off (or added), so that a row that is skipped costs no write:
//! the way come until now is added back when the bound is read.

use crate::simd::Lane;
use pulp::Simd;

/// How many lower bounds a row keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One for all other centres.
    One,
    /// One for each lane of the vectors, that is for the centres c, c + lanes, c + 2·lanes, …
    Lanes,
}

/// Bounds of a run of rows.
pub(crate) struct Bounds<'a, T> {
    pub kind: Kind,
    /// At least the distance to the row's own centre, less the way that centre had come.
    pub upper: &'a mut [T],
    /// At most the distance to any other centre (of the lane), plus the longest way any of them had come.
    pub lower: &'a mut [T],
}

/// How far the centres have come since the start of the run.
pub(crate) struct Drift<T> {
    /// No bounds yet: every row must be computed.
    pub fresh: bool,
    /// Whether to compute the distance to the own centre before those to all others.
    pub tighten: bool,
    /// Way of each centre.
    pub own: Vec<T>,
    /// Longest way in each lane, or of all (one number).
    pub others: Vec<T>,
    /// Half the distance from each centre to the nearest other one.
    pub half: Vec<T>,
    /// What the rounding of all these sums can amount to.
    pub slack: T,
}

impl<T: Lane> Bounds<'_, T> {
    #[inline(always)]
    fn lowest<S: Simd>(&self, s: S, i: usize, drift: &Drift<T>) -> T {
        match self.kind {
            Kind::One => self.lower[i] - drift.others[0],
            Kind::Lanes => {
                let lanes = T::lanes::<S>();
                let l = T::vectors::<S>(&self.lower[i * lanes..(i + 1) * lanes]).0[0];
                T::reduce_min(s, T::vsub(s, l, T::vectors::<S>(&drift.others).0[0]))
            }
        }
    }

    /// Whether row `i` surely keeps its label.
    #[inline(always)]
    pub(crate) fn settles<S: Simd>(&self, s: S, i: usize, label: usize, drift: &Drift<T>) -> bool {
        let upper = self.upper[i] + drift.own[label] + drift.slack;
        (upper < drift.half[label]) | (upper < self.lowest(s, i, drift))
    }

    /// The same, now that the distance to the own centre is known to be at most `distance`.
    #[inline(always)]
    pub(crate) fn settles_at<S: Simd>(
        &mut self,
        s: S,
        i: usize,
        label: usize,
        drift: &Drift<T>,
        distance: T,
    ) -> bool {
        self.upper[i] = distance - drift.own[label];
        let upper = distance + drift.slack;
        (upper < drift.half[label]) | (upper < self.lowest(s, i, drift))
    }

    /// New bounds, where there is one lower bound.
    #[inline(always)]
    pub(crate) fn store(&mut self, i: usize, label: usize, drift: &Drift<T>, upper: T, lower: T) {
        self.upper[i] = upper - drift.own[label];
        self.lower[i] = lower + drift.others[0];
    }

    /// New bounds from a full evaluation: `others` and `second` are scores, to which `norm` (‖x'‖² less the error) is still to be added.
    #[inline(always)]
    #[allow(clippy::too_many_arguments)]
    pub(crate) fn renew<S: Simd>(
        &mut self,
        s: S,
        i: usize,
        label: usize,
        drift: &Drift<T>,
        upper: T,
        others: T::V<S>,
        second: T,
        norm: T,
    ) {
        self.upper[i] = upper - drift.own[label];
        match self.kind {
            Kind::One => self.lower[i] = (second + norm).max(T::zero()).sqrt() + drift.others[0],
            Kind::Lanes => {
                let lanes = T::lanes::<S>();
                let square = T::vmax(s, T::vadd(s, others, T::splat(s, norm)), T::splat(s, T::zero()));
                let way = T::vectors::<S>(&drift.others).0[0];
                T::vectors_mut::<S>(&mut self.lower[i * lanes..(i + 1) * lanes]).0[0] =
                    T::vadd(s, T::vsqrt(s, square), way);
            }
        }
    }
}
