//! Numbers as they are written in a table: which mark stands before the decimals, and which between thousands.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use super::Decimal;

/// A field as a parser of numbers takes it, with a point and no marks between thousands; none where it is no number of this way of writing.
///
/// Without a mark that is named, fields are taken as they are. Marks between thousands have to stand between thousands: `1.23` is no number
/// where the comma is the decimal mark, rather than 123.
fn plain(field: &[u8], decimal: Option<Decimal>) -> Option<Cow<'_, [u8]>> {
    let Some(decimal) = decimal else { return Some(Cow::Borrowed(field)) };
    let (mark, between) = match decimal {
        Decimal::Comma => (',', '.'),
        Decimal::Point => ('.', ','),
    };
    let text = std::str::from_utf8(field).ok()?;
    let sign = text.len() - text.trim_start_matches(['-', '+']).len();
    let (sign, digits) = text.split_at(sign);
    let (whole, part) = digits.split_once(mark).map_or((digits, None), |(whole, part)| (whole, Some(part)));
    if part.is_some_and(|part| part.contains([mark, between])) {
        return None;
    }
    // Also blanks, those that do not break among them, and apostrophes.
    let groups: Vec<&str> = whole.split([between, ' ', '\'', '\u{a0}', '\u{202f}']).collect();
    let digits = |group: &&str, lengths: RangeInclusive<usize>| {
        lengths.contains(&group.len()) && group.bytes().all(|byte| byte.is_ascii_digit())
    };
    if let [first, later @ ..] = &groups[..]
        && !later.is_empty()
        && (!digits(first, 1..=3)
            || first.starts_with('0')
            || !later.iter().all(|group| digits(group, 3..=3)))
    {
        return None;
    }
    let part = part.map_or(String::new(), |part| format!(".{part}"));
    Some(Cow::Owned([sign, &groups.concat(), &part].concat().into_bytes()))
}

/// A number, and how [`plain`] has it.
pub(super) fn parsed(field: &[u8], decimal: Option<Decimal>) -> Option<(f64, Cow<'_, [u8]>)> {
    let text = plain(field, decimal)?;
    let value = fast_float2::parse::<f64, _>(&text[..]).ok().filter(|value| value.is_finite())?;
    Some((value, text))
}

/// The number of [`parsed`].
pub(super) fn number(field: &[u8], decimal: Option<Decimal>) -> Option<f64> {
    parsed(field, decimal).map(|(value, _)| value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn marks_stand_where_they_belong() {
        let number = |text: &str, decimal| number(text.as_bytes(), decimal);
        for (text, comma, point) in [
            ("1,5", Some(1.5), None),
            ("1.234,5", Some(1234.5), None),
            ("-1.234.567", Some(-1_234_567.0), None),
            ("1,234.5", None, Some(1234.5)),
            ("1,234", Some(1.234), Some(1234.0)),
            ("1.234", Some(1234.0), Some(1.234)),
            ("12 345", Some(12_345.0), Some(12_345.0)),
            ("12\u{202f}345", Some(12_345.0), Some(12_345.0)),
            ("12'345", Some(12_345.0), Some(12_345.0)),
            ("1.23", None, Some(1.23)),
            ("1234,5e2", Some(123_450.0), None),
            ("1.5e2", None, Some(150.0)),
            (",5", Some(0.5), None),
            ("1,2,3", None, None),
            // Nobody writes a thousandth so: it is a decimal mark.
            ("0,123", Some(0.123), None),
            ("0.123", None, Some(0.123)),
            ("-0,125", Some(-0.125), None),
            ("", None, None),
            ("x", None, None),
        ] {
            let found = (number(text, Some(Decimal::Comma)), number(text, Some(Decimal::Point)));
            assert_eq!(found, (comma, point), "{text}");
        }
        assert_eq!([number("1.5", None), number("1,5", None)], [Some(1.5), None]);
    }

    proptest! {
        #[test]
        fn what_is_grouped_comes_back(value in -1_000_000_000_000i64..1_000_000_000_000, cents in 0..100) {
            let digits = value.unsigned_abs().to_string();
            let group = |mark: &str| {
                let places = digits.char_indices();
                let with = |(at, digit): (usize, char)| {
                    let begins = at > 0 && (digits.len() - at).is_multiple_of(3);
                    format!("{}{digit}", if begins { mark } else { "" })
                };
                places.map(with).collect::<String>()
            };
            let sign = if value < 0 { "-" } else { "" };
            let expected: f64 = format!("{sign}{digits}.{cents:02}").parse().unwrap();
            let comma = format!("{sign}{},{cents:02}", group("."));
            let point = format!("{sign}{}.{cents:02}", group(","));
            prop_assert_eq!(number(comma.as_bytes(), Some(Decimal::Comma)), Some(expected));
            prop_assert_eq!(number(point.as_bytes(), Some(Decimal::Point)), Some(expected));
        }
    }
}
