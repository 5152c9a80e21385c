//! Columns whose points probably stand between thousands, and were read as decimal marks.

/// What kinds of numbers a column has.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Thousands {
    /// Whole numbers below 100, and from 100 to 999.
    short: usize,
    whole: usize,
    /// Numbers from 1 to 999.999 with three decimals of which the last is not 0, and with such that end in 0.
    exact: usize,
    round: usize,
    /// All others.
    other: usize,
}

/// The least share of whole numbers, and of numbers with three decimals.
const SHARE: f64 = 0.1;

impl Thousands {
    #[inline]
    pub(super) fn take(&mut self, value: f64) {
        let value = value.abs();
        let is_whole = |v: f64| (v - v.round()).abs() < 1e-7;
        if value >= 1000.0 || !value.is_finite() {
            self.other += 1;
        } else if value.fract() == 0.0 {
            *(if value < 100.0 { &mut self.short } else { &mut self.whole }) += 1;
        } else if value < 1.0 || !is_whole(1000.0 * value) {
            self.other += 1;
        } else if is_whole(100.0 * value) {
            self.round += 1;
        } else {
            self.exact += 1;
        }
    }

    /// Adds those of other rows.
    pub(super) fn append(&mut self, other: &Self) {
        self.short += other.short;
        self.whole += other.whole;
        self.exact += other.exact;
        self.round += other.round;
        self.other += other.other;
    }

    /// Whether points probably stand between thousands: whole numbers up to 999, mostly of three digits as nine of ten such numbers are, stand
    /// beside numbers with three decimals, and there are no others.
    pub(super) fn are_likely(&self) -> bool {
        let (whole, parts) = (self.short + self.whole, self.exact + self.round);
        let least = SHARE * (whole + parts) as f64;
        self.other == 0
            && whole as f64 >= least
            && parts as f64 >= least
            && self.whole > self.short
            && self.exact > self.round
            && parts > 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn likely(values: impl IntoIterator<Item = f64>) -> bool {
        let mut found = Thousands::default();
        values.into_iter().for_each(|value| found.take(value));
        found.are_likely()
    }

    #[test]
    fn thousands_are_told_from_decimals() {
        // Up to 4,999: below 1,000 as they are, above as 1.234.
        let spread = (0..200).map(|i| (i * 7919) % 5000);
        assert!(likely(spread.clone().map(|v| if v < 1000 { f64::from(v) } else { f64::from(v) / 1000.0 })));
        assert!(!likely(spread.clone().map(f64::from)));
        assert!(!likely(spread.clone().map(|v| f64::from(v) / 1000.0)));
        assert!(!likely(spread.map(|v| f64::from(v) / 10.0)));
        // Centimetres, with one decimal or none.
        assert!(!likely((0..60).map(|i| 150.0 + f64::from(i) / 2.0)));
        assert!(!likely([]));
    }
}
