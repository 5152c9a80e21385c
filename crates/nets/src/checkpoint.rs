use crate::{Error, Result};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use tch::{Device, Kind, Tensor};

const SETTINGS_KEY: &str = "deepclust.settings";

/// Writes named tensors (f64 as they are, all others as f32) and a JSON text of settings as one safetensors file, through a temporary file beside it.
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
    let io = |source| Error::Io { path: path.to_owned(), source };
    let mut file = tempfile::NamedTempFile::new_in(
        path.parent().filter(|p| *p != Path::new("")).unwrap_or(Path::new(".")),
    )
    .map_err(io)?;
    file.write_all(&encoded).and_then(|()| file.as_file().sync_all()).map_err(io)?;
    file.persist(path).map_err(|error| io(error.error))?;
    Ok(())
}

/// Reads what [`save_tensors`] wrote: the tensors on the processor, and the settings' text.
///
/// # Errors
/// [`Error::Io`] when the file cannot be read, [`Error::Checkpoint`] when it is not such a file.
pub fn load_tensors(path: &Path) -> Result<(Vec<(String, Tensor)>, String)> {
    let bytes = fs::read(path).map_err(|source| Error::Io { path: path.to_owned(), source })?;
    let problem = |problem: String| Error::Checkpoint { path: path.to_owned(), problem };
    let (_, metadata) = SafeTensors::read_metadata(&bytes)
        .map_err(|error| problem(format!("expected a safetensors file, found: {error}")))?;
    let file = SafeTensors::deserialize(&bytes)
        .map_err(|error| problem(format!("expected a safetensors file, found: {error}")))?;
    let settings = metadata
        .metadata()
        .as_ref()
        .and_then(|map| map.get(SETTINGS_KEY))
        .ok_or_else(|| problem(format!("expected the entry `{SETTINGS_KEY}`, found none")))?;
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
