//! The nearest points found so far, for every point.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A point found near another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Near {
    pub point: u32,
    /// Whether it has not yet been joined with the other neighbours.
    pub fresh: bool,
}

impl Near {
    /// What a key of a list says: the bits of the squared distance (which order as the numbers do, none being negative),
    /// then the point, then whether it is fresh.
    pub(super) fn of(key: u64) -> Self {
        Self { point: (key as u32) >> 1, fresh: key & 1 == 1 }
    }
}

/// For every point the `k` nearest of all points ever offered, by squared distance, equals by number.
///
/// What a list holds in the end depends on the set of offers alone, not on their order: so threads may offer as they
/// come. That needs one squared distance per pair, whoever computes it.
pub(super) struct Lists {
    k: usize,
    limits: Vec<AtomicU32>,
    rows: Vec<Mutex<Vec<u64>>>,
}

impl Lists {
    /// Empty lists; n is at most 2³¹.
    pub(super) fn new(n: usize, k: usize) -> Self {
        Self {
            k,
            limits: (0..n).map(|_| AtomicU32::new(f32::INFINITY.to_bits())).collect(),
            rows: (0..n).map(|_| Mutex::new(Vec::with_capacity(k))).collect(),
        }
    }

    pub(super) fn k(&self) -> usize {
        self.k
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The largest square that may still enter the list; it only falls.
    #[inline(always)]
    pub(super) fn limit(&self, i: u32) -> f32 {
        f32::from_bits(self.limits[i as usize].load(Ordering::Relaxed))
    }

    /// Offers `point` to the list of `i`.
    pub(super) fn offer(&self, i: u32, square: f32, point: u32) {
        if i == point {
            return;
        }
        let key = (u64::from(square.to_bits()) << 32) | u64::from(point << 1);
        let mut row = self.lock(i);
        // No search in halves: counting runs in vectors.
        let at = row.iter().map(|&k| usize::from(k < key)).sum();
        if at == self.k || row.get(at).is_some_and(|k| k | 1 == key | 1) {
            return;
        }
        row.truncate(self.k - 1);
        row.insert(at, key | 1);
        if row.len() == self.k {
            let last = (row[self.k - 1] >> 32) as u32;
            self.limits[i as usize].store(last, Ordering::Relaxed);
        }
    }

    /// The keys of the list of `i`, ascending. A thread that dies while it holds a list takes the whole search with it.
    pub(super) fn lock(&self, i: u32) -> MutexGuard<'_, Vec<u64>> {
        self.rows[i as usize].lock().unwrap_or_else(PoisonError::into_inner)
    }
}
