//! NumPy's `.npy`: magic, version, a header in Python's notation, then the elements.

use std::io::Read;
use std::path::Path;

use super::elements::{self, Kind};
use super::wide::Numbers;
use crate::formats::stream;
use crate::{Error, Result};

/// A NumPy array of real numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct NpyArray {
    /// Lengths of the axes.
    pub shape: Vec<usize>,
    /// The elements, last axis fastest.
    pub data: Vec<f64>,
    /// What f64 cannot hold of integers beyond 2⁵³: an element is `data + rest`. Empty where nothing is lost.
    pub rest: Vec<f64>,
    /// Whether they are stored as unsigned bytes, as images are.
    pub bytes: bool,
}

/// The largest array read: 8 GiB of file.
pub(super) const LARGEST: u64 = 8 << 30;

/// Reads an array of booleans, integers or floating-point numbers, either byte order, C or Fortran order.
///
/// # Errors
/// Names file, position, expectation and finding if the file is not what the format promises.
pub fn read_npy(path: &Path) -> Result<NpyArray> {
    let Array { shape, elements, bytes, .. } = read(path)?;
    let Numbers { data, rest } = elements.into_numbers();
    Ok(NpyArray { shape, data, rest, bytes })
}

/// An array in the narrowest type that holds its elements.
#[derive(Debug)]
pub(super) struct Array {
    /// Lengths of the axes.
    pub shape: Vec<usize>,
    /// The elements, last axis fastest.
    pub elements: Elements,
    /// Whether they are stored as unsigned bytes.
    pub bytes: bool,
    /// What NumPy calls their type.
    pub kind: String,
}

/// Elements.
#[derive(Debug)]
pub(super) enum Elements {
    /// Those that f32 holds.
    Singles(Vec<f32>),
    /// Others.
    Numbers(Numbers),
}

impl Elements {
    pub(super) fn into_numbers(self) -> Numbers {
        match self {
            Self::Singles(data) => {
                Numbers { data: data.into_iter().map(f64::from).collect(), rest: Vec::new() }
            }
            Self::Numbers(numbers) => numbers,
        }
    }
}

/// What stands before the elements.
#[derive(Debug)]
pub(super) struct Header {
    pub shape: Vec<usize>,
    pub kind: Kind,
    pub fortran: bool,
    /// Bytes of the header, and of the elements after it.
    pub length: u64,
    pub total: u64,
}

/// Reads a file. Memory holds the array once, and a piece of the file.
pub(super) fn read(path: &Path) -> Result<Array> {
    let file = path.display().to_string();
    let there = std::fs::metadata(path).map_err(Error::io("open", path))?.len();
    let mut source = stream::open(path)?;
    let header = header(&mut source, &file)?;
    // Only a file that is not packed tells how much there is.
    let plain = there == header.length + header.total;
    elements::read(source, header, plain, &file)
}

/// Reads an array from a source that may break off anywhere.
pub(super) fn parse(mut source: impl Read, file: &str) -> Result<Array> {
    let header = header(&mut source, file)?;
    elements::read(source, header, false, file)
}

/// Reads what stands before the elements.
pub(super) fn header(source: &mut impl Read, file: &str) -> Result<Header> {
    let mut start = [0u8; 8];
    exact(source, &mut start, file, "byte 0", "the magic and version")?;
    if &start[..6] != b"\x93NUMPY" {
        return Err(Error::format(file, "byte 0", "the npy magic", stream::excerpt(&start[..6])));
    }
    let (length, at) = match start[6] {
        1 => {
            let mut bytes = [0u8; 2];
            exact(source, &mut bytes, file, "byte 8", "the header length")?;
            (u64::from(u16::from_le_bytes(bytes)), 10)
        }
        2 | 3 => {
            let mut bytes = [0u8; 4];
            exact(source, &mut bytes, file, "byte 8", "the header length")?;
            (u64::from(u32::from_le_bytes(bytes)), 12)
        }
        other => return Err(Error::format(file, "byte 6", "version 1, 2 or 3", other.to_string())),
    };
    if length > 1 << 16 {
        return Err(Error::format(file, "byte 8", "a header of at most 65536 bytes", length.to_string()));
    }
    let mut header = vec![0; length as usize];
    exact(source, &mut header, file, "header", &format!("{length} bytes"))?;
    let header = String::from_utf8_lossy(&header);
    let wrong = |expected: &str| Error::format(file, "header", expected, stream::excerpt(header.as_bytes()));
    let numbers = "booleans, integers or floats of 1 to 8 bytes";
    let described = value(&header, "descr").ok_or_else(|| wrong("a 'descr' of plain numbers"))?;
    if described.starts_with('[') {
        let found = "an array of records: save its columns as one array of numbers";
        return Err(Error::format(file, "header", numbers, found));
    }
    let descr = quoted(described).ok_or_else(|| wrong("a 'descr' of plain numbers"))?;
    let Some(fortran) = value(&header, "fortran_order").map(|v| v.starts_with("True")) else {
        return Err(wrong("'fortran_order'"));
    };
    let shape = shape(&header).ok_or_else(|| wrong("a 'shape' of whole numbers"))?;
    let Some(kind) = Kind::of(descr) else {
        let hint = if descr.contains('O') { " (Python objects): convert with astype(float)" } else { "" };
        return Err(Error::format(file, "header", numbers, format!("dtype '{descr}'{hint}")));
    };
    let elements = shape.iter().try_fold(1u64, |n, &d| n.checked_mul(d as u64));
    let total = elements.and_then(|n| n.checked_mul(kind.width())).filter(|&n| n <= LARGEST);
    let Some(total) = total else {
        return Err(wrong(&format!("at most {LARGEST} bytes of elements")));
    };
    Ok(Header { shape, kind, fortran, length: length + at, total })
}

fn exact(source: &mut impl Read, buffer: &mut [u8], file: &str, place: &str, what: &str) -> Result<()> {
    let expected = |_| Error::format(file, place, what, "the end");
    source.read_exact(buffer).map_err(expected)
}

/// The text after `'key':`.
fn value<'a>(header: &'a str, key: &str) -> Option<&'a str> {
    let at =
        [format!("'{key}'"), format!("\"{key}\"")].iter().find_map(|k| Some(header.find(k)? + k.len()))?;
    Some(header[at..].trim_start().strip_prefix(':')?.trim_start())
}

fn quoted(value: &str) -> Option<&str> {
    let quote = value.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    value[1..].split(quote).next().filter(|text| text.is_ascii())
}

fn shape(header: &str) -> Option<Vec<usize>> {
    let inside = value(header, "shape")?.strip_prefix('(')?.split(')').next()?;
    let axes =
        inside.split(',').map(|axis| axis.trim().trim_end_matches('L')).filter(|axis| !axis.is_empty());
    axes.map(|axis| axis.parse().ok()).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn encode(descr: &str, fortran: bool, shape: &str, data: &[u8]) -> Vec<u8> {
        let fortran = if fortran { "True" } else { "False" };
        let header = format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}\n");
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend_from_slice(&(header.len() as u16).to_le_bytes());
        bytes.extend_from_slice(header.as_bytes());
        bytes.extend_from_slice(data);
        bytes
    }

    #[test]
    fn arrays_are_read() {
        let c = parse(&encode("|u1", false, "(2, 3)", &[1, 2, 3, 4, 5, 6])[..], "a").unwrap();
        assert_eq!((c.shape, c.bytes), (vec![2, 3], true));
        assert_eq!(c.elements.into_numbers().data, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let data = |bytes: &[u8]| parse(bytes, "a").unwrap().elements.into_numbers().data;
        assert_eq!(data(&encode("|u1", true, "(2, 3)", &[1, 4, 2, 5, 3, 6])), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(data(&encode(">i2", false, "(1,)", &[0xff, 0xfe])), [-2.0]);
        // np.float16([1.5, -0.25, 6e-8]).tobytes()
        assert_eq!(
            data(&encode("<f2", false, "(3,)", &[0, 0x3e, 0, 0xb4, 1, 0])),
            [1.5, -0.25, 2f64.powi(-24)]
        );
    }

    #[test]
    fn wrong_files_are_refused() {
        let message = |bytes: &[u8]| parse(bytes, "a.npy").unwrap_err().to_string();
        assert!(message(b"PK").contains("the magic"));
        assert!(message(&encode("<f4", false, "(2,)", &[0; 7])).contains("expected 8 bytes, found 7"));
        assert!(message(&encode("<f4", false, "(2,)", &[0; 9])).contains("expected 8 bytes, found more"));
        assert!(message(&encode("<f4", false, "(99999999999, 99999999999)", &[])).contains("at most"));
        assert!(message(&encode("|O", false, "(1,)", &[0])).contains("booleans, integers or floats"));
        assert!(
            message(&encode("|O", false, "(1,)", &[0]))
                .ends_with("dtype '|O' (Python objects): convert with astype(float)")
        );
        let records = encode("<f4", false, "(1,)", &[0; 4]);
        let records = String::from_utf8_lossy(&records[10..]).replace("'<f4'", "[('a', '<f4')]");
        let length = (records.len() as u16).to_le_bytes();
        let records = [b"\x93NUMPY\x01\x00", &length[..], records.as_bytes()].concat();
        assert!(message(&records).contains("found an array of records"));
        assert!(message(&encode("<f4", false, "(-1,)", &[])).contains("whole numbers"));
    }
}
