//! EMNIST-Balanced as published, and a balanced subset of EMNIST ByMerge.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use super::mnist::{self, IMAGE_28};
use super::{Entry, File, Layout, Remote, Source};
use crate::decoded::{Bytes, Decoded, Values};
use crate::formats::archive::{self, Wanted};
use crate::formats::stream;
use crate::{Error, Result, digest};

const CITATION: &str =
    "Cohen, Afshar, Tapson, van Schaik: EMNIST: an extension of MNIST to handwritten letters, 2017";
const LICENCE: &str = "public domain (NIST Special Database 19)";

/// The 47 merged classes in label order: the publisher's mapping file, decoded.
const CHARACTERS: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt";

pub(super) static BALANCED: Entry = Entry {
    name: "emnist-balanced",
    title: "EMNIST Balanced, handwritten digits and letters",
    aliases: &["emnist"],
    train: 112_800,
    test: 18_800,
    features: 784,
    classes: 47,
    image: Some(IMAGE_28),
    licence: LICENCE,
    citation: CITATION,
    note: "images are stored transposed and turned upright here",
    digest: None,
    folders: &["emnist-balanced", "emnist", "EMNIST/raw", "EMNIST"],
    system_folders: &[],
    layouts: &[
        Layout::checked(BALANCED_FILES, decode).recognised(recorded_files),
        Layout::checked(&[File::named(&["gzip.zip", "emnist.zip"])], decode_archive)
            .recognised(recorded_members),
    ],
    sources: &[
        Source::https("https://biometrics.nist.gov/cs_links/EMNIST/", GZIP_ZIP),
        Source::https("https://www.itl.nist.gov/iaui/vip/cs_links/EMNIST/", GZIP_ZIP),
    ],
};

pub(super) static BYMERGE_SUBSET: Entry = Entry {
    name: "emnist-bymerge-subset",
    title: "EMNIST ByMerge subset (24,299 + 18,800)",
    aliases: &["emnist-bymerge"],
    train: 24_299,
    test: 18_800,
    features: 784,
    classes: 47,
    image: Some(IMAGE_28),
    licence: LICENCE,
    citation: CITATION,
    note: "not the official Balanced split: a class-balanced part of the ByMerge test images, 517 + 400 a class",
    digest: Some("817e7edf52b153089254511415bd66b7a2a6eac9ad7b511aba67e9326236f19a"),
    folders: &["emnist-bymerge-subset"],
    system_folders: &[],
    layouts: &[Layout::checked(
        &[
            File::named(&["train-images-idx3-ubyte"]),
            File::named(&["train-labels-idx1-ubyte"]),
            File::named(&["test-images-idx3-ubyte"]),
            File::named(&["test-labels-idx1-ubyte"]),
        ],
        decode,
    )],
    sources: &[],
};

const BALANCED_FILES: &[File] = &[
    File::named(&["emnist-balanced-train-images-idx3-ubyte", "gzip/emnist-balanced-train-images-idx3-ubyte"]),
    File::named(&["emnist-balanced-train-labels-idx1-ubyte", "gzip/emnist-balanced-train-labels-idx1-ubyte"]),
    File::named(&["emnist-balanced-test-images-idx3-ubyte", "gzip/emnist-balanced-test-images-idx3-ubyte"]),
    File::named(&["emnist-balanced-test-labels-idx1-ubyte", "gzip/emnist-balanced-test-labels-idx1-ubyte"]),
];

/// All splits in one archive, about 560 MB.
const GZIP_ZIP: &[Remote] = &[Remote::new("gzip.zip", "gzip.zip", 700_000_000)];

/// Compressed members are smaller than the 88 MB of pixels they hold.
const MEMBER: u64 = 100_000_000;

const MEMBERS: [&str; 4] = [
    "emnist-balanced-train-images-idx3-ubyte.gz",
    "emnist-balanced-train-labels-idx1-ubyte.gz",
    "emnist-balanced-test-images-idx3-ubyte.gz",
    "emnist-balanced-test-labels-idx1-ubyte.gz",
];

/// SHA-256 of these files, gzip as they are in the archive, as a public download script records them.
const RECORDED: [&str; 4] = [
    "74295e75e4e9fa2c102147460ee7eb763653d5132d883a84fb88932bfb8d2db4",
    "b46d41e5156a0a8aaaa4d18979fdd1588850fa8571018acffd5d93b325a7d6ed",
    "117fc12b015e37ea98bfb2cbba3f77c3782c056cdbd219b87abfc8661d7135db",
    "a67cac948379b67270b9a4d0a01c8ec661598accf2f2b1964340b7c83cb175cd",
];
const AS_RECORDED: &str = "files as a public script records them";

fn recorded_files(files: &[PathBuf], _: &Decoded) -> Result<Option<&'static str>> {
    Ok(digest::are(files, &RECORDED)?.then_some(AS_RECORDED))
}

fn recorded_members(files: &[PathBuf], _: &Decoded) -> Result<Option<&'static str>> {
    let members = members(&files[0])?;
    let same = members.iter().zip(RECORDED).all(|(member, recorded)| digest::of_bytes(member) == recorded);
    Ok(same.then_some(AS_RECORDED))
}

fn members(archive_file: &Path) -> Result<Vec<Vec<u8>>> {
    archive::members(archive_file, &MEMBERS.map(|path| Wanted { path, limit: MEMBER }))
}

fn class_names() -> Vec<String> {
    CHARACTERS.chars().map(String::from).collect()
}

fn decode(entry: &Entry, files: &[PathBuf]) -> Result<Decoded> {
    balanced(entry, &files[0], upright(mnist::decode(entry, files, class_names())?))
}

fn decode_archive(entry: &Entry, files: &[PathBuf]) -> Result<Decoded> {
    let archive = files[0].display().to_string();
    let contents = members(&files[0])?;
    let mut parts = Vec::new();
    for (content, name) in contents.into_iter().zip(MEMBERS) {
        let file = format!("{archive}/{name}");
        parts.push((stream::decompress(Cursor::new(content), &file)?, file));
    }
    balanced(entry, &files[0], upright(mnist::from_idx(entry, parts, class_names())?))
}

/// Every class is as large as every other, in each part: what tells the Balanced split from EMNIST's other ones.
fn balanced(entry: &Entry, file: &Path, data: Decoded) -> Result<Decoded> {
    let (train, test) = data.labels.split_at(entry.train);
    for (part, labels) in [("training", train), ("test", test)] {
        let expected = labels.len() / entry.classes;
        for class in 0..entry.classes {
            let found = labels.iter().filter(|&&label| label as usize == class).count();
            if found != expected {
                let position = format!("{part} images of class {class}");
                let file = file.display().to_string();
                return Err(Error::format(file, position, expected.to_string(), found.to_string()));
            }
        }
    }
    Ok(data)
}

/// Transposes each image.
fn upright(mut data: Decoded) -> Decoded {
    if let (Values::Pixels { data: Bytes::Owned(pixels), .. }, Some(image)) = (&mut data.values, data.image) {
        for image_pixels in pixels.chunks_exact_mut(image.height * image.width) {
            transpose(image_pixels, image.width);
        }
    }
    data
}

/// Transposes a square image in place.
pub(super) fn transpose(pixels: &mut [u8], side: usize) {
    for row in 0..side {
        for column in row + 1..side {
            pixels.swap(row * side + column, column * side + row);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_turned_upright() {
        let mut pixels = [1, 2, 3, 4, 5, 6, 7, 8, 9];
        transpose(&mut pixels, 3);
        assert_eq!(pixels, [1, 4, 7, 2, 5, 8, 3, 6, 9]);
    }

    #[test]
    fn classes_follow_the_mapping() {
        let names = class_names();
        // emnist-balanced-mapping.txt: 10 65, 36 97, 38 100, 46 116
        let at = |label: usize| names[label].as_bytes()[0];
        assert_eq!((names.len(), at(10), at(36), at(38), at(46)), (47, 65, 97, 100, 116));
    }
}
