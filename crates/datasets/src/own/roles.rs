//! What becomes of each column of a table.

use std::collections::HashMap;

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
    // Names are needed to say which columns are kept. Rows without them that are as wide as what is kept have nothing else.
    let keep = options.keep.as_ref().filter(|_| !names.is_empty());
    let bare = options.keep.as_ref().is_some_and(|keep| width == keep.len() + options.one_hot.len());
    let is_named = |asked: &&String| asked.parse::<usize>().is_err();
    let mut by_name = options.one_hot.iter().chain(options.drop.iter().filter(|_| !bare)).filter(is_named);
    if let (true, Some(keep), Some(_)) = (names.is_empty(), &options.keep, by_name.next()) {
        let expected = format!("a line with the names of the columns, {}", shown(keep));
        return Err(Error::format(file, place, expected, "none"));
    }
    let mut roles = vec![if keep.is_some() { Role::Drop } else { Role::Number }; width];
    if let Some(keep) = keep {
        for at in kept(names, keep, file, place)? {
            roles[at] = Role::Number;
        }
    }
    let label = options.label.iter().filter(|_| options.labels_file.is_none());
    let drop = options.drop.iter().filter(|_| keep.is_none() && !bare);
    let asked = (drop.map(|name| (name, Role::Drop, "a column to leave out")))
        .chain(options.one_hot.iter().map(|name| (name, Role::OneHot, "a column of text")))
        .chain(label.map(|name| (name, Role::Label, "a label column")));
    for (name, role, what) in asked {
        match find(names, width, name, what, file, place) {
            Err(Error::Format { .. }) if role == Role::Label && options.label_if_there => {}
            found => {
                let at = found?;
                if roles[at] == Role::Drop && role == Role::OneHot && keep.is_none() {
                    let expected = format!("one part for column {}", called(names, at));
                    return Err(Error::format(file, place, expected, "two, `drop` and `one_hot`"));
                }
                roles[at] = role;
            }
        }
    }
    Ok(roles)
}

/// Where the columns are that are kept.
fn kept(names: &[String], keep: &[String], file: &str, place: &str) -> Result<Vec<usize>> {
    let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
    names.iter().enumerate().for_each(|(at, name)| places.entry(name).or_default().push(at));
    let place_of = |name: &String| match places.get(name.as_str()).map(Vec::as_slice) {
        Some([at]) => Ok(*at),
        Some(several) => {
            let found = format!("{} of this name", several.len());
            Err(Error::format(file, place, format!("one column \"{name}\""), found))
        }
        None => {
            let near = nearest_of(name, names.iter().map(String::as_str));
            let hint = near.map_or_else(String::new, |name| format!("; did you mean \"{name}\"?"));
            let found = format!("{}{hint}", shown(names));
            Err(Error::format(file, place, format!("a column \"{name}\""), found))
        }
    };
    keep.iter().map(place_of).collect()
}

/// The first of many names.
fn shown(names: &[String]) -> String {
    let first: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
    format!("{}{}", first.join(", "), if names.len() > SHOWN { ", …" } else { "" })
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
        format!("{what} among {}", shown(names))
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
    fn a_column_has_one_part() {
        let both = OwnOptions { drop: vec!["b".into()], one_hot: vec!["b".into()], ..OwnOptions::default() };
        let names = ["a", "b"].map(str::to_owned);
        let message = roles(&names, 2, &both, "t", "line 1").unwrap_err().to_string();
        assert_eq!(message, "t, line 1: expected one part for column \"b\", found two, `drop` and `one_hot`");
    }

    #[test]
    fn what_is_not_kept_is_left_out() {
        let names = ["a", "kind", "b", "c"].map(str::to_owned);
        let options = OwnOptions {
            keep: Some(vec!["c".into(), "a".into()]),
            drop: vec!["gone".into()],
            label: Some("kind".into()),
            ..OwnOptions::default()
        };
        let found = roles(&names, 4, &options, "t", "line 1").unwrap();
        assert_eq!(found, [Role::Number, Role::Label, Role::Drop, Role::Number]);
        let message =
            |names: &[String]| roles(names, names.len(), &options, "t", "line 1").unwrap_err().to_string();
        assert_eq!(message(&names[1..]), "t, line 1: expected a column \"a\", found kind, b, c");
        let twice = ["a", "kind", "c", "a"].map(str::to_owned);
        assert_eq!(message(&twice), "t, line 1: expected one column \"a\", found 2 of this name");
        // Without names nothing can be kept; where the width is that of what is kept, nothing has to be left out.
        let options = OwnOptions { label: None, ..options };
        assert_eq!(roles(&[], 2, &options, "t", "line 1").unwrap(), [Role::Number; 2]);
        let message = roles(&[], 3, &options, "t", "line 1").unwrap_err().to_string();
        assert_eq!(message, "t, line 1: expected a line with the names of the columns, c, a, found none");
        let none = OwnOptions { keep: Some(Vec::new()), ..OwnOptions::default() };
        assert_eq!(roles(&names, 4, &none, "t", "line 1").unwrap(), [Role::Drop; 4]);
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
