//! Names, aliases and suggestions.

use super::{Entry, emnist, har, mnist, rcv1, reuters, usps};
use crate::{Error, Result};

static ALL: &[&Entry] = &[
    &mnist::MNIST,
    &mnist::FASHION,
    &emnist::BALANCED,
    &emnist::BYMERGE_SUBSET,
    &usps::USPS_9298,
    &usps::USPS_11000,
    &rcv1::RCV1,
    &rcv1::RCV1_SUBSET,
    &rcv1::RCV1_SUBSET_10K,
    &reuters::REUTERS_21578,
    &har::UCI_HAR,
];

/// Every data set.
#[must_use]
pub fn all() -> &'static [&'static Entry] {
    ALL
}

/// Every data set's name.
#[must_use]
pub fn names() -> Vec<&'static str> {
    ALL.iter().map(|entry| entry.name).collect()
}

/// The data set of this name or alias; case, spaces and underscores are forgiven.
///
/// # Errors
/// Names the nearest known name, and all of them.
pub fn entry(name: &str) -> Result<&'static Entry> {
    let asked = canonical(name);
    let known = |entry: &&&Entry| entry.name == asked || entry.aliases.contains(&asked.as_str());
    ALL.iter().find(known).copied().ok_or_else(|| Error::UnknownName {
        name: name.to_owned(),
        suggestion: nearest(&asked).map(str::to_owned),
        known: names().join(", "),
    })
}

fn canonical(name: &str) -> String {
    name.trim().to_lowercase().replace([' ', '_'], "-")
}

/// The candidate that is spelt most like what was asked for, where one is near.
pub(crate) fn nearest_of<'a>(asked: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let (edits, name) = candidates.map(|name| (distance(asked, name), name)).min()?;
    (edits * 2 <= asked.chars().count()).then_some(name)
}

fn nearest(asked: &str) -> Option<&'static str> {
    let spellings = ALL.iter().flat_map(|entry| {
        std::iter::once(&entry.name)
            .chain(entry.aliases)
            .map(|spelling| (distance(asked, spelling), entry.name))
    });
    let prefix = ALL.iter().find(|e| asked.len() >= 3 && e.name.starts_with(asked)).map(|e| e.name);
    let (edits, name) = spellings.min()?;
    if edits * 2 <= asked.chars().count() { Some(name) } else { prefix }
}

/// Levenshtein's edit distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_aliases() {
        assert_eq!(entry("MNIST").unwrap().name, "mnist");
        assert_eq!(entry("fashion").unwrap().name, "fashion-mnist");
        assert_eq!(entry("hhar").unwrap().name, "uci-har");
        assert_eq!(entry("usps").unwrap().name, "usps-9298");
        assert_eq!(entry("Fashion_MNIST").unwrap().name, "fashion-mnist");
    }

    #[test]
    fn a_slip_gets_a_suggestion_and_the_list() {
        let message = entry("mnsit").unwrap_err().to_string();
        assert!(
            message.contains("did you mean \"mnist\"?") && message.contains("fashion-mnist"),
            "{message}"
        );
        let far = entry("imagenet-21k").unwrap_err().to_string();
        assert!(!far.contains("did you mean") && far.contains("known: mnist"), "{far}");
    }

    #[test]
    fn every_spelling_is_unique() {
        let mut seen = std::collections::BTreeSet::new();
        for entry in ALL {
            for spelling in std::iter::once(&entry.name).chain(entry.aliases) {
                assert!(seen.insert(spelling), "{spelling} twice");
            }
        }
    }

    #[test]
    fn distances() {
        assert_eq!((distance("kitten", "sitting"), distance("", "abc"), distance("a", "a")), (3, 3, 0));
    }
}
