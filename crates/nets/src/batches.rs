use crate::{Result, Rows, Step};
use rand::Rng;
use rand::seq::SliceRandom;
use tch::{Device, Tensor};

/// Batches of row numbers without end: every epoch has all samples, in a new order or in that of the rows, its last batch the rest.
pub(crate) struct Batches {
    order: Vec<i64>,
    size: usize,
    in_order: bool,
    device: Device,
    /// Batches that were handed out.
    taken: usize,
    /// The order on the device, moved there once an epoch.
    on_device: Option<Tensor>,
}

impl Batches {
    pub(crate) fn new(n: usize, size: usize, in_order: bool, device: Device) -> Self {
        Self { order: (0..n as i64).collect(), size, in_order, device, taken: 0, on_device: None }
    }

    fn shuffle(&mut self, rng: &mut impl Rng) {
        if !self.in_order {
            self.order.shuffle(rng);
        }
    }

    pub(crate) fn per_epoch(&self) -> usize {
        self.order.len().div_ceil(self.size)
    }

    /// Passes over batches at the start: the order of samples follows from the number of shuffles.
    pub(crate) fn skip(&mut self, batches: usize, rng: &mut impl Rng) {
        for _ in 0..batches.div_ceil(self.per_epoch()) {
            self.shuffle(rng);
        }
        self.taken = batches;
    }

    /// The next batch of the rows of `data`.
    pub(crate) fn next(&mut self, data: &Rows<'_>, noise: [u8; 32], rng: &mut impl Rng) -> Result<Step> {
        let (epoch, batch) = (self.taken / self.per_epoch(), self.taken % self.per_epoch());
        if batch == 0 {
            self.shuffle(rng);
            self.on_device = None;
        }
        let order =
            self.on_device.get_or_insert_with(|| Tensor::from_slice(&self.order).to_device(self.device));
        let start = batch * self.size;
        let length = self.size.min(self.order.len() - start);
        let samples = order.narrow(0, start as i64, length as i64);
        let x = data.select(&samples)?;
        let number = self.taken;
        self.taken += 1;
        Ok(Step { epoch, batch, number, samples, x, noise })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use tch::Kind;

    fn rows(step: &Step) -> Vec<i64> {
        assert_eq!(step.x.view([-1]), step.samples);
        Vec::try_from(&step.samples).unwrap()
    }

    #[test]
    fn every_epoch_has_all_samples_in_its_own_order() {
        let data = Rows::Dense(Tensor::arange(7, (Kind::Int64, Device::Cpu)).view([7, 1]));
        let rng = &mut ChaCha8Rng::seed_from_u64(0);
        let mut batches = Batches::new(7, 3, false, Device::Cpu);
        assert_eq!(batches.per_epoch(), 3);
        let mut epoch = || -> Vec<Vec<i64>> {
            (0..3).map(|_| rows(&batches.next(&data, [0; 32], rng).unwrap())).collect()
        };
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
    fn the_order_of_the_rows_can_be_kept() {
        let data = Rows::Dense(Tensor::arange(5, (Kind::Int64, Device::Cpu)).view([5, 1]));
        let rng = &mut ChaCha8Rng::seed_from_u64(0);
        let mut batches = Batches::new(5, 3, true, Device::Cpu);
        for _ in 0..2 {
            assert_eq!(rows(&batches.next(&data, [0; 32], rng).unwrap()), [0, 1, 2]);
            assert_eq!(rows(&batches.next(&data, [0; 32], rng).unwrap()), [3, 4]);
        }
    }

    #[test]
    fn skipped_batches_are_as_good_as_taken_ones() {
        let data = Rows::Dense(Tensor::arange(7, (Kind::Int64, Device::Cpu)).view([7, 1]));
        for skipped in 0..8 {
            let rngs = &mut [(); 2].map(|()| ChaCha8Rng::seed_from_u64(5));
            let (mut taken, mut passed) =
                (Batches::new(7, 3, false, Device::Cpu), Batches::new(7, 3, false, Device::Cpu));
            (0..skipped).for_each(|_| drop(taken.next(&data, [0; 32], &mut rngs[0]).unwrap()));
            passed.skip(skipped, &mut rngs[1]);
            let steps = [taken.next(&data, [0; 32], &mut rngs[0]), passed.next(&data, [0; 32], &mut rngs[1])]
                .map(Result::unwrap);
            assert_eq!(rows(&steps[0]), rows(&steps[1]), "{skipped}");
            assert_eq!((steps[0].epoch, steps[0].batch), (steps[1].epoch, steps[1].batch));
        }
    }
}
