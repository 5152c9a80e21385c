//! The decoded cache: one memory-mapped file a data set, versioned, tied to its source files, digest-checked.
//!
//! Layout: magic, header length (u64), SHA-256 of the header, header (JSON), then the sections, each aligned to 64
//! bytes. The header holds a digest of all sections; a file that fails any check is ignored and written anew.

use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use memmap2::Mmap;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::catalog::Found;
use crate::decoded::{Bytes, Decoded, Values};
use crate::{Csr, DataDirs, Error, ImageShape, Result};

/// Changes with the file format or with any decoder's output.
const MAGIC: &[u8; 8] = b"DCDATA01";
const ALIGN: usize = 64;
const START: usize = 8 + 8 + 32;
/// Headers are a few kilobytes.
const LARGEST_HEADER: u64 = 1 << 20;
/// Piece of the payload digested at once.
const PIECE: usize = 4 << 20;

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
            let columns = words(map.get(columns.clone())?, u32::from_le_bytes);
            let matrix = Csr::try_new((n, cols), pointers, columns, words(raw, f32::from_le_bytes)).ok()?;
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
        lengths: lengths(data),
    };
    let failed = Error::io("write", path);
    let outcome = (|| {
        let start = (START + serde_json::to_vec(&header)?.len()).next_multiple_of(ALIGN);
        file.as_file_mut().set_len(start as u64)?;
        file.seek(SeekFrom::Start(start as u64))?;
        let mut payload = Payload::new(BufWriter::with_capacity(PIECE, file.as_file_mut()));
        payload.sections(data)?;
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

fn lengths(data: &Decoded) -> [usize; 5] {
    let [labels, groups] = [data.rows() * 4, data.groups.as_ref().map_or(0, |g| g.len() * 4)];
    match &data.values {
        Values::Pixels { data, .. } => [labels, groups, 0, 0, data.len()],
        Values::Floats { data, .. } => [labels, groups, 0, 0, data.len() * 4],
        Values::Counts(x) | Values::Weights(x) => {
            [labels, groups, (x.rows() + 1) * 8, x.nnz() * 4, x.nnz() * 4]
        }
    }
}

/// The sections on their way to the file, digested piece by piece.
struct Payload<W> {
    out: W,
    written: usize,
    piece: Sha256,
    whole: Sha256,
}

impl<W: Write> Payload<W> {
    fn new(out: W) -> Self {
        Self { out, written: 0, piece: Sha256::new(), whole: Sha256::new() }
    }

    fn sections(&mut self, data: &Decoded) -> std::io::Result<()> {
        self.words(&data.labels, |v| v.to_le_bytes())?;
        self.words(data.groups.as_deref().unwrap_or_default(), |v| v.to_le_bytes())?;
        match &data.values {
            Values::Pixels { data, .. } => {
                self.align()?;
                self.bytes(data)
            }
            Values::Floats { data, .. } => self.words(data, |v| v.to_le_bytes()),
            Values::Counts(x) | Values::Weights(x) => {
                self.words(&x.indptr().to_proper(), |&p| (p as u64).to_le_bytes())?;
                self.words(x.indices(), |i| i.to_le_bytes())?;
                self.words(x.data(), |v| v.to_le_bytes())
            }
        }
    }

    fn words<T, const N: usize>(
        &mut self,
        values: &[T],
        word: impl Fn(&T) -> [u8; N],
    ) -> std::io::Result<()> {
        self.align()?;
        let mut block = Vec::with_capacity(16 * 1024 * N);
        for chunk in values.chunks(16 * 1024) {
            block.clear();
            chunk.iter().for_each(|value| block.extend_from_slice(&word(value)));
            self.bytes(&block)?;
        }
        Ok(())
    }

    fn align(&mut self) -> std::io::Result<()> {
        let gap = self.written.next_multiple_of(ALIGN) - self.written;
        self.bytes(&[0; ALIGN][..gap])
    }

    fn bytes(&mut self, mut bytes: &[u8]) -> std::io::Result<()> {
        self.out.write_all(bytes)?;
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(PIECE - self.written % PIECE));
            self.piece.update(now);
            self.written += now.len();
            if self.written.is_multiple_of(PIECE) {
                self.whole.update(self.piece.finalize_reset());
            }
            bytes = later;
        }
        Ok(())
    }

    fn finish(mut self) -> std::io::Result<String> {
        self.out.flush()?;
        if !self.written.is_multiple_of(PIECE) {
            self.whole.update(self.piece.finalize_reset());
        }
        Ok(crate::digest::hex(self.whole.finalize()))
    }
}

/// Digest of the digests of fixed pieces: pieces are hashed in parallel.
fn digest(payload: &[u8]) -> String {
    let pieces: Vec<_> = payload.par_chunks(PIECE).map(Sha256::digest).collect();
    let whole = pieces.iter().fold(Sha256::new(), Sha256::chain_update);
    crate::digest::hex(whole.finalize())
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
    fn streamed_and_whole_digests_agree() {
        for length in [0, 5, PIECE, 2 * PIECE + 7] {
            let bytes = vec![3u8; length];
            let mut payload = Payload::new(Vec::new());
            bytes.chunks(1_000_003).for_each(|chunk| payload.bytes(chunk).unwrap());
            assert_eq!(payload.finish().unwrap(), digest(&bytes));
        }
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
