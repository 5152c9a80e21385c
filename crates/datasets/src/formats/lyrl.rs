//! The files of RCV1-v2 (Lewis, Yang, Rose, Li 2004): topic judgements, stemmed tokens, and weighted vectors.

use std::io::BufRead;

use super::libsvm::{LARGEST, Rows};
use super::stream::{Lines, excerpt, number};
use crate::{Error, Result};

/// The four roots of the topic hierarchy, in DEC's label order.
pub(crate) const ROOTS: [&str; 4] = ["CCAT", "GCAT", "MCAT", "ECAT"];
/// Document numbers run to 810,596; anything far beyond is not one.
const LARGEST_ID: u32 = 10_000_000;

/// Which documents have exactly one of the four root topics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Roots {
    /// By document number: a bit a root.
    bits: Vec<u8>,
}

impl Roots {
    /// Lines `TOPIC docid 1`.
    pub(crate) fn parse(source: impl BufRead, file: &str) -> Result<Self> {
        let mut lines = Lines::new(source, file, LARGEST);
        let mut bits = Vec::new();
        while let Some(line) = lines.next_line()? {
            let fields: Vec<&[u8]> = line.split(u8::is_ascii_whitespace).filter(|f| !f.is_empty()).collect();
            if fields.is_empty() {
                continue;
            }
            let id = match fields[..] {
                [_, id, _] => number::<u32>(id).filter(|&id| id <= LARGEST_ID),
                _ => None,
            };
            let Some(id) = id else {
                let found = excerpt(line);
                return Err(lines.error("a topic, a document number and 1", found));
            };
            let id = id as usize;
            if let Some(root) = ROOTS.iter().position(|root| root.as_bytes() == fields[0]) {
                if bits.len() <= id {
                    bits.resize(id + 1, 0);
                }
                bits[id] |= 1u8 << root;
            }
        }
        Ok(Self { bits })
    }

    /// The label of a document with a single root.
    pub(crate) fn single(&self, id: u32) -> Option<u32> {
        let bits = *self.bits.get(id as usize)?;
        (bits.count_ones() == 1).then(|| bits.trailing_zeros())
    }
}

/// Documents of a token file in turn: `.I docid`, `.W`, then lines of stems.
pub(crate) fn tokens(
    source: impl BufRead,
    file: &str,
    mut document: impl FnMut(u32, &[u8]) -> Result<()>,
) -> Result<()> {
    let mut lines = Lines::new(source, file, LARGEST);
    let mut current: Option<u32> = None;
    let mut text: Vec<u8> = Vec::new();
    let mut in_words = false;
    while let Some(line) = lines.next_line()? {
        if let Some(id) = line.strip_prefix(b".I ") {
            let parsed = number::<u32>(id.trim_ascii()).filter(|&id| id <= LARGEST_ID);
            let Some(next) = parsed else {
                let found = excerpt(line);
                return Err(lines.error("a document number", found));
            };
            if let Some(id) = current.replace(next) {
                document(id, &text)?;
            }
            text.clear();
            in_words = false;
        } else if line.trim_ascii() == b".W" {
            if current.is_none() || in_words {
                return Err(lines.error("\".I docid\" before \".W\"", "\".W\""));
            }
            in_words = true;
        } else if in_words {
            text.extend_from_slice(line);
            text.push(b' ');
        } else if !line.trim_ascii().is_empty() {
            let found = excerpt(line);
            return Err(lines.error("\".I docid\" or \".W\"", found));
        }
        if text.len() > 1 << 24 {
            return Err(lines.error("a document of at most 16 MiB", "a longer one"));
        }
    }
    match current {
        Some(id) => document(id, &text),
        None => Err(Error::format(file, "end", "at least one document", "none")),
    }
}

/// Rows of a vector file: `docid  index:value …`; those that `keep` labels are pushed.
pub(crate) fn vectors(
    source: impl BufRead,
    file: &str,
    rows: &mut Rows,
    labels: &mut Vec<u32>,
    keep: impl Fn(u32) -> Option<u32>,
) -> Result<()> {
    let mut lines = Lines::new(source, file, LARGEST);
    while let Some(line) = lines.next_line()? {
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        let cut = line.iter().position(u8::is_ascii_whitespace).unwrap_or(line.len());
        let Some(id) = number::<u32>(&line[..cut]).filter(|&id| id <= LARGEST_ID) else {
            let found = excerpt(line);
            return Err(lines.error("a document number", found));
        };
        if let Some(label) = keep(id) {
            if let Err((expected, found)) = rows.push(&line[cut..]) {
                return Err(lines.error(expected, found));
            }
            labels.push(label);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_roots() {
        let roots = Roots::parse(&b"E11 5 1\nECAT 5 1\nCCAT 6 1\nGCAT 6 1\nM11 7 1\n"[..], "q").unwrap();
        assert_eq!([5, 6, 7, 8].map(|id| roots.single(id)), [Some(3), None, None, None]);
        let error = Roots::parse(&b"CCAT 4000000000 1\n"[..], "q").unwrap_err().to_string();
        assert!(error.starts_with("q, line 1: expected a topic"), "{error}");
    }

    fn all(text: &[u8]) -> Result<Vec<(u32, String)>> {
        let mut found = Vec::new();
        tokens(text, "t", |id, text| {
            found.push((id, String::from_utf8_lossy(text).trim().to_owned()));
            Ok(())
        })?;
        Ok(found)
    }

    #[test]
    fn token_files() {
        let found = all(b".I 7\n.W\na b\nc\n\n.I 8\n.W\nd\n").unwrap();
        assert_eq!(found, [(7, "a b c".to_owned()), (8, "d".to_owned())]);
        assert!(all(b".W\na\n").is_err());
        assert!(all(b"hello\n").unwrap_err().to_string().contains("line 1"));
        assert!(all(b"").unwrap_err().to_string().contains("at least one document"));
    }

    #[test]
    fn vector_files() {
        let (mut rows, mut labels) = (Rows::new(Some(4)), Vec::new());
        let keep = |id| (id != 2).then_some(id);
        vectors(&b"1  1:0.5 4:1\n2  1:1\n3  2:2\n"[..], "v", &mut rows, &mut labels, keep).unwrap();
        let x = rows.finish();
        assert_eq!((x.rows(), x.cols(), x.nnz(), labels), (2, 4, 3, vec![1, 3]));
    }
}
