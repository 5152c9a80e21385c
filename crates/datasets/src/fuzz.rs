//! Every parser against damaged files: flipped, cut, repeated and lengthened bytes, numbers turned huge.
//!
//! Each must answer with data or an error, and must not ask for memory out of proportion to its input: the largest
//! single allocation of the thread is watched.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io::{Cursor, Write};

use proptest::prelude::*;

use crate::formats::archive::{self, Wanted};
use crate::formats::{idx, libsvm, lyrl, mat5, sgml, stream, table};

struct Watching;

thread_local! {
    static LARGEST: Cell<usize> = const { Cell::new(0) };
}

fn note(size: usize) {
    // The cell may be gone while a thread ends.
    let _ = LARGEST.try_with(|largest| largest.set(largest.get().max(size)));
}

// SAFETY: every call is handed to the system allocator unchanged.
unsafe impl GlobalAlloc for Watching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(layout.size());
        // SAFETY: the caller keeps GlobalAlloc's promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        note(layout.size());
        // SAFETY: the caller keeps GlobalAlloc's promises.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note(size);
        // SAFETY: the caller keeps GlobalAlloc's promises.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps GlobalAlloc's promises.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Watching = Watching;

/// What a parser may ask for at once on the small inputs here; a document-number table of RCV1 takes 10 MB by design.
const MOST: usize = 24 << 20;

#[derive(Debug, Clone)]
enum Damage {
    Set(prop::sample::Index, u8),
    Cut(prop::sample::Index),
    Remove(prop::sample::Index, usize),
    Repeat(prop::sample::Index, usize),
    Insert(prop::sample::Index, &'static [u8]),
}

fn damage() -> impl Strategy<Value = Vec<Damage>> {
    let at = any::<prop::sample::Index>;
    let words: &[&'static [u8]] = &[
        b"99999999999999999999",
        b"-1",
        b"4294967295",
        b"\xff\xff\xff\xff",
        b"\0\0\0\0",
        b":",
        b" ",
        b"\n",
        b"nan",
        b"1e400",
        b"\x7f\xff\xff\xff\xff\xff\xff\xff",
        b"<D>",
        b"</REUTERS>",
        b".I ",
        b"../../",
        b"(",
        b"',",
    ];
    let one = prop_oneof![
        4 => (at(), any::<u8>()).prop_map(|(i, b)| Damage::Set(i, b)),
        1 => at().prop_map(Damage::Cut),
        1 => (at(), 1usize..20).prop_map(|(i, n)| Damage::Remove(i, n)),
        1 => (at(), 1usize..40).prop_map(|(i, n)| Damage::Repeat(i, n)),
        2 => (at(), prop::sample::select(words.to_vec())).prop_map(|(i, w)| Damage::Insert(i, w)),
    ];
    prop::collection::vec(one, 1..6)
}

fn damaged(mut bytes: Vec<u8>, all: &[Damage]) -> Vec<u8> {
    for one in all {
        if bytes.is_empty() {
            return bytes;
        }
        match one {
            Damage::Set(at, value) => {
                let at = at.index(bytes.len());
                bytes[at] = *value;
            }
            Damage::Cut(at) => bytes.truncate(at.index(bytes.len())),
            Damage::Remove(at, n) => {
                let at = at.index(bytes.len());
                bytes.drain(at..(at + n).min(bytes.len()));
            }
            Damage::Repeat(at, n) => {
                let at = at.index(bytes.len());
                let piece = bytes[at..(at + n).min(bytes.len())].to_vec();
                bytes.splice(at..at, piece);
            }
            Damage::Insert(at, word) => {
                let at = at.index(bytes.len());
                bytes.splice(at..at, word.iter().copied());
            }
        }
    }
    bytes
}

/// The largest single allocation of what is called.
pub(crate) fn largest(parse: impl FnOnce()) -> usize {
    LARGEST.with(|largest| largest.set(0));
    parse();
    LARGEST.with(Cell::get)
}

fn watched(parse: impl FnOnce()) {
    let largest = largest(parse);
    assert!(largest <= MOST, "asked for {largest} bytes at once");
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn bz2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

const SVM: &[u8] = b"C11,CCAT 1:0.5 3:0.25\nGCAT 2:1e-3 440:0.037683\n";
const STORY: &[u8] =
    b"<REUTERS TOPICS=\"YES\" LEWISSPLIT=\"TRAIN\" NEWID=\"1\"><TOPICS><D>grain</D></TOPICS>\
    <TEXT>&#2;<TITLE>T &lt;X></TITLE><BODY>text &amp; more &#3;</BODY></TEXT></REUTERS>";
const WANTED: [Wanted<'static>; 1] = [Wanted { path: "a/b.txt", limit: 1000 }];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 200 } else { 3000 }))]

    #[test]
    fn idx_files(all in damage()) {
        let bytes = damaged(idx::tests::encode(&[3, 4, 5], &[7; 60]), &all);
        watched(|| { let _ = idx::parse(&bytes[..], "f", &[]); });
        watched(|| { let _ = idx::parse(&bytes[..], "f", &[Some(3), None, None]); });
    }

    #[test]
    fn compressed_files(all in damage(), bz in any::<bool>()) {
        let plain = idx::tests::encode(&[3, 4, 5], &[7; 60]);
        let bytes = damaged(if bz { bz2(&plain) } else { gz(&plain) }, &all);
        watched(|| if let Ok(source) = stream::decompress(Cursor::new(bytes), "f") {
            let _ = idx::parse(source, "f", &[]);
        });
    }

    #[test]
    fn libsvm_files(all in damage()) {
        let bytes = damaged(SVM.to_vec(), &all);
        watched(|| { let _ = libsvm::parse::<f64>(&bytes[..], "f", None); });
        watched(|| { let _ = libsvm::parse::<f64>(&bytes[..], "f", Some(500)); });
    }

    #[test]
    fn rcv1_files(all in damage()) {
        let qrels = damaged(b"E11 2286 1\nECAT 2286 1\nCCAT 2287 1\n".to_vec(), &all);
        watched(|| { let _ = lyrl::Roots::parse(&qrels[..], "f"); });
        let tokens = damaged(b".I 2286\n.W\nrecov recov excit\nmexic\n\n.I 2287\n.W\nx\n".to_vec(), &all);
        watched(|| { let _ = lyrl::tokens(&tokens[..], "f", |_, _| Ok(())); });
        let vectors = damaged(b"2286  864:0.0497 1523:0.0445\n2287  1:0.5\n".to_vec(), &all);
        watched(|| {
            let (mut rows, mut labels) = (libsvm::Rows::<f32>::new(Some(47_236)), Vec::new());
            let _ = lyrl::vectors(&vectors[..], "f", &mut rows, &mut labels, Some);
            let _ = rows.finish();
        });
    }

    #[test]
    fn sgml_files(all in damage()) {
        let bytes = damaged([STORY, STORY].concat(), &all);
        watched(|| { let _ = sgml::stories(&bytes, "f"); });
    }

    #[test]
    fn tables(all in damage()) {
        let bytes = damaged(b" 6.0000 -1.0000 2.8858451e-001\n 5 0.5 1\n".to_vec(), &all);
        watched(|| { let _ = table::parse(&bytes[..], "f", 2, 3); });
    }

    #[test]
    fn matlab_files(all in damage()) {
        let bytes = damaged(mat5::tests::encode("data", &[2, 3, 2], &[5; 12]), &all);
        watched(|| { let _ = mat5::parse(&bytes, "f", 100_000); });
    }

    #[test]
    fn archives(all in damage()) {
        let zip = damaged(archive::tests::zip(&[("a/b.txt", b"hello"), ("c.txt", b"more")]), &all);
        watched(|| { let _ = archive::zip_members(Cursor::new(zip), "f", &WANTED, true); });
        let tar = damaged(archive::tests::tar(&[("a/b.txt", b"hello"), ("c.txt", b"more")]), &all);
        watched(|| { let _ = archive::tar_members(&tar[..], "f", &WANTED); });
    }
}
