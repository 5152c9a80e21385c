//! Whole files through [`read`] and [`inspect`].

use std::path::{Path, PathBuf};

use ndarray::array;

use super::npy::tests::encode as npy_file;
use super::{Decimal, Impute, Missing, OwnOptions, inspect, open, read};
use crate::formats::archive::tests::zip;
use crate::formats::idx::tests::encode as idx_file;
use crate::{LoadOptions, Result, Scaling};

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
        assert!(message.contains("column \"seconds\": expected numbers that f32 tells apart"), "{message}");
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
    let column = |path: &Path| read(path, &options).map(|data| data.features.to_dense().column(0).to_vec());
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
    let classes =
        |path: &Path, options: &OwnOptions| read(path, options).map(|data| (data.labels, data.class_names));
    let csv = put(&folder, "t.csv", b"x,y\n1,1\n2,1.0\n3,+1\n4,01\n5,2\n");
    assert_eq!(classes(&csv, &options).unwrap(), (vec![0, 0, 0, 0, 1], vec!["1".into(), "2".into()]));
    let svm = put(&folder, "t.svm", "\u{feff}+1 1:1\n1 1:2\n1.0 1:3\n-1 1:4\n".as_bytes());
    assert_eq!(classes(&svm, &options).unwrap(), (vec![1, 1, 1, 0], vec!["-1".into(), "1".into()]));
    let long: Vec<u8> = [1u64 << 53, (1 << 53) + 1, 1 << 53].iter().flat_map(|v| v.to_le_bytes()).collect();
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
    for text in ["a;b\n1,5;2,5\n", "1,5;2,5\n3,5;4\n"] {
        let message = error("s.csv", text.as_bytes(), &plain);
        assert!(
            message.ends_with("expected a finite number, found \"1,5\"; it is read with `decimal` = comma"),
            "{message}"
        );
    }
    let cut_off = error("c.npy", &npy_file("<f8", true, "(2, 2)", &[0; 31]), &plain);
    assert!(cut_off.contains("expected 32 bytes, found 31"), "{cut_off}");
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
    assert_eq!(dense(&numbered, OwnOptions { label: Some("2".into()), ..OwnOptions::default() }), expected);
}

#[test]
fn what_was_found_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let text = "id;height;kind;n\r\n0;1.5;cat;7\r\n1;;dog;7\r\n2;2.5;cat;7\r\n3;2.5;;7\r\n";
    let path = put(&folder, "animals.csv", text.as_bytes());
    let options = OwnOptions {
        label: Some("kind".into()),
        missing: Missing::LeaveOut,
        impute: Some(Impute::Median),
        ..OwnOptions::default()
    };
    let own = inspect(&path, &options).unwrap();
    assert_eq!(own.data.name, "animals");
    assert_eq!(own.data.features.to_dense(), array![[0.0, 1.5, 7.0], [1.0, 2.0, 7.0], [2.0, 2.5, 7.0]]);
    let expected = "table: 3 rows, 3 columns; 0.0 MiB in memory.\n\
        The first line holds names; semicolons separate the columns.\n\
        Labels: column \"kind\", 2 classes. They are for scoring only.\n\
        Values go from 0 to 7.\n\
        1 column is constant: n.\n\
        1 missing value became the column's median: 1 in height.\n\
        1 row without a label left out.\n\
        Column id counts the rows. It is probably an index; leave it out with `drop`.";
    assert_eq!(own.facts.to_string(), expected);
    assert_eq!(read(&path, &options).unwrap(), own.data);
    // Points that stand between thousands, unless the mark is given; and rows without a value.
    let sums: String = (0..40)
        .map(|i| (i * 797) % 4000)
        .map(|v| if v < 1000 { format!("{v};x\n") } else { format!("{}.{:03};\n", v / 1000, v % 1000) })
        .collect();
    let path = put(&folder, "sums.csv", format!("sum;kind\n{sums}").as_bytes());
    let hot =
        OwnOptions { one_hot: vec!["kind".into()], impute: Some(Impute::Median), ..OwnOptions::default() };
    let facts = inspect(&path, &hot).unwrap().facts;
    assert_eq!((facts.thousands, facts.without), (vec!["sum".to_owned()], vec![("kind".to_owned(), 31)]));
    let told = OwnOptions { decimal: Some(Decimal::Comma), ..hot };
    let facts = inspect(&path, &told).unwrap().facts;
    assert_eq!((facts.thousands.len(), facts.range.unwrap().1 > 3000.0), (0, true));
    let plain = put(&folder, "bare.txt", b"1 2\n1 2\n1 5\n");
    let facts = inspect(&plain, &OwnOptions::default()).unwrap().facts;
    assert_eq!((facts.delimiter, facts.header, facts.duplicates), (Some(' '), Some(false), 1));
    assert_eq!((facts.constant, facts.names.len(), facts.bytes), (vec!["0".to_owned()], 0, 24));
}

#[test]
fn gaps_are_refused_or_filled_in_arrays() {
    let folder = tempfile::tempdir().unwrap();
    let values = [1.0, f32::NAN, 3.0, 4.0, 9.0, 8.0].map(f32::to_le_bytes).concat();
    let path = put(&folder, "n.npy", &npy_file("<f4", false, "(3, 2)", &values));
    let message = read(&path, &OwnOptions::default()).unwrap_err().to_string();
    assert!(
        message.contains("row 0, column 1: expected a finite number, found NaN (1 in all); `impute`"),
        "{message}"
    );
    let filled = OwnOptions { impute: Some(Impute::Median), ..OwnOptions::default() };
    let own = inspect(&path, &filled).unwrap();
    assert_eq!(own.data.features.to_dense(), array![[1.0, 6.0], [3.0, 4.0], [9.0, 8.0]]);
    assert_eq!((own.facts.imputed, own.facts.range), (vec![("1".to_owned(), 1)], Some((1.0, 9.0))));
}

#[test]
fn labels_of_a_file_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = put(&folder, "x.csv", b"a,b\n1,2\n3,4\n5,6\n");
    let labels = |name: &str, bytes: &[u8], label: Option<&str>| {
        let beside = put(&folder, name, bytes);
        let options = OwnOptions {
            labels_file: Some(beside),
            label: label.map(str::to_owned),
            ..OwnOptions::default()
        };
        read(&path, &options).map(|data| (data.labels, data.class_names))
    };
    let expected = (vec![1, 0, 1], vec!["big dog".to_owned(), "cat".to_owned()]);
    for text in ["kind\ncat\nbig dog\ncat\n", "cat\nbig dog\ncat\n", "\"cat\"\n\"big dog\"\ncat"] {
        assert_eq!(labels("y.csv", text.as_bytes(), None).unwrap(), expected, "{text}");
    }
    let table = b"row,kind\n0,cat\n1,big dog\n2,cat\n";
    assert_eq!(labels("z.csv", table, Some("kind")).unwrap(), expected);
    let message = labels("z.csv", table, None).unwrap_err().to_string();
    assert!(message.contains("expected one column, found 2: name the column of labels"), "{message}");
    let message = labels("w.txt", b"1\n2\n", None).unwrap_err().to_string();
    assert!(message.contains("labels: expected 3 labels, one a sample, found 2"), "{message}");
    let y = npy_file("|u1", false, "(3,)", &[4, 2, 4]);
    let zipped = zip(&[("other.npy", &npy_file("|u1", false, "(1,)", &[1])), ("y.npy", &y)]);
    assert_eq!(labels("y.npz", &zipped, None).unwrap().0, [1, 0, 1]);
    let message = labels("y.npz", &zipped, Some("t")).unwrap_err().to_string();
    assert!(message.contains("found arrays other [1], y [3]"), "{message}");
}

#[test]
fn the_array_of_an_npz_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let table = npy_file("|u1", false, "(2, 2)", &[1, 2, 3, 4]);
    let list = npy_file("|u1", false, "(2,)", &[1, 2]);
    let path = put(&folder, "t.npz", &zip(&[("ids.npy", &list), ("pixels.npy", &table)]));
    let facts = inspect(&path, &OwnOptions::default()).unwrap().facts;
    assert_eq!((facts.array, facts.unread), (Some("pixels".to_owned()), vec!["array ids".to_owned()]));
    assert_eq!(facts.format, "NumPy array of whole numbers from 0 of 8 bits");
    let path = put(&folder, "u.npz", &zip(&[("a.npy", &table), ("b.npy", &table)]));
    let message = read(&path, &OwnOptions::default()).unwrap_err().to_string();
    assert!(message.contains("or the one named), found arrays a [2, 2], b [2, 2]"), "{message}");
    let named = OwnOptions { features: Some("b".into()), ..OwnOptions::default() };
    assert_eq!(read(&path, &named).unwrap().len(), 2);
}

#[test]
fn a_path_or_a_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = put(&folder, "t.csv", b"a,b\n1,2\n");
    let (own, load) = (OwnOptions::default(), LoadOptions { fetch: false, ..LoadOptions::default() });
    assert_eq!(open(&path.display().to_string(), &own, &load).unwrap().data.len(), 1);
    let message = open("mnsit", &own, &load).unwrap_err().to_string();
    assert!(message.contains("did you mean \"mnist\"?"), "{message}");
    let message = open("nowhere/t.csv", &own, &load).unwrap_err().to_string();
    assert_eq!(message, "cannot open nowhere/t.csv: no such file or folder");
}

#[test]
fn old_options_are_read_and_new_ones_left_out() {
    let old = r#"{"format":null,"label":"y","labels_file":null,"missing":"refuse","features":null,"no_header":false,"scaling":"default"}"#;
    let options: OwnOptions = serde_json::from_str(old).unwrap();
    assert_eq!(serde_json::to_string(&options).unwrap(), old);
    let new =
        OwnOptions { impute: Some(Impute::Median), size: Some((8, 9)), drop: vec!["a".into()], ..options };
    let text = serde_json::to_string(&new).unwrap();
    assert!(text.contains(r#""impute":"median""#), "{text}");
    assert_eq!(serde_json::from_str::<OwnOptions>(&text).unwrap(), new);
}
