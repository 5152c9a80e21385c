//! LIBSVM text: `label[,label…] index:value …`, indices from 1, ascending.

use std::io::BufRead;
use std::path::Path;

use ndarray::NdFloat;

use super::stream::{self, Lines, excerpt, number};
use crate::{Csr, Result};

/// A LIBSVM file's content.
#[derive(Debug, Clone, PartialEq)]
pub struct LibSvm<T = f64> {
    /// The label field of each row as written, such as `3`, `-1` or `C15,CCAT`.
    pub labels: Vec<String>,
    /// Rows; column 0 is the file's index 1.
    pub features: Csr<T>,
}

/// Columns no data set here comes near.
const MOST_COLUMNS: u32 = 1 << 26;
/// The largest text read.
pub(crate) const LARGEST: u64 = 16 << 30;

/// Reads a file, plain, gzip or bzip2. There are as many columns as the largest index.
///
/// # Errors
/// Names file, line, expectation and finding.
pub fn read_libsvm(path: &Path) -> Result<LibSvm> {
    parse(stream::open(path)?, &path.display().to_string(), None)
}

/// Parses; with `columns` given, larger indices are errors and the matrix has exactly these columns.
pub(crate) fn parse<T: NdFloat>(source: impl BufRead, file: &str, columns: Option<u32>) -> Result<LibSvm<T>> {
    let mut lines = Lines::new(source, file, LARGEST);
    let mut labels = Vec::new();
    let mut rows = Rows::new(columns);
    while let Some(line) = lines.next_line()? {
        let line = line.split(|&b| b == b'#').next().unwrap_or_default().trim_ascii();
        if line.is_empty() {
            continue;
        }
        let cut = line.iter().position(u8::is_ascii_whitespace).unwrap_or(line.len());
        let (label, rest) = line.split_at(cut);
        // Multi-label rows may have no label at all, then the first field is a pair.
        let (label, rest) = if label.contains(&b':') { (&b""[..], line) } else { (label, rest) };
        labels.push(String::from_utf8_lossy(label).into_owned());
        if let Err((expected, found)) = rows.push(rest) {
            return Err(lines.error(expected, found));
        }
    }
    Ok(LibSvm { labels, features: rows.finish() })
}

/// Rows of `index:value` pairs in the making.
pub(crate) struct Rows<T = f32> {
    indptr: Vec<usize>,
    indices: Vec<u32>,
    values: Vec<T>,
    columns: Option<u32>,
    widest: u32,
}

impl<T: NdFloat> Rows<T> {
    pub(crate) fn new(columns: Option<u32>) -> Self {
        Self {
            indptr: vec![0],
            indices: Vec::new(),
            values: Vec::new(),
            columns,
            widest: columns.unwrap_or(0),
        }
    }

    /// One row of pairs; on failure what was expected and what was found, and the row is not kept.
    pub(crate) fn push(&mut self, pairs: &[u8]) -> Result<(), (String, String)> {
        let outcome = self.pairs(pairs);
        let kept = if outcome.is_ok() { self.indices.len() } else { self.indptr[self.indptr.len() - 1] };
        self.indices.truncate(kept);
        self.values.truncate(kept);
        if outcome.is_ok() {
            self.indptr.push(kept);
        }
        outcome
    }

    fn pairs(&mut self, pairs: &[u8]) -> Result<(), (String, String)> {
        let mut last = 0;
        for pair in pairs.split(u8::is_ascii_whitespace).filter(|p| !p.is_empty()) {
            let fail = |expected: &str| Err((expected.to_owned(), excerpt(pair)));
            let Some(colon) = pair.iter().position(|&b| b == b':') else {
                return fail("index:value");
            };
            let Some(index) = number::<u32>(&pair[..colon]) else {
                return fail("a whole index");
            };
            let value = number::<f64>(&pair[colon + 1..]).and_then(T::from);
            let Some(value) = value.filter(|v| v.is_finite()) else {
                return fail("a finite value");
            };
            if index <= last || index > self.columns.unwrap_or(MOST_COLUMNS) {
                let most = self.columns.unwrap_or(MOST_COLUMNS);
                return fail(&format!("ascending indices from 1 to {most}"));
            }
            last = index;
            self.widest = self.widest.max(index);
            self.indices.push(index - 1);
            self.values.push(value);
        }
        Ok(())
    }

    pub(crate) fn finish(mut self) -> Csr<T> {
        self.indices.shrink_to_fit();
        self.values.shrink_to_fit();
        let shape = (self.indptr.len() - 1, self.widest as usize);
        Csr::new(shape, self.indptr, self.indices, self.values)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::Features;

    #[test]
    fn rows_are_read() {
        let text = b"1 1:0.5 3:-2 # note\n\nC15,CCAT 2:1e-1\n-1\n";
        let read = parse::<f32>(&text[..], "t", None).unwrap();
        assert_eq!(read.labels, ["1", "C15,CCAT", "-1"]);
        let dense = Features::Sparse(read.features).to_dense();
        assert_eq!(dense, array![[0.5, 0.0, -2.0], [0.0, 0.1, 0.0], [0.0, 0.0, 0.0]]);
    }

    #[test]
    fn errors_name_the_line() {
        let message = |text: &[u8]| parse::<f32>(text, "t", Some(9)).unwrap_err().to_string();
        assert_eq!(message(b"1 1:1\n1 x\n"), "t, line 2: expected index:value, found \"x\"");
        assert!(message(b"1 0:1\n").contains("ascending indices from 1 to 9"));
        assert!(message(b"1 2:1 2:1\n").contains("ascending"));
        assert!(message(b"1 10:1\n").contains("ascending"));
        assert!(message(b"1 1:inf\n").contains("finite"));
        assert!(message(b"1 99999999999:1\n").contains("whole index"));
    }
}
