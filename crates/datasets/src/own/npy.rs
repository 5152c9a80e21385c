//! NumPy's `.npy`: magic, version, a header in Python's notation, then the elements.

use std::io::Read;
use std::path::Path;

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
    parse(stream::open(path)?, &path.display().to_string())
}

pub(super) fn parse(mut source: impl Read, file: &str) -> Result<NpyArray> {
    let mut start = [0u8; 8];
    exact(&mut source, &mut start, file, "byte 0", "the magic and version")?;
    if &start[..6] != b"\x93NUMPY" {
        return Err(Error::format(file, "byte 0", "the npy magic", stream::excerpt(&start[..6])));
    }
    let length = match start[6] {
        1 => {
            let mut bytes = [0u8; 2];
            exact(&mut source, &mut bytes, file, "byte 8", "the header length")?;
            u64::from(u16::from_le_bytes(bytes))
        }
        2 | 3 => {
            let mut bytes = [0u8; 4];
            exact(&mut source, &mut bytes, file, "byte 8", "the header length")?;
            u64::from(u32::from_le_bytes(bytes))
        }
        other => return Err(Error::format(file, "byte 6", "version 1, 2 or 3", other.to_string())),
    };
    if length > 1 << 16 {
        return Err(Error::format(file, "byte 8", "a header of at most 65536 bytes", length.to_string()));
    }
    let mut header = vec![0; length as usize];
    exact(&mut source, &mut header, file, "header", &format!("{length} bytes"))?;
    let header = String::from_utf8_lossy(&header);
    let wrong = |expected: &str| Error::format(file, "header", expected, stream::excerpt(header.as_bytes()));
    let descr = quoted(&header, "descr").ok_or_else(|| wrong("a 'descr' of plain numbers"))?;
    let Some(fortran) = value(&header, "fortran_order").map(|v| v.starts_with("True")) else {
        return Err(wrong("'fortran_order'"));
    };
    let shape = shape(&header).ok_or_else(|| wrong("a 'shape' of whole numbers"))?;
    let (order, kind) = descr.split_at(descr.len().min(1));
    let width: u64 =
        kind.get(1..).and_then(|w| w.parse().ok()).filter(|w| [1, 2, 4, 8].contains(w)).unwrap_or(0);
    if numbers(kind, &[], false).is_none() {
        let expected = "booleans, integers or floats of 1 to 8 bytes";
        return Err(Error::format(file, "header", expected, format!("dtype '{descr}'")));
    }
    let elements = shape.iter().try_fold(1u64, |n, &d| n.checked_mul(d as u64));
    let total = elements.and_then(|n| n.checked_mul(width.max(1))).filter(|&n| n <= LARGEST);
    let Some(total) = total else {
        return Err(wrong(&format!("at most {LARGEST} bytes of elements")));
    };
    let raw = stream::read_all(source, total, file)?;
    if raw.len() as u64 != total {
        let position = format!("after the header of {} bytes", length + 10);
        return Err(Error::format(file, position, format!("{total} bytes"), raw.len().to_string()));
    }
    let big = match order {
        "<" | "|" => false,
        ">" => true,
        "=" => cfg!(target_endian = "big"),
        _ => return Err(wrong("a byte order")),
    };
    let data =
        numbers(kind, &raw, big).ok_or_else(|| wrong("booleans, integers or floats of 1 to 8 bytes"))?;
    let rest = rests(kind, &raw, big);
    let order =
        |values: Vec<f64>| if fortran && !values.is_empty() { to_c_order(&values, &shape) } else { values };
    Ok(NpyArray { data: order(data), rest: order(rest), shape: shape.clone(), bytes: kind == "u1" })
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

fn quoted<'a>(header: &'a str, key: &str) -> Option<&'a str> {
    let value = value(header, key)?;
    let quote = value.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    value[1..].split(quote).next().filter(|text| text.is_ascii())
}

fn shape(header: &str) -> Option<Vec<usize>> {
    let inside = value(header, "shape")?.strip_prefix('(')?.split(')').next()?;
    let axes =
        inside.split(',').map(|axis| axis.trim().trim_end_matches('L')).filter(|axis| !axis.is_empty());
    axes.map(|axis| axis.parse().ok()).collect()
}

fn numbers(kind: &str, raw: &[u8], big: bool) -> Option<Vec<f64>> {
    macro_rules! read {
        ($type:ty) => {{
            let one = |&w| if big { <$type>::from_be_bytes(w) } else { <$type>::from_le_bytes(w) };
            raw.as_chunks().0.iter().map(|w| one(w) as f64).collect()
        }};
    }
    Some(match kind {
        "b1" | "u1" => read!(u8),
        "i1" => read!(i8),
        "u2" => read!(u16),
        "i2" => read!(i16),
        "u4" => read!(u32),
        "i4" => read!(i32),
        "u8" => read!(u64),
        "i8" => read!(i64),
        "f4" => read!(f32),
        "f8" => read!(f64),
        "f2" => raw
            .as_chunks()
            .0
            .iter()
            .map(|&w| half(if big { u16::from_be_bytes(w) } else { u16::from_le_bytes(w) }))
            .collect(),
        _ => return None,
    })
}

/// What rounding takes from integers of 8 bytes; nothing where that is 0 for all.
fn rests(kind: &str, raw: &[u8], big: bool) -> Vec<f64> {
    let whole: fn([u8; 8]) -> i128 = match kind {
        "u8" => |word| i128::from(u64::from_le_bytes(word)),
        "i8" => |word| i128::from(i64::from_le_bytes(word)),
        _ => return Vec::new(),
    };
    let rest = |word: &[u8; 8]| {
        let mut word = *word;
        if big {
            word.reverse();
        }
        rest_of(whole(word))
    };
    let words = raw.as_chunks().0;
    if words.iter().all(|word| rest(word) == 0.0) { Vec::new() } else { words.iter().map(rest).collect() }
}

/// What rounding to f64 takes from an integer below 2¹⁰⁶.
pub(super) fn rest_of(whole: i128) -> f64 {
    (whole - (whole as f64) as i128) as f64
}

/// IEEE 754 half precision.
fn half(bits: u16) -> f64 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff));
    sign * match exponent {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1.0 + fraction / 1024.0) * 2f64.powi(exponent - 15),
    }
}

/// First axis fastest to last axis fastest.
fn to_c_order(data: &[f64], shape: &[usize]) -> Vec<f64> {
    let mut strides = vec![1usize; shape.len()];
    for axis in 1..shape.len() {
        strides[axis] = strides[axis - 1] * shape[axis - 1];
    }
    let mut index = vec![0usize; shape.len()];
    let mut out = Vec::with_capacity(data.len());
    for _ in 0..data.len() {
        out.push(data[index.iter().zip(&strides).map(|(i, s)| i * s).sum::<usize>()]);
        for axis in (0..shape.len()).rev() {
            index[axis] += 1;
            if index[axis] < shape[axis] {
                break;
            }
            index[axis] = 0;
        }
    }
    out
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
        assert_eq!((c.shape, c.data, c.bytes), (vec![2, 3], vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0], true));
        let f = parse(&encode("|u1", true, "(2, 3)", &[1, 4, 2, 5, 3, 6])[..], "a").unwrap();
        assert_eq!(f.data, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let big = parse(&encode(">i2", false, "(1,)", &[0xff, 0xfe])[..], "a").unwrap();
        assert_eq!(big.data, [-2.0]);
        // np.float16([1.5, -0.25, 6e-8]).tobytes()
        let halves = parse(&encode("<f2", false, "(3,)", &[0, 0x3e, 0, 0xb4, 1, 0])[..], "a").unwrap();
        assert_eq!(halves.data, [1.5, -0.25, 2f64.powi(-24)]);
    }

    #[test]
    fn wrong_files_are_refused() {
        let message = |bytes: &[u8]| parse(bytes, "a.npy").unwrap_err().to_string();
        assert!(message(b"PK").contains("the magic"));
        assert!(message(&encode("<f4", false, "(2,)", &[0; 7])).contains("expected 8 bytes, found 7"));
        assert!(message(&encode("<f4", false, "(2,)", &[0; 9])).contains("at most 8 bytes"));
        assert!(message(&encode("<f4", false, "(99999999999, 99999999999)", &[])).contains("at most"));
        assert!(message(&encode("|O", false, "(1,)", &[0])).contains("booleans, integers or floats"));
        assert!(message(&encode("<f4", false, "(-1,)", &[])).contains("whole numbers"));
    }
}
