use super::Distance;
use super::lanes::Lanes;
use pulp::Simd;

/// Columns of a tile: samples that others are measured against.
pub(super) const COLUMNS: usize = 256;
/// Rows of a tile. With [`DEPTH`] features its packed rows fill a quarter of a first-level cache.
pub(super) const ROWS: usize = 32;
/// Rows that are held in registers at a time.
pub(super) const STRIP: usize = 4;
/// Features that are summed before the sum is added to the tile: keeps operands in the cache, and rounding errors of single
/// precision short.
const DEPTH: usize = 64;

/// Lays rows out for [`distances`]: strips of [`STRIP`] samples, feature by feature. Missing rows of the last are zero.
pub(super) fn pack_strips<F: Lanes>(
    rows: usize,
    features: usize,
    zero: F,
    fetch: impl Fn(usize, &mut [F]),
) -> Vec<F> {
    let mut packed = vec![zero; rows.div_ceil(STRIP) * STRIP * features];
    let mut row = vec![zero; features];
    for index in 0..rows {
        fetch(index, &mut row);
        let base = index / STRIP * STRIP * features + index % STRIP;
        for (feature, &value) in row.iter().enumerate() {
            packed[base + feature * STRIP] = value;
        }
    }
    packed
}

/// Lays columns out for [`distances`]: panels of `N` vectors, feature by feature. Missing columns are zero.
#[inline(always)]
pub(super) fn pack_panels<S: Simd, F: Lanes, const N: usize>(
    simd: S,
    columns: usize,
    features: usize,
    zero: F,
    fetch: impl Fn(usize, &mut [F]),
    panels: &mut [F],
) {
    let width = N * lanes::<S, F>(simd);
    panels.fill(zero);
    let mut column = vec![zero; features];
    for index in 0..columns {
        fetch(index, &mut column);
        let base = index / width * width * features + index % width;
        for (feature, &value) in column.iter().enumerate() {
            panels[base + feature * width] = value;
        }
    }
}

/// Memory that starts at a cache line: vectors that straddle two lines cost two accesses each.
pub(super) struct Aligned<F> {
    memory: Vec<F>,
    start: usize,
}

impl<F: Copy> Aligned<F> {
    const LINE: usize = 64;

    pub fn new(length: usize, zero: F) -> Self {
        let spare = Self::LINE / size_of::<F>();
        let memory = vec![zero; length + spare];
        // An alignment that cannot be had is only slower.
        let start = memory.as_ptr().align_offset(Self::LINE).min(spare);
        Self { memory, start }
    }

    #[inline(always)]
    pub fn get(&mut self, length: usize) -> &mut [F] {
        &mut self.memory[self.start..self.start + length]
    }
}

/// Numbers in a vector.
#[inline(always)]
fn lanes<S: Simd, F: Lanes>(_: S) -> usize {
    size_of::<F::Vector<S>>() / size_of::<F>()
}

/// Writes the distances of up to [`ROWS`] packed rows to [`COLUMNS`] packed columns into `tile`, row by row.
///
/// Distances come from the differences of coordinates, never from ‖*x*‖² − 2*x*·*y* + ‖*y*‖²: nothing cancels, equal samples
/// are 0 apart, and the subtraction costs nothing where multiply-add units are the limit. For the cosine distance the inputs
/// have unit length and the result is ½‖*x* − *y*‖² = 1 − *x*·*y*.
#[inline(always)]
pub(super) fn distances<S: Simd, F: Lanes, const N: usize>(
    simd: S,
    strips: &[F],
    panels: &[F],
    features: usize,
    distance: Distance,
    tile: &mut [F],
) {
    let half = F::HALF;
    let width = N * lanes::<S, F>(simd);
    let mut from = 0;
    while from < features {
        let to = (from + DEPTH).min(features);
        for (panel, columns) in panels.chunks_exact(width * features).enumerate() {
            let columns = F::vectors::<S>(&columns[from * width..to * width]).0;
            for (strip, rows) in strips.chunks_exact(STRIP * features).enumerate() {
                let sums = strip_sums::<S, F, N>(simd, &rows[from * STRIP..to * STRIP], columns);
                for (row, sums) in sums.into_iter().enumerate() {
                    let start = (strip * STRIP + row) * COLUMNS + panel * width;
                    let out = F::vectors_mut::<S>(&mut tile[start..start + width]).0;
                    for (out, sum) in out.iter_mut().zip(sums) {
                        let sum = if from == 0 { sum } else { F::plus(simd, *out, sum) };
                        *out = match distance {
                            _ if to < features => sum,
                            Distance::Euclidean => F::root(simd, sum),
                            Distance::Cosine => F::times(simd, sum, F::splat(simd, half)),
                        };
                    }
                }
            }
        }
        from = to;
    }
}

/// Σ (*row* − *column*)² over some features for [`STRIP`] rows and `N` vectors of columns, all in registers.
#[inline(always)]
fn strip_sums<S: Simd, F: Lanes, const N: usize>(
    simd: S,
    rows: &[F],
    columns: &[F::Vector<S>],
) -> [[F::Vector<S>; N]; STRIP] {
    let zero = F::minus(simd, columns[0], columns[0]);
    let mut sums = [[zero; N]; STRIP];
    for (row, column) in rows.chunks_exact(STRIP).zip(columns.chunks_exact(N)) {
        for r in 0..STRIP {
            let value = F::splat(simd, row[r]);
            for c in 0..N {
                let difference = F::minus(simd, column[c], value);
                sums[r][c] = F::square_add(simd, difference, sums[r][c]);
            }
        }
    }
    sums
}

/// The sum of a row, which is also added to `totals` column by column.
#[inline(always)]
pub(super) fn sum_into<S: Simd, F: Lanes + std::ops::Add<Output = F>>(
    simd: S,
    zero: F,
    row: &[F],
    totals: &mut [F],
) -> F {
    let (row, row_rest) = F::vectors::<S>(row);
    let (totals, totals_rest) = F::vectors_mut::<S>(totals);
    let mut sum = F::splat(simd, zero);
    for (&value, total) in row.iter().zip(totals) {
        sum = F::plus(simd, sum, value);
        *total = F::plus(simd, *total, value);
    }
    let mut rest = zero;
    for (&value, total) in row_rest.iter().zip(totals_rest) {
        rest = rest + value;
        *total = *total + value;
    }
    if row.is_empty() { rest } else { F::total(simd, sum) + rest }
}

/// The sum of a row.
#[inline(always)]
pub(super) fn sum<S: Simd, F: Lanes + std::ops::Add<Output = F>>(simd: S, zero: F, row: &[F]) -> F {
    let (row, row_rest) = F::vectors::<S>(row);
    let sum = row.iter().fold(F::splat(simd, zero), |sum, &value| F::plus(simd, sum, value));
    let rest = row_rest.iter().fold(zero, |rest, &value| rest + value);
    if row.is_empty() { rest } else { F::total(simd, sum) + rest }
}
