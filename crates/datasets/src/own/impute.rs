//! Numbers that are missing: NaN, where a table has nothing and an array has NaN.

use std::collections::BTreeMap;

use ndarray::NdFloat;

use super::Impute;
use super::roles::called;
use crate::{Error, Result};

/// Whether a field of a table says that there is no number.
pub(super) fn is_missing(field: &[u8]) -> bool {
    const WORDS: [&str; 8] = ["na", "n/a", "nan", "null", "none", "#n/a", "<na>", "-nan"];
    field.is_empty() || field == b"?" || WORDS.iter().any(|word| field.eq_ignore_ascii_case(word.as_bytes()))
}

/// Puts numbers in the place of NaN: those of `known`, by the column's name or number, else medians; the columns where it did, and how often.
///
/// # Errors
/// If a number is infinite, if one is missing and nothing is to take its place, or if a column has no number at all.
pub(super) fn fill<T: NdFloat + Into<f64>>(
    data: &mut [T],
    cols: usize,
    names: &[String],
    impute: Option<Impute>,
    known: &BTreeMap<String, f64>,
    file: &str,
) -> Result<Vec<(usize, usize)>> {
    let refused = |at: usize, what: &str| {
        let position = format!("row {}, column {}", at / cols, called(names, at % cols));
        let found = format!("{}{what}", data[at]);
        Err(Error::format(file, position, "a finite number", found))
    };
    let mut columns: BTreeMap<usize, usize> = BTreeMap::new();
    for (at, value) in data.iter().enumerate() {
        if value.is_finite() {
            continue;
        }
        if !value.is_nan() {
            return refused(at, "");
        }
        let is_known = || known.contains_key(&plain(names, at % cols));
        if impute.is_none() && !is_known() {
            let missing = data.iter().filter(|value| value.is_nan()).count();
            return refused(at, &format!(" ({missing} in all); `impute` fills them with medians"));
        }
        *columns.entry(at % cols).or_default() += 1;
    }
    for &column in columns.keys() {
        let known = known.get(&plain(names, column)).and_then(|&value| T::from(value));
        let Some(median) = known.or_else(|| median_of(data, cols, column)) else {
            let position = format!("column {}", called(names, column));
            let found = "missing values only: leave the column out with `drop`";
            return Err(Error::format(file, position, "a number", found));
        };
        data.iter_mut()
            .skip(column)
            .step_by(cols)
            .filter(|value| value.is_nan())
            .for_each(|value| *value = median);
    }
    Ok(columns.into_iter().collect())
}

/// The median of every column, by its name or number.
pub(super) fn medians<T: NdFloat + Into<f64>>(
    data: &[T],
    cols: usize,
    names: &[String],
) -> BTreeMap<String, f64> {
    let of = |column| Some((plain(names, column), median_of(data, cols, column)?.into()));
    (0..cols).filter_map(of).collect()
}

/// A column's name, or its number where it has none.
fn plain(names: &[String], column: usize) -> String {
    names.get(column).cloned().unwrap_or_else(|| column.to_string())
}

/// Of a column's numbers; none where it has none.
fn median_of<T: NdFloat>(data: &[T], cols: usize, column: usize) -> Option<T> {
    let mut there: Vec<T> =
        data.iter().skip(column).step_by(cols).copied().filter(|value| !value.is_nan()).collect();
    (!there.is_empty()).then(|| median(&mut there))
}

/// The middle number, or the mean of the two middle ones. There is at least one.
fn median<T: NdFloat>(values: &mut [T]) -> T {
    let middle = values.len() / 2;
    let order = |a: &T, b: &T| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal);
    let odd = values.len() % 2 == 1;
    let (below, &mut upper, _) = values.select_nth_unstable_by(middle, order);
    if odd {
        return upper;
    }
    let lower = below.iter().copied().fold(T::neg_infinity(), T::max);
    // Half of each: their sum may overflow.
    let half = T::one() / (T::one() + T::one());
    lower * half + upper * half
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAN: f64 = f64::NAN;

    #[test]
    fn medians_take_the_place_of_nan() {
        // np.nanmedian(x, axis=0) of numpy 2: [2.5, 7]
        let mut data = [1.0, NAN, NAN, 7.0, 4.0, 9.0, 100.0, -3.0, NAN, 7.0, 0.0, 8.0];
        let filled = fill(&mut data, 2, &[], Some(Impute::Median), &BTreeMap::new(), "t").unwrap();
        assert_eq!(filled, [(0, 2), (1, 1)]);
        assert_eq!(data, [1.0, 7.0, 2.5, 7.0, 4.0, 9.0, 100.0, -3.0, 2.5, 7.0, 0.0, 8.0]);
        let mut large = [f64::MAX, NAN, f64::MAX];
        fill(&mut large, 1, &[], Some(Impute::Median), &BTreeMap::new(), "t").unwrap();
        assert_eq!(large, [f64::MAX; 3]);
    }

    #[test]
    fn known_numbers_go_before_medians() {
        let names = ["a".to_owned(), "b".to_owned()];
        let known = medians(&[1.0, NAN, 3.0, 4.0, 8.0, 6.0], 2, &names);
        assert_eq!(known, BTreeMap::from([("a".to_owned(), 3.0), ("b".to_owned(), 5.0)]));
        let mut data = [NAN, NAN, 100.0, 200.0];
        assert_eq!(fill(&mut data, 2, &names, None, &known, "t").unwrap(), [(0, 1), (1, 1)]);
        assert_eq!(data, [3.0, 5.0, 100.0, 200.0]);
        let known = BTreeMap::from([("1".to_owned(), 7.0)]);
        let mut data = [NAN, NAN, 100.0, 200.0];
        fill(&mut data, 2, &[], Some(Impute::Median), &known, "t").unwrap();
        assert_eq!(data, [100.0, 7.0, 100.0, 200.0]);
        assert!(fill(&mut [NAN, NAN], 2, &[], None, &known, "t").is_err());
    }

    #[test]
    fn what_cannot_be_filled_is_refused() {
        let names = ["a".to_owned(), "b".to_owned()];
        let message = |mut data: [f64; 4], impute| {
            fill(&mut data, 2, &names, impute, &BTreeMap::new(), "t").unwrap_err().to_string()
        };
        let found = "t, row 1, column \"a\": expected a finite number, found NaN (2 in all); `impute` fills them with medians";
        assert_eq!(message([1.0, 2.0, NAN, NAN], None), found);
        let found = "t, row 0, column \"b\": expected a finite number, found inf";
        assert_eq!(message([1.0, f64::INFINITY, 1.0, NAN], Some(Impute::Median)), found);
        let found =
            "t, column \"b\": expected a number, found missing values only: leave the column out with `drop`";
        assert_eq!(message([1.0, NAN, 1.0, NAN], Some(Impute::Median)), found);
    }
}
