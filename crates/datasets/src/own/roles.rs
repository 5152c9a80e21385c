//! What becomes of each column of a table.

use super::OwnOptions;
use crate::catalog::nearest_of;
use crate::{Error, Result};

/// What a column is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// A feature.
    Number,
    /// The labels.
    Label,
    /// Text that becomes columns of 0 and 1.
    OneHot,
    /// Nothing.
    Drop,
}

impl Role {
    /// Whether the column is kept as text.
    pub(super) fn is_text(self) -> bool {
        matches!(self, Self::Label | Self::OneHot)
    }
}

/// Columns shown in a message.
const SHOWN: usize = 12;

/// The role of each of `width` columns. `names` are theirs, or nothing; `place` is where these stand.
pub(super) fn roles(
    names: &[String],
    width: usize,
    options: &OwnOptions,
    file: &str,
    place: &str,
) -> Result<Vec<Role>> {
    // Names are needed to say which columns are kept.
    let some = !options.keep.is_empty() && !names.is_empty();
    let mut roles = vec![if some { Role::Drop } else { Role::Number }; width];
    let label = options.label.iter().filter(|_| options.labels_file.is_none());
    let keep = options.keep.iter().filter(|_| some).map(|name| (name, Role::Number, "a column to keep"));
    let drop = options.drop.iter().filter(|_| !some).map(|name| (name, Role::Drop, "a column to leave out"));
    let asked = keep
        .chain(drop)
        .chain(options.one_hot.iter().map(|name| (name, Role::OneHot, "a column of text")))
        .chain(label.map(|name| (name, Role::Label, "a label column")));
    for (name, role, what) in asked {
        match find(names, width, name, what, file, place) {
            Err(Error::Format { .. }) if role == Role::Label && options.label_if_there => {}
            found => roles[found?] = role,
        }
    }
    Ok(roles)
}

/// A column by its name, or by its number from 0.
fn find(names: &[String], width: usize, asked: &str, what: &str, file: &str, place: &str) -> Result<usize> {
    let mut called = names.iter().enumerate().filter(|(_, name)| *name == asked);
    if let Some((at, _)) = called.next() {
        let more = called.count();
        if more > 0 {
            let found = format!("{}: give its number, from 0", more + 1);
            return Err(Error::format(file, place, format!("one column \"{asked}\""), found));
        }
        return Ok(at);
    }
    if let Some(at) = asked.parse::<usize>().ok().filter(|&at| at < width) {
        return Ok(at);
    }
    let expected = if names.is_empty() {
        format!("{what} by its number from 0 to {}", width.saturating_sub(1))
    } else {
        let shown: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
        format!("{what} among {}{}", shown.join(", "), if names.len() > SHOWN { ", …" } else { "" })
    };
    let near = nearest_of(asked, names.iter().map(String::as_str));
    let hint = near.map_or_else(String::new, |name| format!(", did you mean \"{name}\"?"));
    Err(Error::format(file, place, expected, format!("\"{asked}\"{hint}")))
}

/// A column's name in a message.
pub(super) fn called(names: &[String], column: usize) -> String {
    names.get(column).map_or_else(|| column.to_string(), |name| format!("\"{name}\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_name_then_by_number() {
        let names = ["2", "kind", "b", "b"].map(str::to_owned);
        let options = OwnOptions {
            label: Some("kind".into()),
            drop: vec!["2".into(), "3".into()],
            ..OwnOptions::default()
        };
        let found = roles(&names, 4, &options, "t", "line 1").unwrap();
        assert_eq!(found, [Role::Drop, Role::Label, Role::Number, Role::Drop]);
        let elsewhere = OwnOptions { labels_file: Some("y".into()), ..options };
        assert_eq!(roles(&names, 4, &elsewhere, "t", "line 1").unwrap()[1], Role::Number);
        let gone = OwnOptions { label: Some("class".into()), ..OwnOptions::default() };
        assert!(roles(&names, 4, &gone, "t", "line 1").is_err());
        let gone = OwnOptions { label_if_there: true, ..gone };
        assert_eq!(roles(&names, 4, &gone, "t", "line 1").unwrap(), [Role::Number; 4]);
    }

    #[test]
    fn what_is_not_kept_is_left_out() {
        let names = ["a", "kind", "b", "c"].map(str::to_owned);
        let options = OwnOptions {
            keep: vec!["c".into(), "a".into()],
            drop: vec!["gone".into()],
            label: Some("kind".into()),
            ..OwnOptions::default()
        };
        let found = roles(&names, 4, &options, "t", "line 1").unwrap();
        assert_eq!(found, [Role::Number, Role::Label, Role::Drop, Role::Number]);
        let message = roles(&names[1..], 3, &options, "t", "line 1").unwrap_err().to_string();
        assert_eq!(message, "t, line 1: expected a column to keep among kind, b, c, found \"a\"");
        let unnamed = OwnOptions { keep: options.keep, ..OwnOptions::default() };
        assert_eq!(roles(&[], 2, &unnamed, "t", "line 1").unwrap(), [Role::Number; 2]);
    }

    #[test]
    fn what_is_not_there_is_named() {
        let names = ["height", "kind", "b", "b"].map(str::to_owned);
        let message = |asked: &str| {
            let options = OwnOptions { one_hot: vec![asked.into()], ..OwnOptions::default() };
            roles(&names, 4, &options, "t", "line 1").unwrap_err().to_string()
        };
        let expected = "t, line 1: expected a column of text among height, kind, b, b, found \"kimd\", did you mean \"kind\"?";
        assert_eq!(message("kimd"), expected);
        assert!(message("b").ends_with("expected one column \"b\", found 2: give its number, from 0"));
        assert!(message("9").ends_with("found \"9\""));
        let options = OwnOptions { label: Some("kind".into()), ..OwnOptions::default() };
        let message = roles(&[], 3, &options, "t", "line 1").unwrap_err().to_string();
        assert!(message.contains("a label column by its number from 0 to 2, found \"kind\""), "{message}");
    }
}
