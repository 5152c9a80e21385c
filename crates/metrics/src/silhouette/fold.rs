/// What one sample remembers while the others pass by in the order of their clusters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fold {
    /// Sum of distances to the part seen so far of a cluster that is not yet complete.
    open: f64,
    /// Sum of distances to the sample's own cluster.
    own: f64,
    /// Smallest mean distance to another complete cluster.
    nearest: f64,
}

impl Default for Fold {
    fn default() -> Self {
        Self { open: 0.0, own: 0.0, nearest: f64::INFINITY }
    }
}

impl Fold {
    /// Adds distances to a stretch of another cluster; `size` is given where the stretch ends that cluster.
    #[inline(always)]
    pub fn add_other(&mut self, sum: f64, size: Option<usize>) {
        self.open += sum;
        if let Some(size) = size {
            self.add_mean(self.open / size as f64);
            self.open = 0.0;
        }
    }

    /// Adds the mean distance to a whole cluster.
    #[inline(always)]
    pub fn add_mean(&mut self, mean: f64) {
        self.nearest = self.nearest.min(mean);
    }

    /// Adds distances to the sample's own cluster.
    #[inline(always)]
    pub fn add_own(&mut self, sum: f64) {
        self.own += sum;
    }

    /// (*b* − *a*) / max(*a*, *b*), 0 in a cluster of one and where both are 0.
    pub fn silhouette(&self, size: usize) -> f64 {
        if size < 2 {
            return 0.0;
        }
        let (a, b) = (self.own / (size - 1) as f64, self.nearest);
        if a.max(b) > 0.0 { (b - a) / a.max(b) } else { 0.0 }
    }
}

/// A stretch of consecutive samples of one cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Segment {
    /// The cluster.
    pub cluster: usize,
    /// First sample.
    pub start: usize,
    /// One past the last sample.
    pub end: usize,
    /// The size of the cluster, where its last sample is in this stretch.
    pub complete: Option<usize>,
}

/// Cuts the samples `start..end` into stretches of one cluster. `clusters` is the sorted cluster of each sample, `starts` the
/// first sample of each cluster and, last, the number of samples.
pub(super) fn segments(clusters: &[usize], starts: &[usize], start: usize, end: usize) -> Vec<Segment> {
    let mut found = Vec::new();
    let mut at = start;
    while at < end {
        let cluster = clusters[at];
        let (first, after) = (starts[cluster], starts[cluster + 1]);
        let complete = (after <= end).then_some(after - first);
        found.push(Segment { cluster, start: at, end: after.min(end), complete });
        at = after.min(end);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_end_with_their_cluster_or_with_the_range() {
        let clusters = [0, 0, 0, 1, 2, 2];
        let cut = segments(&clusters, &[0, 3, 4, 6], 1, 5);
        let expected = [(0, 1, 3, Some(3)), (1, 3, 4, Some(1)), (2, 4, 5, None)];
        let found: Vec<_> = cut.iter().map(|s| (s.cluster, s.start, s.end, s.complete)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_cluster_split_over_two_stretches_counts_once() {
        let mut fold = Fold::default();
        fold.add_own(6.0);
        fold.add_other(3.0, None);
        fold.add_other(5.0, Some(2));
        fold.add_mean(7.0);
        assert_eq!(fold.silhouette(4), (4.0 - 2.0) / 4.0);
        assert_eq!(fold.silhouette(1), 0.0);
    }
}
