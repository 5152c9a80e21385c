//! Records with quotes, by the `csv` crate: delimiters and line ends inside of quotes belong to the field.

use std::io::Read;

use super::piece::{Piece, Wrong};

/// The first record of a table.
pub(super) struct First {
    pub fields: Vec<String>,
    /// The line that it begins on, counted from 0.
    pub line: u64,
    /// Bytes and lines up to its end.
    pub bytes: usize,
    pub lines: u64,
}

fn reader<R: Read>(source: R, delimiter: u8) -> csv::Reader<R> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        // A carriage return before it is trimmed. With CRLF as terminator lines would be counted one late.
        .terminator(csv::Terminator::Any(b'\n'))
        .trim(csv::Trim::All)
        .buffer_capacity(1 << 16)
        .from_reader(source)
}

fn broken(line: u64, error: &csv::Error) -> Wrong {
    let found = error.to_string();
    Wrong { line, column: None, expected: "fields between delimiters".into(), found }
}

/// Fields that count: where blanks separate them, so do tabs, and there is nothing between two of them.
fn fields(record: &csv::ByteRecord, delimiter: u8) -> impl Iterator<Item = &[u8]> {
    let blanks = delimiter == b' ';
    let parts = record.iter().flat_map(move |field| field.split(move |&byte| blanks && byte == b'\t'));
    parts.filter(move |field| !blanks || !field.is_empty())
}

/// Reads the first record that holds something.
pub(super) fn first_record(head: &[u8], delimiter: u8) -> Result<First, Wrong> {
    let mut reader = reader(head, delimiter);
    let mut record = csv::ByteRecord::new();
    loop {
        let more = reader.read_byte_record(&mut record).map_err(|e| broken(0, &e))?;
        if more && fields(&record, delimiter).all(<[u8]>::is_empty) && record.len() < 2 {
            continue;
        }
        let line = record.position().map_or(0, |position| position.line().saturating_sub(1));
        let text = |field: &[u8]| String::from_utf8(field.to_vec()).ok();
        let Some(fields) = fields(&record, delimiter).map(text).collect() else {
            let found = "bytes of another encoding, such as Latin-1: save the file as UTF-8";
            return Err(Wrong { line, column: None, expected: "UTF-8 text".into(), found: found.into() });
        };
        let bytes = reader.position().byte() as usize;
        let lines = reader.position().line().saturating_sub(1);
        return Ok(First { fields, line, bytes, lines });
    }
}

/// Takes all records of a source.
pub(super) fn rows(source: impl Read, delimiter: u8, piece: &mut Piece<'_>) -> Result<(), Wrong> {
    let mut reader = reader(source, delimiter);
    let mut record = csv::ByteRecord::new();
    while reader.read_byte_record(&mut record).map_err(|e| broken(piece.line, &e))? {
        piece.line = record.position().map_or(piece.line, |position| position.line().saturating_sub(1));
        // A line of blanks.
        if record.len() == 1 && record.get(0).is_some_and(<[u8]>::is_empty) {
            continue;
        }
        let mut found = 0;
        for field in fields(&record, delimiter) {
            piece.field(found, field)?;
            found += 1;
        }
        piece.end_row(found)?;
    }
    Ok(())
}
