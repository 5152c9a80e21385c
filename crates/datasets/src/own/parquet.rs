//! Apache Parquet: flat tables of numbers and text.

use std::fs::File;
use std::path::Path;

use parquet::basic::ConvertedType;
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::DataType;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;

use super::roles::{Role, called, roles};
use super::sheet::{Odd, Sheet};
use super::wide::{Numbers, rest_of};
use super::{Facts, OwnOptions};
use crate::formats::stream::excerpt;
use crate::{Error, Result};

/// Rows read at once.
const BATCH: usize = 8192;

/// One value.
enum Cell {
    Whole(i128),
    Number(f64),
    Text(String),
    /// What is neither a number nor text.
    Other(&'static str),
}

/// The values of one column.
#[derive(Default)]
struct Column {
    role: Option<Role>,
    numbers: Numbers,
    texts: Vec<String>,
    odd: Odd,
    rows: u64,
}

impl Column {
    fn take(&mut self, cell: Option<Cell>) {
        let row = self.rows;
        self.rows += 1;
        let is_number = self.role == Some(Role::Number);
        match cell {
            None => self.gap(row),
            Some(Cell::Number(value)) if value.is_nan() => self.gap(row),
            Some(Cell::Whole(value)) if is_number => self.numbers.push(value as f64, rest_of(value)),
            Some(Cell::Number(value)) if is_number && value.is_finite() => self.numbers.push(value, 0.0),
            Some(cell) => {
                let text = match cell {
                    Cell::Whole(value) => value.to_string(),
                    Cell::Number(value) => value.to_string(),
                    Cell::Text(text) => text,
                    Cell::Other(what) => what.to_owned(),
                };
                if is_number {
                    self.numbers.push(f64::NAN, 0.0);
                    self.odd.read(row, || excerpt(text.as_bytes()));
                } else {
                    self.texts.push(text);
                }
            }
        }
    }

    fn gap(&mut self, row: u64) {
        if self.role == Some(Role::Number) {
            self.numbers.push(f64::NAN, 0.0);
        } else {
            self.texts.push(String::new());
        }
        // A label that is missing is counted elsewhere.
        if self.role != Some(Role::Label) {
            self.odd.miss(row);
        }
    }
}

/// Reads a file.
pub(super) fn read(path: &Path, options: &OwnOptions) -> Result<(Sheet, Facts)> {
    let file = path.display().to_string();
    let broken = |e: ParquetError| {
        let hint = if e.to_string().contains("ZSTD") || e.to_string().contains("feature") {
            ": write it with Snappy, gzip or no compression"
        } else {
            ""
        };
        Error::format(&file, "content", "an intact Parquet file", format!("{e}{hint}"))
    };
    let source = File::open(path).map_err(Error::io("open", path))?;
    let reader = SerializedFileReader::new(source).map_err(broken)?;
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    let names: Vec<String> = schema.columns().iter().map(|column| column.path().string()).collect();
    let roles = roles(&names, names.len(), options, &file, "schema")?;
    let mut sheet = Sheet { unit: "row", ..Sheet::default() };
    let mut columns = Vec::new();
    for (at, descriptor) in schema.columns().iter().enumerate() {
        if roles[at] == Role::Drop {
            continue;
        }
        if descriptor.max_rep_level() > 0 {
            let position = format!("column {}", called(&names, at));
            return Err(Error::format(&file, position, "one value a row", "lists: leave it out with `drop`"));
        }
        let mut column = Column { role: Some(roles[at]), ..Column::default() };
        for group in 0..reader.num_row_groups() {
            let group = reader.get_row_group(group).map_err(broken)?;
            let values = group.get_column_reader(at).map_err(broken)?;
            read_column(values, descriptor, |cell| column.take(cell)).map_err(broken)?;
        }
        sheet.rows = column.rows as usize;
        if column.odd != Odd::default() {
            sheet.odd.insert(at, column.odd.clone());
        }
        if roles[at].is_text() {
            sheet.texts.push(std::mem::take(&mut column.texts));
        }
        columns.push(column);
    }
    if let Some(short) = columns.iter().find(|column| column.rows as usize != sheet.rows) {
        let found = format!("{} and {}", short.rows, sheet.rows);
        return Err(Error::format(&file, "content", "columns of one length", found));
    }
    columns.retain(|column| column.role == Some(Role::Number));
    sheet.numbers = by_rows(columns.into_iter().map(|column| column.numbers).collect(), sheet.rows);
    sheet.names = names;
    sheet.roles = roles;
    Ok((sheet, Facts { format: "Parquet file".into(), ..Facts::default() }))
}

/// Columns side by side.
fn by_rows(columns: Vec<Numbers>, rows: usize) -> Numbers {
    let cols = columns.len();
    let mut all = Numbers { data: vec![0.0; rows * cols], rest: Vec::new() };
    for (at, Numbers { data, mut rest }) in columns.into_iter().enumerate() {
        for (row, value) in data.into_iter().enumerate() {
            all.data[row * cols + at] = value;
        }
        if !rest.is_empty() {
            rest.resize(rows, 0.0);
            all.rest.resize(rows * cols, 0.0);
            rest.into_iter().enumerate().for_each(|(row, rest)| all.rest[row * cols + at] = rest);
        }
    }
    all
}

/// Calls for every row of a column of one row group.
fn read_column(
    reader: ColumnReader,
    descriptor: &ColumnDescriptor,
    mut call: impl FnMut(Option<Cell>),
) -> Result<(), ParquetError> {
    let full = descriptor.max_def_level();
    let logical = descriptor.logical_type_ref();
    let kind = match logical {
        Some(logical) => ConvertedType::from(Some(logical.clone())),
        None => descriptor.converted_type(),
    };
    let unsigned = matches!(kind, ConvertedType::UINT_32 | ConvertedType::UINT_64);
    let scale = 10f64.powi(descriptor.type_scale().max(0));
    let decimal = kind == ConvertedType::DECIMAL;
    let whole = |value: i128| if decimal { Cell::Number(value as f64 / scale) } else { Cell::Whole(value) };
    let bytes = |bytes: &[u8]| match std::str::from_utf8(bytes) {
        Ok(valid) if !decimal => Cell::Text(valid.to_owned()),
        _ => Cell::Other("bytes"),
    };
    match reader {
        ColumnReader::BoolColumnReader(reader) => {
            each(reader, full, |&v| Cell::Whole(i128::from(v)), &mut call)
        }
        ColumnReader::Int32ColumnReader(reader) => each(
            reader,
            full,
            |&v| whole(if unsigned { i128::from(v.cast_unsigned()) } else { i128::from(v) }),
            &mut call,
        ),
        ColumnReader::Int64ColumnReader(reader) => each(
            reader,
            full,
            |&v| whole(if unsigned { i128::from(v.cast_unsigned()) } else { i128::from(v) }),
            &mut call,
        ),
        ColumnReader::Int96ColumnReader(reader) => {
            each(reader, full, |_| Cell::Other("a time of 96 bits"), &mut call)
        }
        ColumnReader::FloatColumnReader(reader) => {
            each(reader, full, |&v| Cell::Number(f64::from(v)), &mut call)
        }
        ColumnReader::DoubleColumnReader(reader) => each(reader, full, |&v| Cell::Number(v), &mut call),
        ColumnReader::ByteArrayColumnReader(reader) => each(reader, full, |v| bytes(v.data()), &mut call),
        ColumnReader::FixedLenByteArrayColumnReader(reader) => {
            each(reader, full, |_| Cell::Other("bytes of a fixed length"), &mut call)
        }
    }
}

/// Calls for every value, or for none where a row has none; `full` is the level of those that have one.
fn each<T: DataType>(
    mut reader: ColumnReaderImpl<T>,
    full: i16,
    cell: impl Fn(&T::T) -> Cell,
    call: &mut impl FnMut(Option<Cell>),
) -> Result<(), ParquetError> {
    let (mut values, mut levels) = (Vec::new(), Vec::new());
    loop {
        values.clear();
        levels.clear();
        let (records, _, _) = reader.read_records(BATCH, Some(&mut levels), None, &mut values)?;
        if records == 0 {
            return Ok(());
        }
        let mut there = values.iter();
        for row in 0..records {
            let has_value = full == 0 || levels.get(row) == Some(&full);
            call(if has_value { there.next().map(&cell) } else { None });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ndarray::array;
    use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;

    use crate::own::{Impute, OwnOptions, inspect, read};

    /// Four rows in two groups: whole numbers, numbers with a gap, text.
    fn file(folder: &tempfile::TempDir) -> std::path::PathBuf {
        let path = folder.path().join("t.parquet");
        let schema = "message t { required int64 a; optional double b; required binary kind (UTF8); }";
        let schema = Arc::new(parse_message_type(schema).unwrap());
        let source = std::fs::File::create(&path).unwrap();
        let mut writer = SerializedFileWriter::new(source, schema, Arc::default()).unwrap();
        for (a, b, levels, kind) in
            [([1, 2], vec![0.5], [1, 0], ["x", "y"]), ([3, 4], vec![1.5, 3.5], [1, 1], ["x", "z"])]
        {
            let mut group = writer.next_row_group().unwrap();
            let mut column = group.next_column().unwrap().unwrap();
            column.typed::<Int64Type>().write_batch(&a, None, None).unwrap();
            column.close().unwrap();
            let mut column = group.next_column().unwrap().unwrap();
            column.typed::<DoubleType>().write_batch(&b, Some(&levels), None).unwrap();
            column.close().unwrap();
            let mut column = group.next_column().unwrap().unwrap();
            column.typed::<ByteArrayType>().write_batch(&kind.map(ByteArray::from), None, None).unwrap();
            column.close().unwrap();
            group.close().unwrap();
        }
        writer.close().unwrap();
        path
    }

    #[test]
    fn columns_are_read_by_their_roles() {
        let folder = tempfile::tempdir().unwrap();
        let path = file(&folder);
        let options =
            OwnOptions { label: Some("kind".into()), impute: Some(Impute::Median), ..OwnOptions::default() };
        let own = inspect(&path, &options).unwrap();
        assert_eq!(own.data.features.to_dense(), array![[1.0, 0.5], [2.0, 1.5], [3.0, 1.5], [4.0, 3.5]]);
        assert_eq!((own.data.labels, own.facts.names), (vec![0, 1, 0, 2], vec!["a".to_owned(), "b".into()]));
        let options =
            OwnOptions { one_hot: vec!["kind".into()], drop: vec!["b".into()], ..OwnOptions::default() };
        let dense = read(&path, &options).unwrap().features.to_dense();
        assert_eq!(dense.row(3), array![4.0, 0.0, 0.0, 1.0]);
    }

    #[test]
    fn gaps_text_and_damage_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = file(&folder);
        let message = |options: &OwnOptions| read(&path, options).unwrap_err().to_string();
        let labelled = OwnOptions { label: Some("kind".into()), ..OwnOptions::default() };
        assert!(message(&labelled).contains("row 1, column \"b\": expected a number, found none"));
        assert!(
            message(&OwnOptions::default())
                .contains("row 0, column \"kind\": expected a finite number, found \"x\"")
        );
        let whole = std::fs::read(&path).unwrap();
        for length in [0, 3, whole.len() / 2, whole.len() - 1] {
            std::fs::write(&path, &whole[..length]).unwrap();
            assert!(message(&labelled).contains("expected an intact Parquet file"), "{length}");
        }
    }
}
