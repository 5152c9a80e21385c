//! Tables of numbers in text, one row a line, separated by blanks.

use std::io::BufRead;

use super::stream::{Lines, excerpt, number};
use crate::Result;

/// Reads `rows` lines of `cols` numbers; empty lines are skipped, a partial or further row is an error.
///
/// Numbers are read as f64 and may be written like `-2.0294171e-002`; infinities and NaN are refused.
pub(crate) fn parse(source: impl BufRead, file: &str, rows: usize, cols: usize) -> Result<Vec<f64>> {
    // No published table spends more than 32 characters on a number.
    let limit = 32 * (rows as u64 + 1) * (cols as u64 + 1);
    let mut lines = Lines::new(source, file, limit);
    let mut values = Vec::new();
    let mut n = 0;
    while let Some(line) = lines.next_line()? {
        let start = values.len();
        let mut bad = None;
        for token in line.split(u8::is_ascii_whitespace).filter(|t| !t.is_empty()) {
            match number::<f64>(token).filter(|v| v.is_finite()) {
                Some(value) => values.push(value),
                None => {
                    bad = Some(excerpt(token));
                    break;
                }
            }
        }
        if let Some(found) = bad {
            return Err(lines.error("a finite number", found));
        }
        match values.len() - start {
            0 => continue,
            found if found != cols => return Err(lines.error(format!("{cols} numbers"), found.to_string())),
            _ => n += 1,
        }
        if n > rows {
            return Err(lines.error(format!("the end after {rows} rows"), "another row"));
        }
    }
    if n < rows {
        return Err(lines.error(format!("{rows} rows"), format!("the end after {n}")));
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read() {
        let values = parse(&b" 1.0 -2.5e-001\n\n3 4 \n"[..], "t", 2, 2).unwrap();
        assert_eq!(values, [1.0, -0.25, 3.0, 4.0]);
    }

    #[test]
    fn errors_name_the_line() {
        let message = |text: &[u8]| parse(text, "t.txt", 2, 2).unwrap_err().to_string();
        assert_eq!(message(b"1 2\n3 x\n"), "t.txt, line 2: expected a finite number, found \"x\"");
        assert_eq!(message(b"1 2\n3\n"), "t.txt, line 2: expected 2 numbers, found 1");
        assert!(message(b"1 2\n").contains("2 rows, found the end after 1"));
        assert!(message(b"1 2\n1 2\n1 2\n").contains("line 3"));
        assert!(message(b"1 nan\n").contains("finite"));
    }
}
