//! From a user's file to a [`Dataset`].

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use super::npz::{npz, written};
use super::raw::{Raw, scaled};
use super::{Format, OwnOptions, csv_table, labels, npy};
use crate::formats::{idx, libsvm};
use crate::{Dataset, Error, Result};

/// Reads a user's own data. Without labels, `labels` and `class_names` are empty.
///
/// Numbers are scaled in f64, integers beyond 2⁵³ exactly, and become f32 last.
///
/// Labels may be any text or numbers. Where all are numbers they are compared as numbers, and classes are numbered in numeric
/// order, else in alphabetical order.
///
/// # Errors
/// If the file is not what its format promises, features and labels differ in number, a label is missing (see
/// [`OwnOptions::missing`]), a value is not finite, or values that differ within a column would be one in f32 and are not
/// scaled.
pub fn read(path: &Path, options: &OwnOptions) -> Result<Dataset> {
    let file = path.display().to_string();
    let mut raw = match options.format_of(path)? {
        Format::Npy => Raw::of(npy::read_npy(path)?, &file)?,
        Format::Npz => {
            let source = File::open(path).map_err(Error::io("open", path))?;
            let (array, labels) = npz(BufReader::new(source), &file, options)?;
            Raw { labels, ..Raw::of(array, &file)? }
        }
        Format::Csv => csv_table::read(path, options)?.into(),
        Format::LibSvm => libsvm::read_libsvm(path)?.into(),
        Format::Idx => {
            let read = idx::read_idx(path)?;
            let data = read.data.into_iter().map(f64::from).collect();
            Raw::of(npy::NpyArray { shape: read.dims, data, rest: Vec::new(), bytes: true }, &file)?
        }
    };
    if let Some(beside) = &options.labels_file {
        raw.labels = Some(labels_beside(beside)?);
    }
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    finish(raw, options, name, file)
}

/// Numbers the classes, then scales.
pub(super) fn finish(raw: Raw, options: &OwnOptions, name: String, file: String) -> Result<Dataset> {
    let Raw { values, image, labels, names } = raw;
    if let Some(labels) = &labels
        && labels.len() != values.rows()
    {
        let expected = format!("{} labels, one a sample", values.rows());
        return Err(Error::format(file, "labels", expected, labels.len().to_string()));
    }
    let classes = labels::number(&labels.unwrap_or_default(), options.missing, &file)?;
    let values = match &classes.rows {
        Some(rows) => values.select(rows),
        None => values,
    };
    let features = scaled(values, options.scaling, &names, &file)?;
    let labels::Classes { labels, names: class_names, .. } = classes;
    Ok(Dataset { name, features, labels, class_names, image, n_train: None, groups: None })
}

fn labels_beside(path: &Path) -> Result<Vec<String>> {
    let options = OwnOptions::default();
    match options.format_of(path)? {
        Format::Npy => written(&npy::read_npy(path)?, &path.display().to_string()),
        Format::Idx => Ok(idx::read_idx(path)?.data.iter().map(u8::to_string).collect()),
        _ => Err(Error::argument("labels file", "an .npy or idx file", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use ndarray::array;

    use super::*;
    use crate::Scaling;
    use crate::formats::archive::tests::zip;
    use crate::formats::idx::tests::encode as idx_file;
    use crate::own::Missing;
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
        assert!(message.contains("label of row 1: expected a label in every row"), "{message}");
        let unlabelled = OwnOptions { missing: Missing::LeaveOut, ..OwnOptions::default() };
        assert_eq!(read(&path, &unlabelled).unwrap().len(), 1);
        let empty = put(&folder, "e.svm", b"\n");
        let message = read(&empty, &OwnOptions::default()).unwrap_err().to_string();
        assert!(message.contains("at least one sample"), "{message}");
    }

    /// The first column of a CSV file.
    fn csv_column(text: &str, scaling: Scaling) -> Result<Vec<f32>> {
        let folder = tempfile::tempdir().unwrap();
        let path = put(&folder, "t.csv", text.as_bytes());
        let data = read(&path, &OwnOptions { scaling, ..OwnOptions::default() })?;
        Ok(data.features.to_dense().column(0).to_vec())
    }

    /// 0, 1/9, …, 1.
    fn ninths() -> Vec<f32> {
        (0..10).map(|i| i as f32 / 9.0).collect()
    }

    #[test]
    fn numbers_far_from_zero_are_scaled_before_they_are_rounded() {
        let lines = |number: &dyn Fn(usize) -> String| {
            (0..10).fold("seconds\n".to_owned(), |text, i| text + &number(i) + "\n")
        };
        for start in ["170000000", "900719925474099900", "922337203685477580000"] {
            let text = lines(&|i| format!("{start}{i}"));
            assert_eq!(csv_column(&text, Scaling::Unit).unwrap(), ninths(), "{start}");
            let symmetric: Vec<f32> = (0..10).map(|i| (f64::from(i) / 4.5 - 1.0) as f32).collect();
            assert_eq!(csv_column(&text, Scaling::Symmetric).unwrap(), symmetric);
            // numpy 2: (x - x.mean()) / x.std() for x = np.arange(10)
            let standard = csv_column(&text, Scaling::Standardise).unwrap();
            assert!((standard[9] - 1.566_698_9).abs() < 1e-6 && (standard[0] + 1.566_698_9).abs() < 1e-6);
            let message = csv_column(&text, Scaling::Raw).unwrap_err().to_string();
            assert!(
                message.contains("column \"seconds\": expected numbers that f32 tells apart"),
                "{message}"
            );
        }
        let tiny = "a\n1e-50\n2e-50\n3e-50\n";
        assert_eq!(csv_column(tiny, Scaling::Unit).unwrap(), [0.0, 0.5, 1.0]);
        assert!(csv_column(tiny, Scaling::Default).unwrap_err().to_string().contains("column \"a\""));
        let large = "a\n-1e308\n0\n1e308\n";
        assert_eq!(csv_column(large, Scaling::Unit).unwrap(), [0.0, 0.5, 1.0]);
        let standard = csv_column(large, Scaling::Standardise).unwrap();
        assert!((standard[2] - 1.224_744_9).abs() < 1e-6 && standard[1] == 0.0, "{standard:?}");
        assert_eq!(csv_column("a\n3e200\n-1e-200\n", Scaling::L2).unwrap(), [1.0, -1.0]);
        assert!(csv_column(large, Scaling::Raw).unwrap_err().to_string().contains("row 0, column \"a\""));
    }

    #[test]
    fn integer_arrays_and_libsvm_values_are_scaled_before_they_are_rounded() {
        let folder = tempfile::tempdir().unwrap();
        let options = OwnOptions { scaling: Scaling::Unit, ..OwnOptions::default() };
        let column =
            |path: &Path| read(path, &options).map(|data| data.features.to_dense().column(0).to_vec());
        for start in [1_700_000_000i64, i64::MAX - 9] {
            let bytes: Vec<u8> = (0..10).flat_map(|i| (start + i).to_be_bytes()).collect();
            let path = put(&folder, "t.npy", &npy_file(">i8", true, "(10, 1)", &bytes));
            assert_eq!(column(&path).unwrap(), ninths());
            let message = read(&path, &OwnOptions::default()).unwrap_err().to_string();
            assert!(message.contains("column 0: expected numbers that f32 tells apart"), "{message}");
        }
        let bytes: Vec<u8> = (0..10).flat_map(|i| (1_700_000_000u32 + i).to_le_bytes()).collect();
        let npz = put(&folder, "t.npz", &zip(&[("x.npy", &npy_file("<u4", false, "(10, 1)", &bytes))]));
        assert_eq!(column(&npz).unwrap(), ninths());
        let text = (0..10).fold(String::new(), |text, i| text + &format!("0 1:170000000{i} 2:1\n"));
        let svm = put(&folder, "t.svm", text.as_bytes());
        assert_eq!(column(&svm).unwrap(), ninths());
        let message = read(&svm, &OwnOptions::default()).unwrap_err().to_string();
        assert!(message.contains("column 0: expected numbers that f32 tells apart"), "{message}");
    }

    #[test]
    fn labels_of_every_format() {
        let folder = tempfile::tempdir().unwrap();
        let options = OwnOptions { label: Some("y".into()), ..OwnOptions::default() };
        let classes = |path: &Path, options: &OwnOptions| {
            read(path, options).map(|data| (data.labels, data.class_names))
        };
        let csv = put(&folder, "t.csv", b"x,y\n1,1\n2,1.0\n3,+1\n4,01\n5,2\n");
        assert_eq!(classes(&csv, &options).unwrap(), (vec![0, 0, 0, 0, 1], vec!["1".into(), "2".into()]));
        let svm = put(&folder, "t.svm", "\u{feff}+1 1:1\n1 1:2\n1.0 1:3\n-1 1:4\n".as_bytes());
        assert_eq!(classes(&svm, &options).unwrap(), (vec![1, 1, 1, 0], vec!["-1".into(), "1".into()]));
        let long: Vec<u8> =
            [1u64 << 53, (1 << 53) + 1, 1 << 53].iter().flat_map(|v| v.to_le_bytes()).collect();
        let x = npy_file("|u1", false, "(3, 1)", &[1, 2, 3]);
        let npz =
            put(&folder, "t.npz", &zip(&[("x.npy", &x), ("y.npy", &npy_file("<u8", false, "(3,)", &long))]));
        let names = vec!["9007199254740992".to_owned(), "9007199254740993".to_owned()];
        assert_eq!(classes(&npz, &options).unwrap(), (vec![0, 1, 0], names));
        let holes = put(&folder, "h.csv", b"x,y\n1,a\n2,\n3,nan\n4,b\n");
        let message = classes(&holes, &options).unwrap_err().to_string();
        assert!(message.contains("label of row 1"), "{message}");
        let left = OwnOptions { missing: Missing::LeaveOut, scaling: Scaling::Unit, ..options.clone() };
        let data = read(&holes, &left).unwrap();
        assert_eq!((data.labels, data.features.to_dense()), (vec![0, 1], array![[0.0], [1.0]]));
        let none = read(&holes, &OwnOptions { missing: Missing::NoLabels, ..options.clone() }).unwrap();
        assert_eq!((none.len(), none.labels.len(), none.class_names.len()), (4, 0, 0));
        let bare = put(&folder, "b.svm", b"1:1\n2:3\n");
        assert!(read(&bare, &OwnOptions::default()).unwrap().labels.is_empty());
        let partly = put(&folder, "p.svm", b"1:1\n1 2:3\n");
        assert!(read(&partly, &OwnOptions::default()).unwrap_err().to_string().contains("label of row 0"));
        let twice = put(&folder, "d.csv", b"y,x,y\n1,2,1\n3,4,3\n");
        let message = classes(&twice, &options).unwrap_err().to_string();
        assert!(message.contains("line 1: expected one column \"y\", found 2"), "{message}");
    }

    #[test]
    fn messages_say_what_a_file_is() {
        let folder = tempfile::tempdir().unwrap();
        let error = |name: &str, bytes: &[u8], options: &OwnOptions| {
            read(&put(&folder, name, bytes), options).unwrap_err().to_string()
        };
        let plain = OwnOptions::default();
        let x = npy_file("|u1", false, "(1, 1)", &[1]);
        let y = npy_file("<U3", false, "(1,)", &[0; 12]);
        let message = error("t.npz", &zip(&[("x.npy", &x), ("y.npy", &y)]), &plain);
        assert!(
            message.ends_with("expected booleans, integers or floats of 1 to 8 bytes, found dtype '<U3'"),
            "{message}"
        );
        let utf16: Vec<u8> = "a,b\n1,2\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [[b"\xff\xfe", &utf16[..]].concat(), utf16] {
            assert!(error("u.csv", &bytes, &plain).contains("expected UTF-8 text, found UTF-16"));
        }
        for text in [&b"h\xf6he,b\n1,2\n"[..], b"a,b\n1,2\n3,\xb2\n"] {
            let message = error("l.csv", text, &plain);
            assert!(
                message.contains("expected UTF-8 text, found bytes of another encoding, such as Latin-1"),
                "{message}"
            );
        }
        let named = OwnOptions { label: Some("b".into()), ..OwnOptions::default() };
        for text in ["a;b\n1;2\n", "a;b\n1,5;2,5\n", "1,5;2,5\n3,5;4\n"] {
            for options in [&plain, &named, &OwnOptions { no_header: true, ..OwnOptions::default() }] {
                let message = error("s.csv", text.as_bytes(), options);
                assert!(message.contains("semicolons, but commas separate columns"), "{message}");
            }
        }
        let message = error("n.csv", b"1,2\n3,4\n", &plain);
        assert!(message.contains("line 1: expected names of the columns, or `no_header`"), "{message}");
    }

    #[test]
    fn names_of_folders_and_padding_change_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("x.tsv.d");
        std::fs::create_dir(&inner).unwrap();
        std::fs::write(inner.join("t.csv"), "a,b\n1,2\n").unwrap();
        let expected = array![[1.0, 2.0]];
        let dense = |path: &Path, options| read(path, &options).unwrap().features.to_dense();
        assert_eq!(dense(&inner.join("t.csv"), OwnOptions::default()), expected);
        let tabs = put(&folder, "T.TSV", b"a\tb\n1\t2\n");
        assert_eq!(dense(&tabs, OwnOptions::default()), expected);
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut gz, b"a,b\n1,2\n").unwrap();
        let padded = put(&folder, "p.csv.gz", &[gz.finish().unwrap(), vec![0; 1000]].concat());
        assert_eq!(dense(&padded, OwnOptions::default()), expected);
        let bare = put(&folder, "b.csv", b"1,2\n");
        assert_eq!(dense(&bare, OwnOptions { no_header: true, ..OwnOptions::default() }), expected);
        let numbered = put(&folder, "m.csv", b"0,1,2\n1,2,7\n");
        assert_eq!(
            dense(&numbered, OwnOptions { label: Some("2".into()), ..OwnOptions::default() }),
            expected
        );
    }
}
