use super::Distance;
use super::block::{Band, Block, Columns, RowPart};
use super::fold::Fold;
use super::sorted::Sorted;
use super::tile::{Aligned, COLUMNS, pack_strips};
use crate::Scalar;
use crate::labels::Encoded;
use ndarray::{Array1, ArrayView2};
use pulp::Arch;
use rayon::prelude::*;

/// Samples whose distances to all later ones are taken in one parallel step. A multiple of [`COLUMNS`].
const BAND: usize = 1024;

/// The silhouette of each sample, in the order of the input.
pub(super) fn silhouettes<F: Scalar>(
    x: ArrayView2<'_, F>,
    groups: &Encoded,
    distance: Distance,
) -> Array1<f64> {
    let sorted = Sorted::new(x, groups, distance);
    let n = x.nrows();
    let mut folds = vec![Fold::default(); n];
    for start in (0..n).step_by(BAND) {
        sorted.sweep_band(start, (start + BAND).min(n), &mut folds);
    }
    let mut result = Array1::zeros(n);
    for (sample, fold) in folds.iter().enumerate() {
        result[sorted.order[sample]] = fold.silhouette(groups.counts[sorted.clusters[sample]]);
    }
    result
}

impl<F: Scalar> Sorted<'_, F> {
    /// Takes the distances of the samples `start..end` to themselves and to all later ones. The folds of the later ones
    /// advance by this band; those of the band itself, which earlier bands have brought here, advance to the end.
    fn sweep_band(&self, start: usize, end: usize, folds: &mut [Fold]) {
        let features = self.x.ncols();
        let strips = pack_strips(end - start, features, F::zero(), |row, into| self.fetch(start + row, into));
        let band = Band { start, end, segments: self.segments(start, end), strips };
        let (earlier, later) = folds.split_at_mut(end);
        let columns = |from: usize, limit: usize, folds| {
            let to = (from + COLUMNS).min(limit);
            Columns { from, to, segments: self.segments(from, to), folds }
        };
        let inside = (start..end).step_by(COLUMNS).map(|from| columns(from, end, None));
        let outside = later.chunks_mut(COLUMNS).enumerate();
        let outside =
            outside.map(|(block, folds)| columns(end + block * COLUMNS, self.order.len(), Some(folds)));
        let mut blocks: Vec<Columns> = inside.chain(outside).collect();
        let arch = Arch::new();
        let room = || Aligned::new(COLUMNS * features, F::zero());
        let measure = |panels: &mut Aligned<F>, columns: &mut Columns| {
            arch.dispatch(Block { sorted: self, band: &band, columns, panels })
        };
        let parts: Vec<Vec<RowPart>> = blocks.par_iter_mut().map_init(room, measure).collect();
        // In the order of the columns, whatever the order of the threads.
        for (columns, parts) in blocks.iter().zip(parts) {
            let rows = earlier[start..].iter_mut().zip(&self.clusters[start..end]);
            for ((fold, &own), part) in rows.zip(parts) {
                part.add_to(fold, own, &columns.segments);
            }
        }
    }
}
