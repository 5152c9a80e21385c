//! Every layout of every data set, on small files generated in the published formats.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::*;
use crate::decoded::{Decoded, Values};
use crate::formats::archive::tests::{tar, zip};
use crate::formats::idx::tests::encode as idx_file;
use crate::formats::mat5::tests::encode as mat_file;

fn put(folder: &Path, name: &str, bytes: &[u8]) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Finds the entry's files in `folder` and decodes them.
fn decode(entry: Entry, folder: &Path) -> crate::Result<Decoded> {
    let entry: &'static Entry = Box::leak(Box::new(entry));
    let found = entry.find_in(folder).expect("files are found");
    (found.layout.decode)(entry, &found.files)
}

fn dense(data: &Decoded) -> Vec<f32> {
    match &data.values {
        Values::Pixels { data, .. } => data.iter().map(|&v| f32::from(v)).collect(),
        Values::Floats { data, .. } => data.clone(),
        Values::Counts(x) | Values::Weights(x) => {
            crate::Features::Sparse(x.clone()).to_dense().into_raw_vec_and_offset().0
        }
    }
}

#[test]
fn emnist_in_single_files_and_in_the_archive() {
    let small = Entry { train: 4, test: 2, classes: 2, ..emnist::BALANCED };
    let mut pixels = vec![0u8; 784];
    pixels[1] = 9;
    let images = |n: u32| idx_file(&[n, 28, 28], &pixels.repeat(n as usize));
    let parts = [images(4), idx_file(&[4], &[0, 1, 1, 0]), images(2), idx_file(&[2], &[1, 0])];
    let names = ["train-images-idx3", "train-labels-idx1", "test-images-idx3", "test-labels-idx1"]
        .map(|name| format!("emnist-balanced-{name}-ubyte"));
    let [single, archive] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    names.iter().zip(&parts).for_each(|(name, part)| put(single.path(), name, part));
    let packed: Vec<(String, Vec<u8>)> =
        names.iter().zip(&parts).map(|(name, part)| (format!("gzip/{name}.gz"), gz(part))).collect();
    let members: Vec<(&str, &[u8])> = packed.iter().map(|(name, part)| (name.as_str(), &part[..])).collect();
    put(archive.path(), "gzip.zip", &zip(&members));
    for folder in [&single, &archive] {
        let data = decode(small, folder.path()).unwrap();
        assert_eq!(data.labels, [0, 1, 1, 0, 1, 0]);
        // Stored at row 0, column 1; upright at row 1, column 0.
        assert_eq!((dense(&data)[1], dense(&data)[28]), (0.0, 9.0));
    }
    put(single.path(), &names[3], &idx_file(&[2], &[1, 1]));
    let message = decode(small, single.path()).unwrap_err().to_string();
    assert!(message.ends_with("test images of class 0: expected 1, found 0"), "{message}");
}

#[test]
fn usps_as_text_and_as_libsvm() {
    let small = Entry { train: 2, test: 1, ..usps::USPS_9298 };
    let row = |label: &str, first: &str| format!("{label} {first}{}\n", " -1.0000".repeat(255));
    let [text, svm] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let train = row("6.0000", "0.5000") + &row("0.0000", "-1.0000");
    put(text.path(), "zip.train.gz", &gz(train.as_bytes()));
    put(text.path(), "zip.test.gz", &gz(row("9.0000", "1.0000").as_bytes()));
    let pairs = |first: &str| (2..=256).fold(format!("1:{first}"), |line, i| format!("{line} {i}:-1"));
    put(svm.path(), "usps", format!("7 {}\n1 {}\n", pairs("0.5"), pairs("-1")).as_bytes());
    put(svm.path(), "usps.t", format!("10 {}\n", pairs("1")).as_bytes());
    let [a, b] = [text, svm].map(|folder| decode(small, folder.path()).unwrap());
    assert_eq!(a.labels, [6, 0, 9]);
    assert_eq!(a.digest(), b.digest());
    // The canonical digest passes over the order within a part, and nothing else.
    let same = usps::canonical(&a).unwrap();
    let mut turned = b;
    turned.labels.swap(0, 1);
    assert_ne!(usps::canonical(&turned), Some(same.clone()));
    if let Values::Floats { data, .. } = &mut turned.values {
        data[..512].rotate_left(256);
    }
    assert_ne!(a.digest(), turned.digest());
    assert_eq!(usps::canonical(&turned), Some(same));
    if let Values::Floats { data, .. } = &mut turned.values {
        data[3] = 0.0004;
    }
    assert_eq!(usps::canonical(&turned), None);
    let bad = tempfile::tempdir().unwrap();
    put(bad.path(), "zip.train", row("10.0", "0").repeat(2).as_bytes());
    put(bad.path(), "zip.test", row("1.0", "0").as_bytes());
    let message = decode(small, bad.path()).unwrap_err().to_string();
    assert!(message.contains("zip.train, line 1: expected a label from 0 to 9, found 10"), "{message}");
}

#[test]
fn usps_as_matlab() {
    let small = Entry { train: 20, ..usps::USPS_11000 };
    let folder = tempfile::tempdir().unwrap();
    // Two images a class; image i holds i at its second stored pixel: row 1, column 0 in column-major order.
    let mut data = vec![0u8; 256 * 20];
    (0..20).for_each(|image| data[image * 256 + 1] = image as u8 + 1);
    put(folder.path(), "usps_all.mat", &mat_file("data", &[256, 2, 10], &data));
    let decoded = decode(small, folder.path()).unwrap();
    assert_eq!(decoded.labels[..4], [1, 1, 2, 2]);
    assert_eq!(decoded.labels[18..], [0, 0]);
    assert_eq!(dense(&decoded)[19 * 256 + 16], 20.0);
    put(folder.path(), "usps_all.mat", &mat_file("data", &[256, 20, 1], &data));
    assert!(decode(small, folder.path()).unwrap_err().to_string().contains("[256, 2, 10]"));
}

#[test]
fn har_as_folder_zip_nested_zip_and_tar() {
    let small = Entry { train: 2, test: 1, features: 3, ..har::UCI_HAR };
    let files: [(&str, &[u8]); 6] = [
        ("UCI HAR Dataset/train/X_train.txt", b" 2.5e-001 -1.0 1.0\n 0 0 0.5\n"),
        ("UCI HAR Dataset/train/y_train.txt", b"5\n1\n"),
        ("UCI HAR Dataset/train/subject_train.txt", b"1\n30\n"),
        ("UCI HAR Dataset/test/X_test.txt", b"1 1 1\n"),
        ("UCI HAR Dataset/test/y_test.txt", b"6\n"),
        ("UCI HAR Dataset/test/subject_test.txt", b"2\n"),
    ];
    let folders = [(); 4].map(|()| tempfile::tempdir().unwrap());
    files.iter().for_each(|(name, content)| put(folders[0].path(), name, content));
    put(folders[1].path(), "UCI HAR Dataset.zip", &zip(&files));
    put(folders[2].path(), "uci-har.zip", &zip(&[("UCI HAR Dataset.zip", &zip(&files))]));
    put(folders[3].path(), "UCI HAR Dataset.tar.gz", &gz(&tar(&files)));
    for folder in folders {
        let data = decode(small, folder.path()).unwrap();
        assert_eq!(dense(&data), [0.25, -1.0, 1.0, 0.0, 0.0, 0.5, 1.0, 1.0, 1.0]);
        assert_eq!((data.labels, data.groups), (vec![4, 0, 5], Some(vec![1, 30, 2])));
    }
}

fn rcv1_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    put(
        folder.path(),
        "rcv1-v2.topics.qrels",
        b"CCAT 1 1\nC15 1 1\nMCAT 2 1\nCCAT 2 1\nECAT 3 1\nGCAT 4 1\n",
    );
    folder
}

const PARTS: [&str; 5] = ["test_pt0", "test_pt1", "test_pt2", "test_pt3", "train"];

#[test]
fn rcv1_from_tokens() {
    let folder = rcv1_folder();
    let texts = [
        ".I 3\n.W\nbb aa bb\ncc x\n",
        ".I 2\n.W\naa\n",
        ".I 4\n.W\naa\n",
        ".I 9\n.W\naa\n",
        ".I 1\n.W\ncc\n",
    ];
    for (part, text) in PARTS.iter().zip(texts) {
        put(folder.path(), &format!("lyrl2004_tokens_{part}.dat.gz"), &gz(text.as_bytes()));
    }
    let data = decode(rcv1::RCV1, folder.path()).unwrap();
    // Documents 2 (two roots) and 9 (none) are left out; "x" is too short a token; terms are aa, bb, cc.
    assert_eq!(data.labels, [3, 1, 0]);
    assert_eq!(dense(&data), [1.0, 2.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
}

#[test]
fn rcv1_from_vectors() {
    let folder = rcv1_folder();
    let texts = ["3  1:0.6 47236:0.8\n", "2  1:1\n", "4  2:1\n", "9  1:1\n", "1  3:1\n"];
    for (part, text) in PARTS.iter().zip(texts) {
        put(folder.path(), &format!("lyrl2004_vectors_{part}.dat"), text.as_bytes());
    }
    let data = decode(rcv1::RCV1, folder.path()).unwrap();
    assert_eq!((data.labels.clone(), data.cols()), (vec![3, 1, 0], 47_236));
    // The text scalings keep the most frequent stems, here all four, on rows of length √d.
    let scaled = data.finish("rcv1", crate::Scaling::Dec, |_| Ok(None)).unwrap();
    assert_eq!(scaled.features.to_dense().row(0).to_vec(), [1.2, 0.0, 0.0, 1.6]);
}

#[test]
fn rcv1_subset_without_repeats() {
    let folder = tempfile::tempdir().unwrap();
    let text = "C15,CCAT 1:0.5\nGCAT 2:1\nCCAT 1:0.5\nGCAT,CCAT 3:1\nECAT 4:1\nMCAT 4:1\nM11 5:1\n";
    put(folder.path(), "rcv1-subset-30000.svm.gz", &gz(text.as_bytes()));
    let data = decode(rcv1::RCV1_SUBSET, folder.path()).unwrap();
    // Row 3 repeats row 1; row 4 has two roots; rows 5 and 6 are one vector with roots that disagree; row 7 has none.
    assert_eq!(data.labels, [0, 1]);
}

#[test]
fn reuters_as_tarball_and_as_files() {
    let story = |i: usize, topic: &str, split: &str| {
        format!(
            "<REUTERS TOPICS=\"YES\" LEWISSPLIT=\"{split}\" NEWID=\"{i}\"><TOPICS><D>{topic}</D></TOPICS>\
             <TEXT><TITLE>Ships</TITLE><BODY>Carried wheat {topic}</BODY></TEXT></REUTERS>\n"
        )
    };
    let topics = ["a1", "b1", "c1", "d1", "e1", "f1", "g1", "h1", "rare"];
    let files: Vec<(String, String)> = (0..22)
        .map(|i| {
            let topic = topics[i % 8];
            let more = if i == 3 {
                story(99, topics[8], "TRAIN") + &story(98, "a1</D><D>b1", "TRAIN")
            } else {
                String::new()
            };
            let split = if i % 3 == 0 { "TEST" } else { "TRAIN" };
            (format!("reut2-{i:03}.sgm"), story(i, topic, split) + &more)
        })
        .collect();
    let [plain, packed] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    files.iter().for_each(|(name, text)| put(plain.path(), name, text.as_bytes()));
    let members: Vec<(&str, &[u8])> =
        files.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    put(packed.path(), "reuters21578.tar.gz", &gz(&tar(&members)));
    let [a, b] = [plain, packed].map(|folder| decode(reuters::REUTERS_21578, folder.path()).unwrap());
    assert_eq!(a.digest(), b.digest());
    assert_eq!((a.rows(), a.n_train, a.class_names.len()), (22, Some(14), 8));
    assert!(!a.class_names.contains(&"rare".to_owned()));
}

#[test]
fn wrong_labels_and_counts_are_named() {
    let small = Entry { train: 2, test: 1, ..mnist::MNIST };
    let folder = tempfile::tempdir().unwrap();
    let images = |n: u32| idx_file(&[n, 28, 28], &vec![0; 784 * n as usize]);
    put(folder.path(), "train-images-idx3-ubyte", &images(2));
    put(folder.path(), "train-labels-idx1-ubyte", &idx_file(&[2], &[0, 10]));
    put(folder.path(), "t10k-images-idx3-ubyte", &images(1));
    put(folder.path(), "t10k-labels-idx1-ubyte", &idx_file(&[1], &[1]));
    let message = decode(small, folder.path()).unwrap_err().to_string();
    assert!(message.ends_with("byte 9 (label 1): expected a label below 10, found 10"), "{message}");
    put(folder.path(), "train-images-idx3-ubyte", &images(3));
    let message = decode(small, folder.path()).unwrap_err().to_string();
    assert!(message.ends_with("byte 4 (dimension 0): expected 2, found 3"), "{message}");
    put(folder.path(), "train-images-idx3-ubyte", b"");
    let empty: PathBuf = folder.path().join("train-images-idx3-ubyte");
    let message = decode(small, folder.path()).unwrap_err().to_string();
    assert!(message.starts_with(&empty.display().to_string()), "{message}");
}
