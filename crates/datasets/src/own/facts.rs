//! What was found in a user's data, in numbers and in words.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ImageShape;

/// A value far from all others of its column: it may stand for a missing one, or be an error.
///
/// It is the least or the largest one. The distance to the next is more than five times the range of all others; for −99, 999 and other nines a
/// quarter of it. Up to three codes side by side count as one, such as 97, 98 and 99, or 77, 88 and 99: one has to be of nines, and they are
/// at most a quarter of the rows, or less than half where they are as far as others have to be. Columns of which half the rows have one value, the least or the largest, are not looked at: what lies away
/// from it is ordinary there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Far {
    /// The column, by its name or number.
    pub column: String,
    /// The value.
    pub value: f64,
    /// How many rows have it.
    pub count: usize,
    /// The least and the largest of the others.
    pub others: (f64, f64),
}

/// What was found in a user's data. Numbers are about the values as they are written, before any scaling; columns are called
/// by their names, or by their numbers from 0.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Facts {
    /// What was read: "table", "NumPy array", "pictures", …
    pub format: String,
    /// What separates the columns of a table in text.
    pub delimiter: Option<char>,
    /// Whether the first line of a table in text holds names.
    pub header: Option<bool>,
    /// Lines of comments before a table in text.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub comments: usize,
    /// Samples.
    pub rows: usize,
    /// Features.
    pub columns: usize,
    /// What the features are called; empty where they have no names.
    pub names: Vec<String>,
    /// Where the labels come from.
    pub label: Option<String>,
    /// The column of a table that holds them, by its name or number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_column: Option<String>,
    /// How many classes these have.
    pub classes: Option<usize>,
    /// The array of an `.npz` that holds the features.
    pub array: Option<String>,
    /// Arrays or files beside it that were not read.
    pub unread: Vec<String>,
    /// Shape of a sample that is a picture.
    pub image: Option<ImageShape>,
    /// Pictures that were resampled.
    pub resampled: usize,
    /// Columns left out, by their names or numbers.
    pub dropped: Vec<String>,
    /// Columns of text that became columns of 0 and 1, and how many.
    pub one_hot: Vec<(String, usize)>,
    /// Such columns in which rows have no value, and how many rows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<(String, usize)>,
    /// The median of every column, by its name or number, where missing numbers become medians: for the gaps of other rows.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub medians: BTreeMap<String, f64>,
    /// Columns in which medians were put, and how many.
    pub imputed: Vec<(String, usize)>,
    /// Rows left out because they have no label.
    pub left_out: usize,
    /// Columns with one value only.
    pub constant: Vec<String>,
    /// Columns that count the rows, upwards or downwards.
    pub counting: Vec<String>,
    /// Columns that have a different whole number in every row, and are called as such numbers are (`customer_id`) or leave none out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub numbering: Vec<String>,
    /// Values far from all others of their columns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub far: Vec<Far>,
    /// Columns of a table in text in which points probably stand between thousands: whole numbers below 1,000, mostly of three digits, and
    /// numbers with three decimals.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub thousands: Vec<String>,
    /// Rows that are equal to an earlier one.
    pub duplicates: usize,
    /// The least and the largest value.
    pub range: Option<(f64, f64)>,
    /// Whether the values were bytes, and were divided by 255.
    #[serde(default)]
    pub divided: bool,
    /// The share of values that are stored, where the features are sparse.
    pub density: Option<f64>,
    /// What the features take in memory, as they are handed over.
    pub bytes: u64,
}

impl Facts {
    /// The facts in plain sentences, the most important first. What is ordinary is not said, and what needs a look is in
    /// [`warnings`](Self::warnings).
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![self.shape()];
        let mut say = |sentence: String| lines.push(sentence);
        if let Some(delimiter) = self.delimiter {
            let first = if self.header == Some(true) { "holds names" } else { "is data" };
            let between = match delimiter {
                _ if self.columns + self.dropped.len() + usize::from(self.label.is_some()) < 2 => {
                    "there is one column"
                }
                ',' => "commas separate the columns",
                ';' => "semicolons separate the columns",
                '\t' => "tabs separate the columns",
                ' ' => "blanks separate the columns",
                '|' => "bars separate the columns",
                _ => "a mark that was given separates the columns",
            };
            let after = match self.comments {
                0 => String::new(),
                1 => " after a comment".to_owned(),
                n => format!(" after {n} comments"),
            };
            say(format!("The first line{after} {first}; {between}."));
        }
        if let Some(array) = &self.array {
            say(format!("The features are array {array}."));
        }
        if let Some(label) = &self.label {
            let classes = self.classes.unwrap_or_default();
            say(format!(
                "Labels: {label}, {}. They are for scoring only.",
                count(classes, "class", "classes")
            ));
        }
        if let Some((low, high)) = self.range {
            say(if self.divided {
                format!("Values are bytes from {low} to {high}; they are divided by 255.")
            } else if low == high {
                format!("Every value is {low}.")
            } else {
                format!("Values go from {low} to {high}.")
            });
        }
        if let Some(density) = self.density {
            say(format!("{:.2} % of the values are stored; the others are 0.", 100.0 * density));
        }
        if !self.constant.is_empty() {
            let (n, are) = (self.constant.len(), if self.constant.len() == 1 { "is" } else { "are" });
            let names =
                if self.image.is_some() { String::new() } else { format!(": {}", some(&self.constant)) };
            let what = if self.image.is_some() { ("pixel", "pixels") } else { ("column", "columns") };
            say(format!("{} {are} constant{names}.", count(n, what.0, what.1)));
        }
        if self.duplicates > 0 {
            let are = if self.duplicates == 1 { "equals" } else { "equal" };
            say(format!("{} {are} an earlier row.", count(self.duplicates, "row", "rows")));
        }
        if !self.imputed.is_empty() {
            let total = self.imputed.iter().map(|(_, n)| n).sum();
            let each: Vec<String> =
                self.imputed.iter().map(|(name, n)| format!("{} in {name}", grouped(*n))).collect();
            say(format!(
                "{} became the column's median: {}.",
                count(total, "missing value", "missing values"),
                some(&each)
            ));
        }
        for (column, values) in &self.one_hot {
            say(format!("Column {column} became {} of 0 and 1.", count(*values, "column", "columns")));
        }
        for (column, rows) in &self.without {
            let have = if *rows == 1 { "has" } else { "have" };
            say(format!(
                "{} {have} no value in {column}: the columns of its values are 0 there.",
                count(*rows, "row", "rows")
            ));
        }
        if !self.dropped.is_empty() {
            say(format!("Left out as asked: {}.", some(&self.dropped)));
        }
        if self.left_out > 0 {
            say(format!("{} without a label left out.", count(self.left_out, "row", "rows")));
        }
        if self.resampled > 0 {
            say(format!("{} resampled.", count(self.resampled, "picture was", "pictures were")));
        }
        if !self.unread.is_empty() {
            say(format!("Not read: {}.", some(&self.unread)));
        }
        lines
    }

    fn shape(&self) -> String {
        let memory = format!("{:.1} MiB in memory", self.bytes as f64 / 1_048_576.0);
        match self.image {
            Some(ImageShape { height, width, channels }) => {
                let colour = match channels {
                    1 => "grey".to_owned(),
                    3 => "colour".to_owned(),
                    other => format!("{other} channels"),
                };
                let pictures = count(self.rows, "picture", "pictures");
                format!("{}: {pictures} of {height} × {width} pixels, {colour}; {memory}.", self.format)
            }
            None => {
                let (rows, columns) =
                    (count(self.rows, "row", "rows"), count(self.columns, "column", "columns"));
                format!("{}: {rows}, {columns}; {memory}.", self.format)
            }
        }
    }
}

/// The sentences, one a line, the warnings last.
impl std::fmt::Display for Facts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&[self.lines(), self.warnings()].concat().join("\n"))
    }
}

fn is_zero(n: &usize) -> bool {
    *n == 0
}

/// The first of many names.
pub(super) fn some(names: &[String]) -> String {
    const SHOWN: usize = 8;
    let shown = names.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN { format!("{shown} and {} more", grouped(names.len() - SHOWN)) } else { shown }
}

pub(super) fn count(n: usize, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{} {many}", grouped(n)) }
}

/// With commas between thousands.
pub(super) fn grouped(n: usize) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_in_words() {
        let names = |n: usize| (0..n).map(|at| format!("c{at}")).collect::<Vec<_>>();
        let facts = Facts {
            format: "table".into(),
            delimiter: Some(';'),
            header: Some(true),
            rows: 12_345,
            columns: 10,
            label: Some("column \"kind\"".into()),
            classes: Some(3),
            constant: names(10),
            duplicates: 1,
            imputed: vec![("c1".into(), 2), ("c2".into(), 1)],
            range: Some((-0.5, 255.0)),
            bytes: 3 << 19,
            ..Facts::default()
        };
        let expected = "table: 12,345 rows, 10 columns; 1.5 MiB in memory.\n\
            The first line holds names; semicolons separate the columns.\n\
            Labels: column \"kind\", 3 classes. They are for scoring only.\n\
            Values go from -0.5 to 255.\n\
            10 columns are constant: c0, c1, c2, c3, c4, c5, c6, c7 and 2 more.\n\
            1 row equals an earlier row.\n\
            3 missing values became the column's median: 2 in c1, 1 in c2.";
        assert_eq!(facts.to_string(), expected);
        let json = serde_json::to_string(&facts).unwrap();
        assert_eq!(serde_json::from_str::<Facts>(&json).unwrap(), facts);
    }

    #[test]
    fn pictures_in_words() {
        let facts = Facts {
            format: "pictures".into(),
            rows: 2,
            image: Some(ImageShape { height: 28, width: 30, channels: 3 }),
            constant: vec!["4".into()],
            resampled: 1,
            ..Facts::default()
        };
        let expected = "pictures: 2 pictures of 28 × 30 pixels, colour; 0.0 MiB in memory.\n1 pixel is constant.\n\
            1 picture was resampled.";
        assert_eq!(facts.to_string(), expected);
    }
}
