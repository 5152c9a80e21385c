//! Tables in text: CSV, TSV and their kin.
//!
//! The file is read in blocks and these are parsed in pieces side by side; where pieces begin depends on the file alone. From
//! the first block that has a quote on, records may go over lines, and the `csv` crate reads them one after another.

mod before;
mod guess;
mod piece;
mod quoted;
#[cfg(test)]
mod tests;

use std::io::{Cursor, Read};
use std::path::Path;

use rayon::prelude::*;

use self::before::Before;
use self::piece::{Piece, Wrong};
use super::roles::{called, roles};
use super::sheet::Sheet;
use super::{Facts, OwnOptions};
use crate::formats::stream;
use crate::{Error, Result};

/// The widest row read.
const MOST_COLUMNS: usize = 1 << 20;
/// Bytes read at once, and bytes that one thread parses at once.
const BLOCK: usize = 32 << 20;
const PIECE: usize = 1 << 20;
/// The first bytes, from which delimiter and header are guessed.
const HEAD: usize = 64 << 10;
/// The longest line.
const LONGEST: usize = 1 << 28;

/// Reads a file, plain, gzip or bzip2.
pub(super) fn read(path: &Path, options: &OwnOptions) -> Result<(Sheet, Facts)> {
    parse(stream::open(path)?, &path.display().to_string(), options)
}

/// Parses a table of numbers.
pub(super) fn parse(source: impl Read + Send, file: &str, options: &OwnOptions) -> Result<(Sheet, Facts)> {
    let mut reader = Reader::new(source, file)?;
    let before = reader.begin(options, guess::of_table)?;
    reader.table(options, guess::of_table, &before)
}

/// One column of text, such as labels: the one that is named, or the only one. A first line that is one more than `rows` holds
/// its name.
pub(super) fn column(path: &Path, name: Option<&String>, rows: usize) -> Result<Vec<String>> {
    let file = path.display().to_string();
    let all =
        OwnOptions { label: Some(name.cloned().unwrap_or_else(|| "0".to_owned())), ..OwnOptions::default() };
    let all = OwnOptions { no_header: name.is_none(), ..all };
    let mut reader = Reader::new(stream::open(path)?, &file)?;
    // A label may begin with any mark.
    let before = if name.is_some() { reader.begin(&all, guess::of_labels)? } else { Before::default() };
    let (mut sheet, _) = reader.table(&all, guess::of_labels, &before)?;
    if name.is_none() && sheet.roles.len() > 1 {
        let found = format!("{}: name the column of labels with `label`", sheet.roles.len());
        return Err(Error::format(file, "line 1", "one column", found));
    }
    let mut labels = sheet.texts.pop().unwrap_or_default();
    if name.is_none() && labels.len() == rows + 1 {
        labels.remove(0);
    }
    Ok(labels)
}

/// A file while it is read.
struct Reader<'a, R> {
    source: R,
    file: &'a str,
    /// What is read and not yet parsed.
    block: Vec<u8>,
    /// Whether nothing comes after it.
    ended: bool,
    /// Lines before it.
    lines: u64,
}

impl<'a, R: Read + Send> Reader<'a, R> {
    fn new(source: R, file: &'a str) -> Result<Self> {
        let mut reader = Self { source, file, block: Vec::new(), ended: false, lines: 0 };
        reader.more(HEAD)?;
        // Three whole lines besides comments, however wide the table is: `sep=;`, names and a row.
        let holds =
            |line: &&[u8]| line.ends_with(b"\n") && !line.trim_ascii().is_empty() && !line.starts_with(b"#");
        let whole = |block: &[u8]| block.split_inclusive(|&byte| byte == b'\n').filter(holds).count();
        while !reader.ended && reader.block.len() < LONGEST && whole(&reader.block) < 3 {
            reader.more(reader.block.len())?;
        }
        let head = &reader.block;
        // Every other byte of UTF-16 is 0 where it holds digits; in UTF-8 text none is.
        let zeros = head.iter().take(64).filter(|&&byte| byte == 0).count();
        if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") || 3 * zeros > head.len().min(64) {
            return Err(Error::format(file, "start", "UTF-8 text", "UTF-16: save the file as UTF-8"));
        }
        if head.starts_with(b"\xef\xbb\xbf") {
            reader.block.drain(..3);
        }
        if reader.block.trim_ascii().is_empty() && reader.ended {
            return Err(Error::format(file, "start", "a table of numbers", "an empty file"));
        }
        if reader.block.contains(&b'\r') && !reader.block.contains(&b'\n') && reader.ended {
            let found = "those of old Macs (CR): save the file with usual ones";
            return Err(Error::format(file, "line 1", "line ends that are LF or CR LF", found));
        }
        Ok(reader)
    }

    /// Reads so many bytes more, or up to the end.
    fn more(&mut self, bytes: usize) -> Result<()> {
        let before = self.block.len();
        let read = self.source.by_ref().take(bytes as u64).read_to_end(&mut self.block);
        read.map_err(|e| stream::broken(self.file, self.block.len() as u64, &e))?;
        self.ended = self.block.len() - before < bytes;
        Ok(())
    }

    /// What is read of it in whole lines; of one long line, what there is.
    fn whole_lines(&self) -> &[u8] {
        let whole = if self.ended { None } else { memchr::memrchr(b'\n', &self.block) };
        &self.block[..whole.map_or(self.block.len(), |at| at + 1)]
    }

    /// Leaves out what comes before the table.
    fn begin(
        &mut self,
        options: &OwnOptions,
        guess: fn(&[&[u8]], &OwnOptions) -> Result<u8>,
    ) -> Result<Before> {
        let before = before::look(self.whole_lines(), options, guess)?;
        self.block.drain(..before.bytes);
        self.lines += before.lines;
        Ok(before)
    }

    fn error(&self, wrong: Wrong, names: &[String]) -> Error {
        let column = wrong.column.map_or_else(String::new, |at| format!(", column {}", called(names, at)));
        let position = format!("line {}{column}", self.lines + wrong.line + 1);
        Error::format(self.file, position, wrong.expected, wrong.found)
    }

    fn table(
        mut self,
        options: &OwnOptions,
        guess: fn(&[&[u8]], &OwnOptions) -> Result<u8>,
        before: &Before,
    ) -> Result<(Sheet, Facts)> {
        let options = &OwnOptions { delimiter: options.delimiter.or(before.delimiter), ..options.clone() };
        let lines = guess::first_lines(self.whole_lines());
        let delimiter = guess(&lines, options)?;
        let header = before.names || guess::has_header(&lines, delimiter, options);
        let title = guess::wider_after_title(&lines, delimiter);
        let first = quoted::first_record(&self.block, delimiter).map_err(|wrong| self.error(wrong, &[]))?;
        let place = format!("line {}", self.lines + first.line + 1);
        if let Some(wider) = title {
            let expected = format!("as many columns as in the lines below, {wider}");
            let found = first.fields.len();
            let found = format!("{found}: take the line out if it is a title, or name another delimiter");
            return Err(Error::format(self.file, place, expected, found));
        }
        let width = first.fields.len();
        if width > MOST_COLUMNS {
            let expected = format!("at most {MOST_COLUMNS} columns");
            return Err(Error::format(self.file, place, expected, width.to_string()));
        }
        let names = if header { first.fields } else { Vec::new() };
        let roles = roles(&names, width, options, self.file, &place)?;
        if header {
            self.block.drain(..first.bytes);
            self.lines += first.lines;
        }
        let mut sheet = Sheet { unit: "line", ..Sheet::default() };
        sheet.texts = roles.iter().filter(|role| role.is_text()).map(|_| Vec::new()).collect();
        loop {
            if !self.ended {
                self.more(BLOCK)?;
            }
            let cut = if self.ended {
                Some(self.block.len())
            } else {
                memchr::memrchr(b'\n', &self.block).map(|at| at + 1)
            };
            let Some(cut) = cut else {
                if self.block.len() > LONGEST {
                    let expected = format!("a line of at most {LONGEST} bytes");
                    return Err(Error::format(
                        self.file,
                        format!("line {}", self.lines + 1),
                        expected,
                        "a longer one",
                    ));
                }
                continue;
            };
            if memchr::memchr(b'"', &self.block[..cut]).is_some() {
                let start = std::mem::take(&mut self.block);
                let mut piece = Piece::new(&roles, delimiter, options.decimal);
                let read = quoted::rows(Cursor::new(start).chain(&mut self.source), delimiter, &mut piece);
                read.map_err(|wrong| self.error(wrong, &names))?;
                add(&mut sheet, piece, self.lines);
                break;
            }
            let pieces: Vec<_> = (cut_up(&self.block[..cut]).into_par_iter())
                .map(|bytes| {
                    let mut piece = Piece::new(&roles, delimiter, options.decimal);
                    let outcome = piece.lines(bytes);
                    (piece, outcome)
                })
                .collect();
            for (piece, outcome) in pieces {
                outcome.map_err(|wrong| self.error(wrong, &names))?;
                let lines = piece.line;
                add(&mut sheet, piece, self.lines);
                self.lines += lines;
            }
            self.block.drain(..cut);
            if self.ended {
                break;
            }
        }
        let (delimiter, header) = (Some(char::from(delimiter)), Some(header));
        let comments = before.comments;
        let facts = Facts { format: "table".into(), delimiter, header, comments, ..Facts::default() };
        sheet.names = names;
        sheet.roles = roles;
        Ok((sheet, facts))
    }
}

/// Adds what a piece holds, whose lines come after `lines` others.
fn add(sheet: &mut Sheet, piece: Piece<'_>, lines: u64) {
    sheet.rows += piece.rows;
    sheet.numbers.append(piece.numbers);
    sheet.texts.iter_mut().zip(piece.texts).for_each(|(all, more)| all.extend(more));
    for (column, odd) in piece.odd {
        // Lines are counted from 1 for people.
        sheet.odd.entry(column).or_default().append(odd, lines + 1);
    }
}

/// Pieces that end with a line.
fn cut_up(bytes: &[u8]) -> Vec<&[u8]> {
    let (mut pieces, mut rest) = (Vec::new(), bytes);
    while rest.len() > PIECE {
        let Some(end) = memchr::memchr(b'\n', &rest[PIECE..]) else { break };
        let (piece, after) = rest.split_at(PIECE + end + 1);
        pieces.push(piece);
        rest = after;
    }
    pieces.push(rest);
    pieces
}
