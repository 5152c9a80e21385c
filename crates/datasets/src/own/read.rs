//! From a user's file to a [`Dataset`].

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;

use super::{Format, OwnOptions, csv_table, npy};
use crate::decoded::{PIXELS, apply};
use crate::formats::{idx, libsvm};
use crate::{Dataset, Error, Features, ImageShape, Result, Scaling};

/// Reads a user's own data. Without labels, `labels` and `class_names` are empty.
///
/// Labels may be any text or whole numbers; classes are numbered in numeric order where all are numbers, else in
/// alphabetical order.
///
/// # Errors
/// If the file is not what its format promises, features and labels differ in number, or a value is not finite.
pub fn read(path: &Path, options: &OwnOptions) -> Result<Dataset> {
    let file = path.display().to_string();
    let (features, image, mut labels, bytes) = match options.format_of(path)? {
        Format::Npy => {
            let (features, image, bytes) = samples(npy::read_npy(path)?, &file)?;
            (features, image, None, bytes)
        }
        Format::Npz => {
            let source = File::open(path).map_err(Error::io("open", path))?;
            let (array, labels) = npz(BufReader::new(source), &file, options)?;
            let (features, image, bytes) = samples(array, &file)?;
            (features, image, labels, bytes)
        }
        Format::Csv => {
            let table = csv_table::read(path, options)?;
            let features = dense(table.data, table.cols, &file)?;
            (features, None, table.labels, false)
        }
        Format::LibSvm => {
            let read = libsvm::read_libsvm(path)?;
            (Features::Sparse(read.features), None, Some(read.labels), false)
        }
        Format::Idx => {
            let read = idx::read_idx(path)?;
            let data = read.data.into_iter().map(f64::from).collect();
            let array = npy::NpyArray { shape: read.dims, data, bytes: true };
            let (features, image, bytes) = samples(array, &file)?;
            (features, image, None, bytes)
        }
    };
    if let Some(beside) = &options.labels_file {
        labels = Some(labels_beside(beside)?);
    }
    if features.rows() == 0 || features.cols() == 0 {
        let found = format!("{} × {}", features.rows(), features.cols());
        return Err(Error::format(file, "end", "at least one sample and one feature", found));
    }
    let (labels, class_names) = number_classes(labels.unwrap_or_default());
    if !labels.is_empty() && labels.len() != features.rows() {
        let expected = format!("{} labels, one a sample", features.rows());
        return Err(Error::format(file, "labels", expected, labels.len().to_string()));
    }
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let mut data = Dataset { name, features, labels, class_names, image, n_train: None, groups: None };
    let scaling = match options.scaling {
        Scaling::Default if bytes => Scaling::Unit,
        Scaling::Default => Scaling::Raw,
        named => named,
    };
    let text = matches!(data.features, Features::Sparse(_));
    apply(&mut data.features, scaling, bytes.then_some(PIXELS), text)?;
    Ok(data)
}

/// Samples along the first axis, the others flattened; three axes (or a fourth of channels) of bytes are images.
fn samples(array: npy::NpyArray, file: &str) -> Result<(Features, Option<ImageShape>, bool)> {
    let [n, rest @ ..] = &array.shape[..] else {
        return Err(Error::format(file, "shape", "at least one axis", "none"));
    };
    let cols = rest.iter().product::<usize>();
    if *n == 0 || cols == 0 {
        let found = format!("shape {:?}", array.shape);
        return Err(Error::format(file, "shape", "at least one sample and one feature", found));
    }
    if let Some(at) = array.data.iter().position(|&v| !(v as f32).is_finite()) {
        let position = format!("row {}, column {}", at / cols, at % cols);
        return Err(Error::format(file, position, "a finite number", array.data[at].to_string()));
    }
    let image = match *rest {
        [height, width] => Some(ImageShape { height, width, channels: 1 }),
        [height, width, channels] => Some(ImageShape { height, width, channels }),
        _ => None,
    };
    let data = array.data.into_iter().map(|v| v as f32).collect();
    Ok((dense(data, cols, file)?, image, array.bytes))
}

fn dense(data: Vec<f32>, cols: usize, file: &str) -> Result<Features> {
    let (n, found) = (data.len() / cols.max(1), data.len());
    ndarray::Array2::from_shape_vec((n, cols), data)
        .map(Features::Dense)
        .map_err(|_| Error::format(file, "values", format!("{n} rows of {cols}"), format!("{found} values")))
}

/// The arrays of features and labels.
pub(super) fn npz(
    source: impl Read + Seek,
    file: &str,
    options: &OwnOptions,
) -> Result<(npy::NpyArray, Option<Vec<String>>)> {
    let broken =
        |e: zip::result::ZipError| Error::format(file, "archive", "an intact npz file", e.to_string());
    let mut archive = zip::ZipArchive::new(source).map_err(broken)?;
    let names: Vec<String> = archive.file_names().flatten().map(std::borrow::Cow::into_owned).collect();
    let pick = |asked: &Option<String>, usual: &[&str]| {
        let candidates: Vec<&str> = asked.as_ref().map_or_else(|| usual.to_vec(), |name| vec![name.as_str()]);
        candidates.iter().map(|name| format!("{name}.npy")).find(|name| names.contains(name))
    };
    let missing = |what: &str| Error::format(file, "archive", what, format!("arrays {}", names.join(", ")));
    let features =
        pick(&options.features, &["x", "X", "data", "features", "x_train", "arr_0"]).ok_or_else(|| {
            missing("an array of features (x, X, data, features, x_train, arr_0, or the one named)")
        })?;
    let labels = pick(&options.label, &["y", "labels", "label", "target", "y_train"]);
    if labels.is_none() && options.label.is_some() {
        return Err(missing("the array of labels that was named"));
    }
    let mut array =
        |name: &str| npy::parse(archive.by_name(name).map_err(broken)?, &format!("{file}/{name}"));
    let x = array(&features)?;
    let y = labels.map(|name| numbers(array(&name)?.data, &format!("{file}/{name}"))).transpose()?;
    Ok((x, y))
}

fn labels_beside(path: &Path) -> Result<Vec<String>> {
    let options = OwnOptions::default();
    match options.format_of(path)? {
        Format::Npy => numbers(npy::read_npy(path)?.data, &path.display().to_string()),
        Format::Idx => Ok(idx::read_idx(path)?.data.iter().map(u8::to_string).collect()),
        _ => Err(Error::argument("labels file", "an .npy or idx file", path.display())),
    }
}

/// Labels stored as numbers.
fn numbers(labels: Vec<f64>, file: &str) -> Result<Vec<String>> {
    match labels.iter().position(|label| !label.is_finite()) {
        Some(at) => Err(Error::format(file, format!("label {at}"), "a number", labels[at].to_string())),
        None => Ok(labels.iter().map(f64::to_string).collect()),
    }
}

/// Labels as numbers from 0, and the classes' names.
fn number_classes(labels: Vec<String>) -> (Vec<usize>, Vec<String>) {
    let mut names: Vec<String> =
        labels.iter().collect::<std::collections::BTreeSet<_>>().into_iter().cloned().collect();
    let numbers: Option<Vec<f64>> = names.iter().map(|name| name.parse().ok()).collect();
    if let Some(numbers) = numbers {
        let mut pairs: Vec<(f64, String)> = numbers.into_iter().zip(names).collect();
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        names = pairs.into_iter().map(|(_, name)| name).collect();
    }
    let index: BTreeMap<&String, usize> = names.iter().enumerate().map(|(i, name)| (name, i)).collect();
    let numbered = labels.iter().map(|label| index[label]).collect();
    (numbered, names)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use ndarray::array;

    use super::*;
    use crate::formats::archive::tests::zip;
    use crate::formats::idx::tests::encode as idx_file;
    use crate::own::npy::tests::encode as npy_file;

    fn put(folder: &tempfile::TempDir, name: &str, bytes: &[u8]) -> PathBuf {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    #[test]
    fn csv_with_a_label_column() {
        let folder = tempfile::tempdir().unwrap();
        let path = put(&folder, "t.csv", b"a,kind,b\n1,cat,2\n3,ant,4.5\n");
        let options = OwnOptions { label: Some("kind".into()), ..OwnOptions::default() };
        let data = read(&path, &options).unwrap();
        assert_eq!(data.features.to_dense(), array![[1.0, 2.0], [3.0, 4.5]]);
        assert_eq!((data.labels, data.class_names), (vec![1, 0], vec!["ant".to_owned(), "cat".to_owned()]));
        let wrong = OwnOptions { label: Some("species".into()), ..OwnOptions::default() };
        let message = read(&path, &wrong).unwrap_err().to_string();
        assert!(message.contains("a label column among a, kind, b, found \"species\""), "{message}");
        let message = read(&path, &OwnOptions::default()).unwrap_err().to_string();
        assert!(
            message.contains("line 2, column \"kind\": expected a finite number, found \"cat\""),
            "{message}"
        );
        let ragged = put(&folder, "r.csv", b"a,b\n1,2\n3\n");
        assert!(read(&ragged, &OwnOptions::default()).unwrap_err().to_string().contains("line 3"));
    }

    #[test]
    fn arrays_with_labels() {
        let folder = tempfile::tempdir().unwrap();
        let x = npy_file("|u1", false, "(2, 1, 2)", &[0, 255, 51, 0]);
        let y = npy_file("<i2", false, "(2,)", &[10, 0, 9, 0]);
        let npz = put(&folder, "t.npz", &zip(&[("x.npy", &x), ("y.npy", &y)]));
        let data = read(&npz, &OwnOptions::default()).unwrap();
        assert_eq!(data.features.to_dense(), array![[0.0, 1.0], [0.2, 0.0]]);
        assert_eq!((data.labels, data.class_names), (vec![1, 0], vec!["9".to_owned(), "10".to_owned()]));
        assert_eq!(data.image.map(|i| (i.height, i.width)), Some((1, 2)));
        let beside = put(&folder, "y.npy", &y);
        let path = put(&folder, "x.npy", &x);
        let options = OwnOptions { labels_file: Some(beside), ..OwnOptions::default() };
        assert_eq!(read(&path, &options).unwrap().labels, [1, 0]);
        let alone = read(&path, &OwnOptions::default()).unwrap();
        assert_eq!((alone.len(), alone.labels.len()), (2, 0));
    }

    #[test]
    fn libsvm_and_idx() {
        let folder = tempfile::tempdir().unwrap();
        let svm = put(&folder, "t.svm", b"+1 1:3 2:4\n-1 2:1\n");
        let data = read(&svm, &OwnOptions { scaling: Scaling::L2, ..OwnOptions::default() }).unwrap();
        assert_eq!(data.features.to_dense(), array![[0.6, 0.8], [0.0, 1.0]]);
        assert_eq!((data.labels, data.class_names), (vec![1, 0], vec!["-1".to_owned(), "+1".to_owned()]));
        let idx = put(&folder, "t-idx3-ubyte", &idx_file(&[1, 1, 2], &[255, 0]));
        assert_eq!(read(&idx, &OwnOptions::default()).unwrap().features.to_dense(), array![[1.0, 0.0]]);
        assert_eq!(read(&folder.path().join("t.docx"), &OwnOptions::default()).unwrap_err().exit_code(), 2);
    }

    #[test]
    fn values_must_be_finite_and_labels_as_many_as_samples() {
        let folder = tempfile::tempdir().unwrap();
        let nan = put(&folder, "n.npy", &npy_file("<f4", false, "(1, 1)", &f32::NAN.to_le_bytes()));
        assert!(read(&nan, &OwnOptions::default()).unwrap_err().to_string().contains("finite"));
        let x = npy_file("|u1", false, "(2, 1)", &[1, 2]);
        let y = npy_file("|u1", false, "(3,)", &[1, 2, 3]);
        let path = put(&folder, "t.npz", &zip(&[("x.npy", &x), ("y.npy", &y)]));
        assert!(read(&path, &OwnOptions::default()).unwrap_err().to_string().contains("2 labels"));
        let y = npy_file("<f4", false, "(2,)", &[0f32.to_le_bytes(), f32::NAN.to_le_bytes()].concat());
        let path = put(&folder, "u.npz", &zip(&[("x.npy", &x), ("y.npy", &y)]));
        let message = read(&path, &OwnOptions::default()).unwrap_err().to_string();
        assert!(message.ends_with("y.npy, label 1: expected a number, found NaN"), "{message}");
        let empty = put(&folder, "e.svm", b"\n");
        let message = read(&empty, &OwnOptions::default()).unwrap_err().to_string();
        assert!(message.contains("at least one sample"), "{message}");
    }
}
