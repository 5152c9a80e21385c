//! IDX, the container of MNIST and its descendants.
//!
//! Four magic bytes (0, 0, element type, number of dimensions), then each dimension as a big-endian u32, then the
//! elements. Only unsigned bytes (type 0x08) are read: every data set in this format uses them.

use std::io::Read;
use std::path::Path;

use super::stream;
use crate::{Error, Result};

/// An IDX file's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idx {
    /// Lengths of the dimensions; images are (n, height, width), labels are (n).
    pub dims: Vec<usize>,
    /// The elements, last dimension fastest.
    pub data: Vec<u8>,
}

/// Elements a file of a user's own may declare: 8 GiB.
pub(crate) const LARGEST: u64 = 8 << 30;

/// Reads an IDX file of unsigned bytes, plain, gzip or bzip2.
///
/// # Errors
/// Names file, position, expectation and finding if the magic, the element type, a dimension or the length is wrong;
/// a file that breaks off or has bytes left over is refused.
pub fn read_idx(path: &Path) -> Result<Idx> {
    parse(stream::open(path)?, &path.display().to_string(), &[])
}

/// Parses, and where `expected` is not empty demands these dimensions (`None`: any) before reading on.
pub(crate) fn parse(mut source: impl Read, file: &str, expected: &[Option<usize>]) -> Result<Idx> {
    let mut magic = [0u8; 4];
    fill(&mut source, &mut magic, file, 0)?;
    if magic[..2] != [0, 0] {
        return Err(Error::format(file, "byte 0", "the idx magic (two zero bytes)", format!("{magic:02x?}")));
    }
    if magic[2] != 0x08 {
        let found = format!("type 0x{:02x}", magic[2]);
        return Err(Error::format(file, "byte 2", "element type 0x08 (unsigned bytes)", found));
    }
    let rank = usize::from(magic[3]);
    let wanted = if expected.is_empty() { 1..=4 } else { expected.len()..=expected.len() };
    if !wanted.contains(&rank) {
        let expectation = if expected.is_empty() {
            "1 to 4 dimensions".to_owned()
        } else {
            format!("{} dimension(s)", expected.len())
        };
        return Err(Error::format(file, "byte 3", expectation, format!("{rank}")));
    }
    let mut dims = Vec::with_capacity(rank);
    for axis in 0..rank {
        let at = 4 + 4 * axis;
        let mut bytes = [0u8; 4];
        fill(&mut source, &mut bytes, file, at)?;
        let length = u32::from_be_bytes(bytes) as usize;
        if let Some(want) = expected.get(axis).copied().flatten()
            && want != length
        {
            let position = format!("byte {at} (dimension {axis})");
            return Err(Error::format(file, position, want.to_string(), length.to_string()));
        }
        dims.push(length);
    }
    let total = dims.iter().try_fold(1u64, |n, &d| n.checked_mul(d as u64)).filter(|&n| n <= LARGEST);
    let Some(total) = total else {
        return Err(Error::format(
            file,
            "header",
            format!("at most {LARGEST} elements"),
            format!("{dims:?}"),
        ));
    };
    let data = read_exactly(source, total, file, &dims)?;
    Ok(Idx { dims, data })
}

/// Grows with what is there, so that a header that promises too much costs nothing.
fn read_exactly(source: impl Read, total: u64, file: &str, dims: &[usize]) -> Result<Vec<u8>> {
    let header = 4 + 4 * dims.len() as u64;
    let mut data = Vec::new();
    let outcome = source.take(total + 1).read_to_end(&mut data);
    outcome.map_err(|e| stream::broken(file, header + data.len() as u64, &e))?;
    let found = data.len() as u64;
    if found == total {
        return Ok(data);
    }
    let found = if found < total { format!("{found}") } else { "more".to_owned() };
    Err(Error::format(
        file,
        format!("after the header of {header} bytes"),
        format!("{total} bytes for dimensions {dims:?}"),
        found,
    ))
}

fn fill(source: &mut impl Read, buffer: &mut [u8], file: &str, at: usize) -> Result<()> {
    source.read_exact(buffer).map_err(|e| match e.kind() {
        std::io::ErrorKind::UnexpectedEof => {
            Error::format(file, format!("byte {at}"), format!("{} header bytes", buffer.len()), "the end")
        }
        _ => stream::broken(file, at as u64, &e),
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(crate) fn encode(dims: &[u32], data: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0, 0, 8, dims.len() as u8];
        bytes.extend(dims.iter().flat_map(|d| d.to_be_bytes()));
        bytes.extend_from_slice(data);
        bytes
    }

    fn message(bytes: &[u8], expected: &[Option<usize>]) -> String {
        parse(bytes, "x.idx", expected).unwrap_err().to_string()
    }

    #[test]
    fn reads_images() {
        let idx = parse(&encode(&[2, 1, 3], &[1, 2, 3, 4, 5, 6])[..], "x", &[]).unwrap();
        assert_eq!(idx.dims, [2, 1, 3]);
        assert_eq!(idx.data, [1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn wrong_files_are_named() {
        assert_eq!(message(&[], &[]), "x.idx, byte 0: expected 4 header bytes, found the end");
        assert!(message(&[1, 2, 3, 4, 5], &[]).contains("idx magic"));
        assert!(message(&[0, 0, 0x0d, 1, 0, 0, 0, 0], &[]).contains("type 0x0d"));
        assert!(message(&encode(&[3], &[1, 2, 3]), &[None, None, None]).contains("3 dimension(s), found 1"));
        let short = message(&encode(&[4], &[1, 2]), &[]);
        assert_eq!(short, "x.idx, after the header of 8 bytes: expected 4 bytes for dimensions [4], found 2");
        assert!(message(&encode(&[1], &[1, 2]), &[]).ends_with("found more"));
        assert!(message(&encode(&[7, 28, 28], &[]), &[None, Some(28), Some(16)]).contains("dimension 2"));
    }

    #[test]
    fn a_lying_header_allocates_nothing() {
        let lie = encode(&[u32::MAX, u32::MAX, u32::MAX], &[0; 10]);
        assert!(message(&lie, &[]).contains("at most"));
        // 8 GiB promised, ten bytes there: answered at once, in little memory.
        assert!(message(&encode(&[1 << 31, 4], &[0; 10]), &[]).contains("found 10"));
    }

    proptest! {
        #[test]
        fn any_bytes_give_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&bytes[..], "fuzz", &[]);
        }

        #[test]
        fn what_is_written_is_read(dims in proptest::collection::vec(0u32..5, 1..4), seed in any::<u8>()) {
            let n: u32 = dims.iter().product();
            let data: Vec<u8> = (0..n).map(|i| (i as u8).wrapping_mul(seed)).collect();
            let idx = parse(&encode(&dims, &data)[..], "x", &[]).unwrap();
            prop_assert_eq!(idx.data, data);
        }
    }
}
