//! UCI HAR: features of smartphone movements.

use std::io::{BufRead, Cursor};
use std::path::PathBuf;

use super::{Entry, File, Layout, Remote, Source};
use crate::decoded::{Decoded, Values};
use crate::formats::archive::{self, Wanted};
use crate::formats::{stream, table};
use crate::{Error, Result};

pub(super) static UCI_HAR: Entry = Entry {
    name: "uci-har",
    title: "UCI Human Activity Recognition Using Smartphones, 561 features",
    aliases: &["hhar", "har"],
    train: 7_352,
    test: 2_947,
    features: 561,
    classes: 6,
    image: None,
    licence: "cite Anguita et al. 2013; no commercial use",
    citation: "Anguita, Ghio, Oneto, Parra, Reyes-Ortiz: A public domain dataset for human activity recognition using \
               smartphones, ESANN 2013",
    note: "what VaDE and MIXAE call HHAR (10,299 × 561, 6 activities); not the Heterogeneity HAR set of Stisen et al.",
    digest: Some("21e13cb1e1084ee0f31288345cf8a93769fa3ce16cad1bc56138b6927e72bea1"),
    folders: &["uci-har", "har", "UCI HAR"],
    system_folders: &[],
    layouts: &[
        Layout::checked(PLAIN, decode_files),
        Layout::checked(
            &[File::named(&[
                "UCI HAR Dataset.zip",
                "uci-har.zip",
                "human+activity+recognition+using+smartphones.zip",
                "UCI HAR Dataset.tar",
                "uci-har.tar",
                "UCI HAR Dataset.tgz",
            ])],
            decode_archive,
        ),
    ],
    sources: &[
        Source::https(
            "https://archive.ics.uci.edu/static/public/240/",
            &[Remote::new("human+activity+recognition+using+smartphones.zip", "uci-har.zip", 100_000_000)],
        ),
        Source::https(
            "https://archive.ics.uci.edu/ml/machine-learning-databases/00240/",
            &[Remote::new("UCI%20HAR%20Dataset.zip", "uci-har.zip", 100_000_000)],
        ),
    ],
};

const PLAIN: &[File] = &[
    File::named(&["UCI HAR Dataset/train/X_train.txt", "train/X_train.txt"]),
    File::named(&["UCI HAR Dataset/train/y_train.txt", "train/y_train.txt"]),
    File::named(&["UCI HAR Dataset/train/subject_train.txt", "train/subject_train.txt"]),
    File::named(&["UCI HAR Dataset/test/X_test.txt", "test/X_test.txt"]),
    File::named(&["UCI HAR Dataset/test/y_test.txt", "test/y_test.txt"]),
    File::named(&["UCI HAR Dataset/test/subject_test.txt", "test/subject_test.txt"]),
];

/// The published tables are at most 65 MB.
const MEMBERS: [Wanted<'static>; 6] = [
    Wanted { path: "train/X_train.txt", limit: 80_000_000 },
    Wanted { path: "train/y_train.txt", limit: 100_000 },
    Wanted { path: "train/subject_train.txt", limit: 100_000 },
    Wanted { path: "test/X_test.txt", limit: 40_000_000 },
    Wanted { path: "test/y_test.txt", limit: 100_000 },
    Wanted { path: "test/subject_test.txt", limit: 100_000 },
];

const ACTIVITIES: [&str; 6] =
    ["walking", "walking upstairs", "walking downstairs", "sitting", "standing", "laying"];
const SUBJECTS: u32 = 30;

fn decode_files(entry: &Entry, files: &[PathBuf]) -> Result<Decoded> {
    decode(entry, files.iter().map(|path| Ok((stream::open(path)?, path.display().to_string()))))
}

fn decode_archive(entry: &Entry, files: &[PathBuf]) -> Result<Decoded> {
    let archive = files[0].display().to_string();
    let contents = archive::members(&files[0], &MEMBERS)?;
    let named = contents.into_iter().zip(MEMBERS);
    decode(
        entry,
        named.map(|(content, member)| Ok((Cursor::new(content), format!("{archive}/{}", member.path)))),
    )
}

/// Features, activities and subjects of the training part, then of the test part.
fn decode<R: BufRead>(
    entry: &Entry,
    mut parts: impl Iterator<Item = Result<(R, String)>>,
) -> Result<Decoded> {
    let (mut data, mut labels, mut subjects) = (Vec::new(), Vec::new(), Vec::new());
    for rows in [entry.train, entry.test] {
        let mut table = |cols| -> Result<(Vec<f64>, String)> {
            let (source, file) = parts.next().unwrap_or_else(|| Err(lacking(entry)))?;
            Ok((table::parse(source, &file, rows, cols)?, file))
        };
        data.extend(table(entry.features)?.0.into_iter().map(|v| v as f32));
        let (values, file) = table(1)?;
        labels.extend(codes(&values, entry.classes as u32, &file)?);
        let (values, file) = table(1)?;
        subjects.extend(codes(&values, SUBJECTS, &file)?.into_iter().map(|subject| subject + 1));
    }
    Ok(Decoded {
        values: Values::Floats { cols: entry.features, data },
        labels,
        class_names: ACTIVITIES.map(str::to_owned).to_vec(),
        image: None,
        n_train: Some(entry.train),
        groups: Some(subjects),
        range: Some((-1.0, 1.0)),
    })
}

fn lacking(entry: &Entry) -> Error {
    Error::format(entry.name, "files", "six tables", "fewer")
}

/// Whole numbers from 1 to `most`, less 1.
fn codes(values: &[f64], most: u32, file: &str) -> Result<Vec<u32>> {
    let mut codes = Vec::with_capacity(values.len());
    for (line, &value) in values.iter().enumerate() {
        if value.fract() != 0.0 || !(1.0..=f64::from(most)).contains(&value) {
            let position = format!("row {}", line + 1);
            return Err(Error::format(
                file,
                position,
                format!("a whole number from 1 to {most}"),
                value.to_string(),
            ));
        }
        codes.push(value as u32 - 1);
    }
    Ok(codes)
}
