//! Hubs: rows that are near to very many others, of which descent along short lists tells only a few.

use pulp::Arch;
use rayon::prelude::*;

use super::lists::{Lists, Near};
use super::space::Space;

/// Rows held against all others.
const HUBS: usize = 512;
/// Rows of one task.
const CHUNK: usize = 256;

/// Offers the rows that are in the most lists to every row. Among texts by Euclidean distance a few short rows are
/// neighbours of nearly all.
pub(super) fn offer_hubs<S: Space>(rows: &S, lists: &Lists) {
    let n = lists.len();
    let mut counts = vec![0_u32; n];
    for i in 0..n as u32 {
        lists.lock(i).iter().for_each(|&key| counts[Near::of(key).point as usize] += 1);
    }
    let mut hubs: Vec<u32> = (0..n as u32).collect();
    hubs.sort_unstable_by_key(|&i| (std::cmp::Reverse(counts[i as usize]), i));
    hubs.truncate(HUBS);
    let arch = Arch::new();
    let points: Vec<u32> = (0..n as u32).collect();
    points.par_chunks(CHUNK).for_each_init(
        || (rows.scratch(), Vec::new()),
        |(scratch, out), points| {
            rows.squares(arch, &hubs, points, false, scratch, out);
            for (&hub, squares) in hubs.iter().zip(out.chunks_exact(points.len())) {
                for (&p, &square) in points.iter().zip(squares) {
                    if square <= lists.limit(p) {
                        lists.offer(p, square, hub);
                    }
                }
            }
        },
    );
}
