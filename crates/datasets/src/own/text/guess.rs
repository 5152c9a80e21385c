//! What separates the columns of a table, and whether its first line holds names.

use super::super::decimal::number;
use super::super::impute::is_missing;
use super::super::{Decimal, OwnOptions};
use crate::{Error, Result};

/// What may separate columns, the likeliest first. A blank stands for any number of blanks and tabs.
const DELIMITERS: [u8; 5] = [b',', b'\t', b';', b'|', b' '];

/// Lines that are looked at.
const LINES: usize = 60;

/// The first lines that hold something.
pub(super) fn first_lines(head: &[u8]) -> Vec<&[u8]> {
    // Tabs at the end may part fields of which the last ones are empty.
    let lines = head.split(|&byte| byte == b'\n').map(|line| {
        let end = line.iter().rposition(|byte| !b" \r".contains(byte)).map_or(0, |last| last + 1);
        &line[..end]
    });
    lines.filter(|line| !line.trim_ascii().is_empty()).take(LINES).collect()
}

/// The fields of one line, without the blanks and quotes around them.
pub(super) fn fields(line: &[u8], delimiter: u8) -> Vec<&[u8]> {
    let mut quoted = false;
    let parts = line.split(|&byte| {
        quoted ^= byte == b'"';
        !quoted && (byte == delimiter || delimiter == b' ' && byte == b'\t')
    });
    let plain = |field: &[u8]| -> bool { delimiter != b' ' || !field.is_empty() };
    parts.filter(|field| plain(field)).map(unquoted).collect()
}

fn unquoted(field: &[u8]) -> &[u8] {
    let field = field.trim_ascii();
    field.strip_prefix(b"\"").and_then(|inner| inner.strip_suffix(b"\"")).unwrap_or(field)
}

/// Whether a field is a number.
fn is_number(field: &[u8], options: &OwnOptions) -> bool {
    number(field, options.decimal).is_some()
}

/// Whether a field is neither a number nor a gap.
pub(super) fn is_text(field: &[u8], options: &OwnOptions) -> bool {
    !is_number(field, options) && !is_missing(field) && !is_decimal_comma(field)
}

/// The delimiter that was given, or the one that splits the lines most evenly, and among equals into the most numbers.
///
/// # Errors
/// If the one given cannot be one.
pub(super) fn delimiter(lines: &[&[u8]], options: &OwnOptions, candidates: &[u8]) -> Result<u8> {
    if let Some(given) = options.delimiter {
        let can_be = given.is_ascii() && !given.is_ascii_alphanumeric() && !"\"\n\r.+-".contains(given);
        let expected = "one ASCII character that is no letter, digit, quote, sign or point";
        if given == ',' && options.decimal == Some(Decimal::Comma) {
            return Err(Error::argument("delimiter", "another mark than the one before decimals", "','"));
        }
        return if can_be {
            Ok(given as u8)
        } else {
            Err(Error::argument("delimiter", expected, format!("{given:?}")))
        };
    }
    let can_be = |delimiter: &&u8| **delimiter != b',' || options.decimal != Some(Decimal::Comma);
    // Where there is one column, nothing separates any.
    let mut best = (0, 0, candidates.iter().copied().find(|delimiter| can_be(&delimiter)).unwrap_or(b';'));
    for &delimiter in candidates.iter().filter(can_be) {
        let rows: Vec<Vec<&[u8]>> = lines.iter().map(|line| fields(line, delimiter)).collect();
        // The width that most lines have; of equals the larger.
        let width =
            rows.iter().map(|row| (rows.iter().filter(|other| other.len() == row.len()).count(), row.len()));
        let (even, width) = width.max().unwrap_or_default();
        if width < 2 {
            continue;
        }
        // The first line may hold names.
        let data = if rows.len() > 1 { &rows[1..] } else { &rows[..] };
        let total: usize = data.iter().map(Vec::len).sum();
        let numbers = data
            .iter()
            .flatten()
            .filter(|field| is_number(field, options) || is_missing(field) || is_decimal_comma(field));
        let score = (even * 1000 / lines.len(), numbers.count() * 1000 / total.max(1));
        if score > (best.0, best.1) || best.0 == 0 {
            best = (score.0, score.1, delimiter);
        }
    }
    Ok(best.2)
}

/// The width of the second line, where every line is wider than the first, as below a title.
pub(super) fn wider_after_title(lines: &[&[u8]], delimiter: u8) -> Option<usize> {
    // Where there are quotes, a row may have several lines.
    if lines.iter().any(|line| line.contains(&b'"')) {
        return None;
    }
    let mut widths = lines.iter().map(|line| fields(line, delimiter).len());
    let first = widths.next()?;
    let second = widths.next()?;
    (second > first && widths.all(|width| width > first)).then_some(second)
}

/// The delimiter of a table, see [`delimiter`].
pub(super) fn of_table(lines: &[&[u8]], options: &OwnOptions) -> Result<u8> {
    delimiter(lines, options, &DELIMITERS)
}

/// The delimiter of a column of text, in which blanks may stand.
pub(super) fn of_labels(lines: &[&[u8]], options: &OwnOptions) -> Result<u8> {
    delimiter(lines, options, &DELIMITERS[..4])
}

/// `1,5`, which tells semicolons from commas.
fn is_decimal_comma(field: &[u8]) -> bool {
    let mut parts = field.split(|&byte| byte == b',');
    let (whole, part) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let digits = |text: &[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    parts.next().is_none() && digits(whole.strip_prefix(b"-").unwrap_or(whole)) && digits(part)
}

/// Whether the first line holds names: it says so in the options, an asked-for column is called so, or
/// - it has text above numbers, or text only;
/// - its numbers count up by one, at least three of them, beside text or from 0, as the columns of a frame without names do.
pub(super) fn has_header(lines: &[&[u8]], delimiter: u8, options: &OwnOptions) -> bool {
    if options.no_header || options.header {
        return options.header;
    }
    let Some((first, others)) = lines.split_first() else { return false };
    let first = fields(first, delimiter);
    let asked = options.label.iter().filter(|_| options.labels_file.is_none());
    let asked = asked.chain(options.keep.iter().flatten()).chain(&options.drop).chain(&options.one_hot);
    let is_called = |name: &String| !is_number(name.as_bytes(), options) && first.contains(&name.as_bytes());
    if asked.into_iter().any(is_called) {
        return true;
    }
    let is_number = |field: &[u8]| is_number(field, options);
    let is_text = |field: &[u8]| is_text(field, options);
    let rows: Vec<Vec<&[u8]>> = others.iter().map(|line| fields(line, delimiter)).collect();
    let above_numbers =
        |column: usize| rows.iter().any(|row| row.get(column).is_some_and(|field| is_number(field)));
    if first.iter().enumerate().any(|(column, field)| is_text(field) && above_numbers(column)) {
        return true;
    }
    let count_up = |row: &[&[u8]]| -> Option<i64> {
        let whole = |field: &&[u8]| std::str::from_utf8(field).ok()?.parse::<i64>().ok();
        let numbers: Option<Vec<i64>> = row.iter().filter(|field| is_number(field)).map(whole).collect();
        let numbers = numbers
            .filter(|all| all.len() > 2 && all.windows(2).all(|w| w[1].checked_sub(1) == Some(w[0])))?;
        numbers.first().copied()
    };
    if first.iter().any(|field| is_text(field)) {
        return count_up(&first).is_some() || !first.iter().any(|field| is_number(field));
    }
    // Data may begin so as well, but then they hardly go on so.
    count_up(&first) == Some(0) && rows.first().is_none_or(|row| count_up(row).is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guessed(text: &str) -> (char, bool) {
        let lines = first_lines(text.as_bytes());
        let options = OwnOptions::default();
        let delimiter = of_table(&lines, &options).unwrap();
        (delimiter as char, has_header(&lines, delimiter, &options))
    }

    #[test]
    fn delimiters_and_headers_are_found() {
        for (text, expected) in [
            ("a,b\n1,2\n", (',', true)),
            ("1,2\n3,4\n", (',', false)),
            ("a\tb c\n1\t2\n", ('\t', true)),
            ("a;b\n1,5;2,5\n", (';', true)),
            ("1,5;2,5\n3,5;4,5\n", (';', false)),
            ("1, 2, 3\n4, 5, 6\n", (',', false)),
            ("  1.0   2.0\n -3.5 \t 4.0\n", (' ', false)),
            ("x|y\n1|2\n", ('|', true)),
            ("time,v\n2020-01-01 10:00,1\n2020-01-02 10:00,2\n", (',', true)),
            ("\"a, b\",c\n1,2\n", (',', true)),
            ("a b,c d\n1,2\n", (',', true)),
            ("a\n1\n2\n", (',', true)),
            ("1\n2\n", (',', false)),
            ("cat,1,2\ndog,3,4\n", (',', false)),
            ("kind,0,1,2\ncat,5,6,7\n", (',', true)),
            ("0,1,2\n4,5,5\n", (',', true)),
            ("0,1,2\n4,5,6\n", (',', false)),
            ("1,2,3\n1,2,3\n", (',', false)),
            ("0,1\n1,0\n", (',', false)),
            ("NA,1,2\n3,4,5\n", (',', false)),
            (",a,b\n0,1,2\n", (',', true)),
            ("a,b\nx,y\n", (',', true)),
            ("a,b\n1,2\n3\n", (',', true)),
        ] {
            assert_eq!(guessed(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_decimal_comma_separates_no_columns() {
        let lines = first_lines(b"a b\n1.234,5 2,5\n3,5 4\n");
        let options = OwnOptions { decimal: Some(Decimal::Comma), ..OwnOptions::default() };
        let delimiter = of_table(&lines, &options).unwrap();
        assert_eq!((delimiter, has_header(&lines, delimiter, &options)), (b' ', true));
        for (one, named) in [("1,5\n2,5\n", false), ("a\n1,5\n2,5\n", true)] {
            let lines = first_lines(one.as_bytes());
            let delimiter = of_table(&lines, &options).unwrap();
            assert_ne!(delimiter, b',');
            assert_eq!(has_header(&lines, delimiter, &options), named);
        }
        let both = OwnOptions { delimiter: Some(','), ..options };
        let message = of_table(&lines, &both).unwrap_err().to_string();
        assert!(message.contains("another mark than the one before decimals"), "{message}");
    }

    #[test]
    fn what_is_asked_for_goes_first() {
        let lines = first_lines(b"cat,7,9\n1,2,3\ndog,2,3\n");
        let with = |options: OwnOptions| has_header(&lines, b',', &options);
        assert!(with(OwnOptions { label: Some("cat".into()), ..OwnOptions::default() }));
        assert!(!with(OwnOptions { no_header: true, ..OwnOptions::default() }));
        let given =
            |delimiter| of_table(&lines, &OwnOptions { delimiter: Some(delimiter), ..OwnOptions::default() });
        assert_eq!(given(':').unwrap(), b':');
        for wrong in ['a', '"', '\n', 'é', '-'] {
            assert!(
                given(wrong).unwrap_err().to_string().starts_with("delimiter: expected one ASCII character")
            );
        }
    }
}
