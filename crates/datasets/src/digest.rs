//! SHA-256 digests of decoded content.

use std::fmt::Write;
use std::io::Read;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::formats::stream;
use crate::{Csr, Error, Features, Result};

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// SHA-256 of bytes, hexadecimal.
pub(crate) fn of_bytes(bytes: &[u8]) -> String {
    hex(Sha256::digest(bytes))
}

/// SHA-256 of what a source holds, of its first `limit` bytes at most, hexadecimal.
pub(crate) fn of_source(source: impl Read, limit: u64, file: &str) -> Result<String> {
    let mut source = source.take(limit);
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 128 * 1024];
    let mut done = 0;
    loop {
        match source.read(&mut buffer).map_err(|e| stream::broken(file, done, &e))? {
            0 => return Ok(hex(hash.finalize())),
            n => {
                hash.update(&buffer[..n]);
                done += n as u64;
            }
        }
    }
}

/// SHA-256 of a file as it lies there, still compressed, hexadecimal.
pub(crate) fn of_file(path: &Path) -> Result<String> {
    let file = std::fs::File::open(path).map_err(Error::io("open", path))?;
    of_source(file, u64::MAX, &path.display().to_string())
}

/// Whether every file has the digest recorded for it.
pub(crate) fn are(files: &[PathBuf], recorded: &[&str]) -> Result<bool> {
    for (file, recorded) in files.iter().zip(recorded) {
        if of_file(file)? != *recorded {
            return Ok(false);
        }
    }
    Ok(files.len() == recorded.len())
}

/// Features as they stand, then labels.
pub(crate) fn of_features(features: &Features, labels: &[usize]) -> String {
    let mut hash = Sha256::new();
    match features {
        Features::Dense(x) => match x.as_slice() {
            Some(values) => floats(&mut hash, values),
            None => x.rows().into_iter().for_each(|row| floats(&mut hash, &row.to_vec())),
        },
        Features::Sparse(x) => csr(&mut hash, x),
    }
    let labels: Vec<u32> = labels.iter().map(|&label| label as u32).collect();
    words(&mut hash, &labels, |label| label.to_le_bytes());
    hex(hash.finalize())
}

/// Row pointers, column indices, values.
pub(crate) fn csr(hash: &mut Sha256, x: &Csr) {
    let pointers = x.indptr();
    let pointers = pointers.to_proper();
    words(hash, &pointers, |&p| (p as u64).to_le_bytes());
    words(hash, x.indices(), |i| i.to_le_bytes());
    floats(hash, x.data());
}

/// Values, little-endian.
pub(crate) fn floats(hash: &mut Sha256, values: &[f32]) {
    words(hash, values, |v| v.to_le_bytes());
}

/// Any words as bytes, a block at a time.
pub(crate) fn words<T, const N: usize>(hash: &mut Sha256, values: &[T], bytes: impl Fn(&T) -> [u8; N]) {
    let mut block = Vec::with_capacity(16 * 1024 * N);
    for chunk in values.chunks(16 * 1024) {
        block.clear();
        chunk.iter().for_each(|value| block.extend_from_slice(&bytes(value)));
        hash.update(&block);
    }
}
