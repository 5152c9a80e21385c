//! Nearest-neighbour descent: the neighbours of a neighbour are likely to be neighbours (Dong, Charikar and Li 2011).

use pulp::Arch;
use rayon::prelude::*;

use super::forest::Tree;
use super::lists::{Lists, Near};
use super::settings::ApproximateSettings;
use super::space::Space;

/// Points of one task.
const CHUNK: usize = 64;

/// Offers every pair of points that share a leaf of the tree.
pub(super) fn join_leaves<S: Space>(rows: &S, lists: &Lists, tree: &Tree) {
    let arch = Arch::new();
    let leaves: Vec<&[u32]> = tree.leaves().collect();
    leaves.par_chunks(8).for_each_init(
        || (rows.scratch(), Vec::new()),
        |(scratch, out), leaves| {
            for leaf in leaves {
                rows.squares(arch, leaf, leaf, true, scratch, out);
                offer(lists, leaf, leaf, out);
            }
        },
    );
}

/// Offers each pair of the first list with a later entry of the second, which starts with the first.
fn offer(lists: &Lists, left: &[u32], right: &[u32], squares: &[f32]) {
    for (i, (&a, squares)) in left.iter().zip(squares.chunks_exact(right.len())).enumerate() {
        let mut limit = lists.limit(a);
        for (&b, &square) in right[i + 1..].iter().zip(&squares[i + 1..]) {
            if square <= limit {
                lists.offer(a, square, b);
                limit = lists.limit(a);
            }
            if square <= lists.limit(b) {
                lists.offer(b, square, a);
            }
        }
    }
}

/// Joins neighbours of neighbours until hardly any list changes.
///
/// Whom a pass joins is fixed before it starts, and a list does not depend on the order of offers: so a pass gives the
/// same lists whatever the threads do.
pub(super) fn descend<S: Space>(rows: &S, lists: &Lists, settings: &ApproximateSettings) {
    let n = lists.len();
    for pass in 0..settings.passes(n) {
        let snapshot = Snapshot::of(lists);
        let fresh = snapshot.near.iter().filter(|e| e.fresh).count();
        if (fresh as f64) <= settings.tolerance * snapshot.near.len() as f64 {
            break;
        }
        let arch = Arch::new();
        let points: Vec<u32> = (0..n as u32).collect();
        points.par_chunks(CHUNK).for_each_init(
            || (rows.scratch(), Join::default()),
            |(scratch, join), points| {
                for &p in points {
                    join.gather(&snapshot, lists, p, pass as u64, settings.candidates);
                    if join.fresh.is_empty() {
                        continue;
                    }
                    rows.squares(arch, &join.fresh, &join.all, true, scratch, &mut join.squares);
                    offer(lists, &join.fresh, &join.all, &join.squares);
                }
            },
        );
    }
}

/// All lists as they are at the start of a pass, and who lists whom.
struct Snapshot {
    k: usize,
    near: Vec<Near>,
    counts: Vec<u32>,
    /// Where the listing points of each point start in `listing`.
    starts: Vec<usize>,
    listing: Vec<(u32, bool)>,
}

impl Snapshot {
    fn of(lists: &Lists) -> Self {
        let (n, k) = (lists.len(), lists.k());
        let mut near = vec![Near { point: 0, fresh: false }; n * k];
        let mut counts = vec![0_u32; n];
        near.par_chunks_mut(k).zip(&mut counts).enumerate().for_each(|(i, (to, count))| {
            let row = lists.lock(i as u32);
            to.iter_mut().zip(row.iter()).for_each(|(to, &key)| *to = Near::of(key));
            *count = row.len() as u32;
        });
        let mut snapshot = Self { k, near, counts, starts: vec![0; n + 1], listing: Vec::new() };
        let mut starts = vec![0_usize; n + 1];
        for i in 0..n {
            snapshot.row(i as u32).iter().for_each(|e| starts[e.point as usize + 1] += 1);
        }
        for i in 0..n {
            starts[i + 1] += starts[i];
        }
        let mut listing = vec![(0, false); starts[n]];
        let mut next = starts.clone();
        for i in 0..n {
            for e in snapshot.row(i as u32) {
                let at = &mut next[e.point as usize];
                listing[*at] = (i as u32, e.fresh);
                *at += 1;
            }
        }
        snapshot.starts = starts;
        snapshot.listing = listing;
        snapshot
    }

    fn row(&self, i: u32) -> &[Near] {
        let start = i as usize * self.k;
        &self.near[start..start + self.counts[i as usize] as usize]
    }

    fn listing(&self, i: u32) -> &[(u32, bool)] {
        &self.listing[self.starts[i as usize]..self.starts[i as usize + 1]]
    }
}

/// The points to be joined around one point; kept from point to point for its memory.
#[derive(Default)]
struct Join {
    drawn: Vec<(u64, u32)>,
    fresh: Vec<u32>,
    /// `fresh`, then the others.
    all: Vec<u32>,
    squares: Vec<f32>,
}

impl Join {
    /// At most `most` fresh and `most` other neighbours of `p` in either direction, drawn by a hash of the pair. The fresh
    /// ones drawn from the list of `p` are fresh no longer.
    fn gather(&mut self, snapshot: &Snapshot, lists: &Lists, p: u32, pass: u64, most: usize) {
        self.fresh.clear();
        self.draw(snapshot, p, pass, most, true);
        let drawn = self.drawn.iter().map(|e| e.1);
        self.fresh.extend(drawn);
        self.all.clear();
        self.all.extend(&self.fresh);
        if self.fresh.is_empty() {
            return;
        }
        {
            let mut row = lists.lock(p);
            let mut sorted = std::mem::take(&mut self.drawn);
            sorted.sort_unstable_by_key(|e| e.1);
            for key in &mut *row {
                let e = Near::of(*key);
                let known = || snapshot.row(p).iter().any(|s| s.point == e.point);
                if e.fresh && sorted.binary_search_by_key(&e.point, |s| s.1).is_ok() && known() {
                    *key &= !1;
                }
            }
            self.drawn = sorted;
        }
        self.draw(snapshot, p, pass, most, false);
        let fresh = self.fresh.len();
        for &(_, point) in &self.drawn {
            if !self.all[..fresh].contains(&point) {
                self.all.push(point);
            }
        }
    }

    fn draw(&mut self, snapshot: &Snapshot, p: u32, pass: u64, most: usize, fresh: bool) {
        self.drawn.clear();
        let own = snapshot.row(p).iter().map(|e| (e.point, e.fresh));
        let both = own.chain(snapshot.listing(p).iter().copied());
        self.drawn.extend(both.filter(|e| e.1 == fresh).map(|(q, _)| (hash(pass, p, q), q)));
        // A pair that list each other occur twice with one hash.
        if self.drawn.len() > 2 * most {
            self.drawn.select_nth_unstable(2 * most);
            self.drawn.truncate(2 * most);
        }
        self.drawn.sort_unstable();
        self.drawn.dedup();
        self.drawn.truncate(most);
    }
}

/// A number that depends on the pass and the pair alone.
fn hash(pass: u64, p: u32, q: u32) -> u64 {
    let pair = (u64::from(p.min(q)) << 32) | u64::from(p.max(q));
    mix(pair ^ (pass + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// SplitMix64's finaliser.
pub(super) fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
