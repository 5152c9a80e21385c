//! A table as its reader leaves it: numbers with gaps, text, and what was odd; and how it becomes features.

use std::collections::{BTreeMap, BTreeSet};

use super::decimal::number;
use super::raw::{Raw, Values};
use super::roles::{Role, called};
use super::wide::Numbers;
use super::{Decimal, Facts, OwnOptions};
use crate::{Error, Result};

/// A table. Columns keep their numbers in the file.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    /// What a row's place is called: "line" (from 1) or "row" (from 0).
    pub unit: &'static str,
    pub names: Vec<String>,
    pub roles: Vec<Role>,
    pub rows: usize,
    /// Columns of [`Role::Number`], row-major; NaN where there is no number.
    pub numbers: Numbers,
    /// Columns that are kept as text, in the file's order.
    pub texts: Vec<Vec<String>>,
    pub odd: BTreeMap<usize, Odd>,
}

/// What is not as it should be in a column.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Odd {
    /// Fields without a value, and the place of the first.
    pub missing: usize,
    pub hole: u64,
    /// Fields that are no numbers; the first, and its place.
    pub text: usize,
    pub example: (u64, String),
}

impl Odd {
    pub(super) fn miss(&mut self, place: u64) {
        if self.missing == 0 {
            self.hole = place;
        }
        self.missing += 1;
    }

    pub(super) fn read(&mut self, place: u64, text: impl FnOnce() -> String) {
        if self.text == 0 {
            self.example = (place, text());
        }
        self.text += 1;
    }

    /// Adds what a later piece found, whose places begin after `offset`.
    pub(super) fn append(&mut self, later: Self, offset: u64) {
        if self.missing == 0 {
            self.hole = later.hole + offset;
        }
        if self.text == 0 {
            self.example = (later.example.0 + offset, later.example.1);
        }
        self.missing += later.missing;
        self.text += later.text;
    }
}

/// Values that a column of text may have to become columns of 0 and 1.
const MOST_VALUES: usize = 1000;

impl Sheet {
    /// The features and labels, once there is nothing odd left.
    ///
    /// # Errors
    /// Names what has to be corrected, left out, filled or turned into numbers, and how.
    pub(super) fn into_raw(self, options: &OwnOptions, mut facts: Facts, file: &str) -> Result<Raw> {
        let roles = &self.roles;
        let of = |role: Role| (0..roles.len()).filter(move |&at| roles[at] == role);
        let name = |at: usize| called(&self.names, at);
        if self.rows == 0 {
            return Err(Error::format(file, "end", "at least one row of numbers", "none"));
        }
        self.refuse_text(file)?;
        let fills = options.impute.is_some() || !options.fill.is_empty();
        let must_be_whole = |&at: &usize| !fills && self.odd.contains_key(&at);
        let holes: Vec<usize> = of(Role::Number).chain(of(Role::OneHot)).filter(must_be_whole).collect();
        if let Some(first) = holes.iter().min_by_key(|at| self.odd[at].hole) {
            let position = format!("{} {}, column {}", self.unit, self.odd[first].hole, name(*first));
            let found = holes.iter().map(|at| format!("{} in {}", self.odd[at].missing, name(*at)));
            let found = format!(
                "none; missing are {}: fill them with medians by `impute`, or leave columns out with `drop`",
                listed(found)
            );
            return Err(Error::format(file, position, "a number", found));
        }
        let plain = |at: usize| self.names.get(at).cloned().unwrap_or_else(|| at.to_string());
        facts.dropped = of(Role::Drop).map(plain).collect();
        let numbered: Vec<usize> = of(Role::Number).collect();
        let mut names: Vec<String> = numbered.iter().filter_map(|&at| self.names.get(at).cloned()).collect();
        let (mut labels, mut hot) = (None, Vec::new());
        for (at, text) in (0..roles.len()).filter(|&at| roles[at].is_text()).zip(self.texts) {
            if roles[at] == Role::Label {
                facts.label = Some(format!("column {}", called(&self.names, at)));
                facts.label_column = Some(plain(at));
                labels = Some(text);
                continue;
            }
            let plain = plain(at);
            let values: BTreeSet<&str> =
                text.iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
            if values.len() > MOST_VALUES {
                let position = format!("column {}", called(&self.names, at));
                let expected = format!("at most {MOST_VALUES} different values for columns of 0 and 1");
                return Err(Error::format(file, position, expected, values.len().to_string()));
            }
            if names.len() < numbered.len() {
                // Without a header the other columns get their numbers as names.
                names = numbered.iter().map(ToString::to_string).collect();
            }
            names.extend(values.iter().map(|value| format!("{plain}={value}")));
            if let Some(odd) = self.odd.get(&at).filter(|odd| odd.missing > 0) {
                facts.without.push((plain.clone(), odd.missing));
            }
            facts.one_hot.push((plain, values.len()));
            let codes: BTreeMap<&str, usize> = values.into_iter().zip(0..).collect();
            let codes_of_rows = text.iter().map(|text| codes.get(text.as_str()).copied()).collect();
            hot.push((codes.len(), codes_of_rows));
        }
        let numbers = with_hot(self.numbers, numbered.len(), self.rows, &hot);
        let cols = numbered.len() + hot.iter().map(|(values, _)| values).sum::<usize>();
        if cols == 0 {
            let found = "no other than labels and those left out";
            return Err(Error::format(file, "end", "at least one column of numbers", found));
        }
        Ok(Raw { values: Values::Numbers { cols, numbers }, names, labels, facts, ..Raw::default() })
    }

    /// Text where numbers should be.
    fn refuse_text(&self, file: &str) -> Result<()> {
        let spoilt: Vec<(usize, &Odd)> = (self.odd.iter())
            .filter(|(at, odd)| self.roles[**at] == Role::Number && odd.text > 0)
            .map(|(&at, odd)| (at, odd))
            .collect();
        let Some((first, odd)) = spoilt.iter().min_by_key(|(_, odd)| odd.example.0) else { return Ok(()) };
        let name = |at: usize| called(&self.names, at);
        let (place, example) = &odd.example;
        // A column is one of text where most of what it holds is.
        let is_text = |odd: &Odd| 2 * odd.text > self.rows - odd.missing.min(self.rows);
        let texts: Vec<usize> = spoilt.iter().filter(|(_, odd)| is_text(odd)).map(|&(at, _)| at).collect();
        // Numbers of other formats are no text.
        let advice = if let Some(unit) = unit(example) {
            format!(": leave {unit} out")
        } else if let Some(advice) = marks(example).filter(|_| self.unit == "line") {
            advice.to_owned()
        } else if texts.is_empty() {
            ": correct it, or leave the column out with `drop`".to_owned()
        } else {
            let are = if texts.len() == 1 { "column of text is" } else { "columns of text are" };
            let names = listed(texts.into_iter().map(name));
            format!(
                "; the {are} {names}: leave out with `drop`, turn into columns of 0 and 1 with `one_hot`, or name as label"
            )
        };
        let position = format!("{} {place}, column {}", self.unit, name(*first));
        Err(Error::format(file, position, "a finite number", format!("{example}{advice}")))
    }
}

/// The sign of a currency or of percent beside a number, as it is quoted.
fn unit(quoted: &str) -> Option<char> {
    let is_unit = |c: &char| "$€£¥₹%‰°".contains(*c);
    let unit = quoted.chars().find(is_unit)?;
    let rest = quoted.trim_matches('"').replace(unit, "");
    let is_number = |decimal| number(rest.trim().as_bytes(), decimal).is_some();
    [None, Some(Decimal::Comma), Some(Decimal::Point)].into_iter().any(is_number).then_some(unit)
}

/// What to do with a number that is written with other marks, as it is quoted.
fn marks(quoted: &str) -> Option<&'static str> {
    let text = quoted.trim_matches('"').as_bytes();
    let [comma, point] =
        [Decimal::Comma, Decimal::Point].map(|decimal| number(text, Some(decimal)).is_some());
    match (comma, point) {
        (true, true) if text.contains(&b',') => Some(
            "; with `decimal` = comma its comma stands before decimals, with `decimal` = point between thousands",
        ),
        (true, true) => Some("; marks between thousands are read with `decimal` = point, or comma"),
        (true, false) => Some("; it is read with `decimal` = comma"),
        (false, true) => Some("; it is read with `decimal` = point"),
        (false, false) => None,
    }
}

/// Some of many.
fn listed(names: impl Iterator<Item = String>) -> String {
    let names: Vec<String> = names.collect();
    let shown = names.iter().take(8).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > 8 { format!("{shown} and {} more", names.len() - 8) } else { shown }
}

/// Columns of 0 and 1 after those of numbers. A row without a value has zeros only.
fn with_hot(numbers: Numbers, cols: usize, rows: usize, hot: &[(usize, Vec<Option<usize>>)]) -> Numbers {
    if hot.is_empty() {
        return numbers;
    }
    let width = cols + hot.iter().map(|(values, _)| values).sum::<usize>();
    let widen = |data: &[f64]| {
        let mut wide = vec![0.0; if data.is_empty() && cols > 0 { 0 } else { rows * width }];
        for (row, out) in wide.chunks_exact_mut(width.max(1)).enumerate() {
            out[..cols].copy_from_slice(&data[row * cols..(row + 1) * cols]);
        }
        wide
    };
    let (mut data, rest) =
        (widen(&numbers.data), if numbers.rest.is_empty() { Vec::new() } else { widen(&numbers.rest) });
    let mut start = cols;
    for (values, codes) in hot {
        for (row, code) in codes.iter().enumerate() {
            if let Some(code) = code {
                data[row * width + start + code] = 1.0;
            }
        }
        start += values;
    }
    Numbers { data, rest }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::own::Impute;

    fn sheet(roles: &[Role], numbers: &[f64], texts: &[&[&str]]) -> Sheet {
        let number = roles.iter().filter(|&&role| role == Role::Number).count();
        Sheet {
            unit: "line",
            names: ["a", "b", "c"][..roles.len()].iter().map(|&name| name.to_owned()).collect(),
            roles: roles.to_vec(),
            rows: texts.first().map_or_else(|| numbers.len() / number, |text| text.len()),
            numbers: Numbers { data: numbers.to_vec(), rest: Vec::new() },
            texts: texts.iter().map(|text| text.iter().map(|&text| text.to_owned()).collect()).collect(),
            odd: BTreeMap::new(),
        }
    }

    #[test]
    fn text_becomes_columns_of_zero_and_one() {
        let roles = [Role::OneHot, Role::Number, Role::Label];
        let table = sheet(&roles, &[5.0, 6.0, 7.0], &[&["red", "", "blue"], &["x", "y", "x"]]);
        let raw = table.into_raw(&OwnOptions::default(), Facts::default(), "t").unwrap();
        assert_eq!(raw.names, ["b", "a=blue", "a=red"]);
        let Values::Numbers { cols, numbers } = raw.values else { panic!("numbers") };
        assert_eq!((cols, numbers.data), (3, vec![5.0, 0.0, 1.0, 6.0, 0.0, 0.0, 7.0, 1.0, 0.0]));
        assert_eq!((raw.labels.unwrap().len(), raw.facts.one_hot), (3, vec![("a".to_owned(), 2)]));
        let only = sheet(&[Role::OneHot], &[], &[&["x", "y"]]);
        let raw = only.into_raw(&OwnOptions::default(), Facts::default(), "t").unwrap();
        let Values::Numbers { cols, numbers } = raw.values else { panic!("numbers") };
        assert_eq!((cols, numbers.data), (2, vec![1.0, 0.0, 0.0, 1.0]));
    }

    #[test]
    fn gaps_and_text_are_named_with_what_to_do() {
        let roles = [Role::Number, Role::Number, Role::Drop];
        let message = |odd: &[(usize, Odd)], impute| {
            let mut table = sheet(&roles, &[0.0; 12], &[]);
            table.odd = odd.iter().cloned().collect();
            let options = OwnOptions { impute, ..OwnOptions::default() };
            table.into_raw(&options, Facts::default(), "t").map(|_| ()).unwrap_err().to_string()
        };
        let gap = |missing, hole| Odd { missing, hole, ..Odd::default() };
        let found = "t, line 4, column \"b\": expected a number, found none; missing are 2 in \"a\", 1 in \"b\": \
                     fill them with medians by `impute`, or leave columns out with `drop`";
        assert_eq!(message(&[(0, gap(2, 5)), (1, gap(1, 4)), (2, gap(6, 2))], None), found);
        let text = |text, example: &str| Odd { text, example: (7, example.to_owned()), ..Odd::default() };
        let found = "t, line 7, column \"a\": expected a finite number, found \"x1\": correct it, or leave the column out \
                     with `drop`";
        assert_eq!(message(&[(0, text(1, "\"x1\""))], Some(Impute::Median)), found);
        let found = "found \"cat\"; the column of text is \"b\": leave out with `drop`, turn into columns of 0 and 1 with \
                     `one_hot`, or name as label";
        assert!(message(&[(1, text(6, "\"cat\""))], None).ends_with(found));
        for (field, advice) in [
            ("1,5", "it is read with `decimal` = comma"),
            ("1.234.567", "it is read with `decimal` = comma"),
            ("1,234.5", "it is read with `decimal` = point"),
            ("12 345", "marks between thousands are read with `decimal` = point, or comma"),
            (
                "1,234",
                "with `decimal` = comma its comma stands before decimals, with `decimal` = point between thousands",
            ),
        ] {
            let found = message(&[(1, text(6, &format!("\"{field}\"")))], None);
            assert!(found.ends_with(&format!("found \"{field}\"; {advice}")), "{found}");
        }
        for (field, sign) in [("$1,733.82", '$'), ("-3.20%", '%'), ("25 €", '€')] {
            let found = message(&[(1, text(6, &format!("\"{field}\"")))], None);
            assert!(found.ends_with(&format!("found \"{field}\": leave {sign} out")), "{found}");
        }
        let nothing =
            sheet(&[Role::Drop], &[], &[&[""]]).into_raw(&OwnOptions::default(), Facts::default(), "t");
        assert!(nothing.map(|_| ()).unwrap_err().to_string().contains("at least one column of numbers"));
    }
}
