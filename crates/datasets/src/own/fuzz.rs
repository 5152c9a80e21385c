//! The readers of a user's own data against damaged files: data or an error, never a panic, and no memory out of proportion.
//!
//! `DEEPCLUST_FUZZ=1000000 cargo test --release -p deepclust-datasets own::fuzz` tries so many files of each format.

use std::io::Cursor;

use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::read::finish;
use super::{Impute, Missing, OwnOptions, npy, npz, raw::Raw, text};
use crate::formats::{archive, libsvm, stream};
use crate::fuzz::largest;
use crate::{Features, Result, Scaling};

/// Files of each format where nothing else is asked for.
const CASES: usize = if cfg!(debug_assertions) { 2000 } else { 10_000 };

/// What a reader may ask for at once: fixed buffers, and so many bytes for one of the file.
const FIXED: usize = 1 << 20;
const PER_BYTE: usize = 256;

const SCALINGS: [Scaling; 8] = [
    Scaling::Default,
    Scaling::Raw,
    Scaling::Unit,
    Scaling::Symmetric,
    Scaling::Standardise,
    Scaling::L2,
    Scaling::Dec,
    Scaling::Dahal,
];

const WORDS: [&[u8]; 27] = [
    b"#",
    b"# ",
    b"sep=;\n",
    b"99999999999999999999",
    b"9007199254740993",
    b"1700000000",
    b"-1",
    b"1e308",
    b"-1e308",
    b"1e-320",
    b"1e400",
    b"nan",
    b"inf",
    b":",
    b",",
    b";",
    b"\t",
    b"\"",
    b"\n",
    b"\r",
    b"\0",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"(",
    b"4294967295",
    b"\xff\xff\xff\xff\xff\xff\xff\x7f",
    b"\x1f\x8b",
];

fn damaged(mut bytes: Vec<u8>, rng: &mut ChaCha8Rng) -> Vec<u8> {
    for _ in 0..rng.random_range(0..5) {
        if bytes.is_empty() {
            break;
        }
        let at = rng.random_range(0..bytes.len() as u64) as usize;
        let piece = at..(at + rng.random_range(1..40)).min(bytes.len());
        match rng.random_range(0..9) {
            0..4 => bytes[at] = rng.random(),
            4 => bytes.truncate(at),
            5 => drop(bytes.drain(piece)),
            6 => {
                let piece = bytes[piece].to_vec();
                bytes.splice(at..at, piece);
            }
            _ => {
                let word = WORDS.choose(rng).copied().unwrap_or_default();
                bytes.splice(at..at, word.iter().copied());
            }
        }
    }
    bytes
}

/// Reads damaged copies of a file; some must still be sound.
fn fuzz(seed: u64, files: &[Vec<u8>], parse: impl Fn(&[u8], &OwnOptions) -> Result<Raw>) {
    let cases = std::env::var("DEEPCLUST_FUZZ").ok().and_then(|cases| cases.parse().ok()).unwrap_or(CASES);
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut sound = 0;
    for case in 0..cases {
        let bytes = damaged(files[case % files.len()].clone(), &mut rng);
        let options = OwnOptions {
            label: rng.random_bool(0.5).then(|| if rng.random_bool(0.5) { "y".into() } else { "2".into() }),
            no_header: rng.random_bool(0.3),
            header: rng.random_bool(0.1),
            impute: rng.random_bool(0.3).then_some(Impute::Median),
            drop: if rng.random_bool(0.1) { vec!["b".into()] } else { Vec::new() },
            one_hot: if rng.random_bool(0.1) { vec!["a".into()] } else { Vec::new() },
            scaling: SCALINGS[rng.random_range(0..SCALINGS.len() as u64) as usize],
            missing: [Missing::Refuse, Missing::LeaveOut, Missing::NoLabels][rng.random_range(0..3)],
            ..OwnOptions::default()
        };
        let most = largest(|| {
            let data = parse(&bytes, &options).and_then(|raw| finish(raw, &options, "t", "f", true));
            if let Ok(own) = data {
                sound += 1;
                let data = own.data;
                assert_eq!((own.facts.rows, own.facts.columns), (data.len(), data.n_features()));
                let finite = match &data.features {
                    Features::Dense(x) => x.iter().all(|v| v.is_finite()),
                    Features::Sparse(x) => x.data().iter().all(|v| v.is_finite()),
                };
                assert!(finite, "{options:?} {bytes:?}");
                assert!(data.labels.iter().all(|&label| label < data.class_names.len()));
                assert!(data.labels.is_empty() || data.labels.len() == data.len());
            }
        });
        assert!(most <= FIXED + PER_BYTE * bytes.len(), "asked for {most} bytes at once for {bytes:?}");
    }
    assert!(sound * 100 > cases, "only {sound} of {cases} files were sound");
}

fn array(descr: &str, fortran: bool, shape: &str, data: &[u8]) -> Vec<u8> {
    npy::tests::encode(descr, fortran, shape, data)
}

#[test]
fn csv_files() {
    let files = [
        "a,y,b\n1,cat,2\n3,ant,4.5\n\"6\",cat,7\n",
        "a,b,y\n1700000000,1e-50,1\n1700000001,2e-50,1.0\n1700000009,3e-50,+1\n",
        "1,2,0\n3,4,1\n9007199254740993,5,nan\n",
        "a;b;y\r\n1;NA;2\r\n;4;3\r\n5;6;2\r\n",
        "  1.0   2.0 3\n -3.5 \t 4.0 4\n",
    ];
    let files: Vec<Vec<u8>> = files.iter().map(|text| text.as_bytes().to_vec()).collect();
    fuzz(1, &files, table);
}

fn table(bytes: &[u8], options: &OwnOptions) -> Result<Raw> {
    let (sheet, facts) = text::parse(bytes, "f", options)?;
    sheet.into_raw(options, facts, "f")
}

#[test]
fn libsvm_files() {
    let files = ["+1 1:3 2:4\n-1 2:1\n1 3:0.5\n", "1:1700000000 2:1\n1:1700000001 3:2\n"];
    let files: Vec<Vec<u8>> = files.iter().map(|text| text.as_bytes().to_vec()).collect();
    fuzz(2, &files, |bytes, _| {
        let read = libsvm::parse::<f64>(bytes, "f", None)?;
        Ok(Raw::from(read))
    });
}

#[test]
fn npy_files() {
    let whole: Vec<u8> = (0..6i64).flat_map(|i| ((1 << 60) + i).to_be_bytes()).collect();
    let files = [
        array("<f4", true, "(2, 3)", &[1; 24]),
        array(">i8", false, "(3, 2)", &whole),
        array("|u1", false, "(2, 2, 2)", &[7; 8]),
        array("<f2", false, "(4,)", &[0, 60, 0, 61, 0, 62, 0, 63]),
    ];
    fuzz(3, &files, |bytes, _| Raw::of(npy::parse(bytes, "f")?, "f"));
}

#[test]
fn npz_files() {
    let x =
        array("<f8", false, "(3, 2)", &[1.5f64, 2.0, -3.0, 0.25, 5.0, 6.0].map(f64::to_le_bytes).concat());
    let files = ["<u8", "<f8", "<U2"].map(|kind| {
        let y = array(kind, false, "(3,)", &[5; 24]);
        archive::tests::zip(&[("x.npy", &x), ("y.npy", &y)])
    });
    fuzz(4, &files, |bytes, options| npz::read(Cursor::new(bytes), "f", options));
}

#[test]
fn packed_files() {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gz, b"a,b\n1,2\n3,4\n").unwrap();
    let gz = gz.finish().unwrap();
    let files = [gz.clone(), [&gz[..], &[0; 100]].concat(), [&gz[..], &gz].concat()];
    fuzz(5, &files, |bytes, options| {
        let mut plain = Vec::new();
        let read = std::io::Read::read_to_end(
            &mut stream::decompress(Cursor::new(bytes.to_vec()), "f")?,
            &mut plain,
        );
        read.map_err(|e| stream::broken("f", 0, &e))?;
        table(&plain, options)
    });
}
