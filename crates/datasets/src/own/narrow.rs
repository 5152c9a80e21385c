//! From f64 to the f32 that everything after works on.
//!
//! Values that were shifted and scaled lose nothing that matters. Where they were not, a column may lie so far from zero
//! (seconds since 1970), or be so small, that rounding takes what tells its rows apart: that is an error, not a column of
//! equals.

use crate::features::Slots;
use crate::{Csr, Error, Features, Result};

/// The share of a column's range that rounding may take.
const LOST: f64 = 1e-3;
/// Ranges of fewer rounding units of f64 than this are no more than rounding themselves.
const NOISE: f64 = 4.0 * f64::EPSILON;

/// Rounds to f32.
pub(super) fn narrow(features: Features<f64>) -> Features {
    match features {
        Features::Dense(x) => Features::Dense(x.mapv(|v| v as f32)),
        Features::Sparse(x) => {
            let shape = (x.rows(), x.cols());
            let (indptr, indices, values) = x.into_raw_storage();
            let values = values.into_iter().map(|v| v as f32).collect();
            Features::Sparse(Csr::new(shape, indptr, indices, values))
        }
    }
}

/// Checks that rounding to f32 keeps what tells rows apart. `rest` is what f64 does not hold of the values (or nothing),
/// `names` are the columns' (or nothing).
///
/// # Errors
/// If a value is beyond f32, whole numbers that differ within a column cease to, or rounding moves a column's numbers by
/// more than a thousandth of their range.
pub(super) fn check(features: &Features<f64>, rest: &[f64], names: &[String], file: &str) -> Result<()> {
    let name = |column: usize| names.get(column).map_or_else(|| column.to_string(), |n| format!("\"{n}\""));
    let slots = match features {
        Features::Dense(x) => Slots::All(x.ncols()),
        Features::Sparse(x) => Slots::of(x),
    };
    let mut columns = vec![Column::default(); slots.len()];
    each(features, rest, |row, column, entry| {
        columns[slots.slot(column)].take(entry);
        if (entry.0 as f32).is_finite() {
            return Ok(());
        }
        let expected = format!("a number of at most {:e}", f32::MAX);
        let position = format!("row {row}, column {}", name(column));
        Err(Error::format(file, position, expected, entry.0.to_string()))
    })?;
    if let Features::Sparse(x) = features {
        columns.iter_mut().filter(|column| column.n < x.rows()).for_each(|column| column.take((0.0, 0.0)));
    }
    let lost = |column: usize, found: String| {
        let expected = "numbers that f32 tells apart";
        let found = format!(
            "{found}; write smaller numbers, dates as days since the first, or leave the column out with `drop`"
        );
        Err(Error::format(file, format!("column {}", name(column)), expected, found))
    };
    for (at, column) in columns.iter().enumerate() {
        let Column { low, high, moved, .. } = *column;
        if moved >= LOST * (high - low) && high - low > NOISE * low.abs().max(high.abs()) {
            return lost(
                slots.column(at),
                format!("{low:?} to {high:?}, which rounding to f32 moves by up to {moved:e}"),
            );
        }
    }
    if !columns.iter().any(Column::counts) {
        return Ok(());
    }
    let mut whole: Vec<Vec<Entry>> = vec![Vec::new(); columns.len()];
    each(features, rest, |_, column, entry| {
        if columns[slots.slot(column)].counts() {
            whole[slots.slot(column)].push(entry);
        }
        Ok(())
    })?;
    for (column, entries) in whole.iter_mut().enumerate() {
        entries.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        if let Some(pair) = entries.windows(2).find(|w| w[0] != w[1] && w[0].0 as f32 == w[1].0 as f32) {
            let [a, b] = [pair[0], pair[1]].map(|(v, rest)| v as i128 + rest as i128);
            return lost(
                slots.column(column),
                format!("{a} and {b}, which both become {}", pair[0].0 as f32),
            );
        }
    }
    Ok(())
}

/// A number, and what f64 does not hold of it.
type Entry = (f64, f64);

/// What a column holds.
#[derive(Clone)]
struct Column {
    n: usize,
    low: f64,
    high: f64,
    /// How far rounding to f32 moves a number at most.
    moved: f64,
    /// Whether f64 does not hold a number.
    rest: bool,
    whole: bool,
}

impl Default for Column {
    fn default() -> Self {
        Self { n: 0, low: f64::INFINITY, high: f64::NEG_INFINITY, moved: 0.0, rest: false, whole: true }
    }
}

impl Column {
    fn take(&mut self, (v, rest): Entry) {
        self.n += 1;
        self.low = self.low.min(v);
        self.high = self.high.max(v);
        self.moved = self.moved.max((v - f64::from(v as f32)).abs());
        self.rest |= rest != 0.0;
        self.whole &= v.fract() == 0.0;
    }

    /// Whether it holds whole numbers, all digits known, that rounding changes.
    fn counts(&self) -> bool {
        let known = self.low.abs().max(self.high.abs()) <= (1u64 << 53) as f64;
        self.rest || self.whole && known && self.moved > 0.0
    }
}

/// Calls for every value that is stored: row, column, number.
fn each(
    features: &Features<f64>,
    rest: &[f64],
    mut call: impl FnMut(usize, usize, Entry) -> Result<()>,
) -> Result<()> {
    match features {
        Features::Dense(x) => {
            let mut rest = rest.iter();
            for ((row, column), &v) in x.indexed_iter() {
                call(row, column, (v, rest.next().copied().unwrap_or(0.0)))?;
            }
        }
        Features::Sparse(x) => {
            for (row, entries) in x.outer_iterator().enumerate() {
                for (column, &v) in entries.iter() {
                    call(row, column, (v, 0.0))?;
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};
    use proptest::prelude::*;

    use super::*;

    fn column(values: &[f64]) -> Result<()> {
        let x = Array2::from_shape_vec((values.len(), 1), values.to_vec()).unwrap();
        check(&Features::Dense(x), &[], &[], "t")
    }

    #[test]
    fn ordinary_columns_pass() {
        column(&[0.1, 0.2, 0.30000000000000004, 0.3]).unwrap();
        column(&[5.1, 5.1 + 4e-15, 4.9]).unwrap();
        column(&[0.1, 0.1 + 1e-17]).unwrap();
        column(&[1e-60, 0.5, 1.0]).unwrap();
        column(&[16_777_216.0, 16_777_218.0]).unwrap();
        column(&[1.7e9; 3]).unwrap();
    }

    #[test]
    fn columns_that_collapse_are_named() {
        let message = |values: &[f64]| column(values).unwrap_err().to_string();
        let found = "t, column 0: expected numbers that f32 tells apart, found 16777216 and 16777217, which both become 16777216; write smaller numbers, dates as days since the \
                     first, or leave the column out with `drop`";
        assert_eq!(message(&[0.0, 16_777_217.0, 16_777_216.0, 1.0]), found);
        assert!(message(&[1e-50, 2e-50, 3e-50]).contains("1e-50 to 3e-50"));
        assert!(message(&[1.7e9, 1.7e9 + 0.5]).contains("column 0"));
        assert!(message(&[0.0, 1e-50]).contains("column 0"));
        assert!(message(&[0.0, -1e39]).contains("row 1, column 0: expected a number of at most 3.4"));
        let sparse = Csr::new((2, 3), vec![0, 1, 2], vec![2, 2], vec![1e-50, 2e-50]);
        let names = ["a", "b", "c"].map(str::to_owned);
        let error = check(&Features::Sparse(sparse), &[], &names, "t").unwrap_err().to_string();
        assert!(error.starts_with("t, column \"c\""), "{error}");
        let whole = array![[9_007_199_254_740_992.0], [9_007_199_254_740_992.0]];
        let error = check(&Features::Dense(whole), &[0.0, 1.0], &[], "t").unwrap_err().to_string();
        assert!(error.contains("9007199254740992 and 9007199254740993, which both"), "{error}");
    }

    proptest! {
        #[test]
        fn what_f32_holds_passes(values in proptest::collection::vec(proptest::num::f32::NORMAL, 1..20)) {
            prop_assert!(column(&values.iter().map(|&v| f64::from(v)).collect::<Vec<_>>()).is_ok());
        }
    }
}
