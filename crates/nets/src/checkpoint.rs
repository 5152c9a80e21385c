use crate::{Error, Result};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use tch::{Device, Kind, Tensor};

const SETTINGS_KEY: &str = "deepclust.settings";

/// How the header of a file begins, after its length.
const START: &[u8] = br#"{"__metadata__":{"#;
/// How it begins in a file with a digest, whose 64 digits follow.
const SEALED: &[u8] = br#"{"__metadata__":{"deepclust.sha256":""#;
/// Where the digits begin: after the length and the above.
const AT: usize = 8 + SEALED.len();
const DIGITS: usize = 64;

/// Writes named tensors (f64 as they are, all others as f32) and a JSON text of settings as one safetensors file, through a temporary file beside it.
///
/// The file holds, in its metadata as `deepclust.sha256`, the SHA-256 digest of all its bytes but the digest's own digits. Its
/// mode is that of any new file.
///
/// # Errors
/// [`Error::Io`] when the file cannot be written; an older file of that name is untouched then.
pub fn save_tensors(path: &Path, tensors: &[(String, Tensor)], settings: &str) -> Result<()> {
    let bytes: Vec<(String, Dtype, Vec<usize>, Vec<u8>)> = tensors
        .iter()
        .map(|(name, tensor)| {
            let shape = tensor.size().iter().map(|&d| d as usize).collect();
            let flat = tensor.detach().to_device(Device::Cpu).contiguous().view([-1]);
            let (kind, values) = if flat.kind() == Kind::Double {
                let values = Vec::<f64>::try_from(&flat)?;
                (Dtype::F64, values.iter().flat_map(|v| v.to_le_bytes()).collect())
            } else {
                let values = Vec::<f32>::try_from(&flat.to_kind(Kind::Float))?;
                (Dtype::F32, values.iter().flat_map(|v| v.to_le_bytes()).collect())
            };
            Ok((name.clone(), kind, shape, values))
        })
        .collect::<Result<_>>()?;
    let problem = |error: safetensors::SafeTensorError| Error::Checkpoint {
        path: path.to_owned(),
        problem: format!("cannot be encoded: {error}"),
    };
    let views = bytes
        .iter()
        .map(|(name, kind, shape, data)| {
            Ok((name, TensorView::new(*kind, shape.clone(), data).map_err(problem)?))
        })
        .collect::<Result<Vec<_>>>()?;
    let metadata = HashMap::from([(SETTINGS_KEY.to_owned(), settings.to_owned())]);
    let encoded = safetensors::serialize(views, Some(metadata)).map_err(problem)?;
    let sealed = sealed(&encoded).ok_or_else(|| Error::Checkpoint {
        path: path.to_owned(),
        problem: "cannot be encoded: the header does not begin with the metadata".to_owned(),
    })?;
    let io = |source| Error::Io { path: path.to_owned(), source };
    let folder = path.parent().filter(|p| *p != Path::new("")).unwrap_or(Path::new("."));
    let mut file = temporary(folder).map_err(io)?;
    file.write_all(&sealed).and_then(|()| file.as_file().sync_all()).map_err(io)?;
    file.persist(path).map_err(|error| io(error.error))?;
    Ok(())
}

/// A temporary file that others may read as far as the process's umask lets them; by itself it would be its owner's alone.
fn temporary(folder: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

/// The encoded file with its digest as the first entry of the metadata. None where the header begins in another way than ours do.
fn sealed(encoded: &[u8]) -> Option<Vec<u8>> {
    let (length, rest) = encoded.split_first_chunk()?;
    let (header, data) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
    let entries = header.trim_ascii_end().strip_prefix(START)?;
    let mut header = [SEALED, &[b'0'; DIGITS], b"\",", entries].concat();
    header.resize(header.len().next_multiple_of(8), b' '); // the tensors begin at a multiple of their size
    let length = u64::try_from(header.len()).ok()?.to_le_bytes();
    let mut file = [&length[..], &header, data].concat();
    let digest = digest(&file)?;
    file.get_mut(AT..AT + DIGITS)?.copy_from_slice(digest.as_bytes());
    Some(file)
}

/// SHA-256 of a file's bytes without the digits of its digest, hexadecimal. None where the file has no place for them.
fn digest(file: &[u8]) -> Option<String> {
    let (before, after) = (file.get(..AT)?, file.get(AT + DIGITS..)?);
    let hash = Sha256::new().chain_update(before).chain_update(after).finalize();
    Some(hash.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The digest that a file says it has.
fn stated_digest(file: &[u8]) -> Option<&[u8]> {
    file.get(8..)?.strip_prefix(SEALED)?.get(..DIGITS)
}

/// Reads what [`save_tensors`] wrote: the tensors on the processor, and the settings' text. Files of versions that wrote no digest
/// are read unchecked.
///
/// # Errors
/// [`Error::Io`] when the file cannot be read, [`Error::Checkpoint`] when it is not such a file or was changed since it was
/// written.
pub fn load_tensors(path: &Path) -> Result<(Vec<(String, Tensor)>, String)> {
    let bytes = fs::read(path).map_err(|source| Error::Io { path: path.to_owned(), source })?;
    let problem = |problem: String| Error::Checkpoint { path: path.to_owned(), problem };
    if let Some(stated) = stated_digest(&bytes)
        && digest(&bytes).is_none_or(|digest| digest.as_bytes() != stated)
    {
        return Err(problem("expected the content that was saved, found other bytes (SHA-256)".to_owned()));
    }
    let (_, metadata) = SafeTensors::read_metadata(&bytes)
        .map_err(|error| problem(format!("expected a safetensors file, found: {error}")))?;
    let file = SafeTensors::deserialize(&bytes)
        .map_err(|error| problem(format!("expected a safetensors file, found: {error}")))?;
    let entries = metadata.metadata().as_ref();
    let settings = entries
        .and_then(|map| map.get(SETTINGS_KEY))
        .ok_or_else(|| problem(format!("expected the entry `{SETTINGS_KEY}`, found none")))?;
    // A damaged name of the digest's entry must not make the file one without a digest.
    let known = if stated_digest(&bytes).is_some() { 2 } else { 1 };
    if let Some(found) = entries.map(HashMap::len).filter(|&found| found != known) {
        return Err(problem(format!("metadata: expected {known} entries, found {found}")));
    }
    let mut tensors = Vec::new();
    for (name, view) in file.iter() {
        let shape: Vec<i64> = view.shape().iter().map(|&d| d as i64).collect();
        let flat = match view.dtype() {
            Dtype::F32 => Tensor::from_slice(&numbers(view.data(), f32::from_le_bytes)),
            Dtype::F64 => Tensor::from_slice(&numbers(view.data(), f64::from_le_bytes)),
            other => return Err(problem(format!("tensor `{name}`: expected F32 or F64, found {other:?}"))),
        };
        tensors.push((name.to_owned(), flat.view(shape.as_slice())));
    }
    Ok((tensors, settings.clone()))
}

fn numbers<const N: usize, T>(bytes: &[u8], decode: fn([u8; N]) -> T) -> Vec<T> {
    bytes.chunks_exact(N).filter_map(|chunk| chunk.try_into().ok()).map(decode).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn saves_and_loads() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("net.safetensors");
        let tensors = vec![
            ("b".to_owned(), Tensor::from_slice(&[1.5f32, -2.0, 3.0, 0.0, 1.0, 9.0]).view([2, 3])),
            ("a".to_owned(), Tensor::from_slice(&[7.1f64])),
        ];
        save_tensors(&path, &tensors, r#"{"widths":[2,3]}"#).unwrap();
        let (mut loaded, settings) = load_tensors(&path).unwrap();
        loaded.sort_by(|x, y| y.0.cmp(&x.0));
        assert_eq!(settings, r#"{"widths":[2,3]}"#);
        assert_eq!(loaded, tensors);
    }

    fn saved(path: &Path) -> Vec<u8> {
        let values: Vec<f32> = (0..500).map(|i| i as f32 / 7.0).collect();
        let tensors = [
            ("weight".to_owned(), Tensor::from_slice(&values).view([20, 25])),
            ("bias".to_owned(), Tensor::from_slice(&[0.5f64, 2.0])),
        ];
        save_tensors(path, &tensors, r#"{"widths":[20,25],"hidden":"relu"}"#).unwrap();
        fs::read(path).unwrap()
    }

    #[test]
    fn a_changed_byte_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("net.safetensors");
        let bytes = saved(&path);
        // Every byte of the header, where a change might make it a file without a digest, and every 97th of all.
        let header = 0..8 + usize::try_from(u64::from_le_bytes(bytes[..8].try_into().unwrap())).unwrap();
        assert!(header.end > AT + DIGITS && header.end % 8 == 0);
        for at in header.chain((0..bytes.len()).step_by(97)) {
            for mask in [0x01, 0x20, 0x80, 0xff] {
                let mut damaged = bytes.clone();
                damaged[at] ^= mask;
                fs::write(&path, &damaged).unwrap();
                let loaded = load_tensors(&path);
                assert!(matches!(loaded, Err(Error::Checkpoint { .. })), "byte {at} ^ {mask:#x}: {loaded:?}");
            }
        }
        for length in (0..bytes.len()).step_by(97) {
            fs::write(&path, &bytes[..length]).unwrap();
            assert!(load_tensors(&path).is_err(), "the first {length} bytes");
        }
        fs::write(&path, &bytes).unwrap();
        load_tensors(&path).unwrap();
    }

    #[test]
    fn the_same_tensors_make_the_same_file() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(saved(&folder.path().join("a")), saved(&folder.path().join("b")));
    }

    #[test]
    fn a_file_without_a_digest_loads() {
        // What versions before the digest wrote.
        let view = TensorView::new(Dtype::F32, vec![2], &[0, 0, 128, 63, 0, 0, 0, 64]).unwrap();
        let metadata = HashMap::from([(SETTINGS_KEY.to_owned(), "{}".to_owned())]);
        let bytes = safetensors::serialize([("a", view)], Some(metadata)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("old.safetensors");
        fs::write(&path, bytes).unwrap();
        let expected = vec![("a".to_owned(), Tensor::from_slice(&[1.0f32, 2.0]))];
        assert_eq!(load_tensors(&path).unwrap(), (expected, "{}".to_owned()));
    }

    #[cfg(unix)]
    #[test]
    fn a_saved_file_has_the_mode_of_any_new_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("net.safetensors"), folder.path().join("other"));
        saved(&path);
        fs::write(&other, "").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&path), mode(&other));
    }

    #[test]
    fn a_file_of_another_kind_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("net.safetensors");
        fs::write(&path, b"not tensors").unwrap();
        let error = load_tensors(&path).unwrap_err().to_string();
        assert!(error.contains("expected a safetensors file"), "{error}");
        assert!(matches!(load_tensors(&folder.path().join("absent")), Err(Error::Io { .. })));
    }
}
