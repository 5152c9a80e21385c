//! The decoded cache: one memory-mapped file a data set, versioned, tied to its source files, digest-checked.
//!
//! Layout: magic, header length (u64), SHA-256 of the header, header (JSON), then the sections, each aligned to 64
//! bytes. The header holds a digest of all sections; a file that fails any check is ignored and written anew. Column
//! indices and counts take as many bytes as their largest needs: less to read and to digest.

use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use memmap2::Mmap;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::payload::{PIECE, Payload, digest, lengths, widths};
use crate::catalog::Found;
use crate::decoded::{Bytes, Decoded, Values};
use crate::{Csr, DataDirs, Error, ImageShape, Result};

/// Changes with the file format or with any decoder's output.
const MAGIC: &[u8; 8] = b"DCDATA02";
pub(super) const ALIGN: usize = 64;
const START: usize = 8 + 8 + 32;
/// Headers are a few kilobytes.
const LARGEST_HEADER: u64 = 1 << 20;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    name: String,
    stamp: String,
    content: String,
    payload: String,
    kind: Kind,
    cols: usize,
    class_names: Vec<String>,
    image: Option<ImageShape>,
    n_train: Option<usize>,
    range: Option<(f32, f32)>,
    /// Lengths in bytes: labels, groups, row pointers, column indices, values.
    lengths: [usize; 5],
    /// Bytes of a column index (2 or 4) and of a sparse value (1 or 2 for counts that fit, else 4 for an f32).
    widths: [usize; 2],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Pixels,
    Floats,
    Counts,
    Weights,
}

/// Where a data set's cache lies.
pub(crate) fn path(dirs: &DataDirs, name: &str) -> Option<PathBuf> {
    Some(dirs.writable()?.join(".cache").join(format!("{name}.bin")))
}

/// What ties a cache to the files it was decoded from: their paths, sizes and times of change.
pub(crate) fn stamp(found: &Found) -> String {
    let mut hash = Sha256::new();
    for file in &found.files {
        let meta = std::fs::metadata(file).ok();
        let changed = meta.as_ref().and_then(|m| m.modified().ok());
        let path = file.canonicalize().unwrap_or_else(|_| file.clone());
        hash.update(format!("{}\0{:?}\0{changed:?}\0", path.display(), meta.map(|m| m.len())));
    }
    crate::digest::hex(hash.finalize())
}

/// The cached content and its digest, if there is a sound cache of exactly these files.
pub(crate) fn read(path: &Path, name: &str, stamp: &str) -> Option<(Decoded, String)> {
    let file = File::open(path).ok()?;
    // SAFETY: cache files are written under a temporary name and renamed when complete, and never written again,
    // so nothing changes or shortens the mapped file.
    let map = unsafe { Mmap::map(&file) }.ok()?;
    let length = u64::from_le_bytes(map.get(8..16)?.try_into().ok()?);
    if map.get(..8)? != MAGIC || length > LARGEST_HEADER {
        return None;
    }
    let end = START + length as usize;
    let json = map.get(START..end)?;
    if map.get(16..START)? != Sha256::digest(json).as_slice() {
        return None;
    }
    let header: Header = serde_json::from_slice(json).ok()?;
    let sections = sections(end, &header.lengths)?;
    let payload = map.get(end.next_multiple_of(ALIGN)..)?;
    if header.name != name || header.stamp != stamp || digest(payload) != header.payload {
        return None;
    }
    let content = header.content.clone();
    Some((decoded(map, header, &sections)?, content))
}

fn sections(header_end: usize, lengths: &[usize; 5]) -> Option<[Range<usize>; 5]> {
    let mut at = header_end.checked_next_multiple_of(ALIGN)?;
    let mut ranges = [const { 0..0 }; 5];
    for (range, &length) in ranges.iter_mut().zip(lengths) {
        let end = at.checked_add(length)?;
        *range = at..end;
        at = end.checked_next_multiple_of(ALIGN)?;
    }
    Some(ranges)
}

fn decoded(map: Mmap, header: Header, sections: &[Range<usize>; 5]) -> Option<Decoded> {
    let [labels, groups, pointers, columns, values] = sections;
    let labels: Vec<u32> = words(map.get(labels.clone())?, u32::from_le_bytes);
    let groups: Vec<u32> = words(map.get(groups.clone())?, u32::from_le_bytes);
    let (n, cols) = (labels.len(), header.cols);
    let raw = map.get(values.clone())?;
    let dense = |width: usize| n.checked_mul(cols)?.checked_mul(width);
    let values = match header.kind {
        Kind::Pixels if dense(1) == Some(raw.len()) => {
            Values::Pixels { cols, data: Bytes::Mapped(map, values.clone()) }
        }
        Kind::Floats if dense(4) == Some(raw.len()) => {
            Values::Floats { cols, data: words(raw, f32::from_le_bytes) }
        }
        Kind::Counts | Kind::Weights => {
            let pointers: Vec<u64> = words(map.get(pointers.clone())?, u64::from_le_bytes);
            let pointers = pointers.into_iter().map(|p| p as usize).collect();
            let raw_columns = map.get(columns.clone())?;
            let columns = match header.widths[0] {
                2 => words(raw_columns, |w| u32::from(u16::from_le_bytes(w))),
                4 => words(raw_columns, u32::from_le_bytes),
                _ => return None,
            };
            let values = match header.widths[1] {
                1 => words(raw, |[w]: [u8; 1]| f32::from(w)),
                2 => words(raw, |w| f32::from(u16::from_le_bytes(w))),
                4 => words(raw, f32::from_le_bytes),
                _ => return None,
            };
            let matrix = Csr::try_new((n, cols), pointers, columns, values).ok()?;
            if header.kind == Kind::Counts { Values::Counts(matrix) } else { Values::Weights(matrix) }
        }
        _ => return None,
    };
    if labels.iter().any(|&label| label as usize >= header.class_names.len()) {
        return None;
    }
    Some(Decoded {
        values,
        labels,
        class_names: header.class_names,
        image: header.image,
        n_train: header.n_train.filter(|&t| t <= n),
        groups: (groups.len() == n).then_some(groups),
        range: header.range,
    })
}

/// Writes the cache beside its final name, then renames it. Sections are streamed: no second copy of the data.
pub(crate) fn write(path: &Path, name: &str, stamp: &str, content: &str, data: &Decoded) -> Result<()> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    std::fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(Error::io("create", folder))?;
    let widths = widths(data);
    let mut header = Header {
        name: name.to_owned(),
        stamp: stamp.to_owned(),
        content: content.to_owned(),
        // As long as the digest that takes its place, so that the header's length is known.
        payload: "0".repeat(64),
        kind: match data.values {
            Values::Pixels { .. } => Kind::Pixels,
            Values::Floats { .. } => Kind::Floats,
            Values::Counts(_) => Kind::Counts,
            Values::Weights(_) => Kind::Weights,
        },
        cols: data.cols(),
        class_names: data.class_names.clone(),
        image: data.image,
        n_train: data.n_train,
        range: data.range,
        lengths: lengths(data, widths),
        widths,
    };
    let failed = Error::io("write", path);
    let outcome = (|| {
        let start = (START + serde_json::to_vec(&header)?.len()).next_multiple_of(ALIGN);
        file.as_file_mut().set_len(start as u64)?;
        file.seek(SeekFrom::Start(start as u64))?;
        let mut payload = Payload::new(BufWriter::with_capacity(PIECE, file.as_file_mut()));
        payload.sections(data, widths)?;
        header.payload = payload.finish()?;
        let json = serde_json::to_vec(&header)?;
        file.rewind()?;
        file.write_all(MAGIC)?;
        file.write_all(&(json.len() as u64).to_le_bytes())?;
        file.write_all(&Sha256::digest(&json))?;
        file.write_all(&json)
    })();
    outcome.map_err(failed)?;
    file.persist(path).map_err(|e| Error::io("write", path)(e.error))?;
    Ok(())
}

fn words<T: Send, const N: usize>(bytes: &[u8], word: impl Fn([u8; N]) -> T + Sync) -> Vec<T> {
    bytes.as_chunks::<N>().0.par_iter().map(|&chunk| word(chunk)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sparse() -> Decoded {
        let matrix = Csr::new((2, 3), vec![0, 2, 3], vec![0, 2, 1], vec![1.0, 2.0, 3.0]);
        Decoded {
            values: Values::Counts(matrix),
            labels: vec![1, 0],
            class_names: vec!["x".into(), "y".into()],
            image: None,
            n_train: Some(1),
            groups: Some(vec![7, 8]),
            range: None,
        }
    }

    fn written() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".cache").join("t.bin");
        write(&path, "t", "stamp", "content", &sparse()).unwrap();
        (folder, path)
    }

    #[test]
    fn what_is_written_is_read() {
        let (_folder, path) = written();
        let (back, content) = read(&path, "t", "stamp").unwrap();
        assert_eq!(content, "content");
        assert_eq!(back.digest(), sparse().digest());
        assert_eq!((back.n_train, back.groups), (Some(1), Some(vec![7, 8])));
        assert!(read(&path, "t", "other").is_none());
        assert!(read(&path, "other", "stamp").is_none());
    }

    #[test]
    fn values_come_back_whatever_their_size() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.bin");
        let with = |cols, largest| {
            Csr::new((2, cols), vec![0, 2, 3], vec![0, 2, cols as u32 - 1], vec![1.0, 2.0, largest])
        };
        let shapes =
            [(3, 255.0, [2, 1]), (65_536, 256.0, [2, 2]), (65_537, 65_536.0, [4, 4]), (3, 0.5, [2, 4])];
        for (cols, largest, expected) in shapes {
            let data = Decoded { values: Values::Counts(with(cols, largest)), ..sparse() };
            assert_eq!(widths(&data), expected);
            write(&path, "t", "stamp", "content", &data).unwrap();
            assert_eq!(read(&path, "t", "stamp").unwrap().0.digest(), data.digest());
        }
        let weights = Decoded { values: Values::Weights(with(3, 7.0)), ..sparse() };
        assert_eq!(widths(&weights), [2, 4]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_damaged_cache_is_ignored(at in any::<prop::sample::Index>(), flip in 1u8..) {
            let (_folder, path) = written();
            let mut bytes = std::fs::read(&path).unwrap();
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
            std::fs::write(&path, &bytes).unwrap();
            let padding = START + u64::from_le_bytes(bytes[8..16].try_into().unwrap()) as usize;
            let read = read(&path, "t", "stamp");
            // Padding between header and sections is the only thing not covered.
            if at < START || !(padding..padding.next_multiple_of(ALIGN)).contains(&at) {
                prop_assert!(read.is_none());
            }
        }

        #[test]
        fn a_shortened_cache_is_ignored(at in any::<prop::sample::Index>()) {
            let (_folder, path) = written();
            let bytes = std::fs::read(&path).unwrap();
            std::fs::write(&path, &bytes[..at.index(bytes.len())]).unwrap();
            prop_assert!(read(&path, "t", "stamp").is_none());
        }
    }
}
