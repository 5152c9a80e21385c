//! MATLAB version 5 files: real numeric arrays only, compressed or not, either byte order.
//!
//! Written by hand because a reader that inflates whatever it meets can be made to fill the memory; this one reads no
//! further than the caller's limit.

use std::path::Path;

use super::stream;
use crate::{Error, Result};

/// A numeric array, first dimension fastest.
#[derive(Debug, Clone, PartialEq)]
pub struct MatArray {
    /// The variable's name.
    pub name: String,
    /// Lengths of the dimensions.
    pub dims: Vec<usize>,
    /// The elements, column-major.
    pub data: Vec<f64>,
}

/// Reads the real numeric arrays of a version 5 file; other variables are passed over. At most `limit` bytes are
/// inflated.
///
/// # Errors
/// Names file, position, expectation and finding if the file is not what the format promises.
pub fn read_mat(path: &Path, limit: u64) -> Result<Vec<MatArray>> {
    let file = path.display().to_string();
    parse(&stream::read_all(stream::open(path)?, limit, &file)?, &file, limit)
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    big_endian: bool,
    file: &'a str,
    place: &'a str,
}

const COMPRESSED: u32 = 15;
const MATRIX: u32 = 14;

pub(crate) fn parse(bytes: &[u8], file: &str, limit: u64) -> Result<Vec<MatArray>> {
    let error = |expected: &str, found: String| Error::format(file, "header", expected, found);
    let Some(header) = bytes.get(..128) else {
        return Err(error("128 bytes", bytes.len().to_string()));
    };
    let big_endian = match &header[126..128] {
        b"IM" => false,
        b"MI" => true,
        other => return Err(error("a MATLAB 5 byte-order mark", stream::excerpt(other))),
    };
    let mut top = Cursor { bytes, at: 128, big_endian, file, place: "byte" };
    let mut arrays = Vec::new();
    let mut left = limit;
    while top.at < bytes.len() {
        let (kind, body) = top.element()?;
        if kind == COMPRESSED {
            let inflated = stream::read_all(flate2::read::ZlibDecoder::new(body), left, file)?;
            left -= inflated.len() as u64;
            let place = "inflated byte";
            let mut inner = Cursor { bytes: &inflated, at: 0, big_endian, file, place };
            let (kind, body) = inner.element()?;
            if kind == MATRIX {
                arrays.extend(matrix(&Cursor { bytes: body, at: 0, ..inner })?);
            }
        } else if kind == MATRIX {
            arrays.extend(matrix(&Cursor { bytes: body, at: 0, big_endian, file, place: "array byte" })?);
        }
    }
    Ok(arrays)
}

/// Flags, dimensions, name, real part; `None` for classes that are no plain numbers.
fn matrix(body: &Cursor<'_>) -> Result<Option<MatArray>> {
    let mut body = Cursor { ..*body };
    let (_, flags) = body.element()?;
    let word = body.u32_of(flags, "array flags")?;
    let (class, complex) = (word & 0xff, word & 0x0800 != 0);
    if !(6..=15).contains(&class) || complex {
        return Ok(None);
    }
    let (_, dims) = body.element()?;
    let mut lengths = Vec::new();
    for chunk in dims.chunks_exact(4) {
        lengths.push(body.u32_of(chunk, "a dimension")? as usize);
    }
    let (_, name) = body.element()?;
    let name = String::from_utf8_lossy(name).into_owned();
    let (kind, raw) = body.element()?;
    let data = body.numbers(kind, raw)?;
    let product = lengths.iter().try_fold(1usize, |n, &d| n.checked_mul(d));
    if product != Some(data.len()) {
        let expected = format!("elements for dimensions {lengths:?}");
        return Err(body.error(&expected, data.len().to_string()));
    }
    Ok(Some(MatArray { name, dims: lengths, data }))
}

impl<'a> Cursor<'a> {
    /// The next element's type and content; small elements carry both in one tag.
    fn element(&mut self) -> Result<(u32, &'a [u8])> {
        let tag = self.take(8)?;
        let first = self.u32_of(&tag[..4], "a tag")?;
        if first >> 16 != 0 {
            let length = (first >> 16) as usize;
            let Some(content) = tag[4..].get(..length) else {
                return Err(self.error("a small element of at most 4 bytes", length.to_string()));
            };
            return Ok((first & 0xffff, content));
        }
        let length = self.u32_of(&tag[4..], "a length")? as usize;
        let content = self.take(length)?;
        if first != COMPRESSED {
            self.at = self.at.next_multiple_of(8).min(self.bytes.len());
        }
        Ok((first, content))
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let Some(found) = self.at.checked_add(length).and_then(|end| self.bytes.get(self.at..end)) else {
            let rest = self.bytes.len().saturating_sub(self.at);
            return Err(self.error(&format!("{length} bytes"), rest.to_string()));
        };
        self.at += length;
        Ok(found)
    }

    fn u32_of(&self, bytes: &[u8], what: &str) -> Result<u32> {
        let Some(&word) = bytes.first_chunk::<4>() else {
            return Err(self.error(what, format!("{} bytes", bytes.len())));
        };
        Ok(if self.big_endian { u32::from_be_bytes(word) } else { u32::from_le_bytes(word) })
    }

    /// Numbers of any storage type.
    fn numbers(&self, kind: u32, raw: &[u8]) -> Result<Vec<f64>> {
        macro_rules! read {
            ($type:ty) => {{
                let (words, rest) = raw.as_chunks();
                if !rest.is_empty() {
                    return Err(self.error("whole numbers of their type", format!("{} bytes", raw.len())));
                }
                let big = self.big_endian;
                let one = |&w| if big { <$type>::from_be_bytes(w) } else { <$type>::from_le_bytes(w) };
                Ok(words.iter().map(|w| one(w) as f64).collect())
            }};
        }
        match kind {
            1 => read!(i8),
            2 => read!(u8),
            3 => read!(i16),
            4 => read!(u16),
            5 => read!(i32),
            6 => read!(u32),
            7 => read!(f32),
            9 => read!(f64),
            12 => read!(i64),
            13 => read!(u64),
            other => Err(self.error("a numeric storage type", format!("type {other}"))),
        }
    }

    fn error(&self, expected: &str, found: String) -> Error {
        Error::format(self.file, format!("{} {}", self.place, self.at), expected, found)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::Write;

    use super::*;

    fn element(kind: u32, content: &[u8]) -> Vec<u8> {
        let mut bytes = [kind.to_le_bytes(), (content.len() as u32).to_le_bytes()].concat();
        bytes.extend_from_slice(content);
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        bytes
    }

    /// A little-endian file with one compressed u8 array, stored like MATLAB does.
    pub(crate) fn encode(name: &str, dims: &[u32], data: &[u8]) -> Vec<u8> {
        let dims: Vec<u8> = dims.iter().flat_map(|d| d.to_le_bytes()).collect();
        let body = [
            element(6, &[9, 0, 0, 0, 0, 0, 0, 0]),
            element(5, &dims),
            element(1, name.as_bytes()),
            element(2, data),
        ];
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        zlib.write_all(&element(MATRIX, &body.concat())).unwrap();
        let packed = zlib.finish().unwrap();
        let mut file = vec![b' '; 124];
        file.extend_from_slice(&[0, 1, b'I', b'M']);
        file.extend_from_slice(&COMPRESSED.to_le_bytes());
        file.extend_from_slice(&(packed.len() as u32).to_le_bytes());
        file.extend_from_slice(&packed);
        file
    }

    #[test]
    fn arrays_are_read() {
        let arrays = parse(&encode("data", &[2, 3], &[1, 2, 3, 4, 5, 6]), "m", 10_000).unwrap();
        let expected =
            MatArray { name: "data".into(), dims: vec![2, 3], data: (1..=6).map(f64::from).collect() };
        assert_eq!(arrays, [expected]);
    }

    #[test]
    fn wrong_files_are_refused() {
        let good = encode("data", &[2, 3], &[1, 2, 3, 4, 5, 6]);
        assert!(parse(&good[..100], "m", 10_000).unwrap_err().to_string().contains("128 bytes"));
        assert!(parse(&good[..good.len() - 3], "m", 10_000).is_err());
        let lie = encode("data", &[2000, 3000], &[1, 2]);
        assert!(parse(&lie, "m", 10_000).unwrap_err().to_string().contains("[2000, 3000]"));
        let bomb = encode("data", &[1_000_000], &[0; 1_000_000]);
        assert!(parse(&bomb, "m", 10_000).unwrap_err().to_string().contains("at most 10000 bytes"));
    }
}
