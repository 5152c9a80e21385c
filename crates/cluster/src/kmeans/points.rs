use super::book::Totals;
use crate::simd::Lane;

/// What a run of k-means asks of its data, dense or sparse.
pub(crate) trait Points<T: Lane>: Sync {
    /// Number of samples.
    fn rows(&self) -> usize;
    /// Number of features.
    fn features(&self) -> usize;
    /// Variance of a feature, averaged over the features.
    fn mean_variance(&self) -> f64;
    /// Whether samples have weights of their own.
    fn weighted(&self) -> bool;
    /// Weight of a sample.
    fn weight(&self, i: usize) -> f64;
    /// `sum += w · x_i`.
    fn add_row(&self, i: usize, w: f64, sum: &mut [f64]);
    /// Writes a sample out.
    fn row(&self, i: usize) -> Vec<T>;
    /// Squared distance of every sample to the centre of its label, in f64.
    fn own_squares(&self, centers: &[T], labels: &[u32]) -> Vec<f64>;
    /// Squared distances of all samples to a few centres, into `out[i * centres + c]`; times a power of two where they are out of the
    /// range of `T`.
    fn squares_to(&self, centers: &[T], out: &mut [T]);
    /// State of one run.
    fn start(&self, k: usize) -> impl Assigner<T>;
}

/// The assignment step with its labels and the sums that follow from them.
pub(crate) trait Assigner<T: Lane> {
    /// Gives every sample the label of its nearest centre. `moved` is how far each centre has come since the last call.
    /// Answers how many labels changed.
    fn assign(&mut self, centers: &[T], moved: &[f64]) -> usize;
    /// Labels given last.
    fn labels(&self) -> &[u32];
    /// Weighted sums of the samples of each cluster, and weights.
    fn totals(&self) -> &Totals;
    /// Sums and weights computed anew from the labels, without the rounding that adding and removing samples has left.
    fn refresh(&mut self);
}

/// Length of the runs when `rows` rows are cut into about `parts` of them. It depends on the data's shape only, never on the number of threads.
pub(crate) fn run_length(rows: usize, parts: usize) -> usize {
    rows.div_ceil(parts.max(1)).next_multiple_of(16).max(16)
}
