//! A user's numbers before they are scaled: in f64, and exactly where they are integers beyond 2⁵³.

use super::npy::rest_of;

/// Beyond this f64 does not hold every integer.
const EXACT: f64 = (1u64 << 53) as f64;

/// Numbers, row-major.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    pub data: Vec<f64>,
    /// What rounding to f64 has taken: a number is `data + rest`. Empty where nothing is lost.
    pub rest: Vec<f64>,
}

impl Numbers {
    /// Adds a number written in text, if it is one and finite.
    pub(super) fn push_text(&mut self, text: &str) -> Option<()> {
        let value = text.parse::<f64>().ok().filter(|v| v.is_finite())?;
        // Longer integers than this are rounded as other numbers are.
        let exact = if (EXACT..1e30).contains(&value.abs()) { text.parse::<i128>().ok() } else { None };
        let rest = exact.map_or(0.0, rest_of);
        if rest != 0.0 {
            self.rest.resize(self.data.len(), 0.0);
        }
        if rest != 0.0 || !self.rest.is_empty() {
            self.rest.push(rest);
        }
        self.data.push(value);
        Some(())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_beyond_f64_are_kept() {
        let mut numbers = Numbers::default();
        for text in ["9007199254740992", "9007199254740993", "-9007199254740993", "0.5", "1e400", "x"] {
            numbers.push_text(text);
        }
        let whole = 9_007_199_254_740_992.0;
        assert_eq!(numbers.data, [whole, whole, -whole, 0.5]);
        assert_eq!(numbers.rest, [0.0, 1.0, -1.0, 0.0]);
        numbers.shift(2);
        assert_eq!(numbers.data, [2.0 * whole, whole + 1.0, 0.0, 0.0]);
    }
}
