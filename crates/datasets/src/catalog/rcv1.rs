//! RCV1-v2 with the four root topics as classes: the whole of it, and the part in LIBSVM's multi-label subsets.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::{Entry, File, Layout, Remote, Source};
use crate::decoded::{Decoded, VOCABULARY, Values};
use crate::features::select_csr;
use crate::formats::libsvm::{self, Rows};
use crate::formats::lyrl::{self, ROOTS, Roots};
use crate::formats::stream;
use crate::text::CountVectorizer;
use crate::{Csr, Error, Result, Subset, digest};

const CITATION: &str =
    "Lewis, Yang, Rose, Li: RCV1: a new benchmark collection for text categorization research, JMLR 5, 2004";
const LICENCE: &str = "research use; the stemmed tokens and vectors are public, the stories are Reuters'";
/// Stems in the published vectors.
const STEMS: usize = 47_236;

pub(super) static RCV1: Entry = Entry {
    name: "rcv1",
    title: "RCV1-v2, the 685,071 documents with one root topic (\"Reuters\" in the papers)",
    aliases: &["reuters", "rcv1-v2"],
    train: 685_071,
    test: 0,
    features: VOCABULARY,
    classes: 4,
    image: None,
    licence: LICENCE,
    citation: CITATION,
    note: "2,000 most frequent stems, counts from the token files (published weights and all stems from the vector \
           files); Reuters-10k is the first 10,000",
    digest: None,
    folders: &["rcv1", "RCV1", "reuters"],
    system_folders: &[],
    layouts: &[
        Layout::checked(TOKENS, decode_tokens),
        Layout {
            files: VECTORS,
            checked: false,
            recognise: Some(recorded),
            features: Some(STEMS),
            decode: decode_vectors,
        },
    ],
    sources: &[
        Source::https("https://www.jmlr.org/papers/volume5/lewis04a/", TOKEN_FILES),
        Source::https("https://ndownloader.figshare.com/files/", VECTOR_FILES),
    ],
};

pub(super) static RCV1_SUBSET: Entry = Entry {
    name: "rcv1-subset",
    title: "RCV1 subset (23,405)",
    train: 23_405,
    note: "the distinct single-root documents of LIBSVM's five multi-label subsets; no uniform sample of RCV1. The text \
           scalings keep the 2,000 stems in most documents",
    digest: Some("de85ba3bbdbf5ab1908720bc87b5a4435f38e6e2f47c04e46038dec002785603"),
    layouts: &[Layout::checked(SUBSET_FILES, decode_subset)],
    ..SUBSET
};

pub(super) static RCV1_SUBSET_10K: Entry = Entry {
    name: "rcv1-subset-10k",
    title: "RCV1 subset-10k: 10,000 documents drawn from the RCV1 subset",
    train: SUBSET_10K,
    note: "a fixed plain random draw (ChaCha8, seed 10000); not the papers' Reuters-10k",
    digest: Some("1f0786d180c4b2f086a2980c9c3daf94e29d32a20cb0112e560d467c71b2a412"),
    layouts: &[Layout::checked(SUBSET_FILES, decode_subset_10k)],
    ..SUBSET
};

/// What the two subsets share.
const SUBSET: Entry = Entry {
    name: "",
    title: "",
    aliases: &[],
    train: 0,
    test: 0,
    features: STEMS,
    classes: 4,
    image: None,
    licence: LICENCE,
    citation: CITATION,
    note: "",
    digest: None,
    folders: &["rcv1-subset", "rcv1"],
    system_folders: &[],
    layouts: &[],
    sources: &[],
};

const SUBSET_10K: usize = 10_000;
const SUBSET_FILES: &[File] = &[File::named(&["rcv1-subset-30000.svm"])];
const QRELS: File = File::named(&["rcv1-v2.topics.qrels", "rcv1v2.topics.qrels"]);

/// DEC's order: the test parts, then the training part.
const TOKENS: &[File] = &[
    QRELS,
    File::named(&["lyrl2004_tokens_test_pt0.dat"]),
    File::named(&["lyrl2004_tokens_test_pt1.dat"]),
    File::named(&["lyrl2004_tokens_test_pt2.dat"]),
    File::named(&["lyrl2004_tokens_test_pt3.dat"]),
    File::named(&["lyrl2004_tokens_train.dat"]),
];
const VECTORS: &[File] = &[
    QRELS,
    File::named(&["lyrl2004_vectors_test_pt0.dat"]),
    File::named(&["lyrl2004_vectors_test_pt1.dat"]),
    File::named(&["lyrl2004_vectors_test_pt2.dat"]),
    File::named(&["lyrl2004_vectors_test_pt3.dat"]),
    File::named(&["lyrl2004_vectors_train.dat"]),
];

/// The decompressed judgements and the compressed parts are all below this.
const PART: u64 = 600_000_000;

const TOKEN_FILES: &[Remote] = &[
    Remote {
        content: Some(QRELS_CONTENT),
        ..Remote::new("a08-topic-qrels/rcv1-v2.topics.qrels.gz", "rcv1-v2.topics.qrels.gz", PART)
    },
    Remote::new("a12-token-files/lyrl2004_tokens_test_pt0.dat.gz", "lyrl2004_tokens_test_pt0.dat.gz", PART),
    Remote::new("a12-token-files/lyrl2004_tokens_test_pt1.dat.gz", "lyrl2004_tokens_test_pt1.dat.gz", PART),
    Remote::new("a12-token-files/lyrl2004_tokens_test_pt2.dat.gz", "lyrl2004_tokens_test_pt2.dat.gz", PART),
    Remote::new("a12-token-files/lyrl2004_tokens_test_pt3.dat.gz", "lyrl2004_tokens_test_pt3.dat.gz", PART),
    Remote::new("a12-token-files/lyrl2004_tokens_train.dat.gz", "lyrl2004_tokens_train.dat.gz", PART),
];

/// SHA-256 of the judgements once decompressed.
const QRELS_CONTENT: &str = "dff28fe164cf81739aae961a569cd0ea80fa0b7a37d4f45cf08355e00660bf97";
/// SHA-256 of the vector files, gzip as they are handed out, as scikit-learn records them.
const VECTOR_DIGESTS: [&str; 5] = [
    "ed40f7e418d10484091b059703eeb95ae3199fe042891dcec4be6696b9968374",
    "87700668ae45d45d5ca1ef6ae9bd81ab0f5ec88cc95dcef9ae7838f727a13aa6",
    "48143ac703cbe33299f7ae9f4995db49a258690f60e5debbff8995c34841c7f5",
    "dfcb0d658311481523c6e6ca0c3f5a3e1d3d12cde5d7a8ce629a9006ec7dbb39",
    "5468f656d0ba7a83afc7ad44841cf9a53048a5c083eedc005dcdb5cc768924ae",
];

const VECTOR_FILES: &[Remote] = &[
    Remote { content: Some(QRELS_CONTENT), ..Remote::new("5976048", "rcv1-v2.topics.qrels.gz", PART) },
    Remote {
        file: Some(VECTOR_DIGESTS[0]),
        ..Remote::new("5976069", "lyrl2004_vectors_test_pt0.dat.gz", PART)
    },
    Remote {
        file: Some(VECTOR_DIGESTS[1]),
        ..Remote::new("5976066", "lyrl2004_vectors_test_pt1.dat.gz", PART)
    },
    Remote {
        file: Some(VECTOR_DIGESTS[2]),
        ..Remote::new("5976063", "lyrl2004_vectors_test_pt2.dat.gz", PART)
    },
    Remote {
        file: Some(VECTOR_DIGESTS[3]),
        ..Remote::new("5976060", "lyrl2004_vectors_test_pt3.dat.gz", PART)
    },
    Remote { file: Some(VECTOR_DIGESTS[4]), ..Remote::new("5976057", "lyrl2004_vectors_train.dat.gz", PART) },
];

fn decoded(values: Values, labels: Vec<u32>) -> Decoded {
    Decoded {
        values,
        labels,
        class_names: ROOTS.map(str::to_owned).to_vec(),
        image: None,
        n_train: None,
        groups: None,
        range: None,
    }
}

fn recorded(files: &[PathBuf], _: &Decoded) -> Result<Option<&'static str>> {
    let [qrels, vectors @ ..] = files else { return Ok(None) };
    let judgements = digest::of_source(stream::open(qrels)?, PART, &qrels.display().to_string())?;
    let same = judgements == QRELS_CONTENT && digest::are(vectors, &VECTOR_DIGESTS)?;
    Ok(same.then_some("files as scikit-learn records them"))
}

fn roots(qrels: &Path) -> Result<Roots> {
    Roots::parse(stream::open(qrels)?, &qrels.display().to_string())
}

/// Counts the published stems as scikit-learn's tokenizer finds them, a document at a time.
fn decode_tokens(_: &Entry, files: &[PathBuf]) -> Result<Decoded> {
    let roots = roots(&files[0])?;
    let settings = CountVectorizer { max_features: Some(VOCABULARY), ..CountVectorizer::default() };
    let (mut counter, mut labels) = (settings.builder(), Vec::new());
    for path in &files[1..] {
        let file = path.display().to_string();
        lyrl::tokens(stream::open(path)?, &file, |id, text| {
            if let Some(label) = roots.single(id) {
                counter.push(crate::text::words(&String::from_utf8_lossy(text)));
                labels.push(label);
            }
            Ok(())
        })?;
    }
    Ok(decoded(Values::Counts(counter.finish().matrix), labels))
}

fn decode_vectors(_: &Entry, files: &[PathBuf]) -> Result<Decoded> {
    let roots = roots(&files[0])?;
    let (mut rows, mut labels) = (Rows::new(Some(STEMS as u32)), Vec::new());
    for path in &files[1..] {
        let file = path.display().to_string();
        lyrl::vectors(stream::open(path)?, &file, &mut rows, &mut labels, |id| roots.single(id))?;
    }
    Ok(decoded(Values::Weights(rows.finish()), labels))
}

fn decode_subset(_: &Entry, files: &[PathBuf]) -> Result<Decoded> {
    let (x, labels) = subset(files)?;
    Ok(decoded(Values::Weights(x), labels))
}

/// Seed 10000 and the sampling of [`Subset::Random`] fix the draw for good; its digest is pinned.
fn decode_subset_10k(_: &Entry, files: &[PathBuf]) -> Result<Decoded> {
    let (x, labels) = subset(files)?;
    let wide: Vec<usize> = labels.iter().map(|&label| label as usize).collect();
    let mut rng = ChaCha8Rng::seed_from_u64(SUBSET_10K as u64);
    let rows = Subset::Random { n: SUBSET_10K }.rows(&wide, ROOTS.len(), &mut rng)?;
    let labels = rows.iter().map(|&row| labels[row]).collect();
    Ok(decoded(Values::Weights(select_csr(&x, &rows)), labels))
}

/// Documents with exactly one root. Of repeated vectors the first is kept, and none where their roots disagree.
fn subset(files: &[PathBuf]) -> Result<(Csr, Vec<u32>)> {
    let file = files[0].display().to_string();
    let read = libsvm::parse::<f32>(stream::open(&files[0])?, &file, Some(STEMS as u32))?;
    let mut first: HashMap<String, (usize, u8, bool)> = HashMap::new();
    let mut order = Vec::new();
    for (row, (vector, label)) in read.features.outer_iterator().zip(&read.labels).enumerate() {
        let roots = root_bits(label);
        let mut key = Vec::with_capacity(vector.nnz() * 8);
        vector.indices().iter().for_each(|i| key.extend_from_slice(&i.to_le_bytes()));
        vector.data().iter().for_each(|v| key.extend_from_slice(&v.to_le_bytes()));
        let seen = first.entry(digest::of_bytes(&key)).or_insert_with(|| {
            order.push(digest::of_bytes(&key));
            (row, roots, true)
        });
        seen.2 &= seen.1 == roots;
    }
    let (mut rows, mut labels) = (Vec::new(), Vec::new());
    for key in &order {
        let (row, roots, agreed) = first[key];
        if agreed && roots.count_ones() == 1 {
            rows.push(row);
            labels.push(roots.trailing_zeros());
        }
    }
    if rows.is_empty() {
        return Err(Error::format(
            file,
            "labels",
            format!("topic codes with one of {}", ROOTS.join(", ")),
            "none",
        ));
    }
    Ok((select_csr(&read.features, &rows), labels))
}

fn root_bits(codes: &str) -> u8 {
    codes
        .split(',')
        .filter_map(|code| ROOTS.iter().position(|root| *root == code))
        .fold(0, |bits, i| bits | 1 << i)
}
