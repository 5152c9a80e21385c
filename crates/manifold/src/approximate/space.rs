//! What the search needs to know of the rows: their squared distances.

use pulp::Arch;

use super::pairs::squares;
use super::rows::Rows;

/// Rows whose squared distances order the points as the metric does.
pub(super) trait Space: Sync {
    /// Memory kept from call to call.
    type Scratch: Send;

    fn scratch(&self) -> Self::Scratch;

    /// Squared distances of every row of `left` to every row of `right`, row-major into `out`. With `half` the first rows
    /// of `right` are those of `left`, and pairs (a, b) with b before a are left as they are.
    ///
    /// A pair's number has to be the same bits wherever it is computed, also when the two swap places.
    fn squares(
        &self,
        arch: Arch,
        left: &[u32],
        right: &[u32],
        half: bool,
        scratch: &mut Self::Scratch,
        out: &mut Vec<f32>,
    );
}

impl Space for Rows {
    type Scratch = ();

    fn scratch(&self) {}

    fn squares(&self, arch: Arch, left: &[u32], right: &[u32], half: bool, (): &mut (), out: &mut Vec<f32>) {
        squares(arch, (self, left), (self, right), half, out);
    }
}
