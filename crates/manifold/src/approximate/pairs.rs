//! Squared distances of all pairs of two short lists of rows, in tiles that stay in registers.

use pulp::{Arch, Simd, WithSimd};

use super::rows::Rows;

/// Σ (aⱼ − bⱼ)² for every a in `left` and b in `right`, row-major into `out`.
///
/// A pair's number is the same bits in whichever tile it is computed, and does not change when the two swap places.
/// With `half` the first rows of `right` are those of `left`, and pairs (a, b) with b before a are left as they are.
pub(super) fn squares(
    arch: Arch,
    left: (&Rows, &[u32]),
    right: (&Rows, &[u32]),
    half: bool,
    out: &mut Vec<f32>,
) {
    out.resize(left.1.len() * right.1.len(), 0.0);
    arch.dispatch(Squares { left, right, half, out });
}

struct Squares<'a> {
    left: (&'a Rows, &'a [u32]),
    right: (&'a Rows, &'a [u32]),
    half: bool,
    out: &'a mut [f32],
}

impl WithSimd for Squares<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        if S::REGISTER_COUNT >= 32 { self.tiles::<S, 4>(simd) } else { self.tiles::<S, 2>(simd) }
    }
}

impl Squares<'_> {
    #[inline(always)]
    fn tiles<S: Simd, const A: usize>(self, simd: S) {
        let Self { left: (rows, left), right: (others, right), half, out } = self;
        let width = right.len();
        let mut i = 0;
        while i < left.len() {
            let first = if half { i } else { 0 };
            if i + A <= left.len() {
                let out = &mut out[i * width..(i + A) * width];
                strip::<S, A>(simd, rows, &left[i..i + A], others, right, first, out);
                i += A;
            } else {
                strip::<S, 1>(simd, rows, &left[i..=i], others, right, first, &mut out[i * width..]);
                i += 1;
            }
        }
    }
}

/// `A` rows against all of `right` from `first` on.
#[inline(always)]
fn strip<S: Simd, const A: usize>(
    simd: S,
    rows: &Rows,
    left: &[u32],
    others: &Rows,
    right: &[u32],
    first: usize,
    out: &mut [f32],
) {
    let width = right.len();
    let mut a: [&[S::f32s]; A] = [&[]; A];
    for r in 0..A {
        a[r] = S::as_simd_f32s(rows.row(left[r])).0;
    }
    let mut j = first;
    while j + 4 <= width {
        let mut b: [&[S::f32s]; 4] = [&[]; 4];
        for c in 0..4 {
            b[c] = S::as_simd_f32s(others.row(right[j + c])).0;
        }
        let tile = tile::<S, A, 4>(simd, a, b);
        for (r, tile) in tile.iter().enumerate() {
            out[r * width + j..r * width + j + 4].copy_from_slice(tile);
        }
        j += 4;
    }
    while j < width {
        let tile = tile::<S, A, 1>(simd, a, [S::as_simd_f32s(others.row(right[j])).0]);
        for (r, tile) in tile.iter().enumerate() {
            out[r * width + j] = tile[0];
        }
        j += 1;
    }
}

#[inline(always)]
fn tile<S: Simd, const A: usize, const B: usize>(
    simd: S,
    a: [&[S::f32s]; A],
    b: [&[S::f32s]; B],
) -> [[f32; B]; A] {
    let len = a[0].len();
    let (mut a, mut b) = (a, b);
    for row in a.iter_mut().chain(&mut b) {
        *row = &row[..len];
    }
    let mut sums = [[simd.splat_f32s(0.0); B]; A];
    for t in 0..len {
        for r in 0..A {
            for c in 0..B {
                let d = simd.sub_f32s(a[r][t], b[c][t]);
                sums[r][c] = if S::IS_SCALAR {
                    // Without hardware the fused product is a library call.
                    simd.add_f32s(simd.mul_f32s(d, d), sums[r][c])
                } else {
                    simd.mul_add_f32s(d, d, sums[r][c])
                };
            }
        }
    }
    // Loops, not closures: those would not be compiled for the vector unit found.
    let mut out = [[0.0; B]; A];
    for r in 0..A {
        for c in 0..B {
            out[r][c] = simd.reduce_sum_f32s(sums[r][c]);
        }
    }
    out
}
