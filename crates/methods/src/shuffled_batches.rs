use deepclust_nets::{Device, Tensor};
use rand::Rng;
use rand::seq::SliceRandom;

/// Batches of row numbers without end: every epoch has all samples in a new order, its last batch the rest.
pub(crate) struct ShuffledBatches<R> {
    order: Vec<i64>,
    size: usize,
    /// Samples of this epoch that were handed out.
    taken: usize,
    device: Device,
    /// The order on the device, moved there once an epoch.
    on_device: Option<Tensor>,
    rng: R,
}

impl<R: Rng> ShuffledBatches<R> {
    pub(crate) fn new(n: usize, size: usize, device: Device, rng: R) -> Self {
        // The first batch begins an epoch.
        Self { order: (0..n as i64).collect(), size, taken: n, device, on_device: None, rng }
    }

    pub(crate) fn per_epoch(&self) -> usize {
        self.order.len().div_ceil(self.size)
    }

    /// The next batch, an i64 tensor of shape (batch).
    pub(crate) fn next(&mut self) -> Tensor {
        let start = self.skip();
        let order =
            self.on_device.get_or_insert_with(|| Tensor::from_slice(&self.order).to_device(self.device));
        order.narrow(0, start as i64, (self.taken - start) as i64)
    }

    /// Passes over a batch; answers where it begins in the epoch's order.
    pub(crate) fn skip(&mut self) -> usize {
        if self.taken == self.order.len() {
            self.order.shuffle(&mut self.rng);
            self.taken = 0;
            self.on_device = None;
        }
        let start = self.taken;
        self.taken = (start + self.size).min(self.order.len());
        start
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Seed;

    fn batches() -> ShuffledBatches<impl Rng> {
        ShuffledBatches::new(7, 3, Device::Cpu, Seed(0).stream("batches"))
    }

    fn rows(batches: &mut ShuffledBatches<impl Rng>) -> Vec<i64> {
        Vec::try_from(batches.next()).unwrap()
    }

    #[test]
    fn every_epoch_has_all_samples_in_its_own_order() {
        let mut batches = batches();
        assert_eq!(batches.per_epoch(), 3);
        let mut epoch = || -> Vec<Vec<i64>> { (0..3).map(|_| rows(&mut batches)).collect() };
        let (first, second) = (epoch(), epoch());
        assert_ne!(first, second);
        for epoch in [first, second] {
            assert_eq!(epoch.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3, 1]);
            let mut all = epoch.concat();
            all.sort_unstable();
            assert_eq!(all, (0..7).collect::<Vec<_>>());
        }
    }

    #[test]
    fn skipped_batches_are_as_good_as_taken_ones() {
        for skipped in 0..8 {
            let (mut taken, mut passed) = (batches(), batches());
            (0..skipped).for_each(|_| {
                rows(&mut taken);
                passed.skip();
            });
            assert_eq!(rows(&mut taken), rows(&mut passed), "{skipped}");
        }
    }
}
