use super::Lane;
use pulp::Simd;

/// Most rows of any tile.
pub(crate) const ROWS_MAX: usize = 16;

/// Features summed in one go before they are added to the total: the error of a dot product then grows with this number, not with d.
pub(crate) const BLOCK: usize = 128;

/// Rows a tile takes for centres that fill `panels` vectors: as many as leave accumulators, centres and a broadcast in registers.
#[inline(always)]
pub(crate) fn tile_rows<S: Simd>(panels: usize) -> usize {
    match (S::REGISTER_COUNT >= 32, panels) {
        (true, 1) => 16,
        (true, 2) => 12,
        (true, _) => 8,
        (false, 1) => 8,
        (false, 2) => 6,
        (false, _) => 4,
    }
}

/// Dot products of `rows` (as many as [`tile_rows`] says, each of `d` numbers) with all centres, into `out[row * panels + panel]`.
///
/// `packed` holds the panels in groups of at most three ([`group`]), each group as d runs of its panels' vectors.
/// A row's products are the same whatever rows share the tile: each is one chain over the features.
///
/// # Safety
/// Every pointer in `rows` must be valid for reading `d` numbers.
#[inline(always)]
pub(crate) unsafe fn dots<T: Lane, S: Simd>(
    s: S,
    rows: &[*const T; ROWS_MAX],
    d: usize,
    panels: usize,
    packed: &[T::V<S>],
    out: &mut [T::V<S>],
) {
    debug_assert_eq!(packed.len(), panels * d);
    // SAFETY: passed on from the caller.
    unsafe {
        match (S::REGISTER_COUNT >= 32, panels) {
            // Two halves: sixteen row pointers do not fit into the general registers.
            (true, 1) => {
                tile::<T, S, 8, 1>(s, &rows[..8], d, packed, out, panels);
                tile::<T, S, 8, 1>(s, &rows[8..], d, packed, &mut out[8..], panels);
            }
            (true, 2) => tile::<T, S, 12, 2>(s, rows, d, packed, out, panels),
            (true, _) => groups::<T, S, 8>(s, rows, d, packed, out, panels),
            (false, 1) => tile::<T, S, 8, 1>(s, rows, d, packed, out, panels),
            (false, 2) => tile::<T, S, 6, 2>(s, rows, d, packed, out, panels),
            (false, _) => groups::<T, S, 4>(s, rows, d, packed, out, panels),
        }
    }
}

/// How many panels the next group takes of those that are left: three, but two and two rather than three and one.
#[inline(always)]
pub(crate) fn group(left: usize) -> usize {
    if left == 4 { 2 } else { left.min(3) }
}

#[inline(always)]
unsafe fn groups<T: Lane, S: Simd, const R: usize>(
    s: S,
    rows: &[*const T; ROWS_MAX],
    d: usize,
    packed: &[T::V<S>],
    out: &mut [T::V<S>],
    panels: usize,
) {
    let mut first = 0;
    while first < panels {
        let width = group(panels - first);
        let part = &packed[first * d..(first + width) * d];
        let out = &mut out[first..];
        // SAFETY: passed on from the caller.
        unsafe {
            match width {
                1 => tile::<T, S, R, 1>(s, rows, d, part, out, panels),
                2 => tile::<T, S, R, 2>(s, rows, d, part, out, panels),
                _ => tile::<T, S, R, 3>(s, rows, d, part, out, panels),
            }
        }
        first += width;
    }
}

#[inline(always)]
unsafe fn tile<T: Lane, S: Simd, const R: usize, const P: usize>(
    s: S,
    rows: &[*const T],
    d: usize,
    packed: &[T::V<S>],
    out: &mut [T::V<S>],
    stride: usize,
) {
    let zero = T::splat(s, T::zero());
    let rows: [*const T; R] = std::array::from_fn(|r| rows[r]);
    let mut start = 0;
    while start < d {
        let stop = (start + BLOCK).min(d);
        let mut acc = [[zero; P]; R];
        for (j, c) in (start..stop).zip(packed[start * P..stop * P].chunks_exact(P)) {
            for r in 0..R {
                // SAFETY: j < d, and the caller vouches for d numbers behind each pointer.
                let x = T::splat(s, unsafe { *rows[r].add(j) });
                for p in 0..P {
                    acc[r][p] = T::fma(s, x, c[p], acc[r][p]);
                }
            }
        }
        for r in 0..R {
            for p in 0..P {
                let o = &mut out[r * stride + p];
                *o = if start == 0 { acc[r][p] } else { T::vadd(s, *o, acc[r][p]) };
            }
        }
        start = stop;
    }
}
