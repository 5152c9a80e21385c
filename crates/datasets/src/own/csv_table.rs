//! CSV: numbers, and one column of labels.

use std::io::{BufRead, BufReader};
use std::path::Path;

use super::OwnOptions;
use super::options::plain_name;
use super::wide::Numbers;
use crate::formats::stream;
use crate::{Error, Result};

/// A table's numbers, row-major, and its label column as text.
pub(super) struct Table {
    pub cols: usize,
    pub data: Numbers,
    /// What the features are called; nothing where there is no header.
    pub names: Vec<String>,
    pub labels: Option<Vec<String>>,
}

/// The widest row read.
const MOST_COLUMNS: usize = 1 << 20;

pub(super) fn read(path: &Path, options: &OwnOptions) -> Result<Table> {
    let delimiter = if plain_name(path).ends_with(".tsv") { b'\t' } else { b',' };
    parse(stream::open(path)?, &path.display().to_string(), delimiter, options)
}

/// Parses, and tells files in another encoding or with another delimiter what they are.
pub(super) fn parse(
    source: impl std::io::Read,
    file: &str,
    delimiter: u8,
    options: &OwnOptions,
) -> Result<Table> {
    let mut source = BufReader::with_capacity(1 << 16, source);
    let head = source.fill_buf().map_err(|e| stream::broken(file, 0, &e))?;
    // Every other byte of UTF-16 is 0 where it holds digits; in UTF-8 text none is.
    let zeros = head.iter().take(64).filter(|&&byte| byte == 0).count();
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") || 3 * zeros > head.len().min(64) {
        return Err(Error::format(file, "start", "UTF-8 text", "UTF-16: save the file as UTF-8"));
    }
    let line = head.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let semicolons = line.iter().filter(|&&byte| byte == b';').count();
    rows(source, file, delimiter, options).map_err(|error| match error {
        Error::Format { file, position, expected, found } if semicolons > 0 => {
            let separator = if delimiter == b'\t' { "tabs" } else { "commas" };
            let hint =
                format!("the first line has {semicolons} semicolons, but {separator} separate columns here");
            Error::Format { file, position, expected, found: format!("{found}; {hint}") }
        }
        other => other,
    })
}

/// The error for a record that is no such.
fn broken(file: &str, place: impl Into<String>, error: &csv::Error) -> Error {
    match error.kind() {
        csv::ErrorKind::Utf8 { .. } => {
            let found = "bytes of another encoding, such as Latin-1: save the file as UTF-8";
            Error::format(file, place, "UTF-8 text", found)
        }
        _ => Error::format(file, place, "comma-separated values", error.to_string()),
    }
}

fn rows(source: impl std::io::Read, file: &str, delimiter: u8, options: &OwnOptions) -> Result<Table> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(!options.no_header)
        .delimiter(delimiter)
        .trim(csv::Trim::All)
        .from_reader(source);
    let header = if options.no_header {
        csv::StringRecord::new()
    } else {
        reader.headers().map_err(|e| broken(file, "line 1", &e))?.clone()
    };
    let named = options.label.as_ref().is_some_and(|label| header.iter().any(|column| column == label));
    if !header.is_empty() && !named && header.iter().all(|column| column.parse::<f64>().is_ok()) {
        let expected = "names of the columns, or `no_header` where the first line is data";
        return Err(Error::format(file, "line 1", expected, "numbers only"));
    }
    let mut label_at = None;
    let (mut cols, mut data, mut labels) = (None, Numbers::default(), Vec::new());
    let mut record = csv::StringRecord::new();
    loop {
        let line = reader.position().line();
        let place = || format!("line {line}");
        let more = reader.read_record(&mut record);
        if !more.map_err(|e| broken(file, place(), &e))? {
            break;
        }
        if record.len() > MOST_COLUMNS {
            let expected = format!("at most {MOST_COLUMNS} columns");
            return Err(Error::format(file, place(), expected, record.len().to_string()));
        }
        if cols.is_none() {
            label_at = label_column(&header, record.len(), file, options)?;
            cols = Some(record.len() - usize::from(label_at.is_some()));
        }
        for (column, field) in record.iter().enumerate() {
            if Some(column) == label_at {
                labels.push(field.to_owned());
                continue;
            }
            data.push_text(field).ok_or_else(|| {
                let name =
                    header.get(column).map_or_else(|| column.to_string(), |name| format!("\"{name}\""));
                let position =
                    format!("line {}, column {name}", record.position().map_or(line, csv::Position::line));
                Error::format(file, position, "a finite number", stream::excerpt(field.as_bytes()))
            })?;
        }
    }
    match cols {
        Some(cols) if cols > 0 => {
            let features = header.iter().enumerate().filter(|(column, _)| Some(*column) != label_at);
            let names = features.map(|(_, name)| name.to_owned()).collect();
            Ok(Table { cols, data, names, labels: label_at.map(|_| labels) })
        }
        _ => Err(Error::format(file, "end", "at least one row with at least one feature", "none")),
    }
}

fn label_column(
    header: &csv::StringRecord,
    width: usize,
    file: &str,
    options: &OwnOptions,
) -> Result<Option<usize>> {
    let Some(name) = &options.label else { return Ok(None) };
    let found = if options.no_header {
        name.parse::<usize>().ok().filter(|&at| at < width)
    } else {
        header.iter().position(|column| column == name)
    };
    let copies = header.iter().filter(|column| column == name).count();
    if !options.no_header && copies > 1 {
        return Err(Error::format(file, "line 1", format!("one column \"{name}\""), copies.to_string()));
    }
    let columns: Vec<&str> = header.iter().take(12).collect();
    let expected = if options.no_header {
        format!("a column number below {width} as label column")
    } else {
        format!("a label column among {}{}", columns.join(", "), if header.len() > 12 { ", …" } else { "" })
    };
    found.map(Some).ok_or_else(|| Error::format(file, "line 1", expected, format!("\"{name}\"")))
}
