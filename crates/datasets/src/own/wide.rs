//! A user's numbers before they are scaled: in f64, and exactly where they are integers beyond 2⁵³.

/// Beyond this f64 does not hold every integer.
pub(super) const EXACT: f64 = (1u64 << 53) as f64;

/// Numbers, row-major.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    pub data: Vec<f64>,
    /// What rounding to f64 has taken: a number is `data + rest`. Empty where nothing is lost.
    pub rest: Vec<f64>,
}

impl Numbers {
    /// Adds a number, given as the nearest f64 and as it is written.
    pub(super) fn push_rounded(&mut self, value: f64, text: &str) {
        // Longer integers than this are rounded as other numbers are.
        let exact = if (EXACT..1e30).contains(&value.abs()) { text.parse::<i128>().ok() } else { None };
        self.push(value, exact.map_or(0.0, rest_of));
    }

    /// Adds a number, and what f64 does not hold of it.
    pub(super) fn push(&mut self, value: f64, rest: f64) {
        if rest != 0.0 {
            self.rest.resize(self.data.len(), 0.0);
        }
        if rest != 0.0 || !self.rest.is_empty() {
            self.rest.push(rest);
        }
        self.data.push(value);
    }

    /// Adds all numbers of another.
    pub(super) fn append(&mut self, other: Self) {
        if !other.rest.is_empty() || !self.rest.is_empty() {
            self.rest.resize(self.data.len(), 0.0);
            self.rest.extend_from_slice(&other.rest);
            self.rest.resize(self.data.len() + other.data.len(), 0.0);
        }
        self.data.extend_from_slice(&other.data);
    }

    /// Takes each column's least number off, exactly: what is left fits into f64. For scalings that begin so anyway.
    pub(super) fn shift(&mut self, cols: usize) {
        if self.rest.is_empty() {
            return;
        }
        let mut least = vec![(f64::INFINITY, 0.0); cols];
        for (rows, rests) in self.data.chunks_exact(cols).zip(self.rest.chunks_exact(cols)) {
            for ((least, &v), &rest) in least.iter_mut().zip(rows).zip(rests) {
                if (v, rest) < *least {
                    *least = (v, rest);
                }
            }
        }
        for (rows, rests) in self.data.chunks_exact_mut(cols).zip(self.rest.chunks_exact(cols)) {
            for ((v, rest), &(low, low_rest)) in rows.iter_mut().zip(rests).zip(&least) {
                *v = (*v - low) + (rest - low_rest);
            }
        }
        self.rest.clear();
    }
}

/// What rounding to f64 takes from an integer below 2¹⁰⁶.
pub(super) fn rest_of(whole: i128) -> f64 {
    (whole - (whole as f64) as i128) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_beyond_f64_are_kept() {
        let mut numbers = Numbers::default();
        for text in ["9007199254740992", "9007199254740993", "-9007199254740993", "0.5"] {
            numbers.push_rounded(text.parse().unwrap(), text);
        }
        let whole = 9_007_199_254_740_992.0;
        assert_eq!(numbers.data, [whole, whole, -whole, 0.5]);
        assert_eq!(numbers.rest, [0.0, 1.0, -1.0, 0.0]);
        numbers.shift(2);
        assert_eq!(numbers.data, [2.0 * whole, whole + 1.0, 0.0, 0.0]);
    }
}
