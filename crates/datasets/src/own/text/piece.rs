//! Rows of a table while they are read.

use std::collections::BTreeMap;

use super::super::Decimal;
use super::super::decimal::parsed;
use super::super::impute::is_missing;
use super::super::roles::Role;
use super::super::sheet::Odd;
use super::super::wide::{EXACT, Numbers};
use crate::formats::stream::excerpt;

/// What is wrong with a line, counted from the first of the piece.
#[derive(Debug, PartialEq)]
pub(super) struct Wrong {
    pub line: u64,
    pub column: Option<usize>,
    pub expected: String,
    pub found: String,
}

/// What a piece of the file holds.
#[derive(Debug)]
pub(super) struct Piece<'a> {
    roles: &'a [Role],
    delimiter: u8,
    decimal: Option<Decimal>,
    pub numbers: Numbers,
    pub texts: Vec<Vec<String>>,
    pub odd: BTreeMap<usize, Odd>,
    pub rows: usize,
    /// Number of the current line, from 0.
    pub line: u64,
    /// The text column that is next in this row.
    text: usize,
}

impl<'a> Piece<'a> {
    pub(super) fn new(roles: &'a [Role], delimiter: u8, decimal: Option<Decimal>) -> Self {
        let texts = roles.iter().filter(|role| role.is_text()).map(|_| Vec::new()).collect();
        let (numbers, odd) = (Numbers::default(), BTreeMap::new());
        Self { roles, delimiter, decimal, numbers, texts, odd, rows: 0, line: 0, text: 0 }
    }

    fn wrong(&self, column: Option<usize>, expected: impl Into<String>, found: impl Into<String>) -> Wrong {
        Wrong { line: self.line, column, expected: expected.into(), found: found.into() }
    }

    /// Takes one field, without the blanks around it; fields beyond the last column are left to [`Piece::end_row`].
    pub(super) fn field(&mut self, column: usize, field: &[u8]) -> Result<(), Wrong> {
        match self.roles.get(column) {
            None | Some(Role::Drop) => {}
            Some(Role::Number) => {
                if let Some((value, text)) = parsed(field, self.decimal) {
                    self.number(value, &text);
                    return Ok(());
                }
                self.numbers.push(f64::NAN, 0.0);
                let line = self.line;
                if is_missing(field) {
                    self.odd.entry(column).or_default().miss(line);
                } else if std::str::from_utf8(field).is_err() {
                    return Err(self.encoding(column));
                } else {
                    self.odd.entry(column).or_default().read(line, || excerpt(field));
                }
            }
            Some(role) => {
                let Ok(text) = std::str::from_utf8(field) else { return Err(self.encoding(column)) };
                if *role == Role::OneHot && is_missing(field) {
                    self.odd.entry(column).or_default().miss(self.line);
                    self.texts[self.text].push(String::new());
                } else {
                    self.texts[self.text].push(text.to_owned());
                }
                self.text += 1;
            }
        }
        Ok(())
    }

    fn encoding(&self, column: usize) -> Wrong {
        let found = "bytes of another encoding, such as Latin-1: save the file as UTF-8";
        self.wrong(Some(column), "UTF-8 text", found)
    }

    #[inline]
    fn number(&mut self, value: f64, field: &[u8]) {
        if value.abs() < EXACT && self.numbers.rest.is_empty() {
            self.numbers.data.push(value);
        } else {
            self.numbers.push_rounded(value, std::str::from_utf8(field).unwrap_or_default());
        }
    }

    /// Ends a row of so many fields.
    pub(super) fn end_row(&mut self, found: usize) -> Result<(), Wrong> {
        let width = self.roles.len();
        if found != width {
            let columns = if width == 1 { "1 column".to_owned() } else { format!("{width} columns") };
            let expected = format!("{columns}, as in the first line");
            let found = format!("{found}: correct the line, or name another delimiter");
            return Err(self.wrong(None, expected, found));
        }
        self.text = 0;
        self.rows += 1;
        Ok(())
    }

    /// Takes the lines of a piece in which nothing is quoted.
    pub(super) fn lines(&mut self, bytes: &[u8]) -> Result<(), Wrong> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let (line, after) = match memchr::memchr(b'\n', rest) {
                Some(at) => (&rest[..at], &rest[at + 1..]),
                None => (rest, &rest[rest.len()..]),
            };
            self.unquoted_line(without_end(line, self.delimiter))?;
            self.line += 1;
            rest = after;
        }
        Ok(())
    }

    fn unquoted_line(&mut self, line: &[u8]) -> Result<(), Wrong> {
        let delimiter = self.delimiter;
        let blanks = delimiter == b' ';
        let is_blank = |byte: u8| byte == b' ' || byte == b'\t' && delimiter != b'\t' || byte == b'\r';
        let skip = |mut at: usize| {
            while at < line.len() && is_blank(line[at]) {
                at += 1;
            }
            at
        };
        if line.is_empty() {
            return Ok(());
        }
        let (mut at, mut column) = (skip(0), 0);
        loop {
            // A number up to the delimiter is nearly all there is.
            let plain = self.decimal.is_none() && self.roles.get(column) == Some(&Role::Number);
            let number = if plain { number_at(&line[at..]) } else { None };
            let number = number.map(|(value, length)| (value, at + length, skip(at + length)));
            let end = match number {
                Some((value, after, end))
                    if end == line.len() || line[end] == delimiter || blanks && end > after =>
                {
                    self.number(value, &line[at..after]);
                    end
                }
                _ => {
                    let end = if blanks {
                        line[at..].iter().position(|&byte| is_blank(byte)).map_or(line.len(), |n| at + n)
                    } else {
                        memchr::memchr(delimiter, &line[at..]).map_or(line.len(), |n| at + n)
                    };
                    self.field(column, line[at..end].trim_ascii())?;
                    end
                }
            };
            column += 1;
            if end == line.len() {
                break;
            }
            at = skip(if blanks { end } else { end + 1 });
        }
        self.end_row(column)
    }
}

/// The finite number that bytes begin with, and how long it is.
fn number_at(bytes: &[u8]) -> Option<(f64, usize)> {
    fast_float2::parse_partial::<f64, _>(bytes).ok().filter(|(value, _)| value.is_finite())
}

/// Without the line end, and the blanks before it where these do not separate columns.
fn without_end(mut line: &[u8], delimiter: u8) -> &[u8] {
    while let [before @ .., last] = line
        && (matches!(last, b'\r' | b' ') || *last == b'\t' && delimiter != b'\t')
    {
        line = before;
    }
    line
}
