//! Numbers that are missing: NaN, where a table has nothing and an array has NaN.

use std::collections::{BTreeMap, HashMap};

use ndarray::NdFloat;

use super::Impute;
use super::roles::called;
use crate::{Error, Result};

/// Whether a field of a table says that there is no number.
pub(super) fn is_missing(field: &[u8]) -> bool {
    const WORDS: [&str; 8] = ["na", "n/a", "nan", "null", "none", "#n/a", "<na>", "-nan"];
    field.is_empty() || field == b"?" || WORDS.iter().any(|word| field.eq_ignore_ascii_case(word.as_bytes()))
}

/// Puts each column's number of `instead` in the place of NaN; the columns where it did, and how often.
///
/// # Errors
/// If a number is infinite, or if one is missing and nothing is to take its place: because medians are not asked for (`impute`), or because the
/// column has no number at all.
pub(super) fn fill<T: NdFloat + Into<f64>>(
    data: &mut [T],
    cols: usize,
    names: &[String],
    instead: &[Option<f64>],
    impute: Option<Impute>,
    file: &str,
) -> Result<Vec<(usize, usize)>> {
    let of = |column: usize| instead.get(column).copied().flatten().and_then(T::from);
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
        if of(at % cols).is_none() && impute.is_none() {
            let missing = data.iter().filter(|value| value.is_nan()).count();
            return refused(at, &format!(" ({missing} in all); `impute` fills them with medians"));
        }
        *columns.entry(at % cols).or_default() += 1;
    }
    for &column in columns.keys() {
        let Some(number) = of(column) else {
            let position = format!("column {}", called(names, column));
            let found = "missing values only: leave the column out with `drop`";
            return Err(Error::format(file, position, "a number", found));
        };
        data.iter_mut()
            .skip(column)
            .step_by(cols)
            .filter(|value| value.is_nan())
            .for_each(|value| *value = number);
    }
    Ok(columns.into_iter().collect())
}

/// The median of every column; none of one without numbers.
pub(super) fn medians<T: NdFloat + Into<f64>>(data: &[T], cols: usize) -> Vec<Option<f64>> {
    let of = |column: usize| {
        let numbers = data.iter().skip(column).step_by(cols).copied();
        let mut there: Vec<T> = numbers.filter(|value| !value.is_nan()).collect();
        (!there.is_empty()).then(|| median(&mut there).into())
    };
    (0..cols).map(of).collect()
}

/// Numbers of columns by their names, or by their numbers where they have no names. Of several columns with one name there is none.
pub(super) fn by_name(numbers: &[Option<f64>], names: &[String]) -> BTreeMap<String, f64> {
    let keys = keys(names, numbers.len());
    keys.into_iter().zip(numbers).filter_map(|(key, number)| Some((key?, (*number)?))).collect()
}

/// The numbers of `known` by column, else those of `others`.
pub(super) fn in_order(
    known: &BTreeMap<String, f64>,
    others: &[Option<f64>],
    cols: usize,
    names: &[String],
) -> Vec<Option<f64>> {
    if known.is_empty() {
        return others.to_vec();
    }
    let of = |(column, key): (usize, Option<String>)| {
        key.and_then(|key| known.get(&key).copied()).or_else(|| others.get(column).copied().flatten())
    };
    keys(names, cols).into_iter().enumerate().map(of).collect()
}

/// What columns are called where their numbers are kept: none for those that share a name.
fn keys(names: &[String], cols: usize) -> Vec<Option<String>> {
    let mut times: HashMap<&str, usize> = HashMap::new();
    names.iter().for_each(|name| *times.entry(name).or_default() += 1);
    let key = |column: usize| match names.get(column) {
        Some(name) => (times[name.as_str()] == 1).then(|| name.clone()),
        None => Some(column.to_string()),
    };
    (0..cols).map(key).collect()
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
        let medians_of_both = medians(&data, 2);
        assert_eq!(medians_of_both, [Some(2.5), Some(7.0)]);
        let filled = fill(&mut data, 2, &[], &medians_of_both, Some(Impute::Median), "t").unwrap();
        assert_eq!(filled, [(0, 2), (1, 1)]);
        assert_eq!(data, [1.0, 7.0, 2.5, 7.0, 4.0, 9.0, 100.0, -3.0, 2.5, 7.0, 0.0, 8.0]);
        assert_eq!(medians(&[f64::MAX, NAN, f64::MAX], 1), [Some(f64::MAX)]);
    }

    #[test]
    fn known_numbers_go_before_medians() {
        let names = ["a", "b", "c", "c"].map(str::to_owned);
        let of_fit = [Some(3.0), Some(5.0), None, Some(1.0)];
        let known = by_name(&of_fit, &names);
        assert_eq!(known, BTreeMap::from([("a".to_owned(), 3.0), ("b".to_owned(), 5.0)]));
        let other = [Some(9.0); 4];
        assert_eq!(in_order(&known, &other, 4, &names), [Some(3.0), Some(5.0), Some(9.0), Some(9.0)]);
        assert_eq!(by_name(&of_fit[..2], &[]).into_keys().collect::<Vec<_>>(), ["0", "1"]);
        let mut data = [NAN, NAN, 100.0, 200.0];
        let instead = in_order(&known, &[], 2, &names[..2]);
        assert_eq!(fill(&mut data, 2, &names, &instead, None, "t").unwrap(), [(0, 1), (1, 1)]);
        assert_eq!(data, [3.0, 5.0, 100.0, 200.0]);
        assert!(fill(&mut [NAN, NAN], 2, &[], &[Some(1.0)], None, "t").is_err());
    }

    #[test]
    fn what_cannot_be_filled_is_refused() {
        let names = ["a".to_owned(), "b".to_owned()];
        let message = |mut data: [f64; 4], impute: Option<Impute>| {
            let instead = if impute.is_some() { medians(&data, 2) } else { Vec::new() };
            fill(&mut data, 2, &names, &instead, impute, "t").unwrap_err().to_string()
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
