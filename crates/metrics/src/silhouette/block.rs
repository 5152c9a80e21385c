use super::fold::{Fold, Segment};
use super::sorted::Sorted;
use super::tile::{Aligned, COLUMNS, ROWS, STRIP, distances, pack_panels, sum, sum_into};
use crate::Scalar;
use pulp::{Simd, WithSimd};

/// The rows of a parallel step.
pub(super) struct Band<F> {
    /// First sample.
    pub start: usize,
    /// One past the last sample.
    pub end: usize,
    /// Its stretches of one cluster each.
    pub segments: Vec<Segment>,
    /// Its features, packed.
    pub strips: Vec<F>,
}

/// Up to [`COLUMNS`] samples that a band is measured against.
pub(super) struct Columns<'a> {
    /// First sample.
    pub from: usize,
    /// One past the last sample.
    pub to: usize,
    /// Its stretches of one cluster each.
    pub segments: Vec<Segment>,
    /// What these samples remember, unless they are part of the band: those are rows as well, and advance as rows.
    pub folds: Option<&'a mut [Fold]>,
}

/// What a row of a band has seen of one block of columns.
#[derive(Clone, Copy)]
pub(super) struct RowPart {
    /// Sum over the first stretch.
    head: f64,
    /// Smallest mean over the stretches between, each of which is a whole cluster.
    inner: f64,
    /// Sum over the last stretch, where it is not the first.
    tail: f64,
    /// Sum over the row's own cluster, which is in none of the others.
    own: f64,
}

impl RowPart {
    #[inline(always)]
    fn add(&mut self, position: usize, last: usize, segment: &Segment, own: usize, sum: f64) {
        if segment.cluster == own {
            self.own += sum;
        } else if position == 0 {
            self.head = sum;
        } else if position == last {
            self.tail = sum;
        } else {
            self.inner = self.inner.min(sum / (segment.end - segment.start) as f64);
        }
    }

    /// Advances the fold of a row of cluster `own` by the block with these stretches.
    pub fn add_to(self, fold: &mut Fold, own: usize, segments: &[Segment]) {
        fold.add_own(self.own);
        let (head, tail) = (&segments[0], &segments[segments.len() - 1]);
        if head.cluster != own {
            fold.add_other(self.head, head.complete);
        }
        fold.add_mean(self.inner);
        if segments.len() > 1 && tail.cluster != own {
            fold.add_other(self.tail, tail.complete);
        }
    }
}

/// A band against a block of columns.
pub(super) struct Block<'a, 'x, 'f, F> {
    pub sorted: &'a Sorted<'x, F>,
    pub band: &'a Band<F>,
    pub columns: &'a mut Columns<'f>,
    /// Room for the packed features of the columns.
    pub panels: &'a mut Aligned<F>,
}

impl<F: Scalar> WithSimd for Block<'_, '_, '_, F> {
    type Output = Vec<RowPart>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Vec<RowPart> {
        // As many accumulators as leave room for the operands: 16 of 32 registers or 8 of 16.
        if S::REGISTER_COUNT >= 32 { self.run::<S, 4>(simd) } else { self.run::<S, 2>(simd) }
    }
}

impl<F: Scalar> Block<'_, '_, '_, F> {
    #[inline(always)]
    fn run<S: Simd, const N: usize>(self, simd: S) -> Vec<RowPart> {
        let (sorted, band, features, zero) = (self.sorted, self.band, self.sorted.x.ncols(), F::zero());
        let Columns { from, to, segments, folds } = self.columns;
        let (from, width) = (*from, *to - *from);
        let panels = self.panels.get(COLUMNS * features);
        pack_panels::<S, F, N>(simd, width, features, zero, |c, into| sorted.fetch(from + c, into), panels);
        let mut parts = Vec::with_capacity(band.end - band.start);
        let mut tile = Aligned::new(ROWS * COLUMNS, zero);
        let tile = tile.get(ROWS * COLUMNS);
        let mut totals = ColumnTotals::new(&band.segments);
        for start in (band.start..band.end).step_by(ROWS) {
            let end = (start + ROWS).min(band.end);
            let rows = (start - band.start) * features..(end - band.start).div_ceil(STRIP) * STRIP * features;
            distances::<S, F, N>(simd, &band.strips[rows], panels, features, sorted.distance, tile);
            for (row, line) in (start..end).zip(tile.chunks_exact_mut(COLUMNS)) {
                let line = &mut line[..width];
                sorted.mend_directions(row, from, line);
                let mut part = RowPart { head: 0.0, inner: f64::INFINITY, tail: 0.0, own: 0.0 };
                let own = sorted.clusters[row];
                for (position, segment) in segments.iter().enumerate() {
                    let range = segment.start - from..segment.end - from;
                    let sum = if folds.is_some() {
                        sum_into(simd, zero, &line[range.clone()], &mut totals.recent[range])
                    } else {
                        sum(simd, zero, &line[range])
                    };
                    part.add(position, segments.len() - 1, segment, own, sum.widen());
                }
                parts.push(part);
                if let Some(folds) = folds.as_deref_mut() {
                    totals.after_row(row, row + 1 == end, folds, &sorted.clusters[from..from + width]);
                }
            }
        }
        parts
    }
}

/// Sums over the rows of one stretch of a band, for each column.
struct ColumnTotals<'a, F> {
    segments: std::slice::Iter<'a, Segment>,
    current: Option<&'a Segment>,
    /// Rows of this tile, in the precision of the data.
    recent: Vec<F>,
    sums: Vec<f64>,
}

impl<'a, F: Scalar> ColumnTotals<'a, F> {
    fn new(segments: &'a [Segment]) -> Self {
        let mut segments = segments.iter();
        let current = segments.next();
        Self { segments, current, recent: vec![F::zero(); COLUMNS], sums: vec![0.0; COLUMNS] }
    }

    /// Moves the recent rows to the sums at the end of a tile, and the sums to the folds at the end of a stretch.
    #[inline(always)]
    fn after_row(&mut self, row: usize, tile_ends: bool, folds: &mut [Fold], clusters: &[usize]) {
        let Some(segment) = self.current else { return };
        let segment_ends = row + 1 == segment.end;
        if tile_ends || segment_ends {
            for (sum, recent) in self.sums.iter_mut().zip(&mut self.recent) {
                *sum += recent.widen();
                *recent = F::zero();
            }
        }
        if segment_ends {
            for ((fold, &own), sum) in folds.iter_mut().zip(clusters).zip(&mut self.sums) {
                if own == segment.cluster {
                    fold.add_own(*sum);
                } else {
                    fold.add_other(*sum, segment.complete);
                }
                *sum = 0.0;
            }
            self.current = self.segments.next();
        }
    }
}
