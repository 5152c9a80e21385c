//! USPS handwritten digits, in the two versions that papers mix up.

use std::path::{Path, PathBuf};

use super::{Entry, File, Layout, Remote, Source, emnist};
use crate::decoded::{Bytes, Decoded, PIXELS, Values};
use crate::formats::{libsvm, mat5, stream, table};
use crate::{Error, ImageShape, Result, digest};

const IMAGE_16: ImageShape = ImageShape { height: 16, width: 16, channels: 1 };
const CITATION: &str = "Hull: A database for handwritten text recognition research, 1994";
const LICENCE: &str = "research use (no explicit licence; United States Postal Service)";

pub(super) static USPS_9298: Entry = Entry {
    name: "usps-9298",
    title: "USPS digits, the 9,298 of The Elements of Statistical Learning",
    aliases: &["usps"],
    train: 7_291,
    test: 2_007,
    features: 256,
    classes: 10,
    image: Some(IMAGE_16),
    licence: LICENCE,
    citation: CITATION,
    note: "values in [-1, 1] on 2,001 levels; (v + 1)/2 by default",
    digest: Some("3e88965349331831721aaf27eea47def17ef34df4ce8aef6bfe08cc7b4c1bcee"),
    folders: &["usps-9298", "usps", "USPS"],
    system_folders: &[],
    layouts: &[
        Layout::checked(&[File::named(&["zip.train"]), File::named(&["zip.test"])], decode_text),
        Layout {
            files: &[File::named(&["usps"]), File::named(&["usps.t"])],
            checked: false,
            recognise: Some(same_images),
            features: None,
            decode: decode_libsvm,
        },
    ],
    sources: &[
        Source::https("https://hastie.su.domains/ElemStatLearn/datasets/", ZIP_TEXT),
        Source::https("https://web.stanford.edu/~hastie/ElemStatLearn/datasets/", ZIP_TEXT),
        Source::https(
            "https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/multiclass/",
            &[
                Remote::new("usps.bz2", "usps.bz2", 20_000_000),
                Remote::new("usps.t.bz2", "usps.t.bz2", 20_000_000),
            ],
        ),
    ],
};

pub(super) static USPS_11000: Entry = Entry {
    name: "usps-11000",
    title: "USPS digits, 1,100 a class",
    aliases: &["usps-all"],
    train: 11_000,
    test: 0,
    features: 256,
    classes: 10,
    image: Some(IMAGE_16),
    licence: LICENCE,
    citation: CITATION,
    note: "another selection and another scanning than the 9,298; the text of the k-DAE paper describes this one",
    digest: Some("2ce512fc22acb28c870048dd34d787c94bc18233a62a08e744777677a5f33f1f"),
    folders: &["usps-11000", "usps", "USPS"],
    system_folders: &[],
    layouts: &[Layout::checked(&[File::named(&["usps_all.mat"])], decode_mat)],
    sources: &[Source::https(
        "https://cs.nyu.edu/~roweis/data/",
        &[Remote::new("usps_all.mat", "usps_all.mat", 20_000_000)],
    )],
};

const ZIP_TEXT: &[Remote] = &[
    Remote {
        content: Some("abc9f5c75b997cabe66b5d01727d5a681c69298e1641a8d37b55433a52129dc0"),
        ..Remote::new("zip.train.gz", "zip.train.gz", 20_000_000)
    },
    Remote {
        content: Some("6bde17b4f1cd68e0630cd2751d6495b5795d9165ab2dc4a0be8b7002b732f4cc"),
        ..Remote::new("zip.test.gz", "zip.test.gz", 20_000_000)
    },
];

fn digits() -> Vec<String> {
    ('0'..='9').map(String::from).collect()
}

fn decoded(entry: &Entry, values: Values, labels: Vec<u32>, range: (f32, f32)) -> Decoded {
    Decoded {
        values,
        labels,
        class_names: digits(),
        image: entry.image,
        n_train: (entry.test > 0).then_some(entry.train),
        groups: None,
        range: Some(range),
    }
}

/// Lines of a label and 256 values; the first line is data.
fn decode_text(entry: &Entry, files: &[PathBuf]) -> Result<Decoded> {
    let (mut data, mut labels) = (Vec::new(), Vec::new());
    for (path, rows) in files.iter().zip([entry.train, entry.test]) {
        let file = path.display().to_string();
        let values = table::parse(stream::open(path)?, &file, rows, entry.features + 1)?;
        for (line, row) in values.chunks_exact(entry.features + 1).enumerate() {
            labels.push(digit(row[0], &file, line + 1)?);
            data.extend(row[1..].iter().map(|&v| v as f32));
        }
    }
    Ok(decoded(entry, Values::Floats { cols: entry.features, data }, labels, (-1.0, 1.0)))
}

fn digit(value: f64, file: &str, line: usize) -> Result<u32> {
    if value.fract() == 0.0 && (0.0..10.0).contains(&value) {
        return Ok(value as u32);
    }
    Err(Error::format(file, format!("line {line}"), "a label from 0 to 9", value.to_string()))
}

/// LIBSVM's copy: labels 1 to 10 are the digits 0 to 9.
fn decode_libsvm(entry: &Entry, files: &[PathBuf]) -> Result<Decoded> {
    let mut data = vec![0f32; entry.samples() * entry.features];
    let (mut labels, mut at) = (Vec::new(), 0);
    for (path, rows) in files.iter().zip([entry.train, entry.test]) {
        let file = path.display().to_string();
        let read = libsvm::parse::<f32>(stream::open(path)?, &file, Some(entry.features as u32))?;
        if read.labels.len() != rows {
            return Err(Error::format(file, "end", format!("{rows} rows"), read.labels.len().to_string()));
        }
        for (line, label) in read.labels.iter().enumerate() {
            let label = label.parse::<f64>().unwrap_or(f64::NAN) - 1.0;
            labels.push(digit(label, &file, line + 1)?);
        }
        for row in read.features.outer_iterator() {
            row.iter().for_each(|(column, &value)| data[at + column] = value);
            at += entry.features;
        }
    }
    Ok(decoded(entry, Values::Floats { cols: entry.features, data }, labels, (-1.0, 1.0)))
}

/// SHA-256 of the images in canonical form, see [`canonical`].
const CANONICAL: &str = "85383770322d4e751d6faaa3bc66ca2623fe20a8cb12c624ef0b91b477726f72";

/// Another copy may order the images of a part in another way and round values far below a level.
fn same_images(_: &[PathBuf], data: &Decoded) -> Result<Option<&'static str>> {
    let same = canonical(data).is_some_and(|found| found == CANONICAL);
    Ok(same.then_some("the published images, labels and parts; their order within a part was not compared"))
}

/// SHA-256 over the parts in turn, of each the rows in ascending order of their bytes: the digit, then 256 values in
/// thousandths as little-endian i16. `None` where a value is further than a tenth of a thousandth from one.
pub(super) fn canonical(data: &Decoded) -> Option<String> {
    let Values::Floats { cols, data: values } = &data.values else { return None };
    let mut rows = Vec::with_capacity(data.labels.len());
    for (row, &label) in values.chunks_exact(*cols).zip(&data.labels) {
        let mut bytes = vec![label as u8];
        for &value in row {
            let thousandths = (value * 1000.0).round();
            if (value * 1000.0 - thousandths).abs() > 0.1 || thousandths.abs() > 1000.0 {
                return None;
            }
            bytes.extend_from_slice(&(thousandths as i16).to_le_bytes());
        }
        rows.push(bytes);
    }
    let (train, test) = rows.split_at_mut(data.n_train?.min(data.labels.len()));
    train.sort_unstable();
    test.sort_unstable();
    Some(digest::of_bytes(&rows.concat()))
}

/// `data`, 256 × 1100 × 10, pixels column-major, classes 1, 2, …, 9, 0.
fn decode_mat(entry: &Entry, files: &[PathBuf]) -> Result<Decoded> {
    let path: &Path = &files[0];
    let file = path.display().to_string();
    let per_class = entry.samples() / entry.classes;
    let dims = [entry.features, per_class, entry.classes];
    // Elements are held as bytes; headers and padding add little.
    let arrays = mat5::read_mat(path, 2 * (entry.samples() * entry.features) as u64)?;
    let Some(array) = arrays.into_iter().find(|array| array.name == "data") else {
        return Err(Error::format(file, "variables", "one called \"data\"", "none"));
    };
    if array.dims != dims {
        return Err(Error::format(file, "data", format!("{dims:?}"), format!("{:?}", array.dims)));
    }
    let mut pixels = Vec::with_capacity(array.data.len());
    for (at, &value) in array.data.iter().enumerate() {
        let pixel = value as u8;
        if f64::from(pixel) != value {
            let position = format!("data, element {at}");
            return Err(Error::format(file, position, "a whole number from 0 to 255", value.to_string()));
        }
        pixels.push(pixel);
    }
    pixels.chunks_exact_mut(entry.features).for_each(|image| emnist::transpose(image, IMAGE_16.width));
    let labels = (0..entry.classes).flat_map(|block| std::iter::repeat_n((block as u32 + 1) % 10, per_class));
    let values = Values::Pixels { cols: entry.features, data: Bytes::Owned(pixels) };
    Ok(decoded(entry, values, labels.collect(), PIXELS))
}
