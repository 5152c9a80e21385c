//! From labels as they are written to numbered classes.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::Missing;
use crate::{Error, Result};

/// Labels as numbers from 0, the classes' names, and the rows that have a label.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Classes {
    pub labels: Vec<usize>,
    pub names: Vec<String>,
    /// Only where rows are to be left out.
    pub rows: Option<Vec<usize>>,
}

/// Numbers the classes: in numeric order where all labels are numbers, which are compared as numbers (`1`, `1.0`, `+1` and
/// `01` are one class, however many digits they have), else in alphabetical order.
///
/// # Errors
/// If a label is missing (empty or NaN) and that is to be refused.
pub(super) fn number(labels: &[String], missing: Missing, file: &str) -> Result<Classes> {
    let absent = |label: &String| {
        let label = label.trim();
        label.is_empty() || label.trim_start_matches(['+', '-']).eq_ignore_ascii_case("nan")
    };
    let mut rows = None;
    let mut kept: Vec<&str> = labels.iter().map(|label| label.trim()).collect();
    if let Some(row) = labels.iter().position(absent) {
        match missing {
            Missing::Refuse => {
                let expected = "a label in every row (or `missing` says what becomes of rows without one)";
                let found = if labels[row].trim().is_empty() { "none" } else { labels[row].trim() };
                return Err(Error::format(file, format!("label of row {row}"), expected, found));
            }
            Missing::NoLabels => return Ok(Classes::default()),
            Missing::LeaveOut => {
                let there: Vec<usize> = (0..labels.len()).filter(|&row| !absent(&labels[row])).collect();
                kept = there.iter().map(|&row| kept[row]).collect();
                rows = Some(there);
            }
        }
    }
    let numbers: Option<Vec<Decimal>> = kept.iter().map(|label| Decimal::of(label)).collect();
    let (labels, names) = match numbers {
        Some(numbers) => by(&numbers, |first, members| {
            // As it is written, if that is the same for all.
            let mut members = members.iter().map(|&row| kept[row]);
            let name = kept[first];
            if members.all(|other| other == name) { name.to_owned() } else { numbers[first].to_string() }
        }),
        None => by(&kept, |first, _| kept[first].to_owned()),
    };
    Ok(Classes { labels, names, rows })
}

/// Numbers of the classes by rising key, and their names from the first row and all rows of each.
fn by<K: Ord>(keys: &[K], name: impl Fn(usize, &[usize]) -> String) -> (Vec<usize>, Vec<String>) {
    let mut classes: BTreeMap<&K, Vec<usize>> = BTreeMap::new();
    keys.iter().enumerate().for_each(|(row, key)| classes.entry(key).or_default().push(row));
    let mut numbered = vec![0; keys.len()];
    let mut names = Vec::with_capacity(classes.len());
    for (class, rows) in classes.values().enumerate() {
        rows.iter().for_each(|&row| numbered[row] = class);
        names.push(name(rows[0], rows));
    }
    (numbered, names)
}

/// A decimal number of any length: ± 0.digits × 10^exponent, without zeros at either end of the digits.
#[derive(Debug, PartialEq, Eq)]
struct Decimal {
    negative: bool,
    exponent: i64,
    digits: Vec<u8>,
}

impl Decimal {
    fn of(text: &str) -> Option<Self> {
        let (mantissa, power) = match text.find(['e', 'E']) {
            Some(at) => (&text[..at], text[at + 1..].parse::<i32>().ok()?),
            None => (text, 0),
        };
        let negative = mantissa.starts_with('-');
        let mantissa = mantissa.strip_prefix(['+', '-']).unwrap_or(mantissa);
        let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all: Vec<u8> = whole.bytes().chain(part.bytes()).collect();
        if all.is_empty() || !all.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let leading = all.iter().take_while(|&&d| d == b'0').count();
        let trailing = all[leading..].iter().rev().take_while(|&&d| d == b'0').count();
        let digits = all[leading..all.len() - trailing].to_vec();
        if digits.is_empty() {
            return Some(Self { negative: false, exponent: 0, digits });
        }
        let exponent = whole.len() as i64 - leading as i64 + i64::from(power);
        Some(Self { negative, exponent, digits })
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |d: &Self| if d.digits.is_empty() { 0 } else { 1 - 2 * i8::from(d.negative) };
        let size = self.exponent.cmp(&other.exponent).then_with(|| self.digits.cmp(&other.digits));
        let size = if self.negative { size.reverse() } else { size };
        sign(self).cmp(&sign(other)).then(size)
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Plainly where that is short, else with a power of ten.
impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let digits = String::from_utf8_lossy(&self.digits);
        let sign = if self.negative { "-" } else { "" };
        let (n, exponent) = (digits.len() as i64, self.exponent);
        match exponent {
            _ if n == 0 => write!(f, "0"),
            -5..=0 => write!(f, "{sign}0.{}{digits}", "0".repeat(-exponent as usize)),
            1..=40 if exponent >= n => write!(f, "{sign}{digits}{}", "0".repeat((exponent - n) as usize)),
            1..=40 => write!(f, "{sign}{}.{}", &digits[..exponent as usize], &digits[exponent as usize..]),
            _ if n == 1 => write!(f, "{sign}{digits}e{}", exponent - 1),
            _ => write!(f, "{sign}{}.{}e{}", &digits[..1], &digits[1..], exponent - 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn classes(labels: &[&str], missing: Missing) -> Result<Classes> {
        number(&labels.iter().map(|&label| label.to_owned()).collect::<Vec<_>>(), missing, "t")
    }

    fn numbered(labels: &[&str]) -> (Vec<usize>, Vec<String>) {
        let Classes { labels, names, rows } = classes(labels, Missing::Refuse).unwrap();
        assert_eq!(rows, None);
        (labels, names)
    }

    #[test]
    fn numbers_are_compared_as_numbers() {
        let (labels, names) = numbered(&["1", "1.0", "+1", "01", "10e-1", "2", "-3", "0.1e2"]);
        assert_eq!(labels, [1, 1, 1, 1, 1, 2, 0, 3]);
        assert_eq!(names, ["-3", "1", "2", "0.1e2"]);
        assert_eq!(numbered(&["0", "-0", "0.0", ".5", "0.50"]).1, ["0", "0.5"]);
        assert_eq!(numbered(&["+1", "-1", "+1"]).1, ["-1", "+1"]);
        assert_eq!(numbered(&["10", "9", "x"]).1, ["10", "9", "x"]);
        // Text among them, and all are text.
        assert_eq!(numbered(&["1", "1.0", "one"]).1, ["1", "1.0", "one"]);
    }

    #[test]
    fn long_integers_stay_apart() {
        let text =
            ["9007199254740993", "9007199254740992", "9007199254740992.0", "18446744073709551615", "1e400"];
        let (labels, names) = numbered(&text);
        assert_eq!(labels, [1, 0, 0, 2, 3]);
        assert_eq!(names, ["9007199254740992", "9007199254740993", "18446744073709551615", "1e400"]);
    }

    #[test]
    fn missing_labels_are_no_class() {
        for label in ["", " ", "nan", "NaN", "-nan"] {
            let labels = ["cat", label, "dog"];
            let error = classes(&labels, Missing::Refuse).unwrap_err().to_string();
            assert!(error.starts_with("t, label of row 1: expected a label in every row"), "{error}");
            let left = classes(&labels, Missing::LeaveOut).unwrap();
            assert_eq!((left.labels, left.rows), (vec![0, 1], Some(vec![0, 2])));
            assert_eq!(classes(&labels, Missing::NoLabels).unwrap(), Classes::default());
        }
        assert_eq!(numbered(&["nancy", "na"]).1, ["na", "nancy"]);
    }

    proptest! {
        #[test]
        fn order_and_text_are_those_of_f64(a in -1e30f64..1e30, b in -1e-3f64..1e3) {
            let [x, y] = [a, b].map(|v| Decimal::of(&format!("{v:e}")).unwrap());
            prop_assert_eq!(x.cmp(&y), a.total_cmp(&b));
            prop_assert_eq!(x.to_string().parse::<f64>().unwrap(), a);
            prop_assert_eq!(y.to_string().parse::<f64>().unwrap(), b);
        }
    }
}
