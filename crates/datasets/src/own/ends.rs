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

/// The share of rows that a group of codes has at most where it is no farther than nines have to be, and the steps between codes: 97, 98, 99 and
/// 77, 88, 99.
const SHARE: f64 = 0.25;
const STEPS: [f64; 2] = [1.0, 11.0];
/// How many values a group of codes has at most: "refused" and "not asked" are often −998 and −999.
const CODES: usize = 3;
const KEPT: usize = CODES + 1;

/// Of a column's values so far: the least ones and the largest ones, and how often these are there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ends {
    /// The least first.
    low: [(f64, usize); KEPT],
    /// The largest first, with the sign turned.
    high: [(f64, usize); KEPT],
}

impl Default for Ends {
    fn default() -> Self {
        Self { low: [(f64::INFINITY, 0); KEPT], high: [(f64::INFINITY, 0); KEPT] }
    }
}

impl Ends {
    #[inline]
    pub(super) fn take(&mut self, value: f64) {
        insert(&mut self.low, value, 1);
        insert(&mut self.high, -value, 1);
    }

    /// Adds those of other rows.
    pub(super) fn append(&mut self, other: &Self) {
        for (mine, others) in [(&mut self.low, other.low), (&mut self.high, other.high)] {
            others.into_iter().filter(|(_, n)| *n > 0).for_each(|(value, n)| insert(mine, value, n));
        }
    }

    /// The least and the largest.
    pub(super) fn range(&self) -> (f64, f64) {
        (self.low[0].0, -self.high[0].0)
    }

    /// The values at the ends that are far from everything else, in a column of `n` rows.
    pub(super) fn far(&self, column: &str, n: usize) -> Vec<Far> {
        let (low, high) = (self.low, self.high.map(|(value, n)| (-value, n)));
        if low[0].1.max(high[0].1) as f64 > MANY * n as f64 {
            return Vec::new();
        }
        // The most values that are far at once, so that neither end hides the other.
        let mut best = (0, 0);
        for (lows, highs) in (0..KEPT).flat_map(|lows| (0..KEPT).map(move |highs| (lows, highs))) {
            let (least, largest) = (low[lows].0, high[highs].0);
            let range = largest - least;
            let is_core = range > 0.0 && range.is_finite();
            let are_far = is_far(&low[..=lows], range, n) && is_far(&high[..=highs], range, n);
            if is_core && are_far && lows + highs > best.0 + best.1 {
                best = (lows, highs);
            }
        }
        let others = (low[best.0].0, high[best.1].0);
        let far = |&(value, count): &(f64, usize)| Far { column: column.to_owned(), value, count, others };
        low[..best.0].iter().chain(&high[..best.1]).map(far).collect()
    }
}

/// Puts a value in its place among the least ones.
#[inline]
fn insert(least: &mut [(f64, usize); KEPT], value: f64, count: usize) {
    if value.is_nan() || value > least[CODES].0 {
        return;
    }
    let at = least.iter().position(|(other, _)| value <= *other).unwrap_or(CODES);
    if least[at].0 == value {
        least[at].1 += count;
    } else {
        least[at..].rotate_right(1);
        least[at] = (value, count);
    }
}

/// Whether all but the last of some values are far from it, where the range of all others is `range`. Several are where they are codes: one is
/// made of nines, they lie side by side, and less than half of `n` rows have them.
fn is_far(end: &[(f64, usize)], range: f64, n: usize) -> bool {
    let [values @ .., next] = end else { return true };
    let Some(nearest) = values.last() else { return true };
    let has_nines = values.iter().any(|(value, _)| NINES.contains(value));
    let step = |pair: &[(f64, usize)]| (pair[0].0 - pair[1].0).abs();
    let share = values.iter().map(|(_, count)| count).sum::<usize>() as f64 / n as f64;
    let lie_side_by_side = STEPS.iter().any(|one| values.windows(2).all(|pair| step(pair) == *one));
    let (is_one, distance) = (values.len() == 1, (nearest.0 - next.0).abs());
    let are_codes = has_nines && lie_side_by_side && share < MANY;
    if !is_one && !are_codes {
        return false;
    }
    let times = if has_nines && (is_one || share <= SHARE) { TIMES_OF_NINES } else { TIMES };
    distance > times * range
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
        // Several codes side by side.
        let codes = [(97.0, 1, (1.0, 2.0)), (98.0, 1, (1.0, 2.0)), (99.0, 2, (1.0, 2.0))];
        let several = found(&[&answers[..], &[97.0, 98.0, 99.0, 99.0]].concat());
        assert_eq!(several.into_iter().rev().collect::<Vec<_>>(), codes);
        assert_eq!(with(&[-998.0, -999.0]), [(-999.0, 1, (18.0, 67.0)), (-998.0, 1, (18.0, 67.0))]);
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
        // The same, of few values.
        assert_eq!(found(&[0.0, 1.0, 2.0, 97.0, 98.0, 99.0].repeat(9)), []);
        // A quarter, and more than that; less than half, and half.
        let shares = |codes: [f64; 2], n: usize| {
            let others: Vec<f64> = (0..60).map(f64::from).collect();
            found(&[others, codes.repeat(n)].concat()).len()
        };
        assert_eq!([shares([98.0, 99.0], 10), shares([98.0, 99.0], 11)], [2, 0]);
        assert_eq!([shares([-998.0, -999.0], 29), shares([-998.0, -999.0], 30)], [2, 0]);
        // Old people.
        let ages: Vec<f64> = (18..68).map(f64::from).collect();
        assert_eq!(found(&[&ages[..], &[93.0, 96.0, 99.0]].concat()), []);
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
