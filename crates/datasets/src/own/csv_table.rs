//! CSV: numbers, and one column of labels.

use std::path::Path;

use super::OwnOptions;
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
    let tabs = path.to_string_lossy().to_lowercase().contains(".tsv");
    parse(stream::open(path)?, &path.display().to_string(), if tabs { b'\t' } else { b',' }, options)
}

pub(super) fn parse(
    source: impl std::io::Read,
    file: &str,
    delimiter: u8,
    options: &OwnOptions,
) -> Result<Table> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(!options.no_header)
        .delimiter(delimiter)
        .trim(csv::Trim::All)
        .from_reader(source);
    let header = if options.no_header {
        csv::StringRecord::new()
    } else {
        reader.headers().map_err(|e| Error::format(file, "line 1", "a header", e.to_string()))?.clone()
    };
    let mut label_at = None;
    let (mut cols, mut data, mut labels) = (None, Numbers::default(), Vec::new());
    let mut record = csv::StringRecord::new();
    loop {
        let line = reader.position().line();
        let place = || format!("line {line}");
        let more = reader.read_record(&mut record);
        if !more.map_err(|e| Error::format(file, place(), "comma-separated values", e.to_string()))? {
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
