//! The least and the largest values of a column, and whether they lie far from the others.

use super::Far;

/// Values that are no more than written-out gaps often consist of nines: −99, 999, −9999.
const NINES: [f64; 10] =
    [99.0, 999.0, 9999.0, 99_999.0, 999_999.0, -99.0, -999.0, -9999.0, -99_999.0, -999_999.0];
/// How often the range of all others goes into the distance to them, from which on a value is far; for nines that is less.
const TIMES: f64 = 5.0;
const TIMES_OF_NINES: f64 = 0.25;
/// The share of rows above which an end is where the column mostly is, and what lies away from it is ordinary.
const MANY: f64 = 0.5;

/// Of a column's values so far: the least and the largest, how often these are there, and those next to them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ends {
    low: (f64, usize),
    above: f64,
    high: (f64, usize),
    below: f64,
}

impl Default for Ends {
    fn default() -> Self {
        Self {
            low: (f64::INFINITY, 0),
            above: f64::INFINITY,
            high: (f64::NEG_INFINITY, 0),
            below: f64::NEG_INFINITY,
        }
    }
}

impl Ends {
    #[inline]
    pub(super) fn take(&mut self, value: f64) {
        self.take_low(value, 1);
        self.take_high(value, 1);
    }

    #[inline]
    fn take_low(&mut self, value: f64, count: usize) {
        if value < self.low.0 {
            (self.above, self.low) = (self.low.0, (value, count));
        } else if value == self.low.0 {
            self.low.1 += count;
        } else if value < self.above {
            self.above = value;
        }
    }

    #[inline]
    fn take_high(&mut self, value: f64, count: usize) {
        if value > self.high.0 {
            (self.below, self.high) = (self.high.0, (value, count));
        } else if value == self.high.0 {
            self.high.1 += count;
        } else if value > self.below {
            self.below = value;
        }
    }

    /// Adds those of other rows.
    pub(super) fn append(&mut self, other: &Self) {
        self.take_low(other.low.0, other.low.1);
        self.take_high(other.high.0, other.high.1);
        // These are none of the ends: how often they are there does not count.
        self.take_low(other.above, 0);
        self.take_high(other.below, 0);
    }

    /// The least and the largest.
    pub(super) fn range(&self) -> (f64, f64) {
        (self.low.0, self.high.0)
    }

    /// The ends that are far from everything else, in a column of `n` rows.
    pub(super) fn far(&self, column: &str, n: usize) -> Vec<Far> {
        let most = self.low.1.max(self.high.1);
        if most as f64 > MANY * n as f64 || !(self.below - self.above).is_finite() {
            return Vec::new();
        }
        let is_far = |(value, _): (f64, usize), next: f64, other: f64| {
            // Without both ends, so that neither hides the other; of three values only one can be far.
            let inner = self.below - self.above;
            let range = if inner > 0.0 { inner } else { (other - next).abs() };
            let times = if NINES.contains(&value) { TIMES_OF_NINES } else { TIMES };
            range > 0.0 && (value - next).abs() > times * range
        };
        let low = is_far(self.low, self.above, self.high.0);
        let high = is_far(self.high, self.below, self.low.0);
        let others = (if low { self.above } else { self.low.0 }, if high { self.below } else { self.high.0 });
        let far = |(value, count)| Far { column: column.to_owned(), value, count, others };
        [(low, self.low), (high, self.high)]
            .into_iter()
            .filter(|(is, _)| *is)
            .map(|(_, end)| far(end))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(values: &[f64]) -> Vec<(f64, usize, (f64, f64))> {
        found_in_parts(values, 3)
    }

    /// All at once, and part by part.
    fn found_in_parts(values: &[f64], part: usize) -> Vec<(f64, usize, (f64, f64))> {
        let (mut whole, mut parts) = (Ends::default(), Ends::default());
        values.iter().for_each(|&value| whole.take(value));
        for part in values.chunks(part) {
            let mut ends = Ends::default();
            part.iter().for_each(|&value| ends.take(value));
            parts.append(&ends);
        }
        let far = whole.far("a", values.len());
        assert_eq!(far, parts.far("a", values.len()));
        assert_eq!(whole.range(), parts.range());
        far.into_iter().map(|far| (far.value, far.count, far.others)).collect()
    }

    #[test]
    fn gaps_that_are_written_out_are_found() {
        let ages: Vec<f64> = (0..50).map(|i| f64::from(i * 7 % 50) + 18.0).collect();
        let with = |more: &[f64]| found(&[&ages[..], more].concat());
        assert_eq!(with(&[]), []);
        assert_eq!(with(&[-999.0, -999.0]), [(-999.0, 2, (18.0, 67.0))]);
        assert_eq!(with(&[99.0]), [(99.0, 1, (18.0, 67.0))]);
        // An error of the unit, and both ends at once.
        assert_eq!(with(&[6.7e6]), [(6.7e6, 1, (18.0, 67.0))]);
        assert_eq!(with(&[-9999.0, 1e9]), [(-9999.0, 1, (18.0, 67.0)), (1e9, 1, (18.0, 67.0))]);
        assert_eq!(with(&[100.0]), []);
        let answers = [1.0, 2.0].repeat(20);
        assert_eq!(found(&[&answers[..], &[99.0, 99.0]].concat()), [(99.0, 2, (1.0, 2.0))]);
        assert_eq!(found(&[&answers[..], &[-999.0]].concat()), [(-999.0, 1, (1.0, 2.0))]);
    }

    #[test]
    fn ordinary_columns_have_none() {
        assert_eq!(found(&[0.0, 1.0].repeat(20)), []);
        assert_eq!(found(&[0.0, 1.0, 2.0].repeat(20)), []);
        assert_eq!(found(&[5.0; 9]), []);
        // Mostly nothing: that is no gap.
        let spent: Vec<f64> = [vec![0.0; 60], (0..20).map(|i| 1000.0 + f64::from(i)).collect()].concat();
        assert_eq!(found(&spent), []);
        // A pixel at the border of pictures.
        assert_eq!(found(&[&[0.0; 30][..], &[3.0, 9.0, 254.0]].concat()), []);
        // Two clusters.
        let two: Vec<f64> = (0..40).map(|i| f64::from(i % 2) * 100.0 + f64::from(i) / 40.0).collect();
        assert_eq!(found(&two), []);
        // A long tail: 2^0 to 2^20.
        assert_eq!(found(&(0..21).map(|i| f64::from(1 << i)).collect::<Vec<_>>()), []);
    }

    proptest! {
        #[test]
        fn parts_are_the_whole(values in proptest::collection::vec(-4i8..4, 1..30), part in 1usize..6) {
            found_in_parts(&values.into_iter().map(f64::from).collect::<Vec<_>>(), part);
        }
    }
}
