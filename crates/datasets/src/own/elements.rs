//! The elements of a NumPy array: from bytes to numbers, a piece at a time.

use std::io::Read;

use super::npy::{Array, Elements, Header};
use super::wide::{Numbers, rest_of};
use crate::formats::stream;
use crate::{Error, Result};

/// Bytes read at once; a multiple of every width.
const PIECE: usize = 1 << 18;

/// How elements are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kind {
    /// As NumPy writes it without the byte order, such as `f4`.
    name: &'static str,
    big_endian: bool,
}

impl Kind {
    /// The kind that a header describes, if it is one of numbers.
    pub(super) fn of(descr: &str) -> Option<Self> {
        const NAMES: [&str; 12] = ["b1", "u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f2", "f4", "f8"];
        let name = NAMES.into_iter().find(|name| descr.get(1..) == Some(name))?;
        let big_endian = match descr.as_bytes()[0] {
            b'<' | b'|' => false,
            b'>' => true,
            b'=' => cfg!(target_endian = "big"),
            _ => return None,
        };
        Some(Self { name, big_endian })
    }

    /// Bytes an element.
    pub(super) fn width(&self) -> u64 {
        u64::from(self.name.as_bytes()[1] - b'0')
    }

    /// In words.
    pub(super) fn words(&self) -> String {
        let kind = match self.name.as_bytes()[0] {
            b'b' => return "booleans".to_owned(),
            b'u' => "whole numbers from 0",
            b'i' => "whole numbers",
            _ => "floating-point numbers",
        };
        format!("{kind} of {} bits", 8 * self.width())
    }
}

/// Reads all elements; `plain` says that they are there for sure.
pub(super) fn read(mut source: impl Read, header: Header, plain: bool, file: &str) -> Result<Array> {
    let places = header.fortran.then(|| Places::new(&header.shape));
    let mut bytes = Bytes { source: &mut source, left: header.total, header: &header, file };
    macro_rules! singles {
        ($type:ty, $to:expr) => {
            Elements::Singles(gather(
                &mut bytes,
                plain,
                places,
                header.kind.big_endian,
                <$type>::from_be_bytes,
                <$type>::from_le_bytes,
                $to,
            )?)
        };
    }
    macro_rules! doubles {
        ($type:ty) => {{
            let data = gather(
                &mut bytes,
                plain,
                places,
                header.kind.big_endian,
                <$type>::from_be_bytes,
                <$type>::from_le_bytes,
                |v| v as f64,
            )?;
            Elements::Numbers(Numbers { data, rest: Vec::new() })
        }};
    }
    macro_rules! whole {
        ($type:ty) => {{
            let data = gather(
                &mut bytes,
                plain,
                places,
                header.kind.big_endian,
                <$type>::from_be_bytes,
                <$type>::from_le_bytes,
                |v| v,
            )?;
            let rest = |&v: &$type| rest_of(i128::from(v));
            let rests = if data.iter().all(|v| rest(v) == 0.0) {
                Vec::new()
            } else {
                data.iter().map(rest).collect()
            };
            Elements::Numbers(Numbers { data: data.into_iter().map(|v| v as f64).collect(), rest: rests })
        }};
    }
    let elements = match header.kind.name {
        "b1" | "u1" => singles!(u8, f32::from),
        "i1" => singles!(i8, f32::from),
        "u2" => singles!(u16, f32::from),
        "i2" => singles!(i16, f32::from),
        "f2" => singles!(u16, half),
        "f4" => singles!(f32, |v| v),
        "u4" => doubles!(u32),
        "i4" => doubles!(i32),
        "f8" => doubles!(f64),
        "u8" => whole!(u64),
        _ => whole!(i64),
    };
    let (bytes, kind) = (header.kind.name == "u1", header.kind.words());
    Ok(Array { shape: header.shape, elements, bytes, kind })
}

/// Elements in C order. Memory follows what is there: only where all is there for sure is room made at once.
fn gather<const N: usize, W, T: Copy + Default>(
    bytes: &mut Bytes<'_, impl Read>,
    plain: bool,
    places: Option<Places>,
    big_endian: bool,
    big: fn([u8; N]) -> W,
    little: fn([u8; N]) -> W,
    to: impl Fn(W) -> T,
) -> Result<Vec<T>> {
    let of = |&word: &[u8; N]| to(if big_endian { big(word) } else { little(word) });
    let elements = (bytes.left / N as u64) as usize;
    if let Some(mut places) = places.clone().filter(|_| plain) {
        let mut out = vec![T::default(); elements];
        bytes.each(|piece| {
            for word in piece.as_chunks().0 {
                out[places.at] = of(word);
                places.next();
            }
        })?;
        return Ok(out);
    }
    let mut out = Vec::with_capacity(if plain { elements } else { 0 });
    bytes.each(|piece| out.extend(piece.as_chunks().0.iter().map(of)))?;
    let Some(mut places) = places else { return Ok(out) };
    let mut ordered = vec![T::default(); out.len()];
    for value in out {
        ordered[places.at] = value;
        places.next();
    }
    Ok(ordered)
}

/// What is left to read.
struct Bytes<'a, R> {
    source: &'a mut R,
    left: u64,
    header: &'a Header,
    file: &'a str,
}

impl<R: Read> Bytes<'_, R> {
    /// Calls for each piece, the last of which may be shorter.
    fn each(&mut self, mut call: impl FnMut(&[u8])) -> Result<()> {
        let Header { total, length, .. } = *self.header;
        let found = |found: String| {
            let position = format!("after the header of {length} bytes");
            Err(Error::format(self.file, position, format!("{total} bytes"), found))
        };
        let mut buffer = vec![0; PIECE];
        while self.left > 0 {
            let want = (PIECE as u64).min(self.left) as usize;
            let mut got = 0;
            while got < want {
                match self.source.read(&mut buffer[got..want]) {
                    Ok(0) => return found((total - self.left + got as u64).to_string()),
                    Ok(n) => got += n,
                    Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                    Err(e) => return Err(stream::broken(self.file, length + total - self.left, &e)),
                }
            }
            call(&buffer[..want]);
            self.left -= want as u64;
        }
        match self.source.read(&mut buffer[..1]) {
            Ok(0) => Ok(()),
            Ok(_) => found("more".to_owned()),
            Err(e) => Err(stream::broken(self.file, length + total, &e)),
        }
    }
}

/// Where the elements of a Fortran-order array belong in C order, one after another.
#[derive(Debug, Clone)]
struct Places {
    at: usize,
    index: Vec<usize>,
    shape: Vec<usize>,
    strides: Vec<usize>,
}

impl Places {
    fn new(shape: &[usize]) -> Self {
        let mut strides = vec![1usize; shape.len()];
        for axis in (1..shape.len()).rev() {
            // An array with an axis of length 0 has no elements to place, whatever the others promise.
            strides[axis - 1] = strides[axis].saturating_mul(shape[axis]);
        }
        Self { at: 0, index: vec![0; shape.len()], shape: shape.to_vec(), strides }
    }

    fn next(&mut self) {
        for ((index, &length), &stride) in self.index.iter_mut().zip(&self.shape).zip(&self.strides) {
            *index += 1;
            self.at += stride;
            if *index < length {
                return;
            }
            self.at -= stride * length;
            *index = 0;
        }
    }
}

/// IEEE 754 half precision.
fn half(bits: u16) -> f32 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f32::from(bits & 0x3ff));
    sign * match exponent {
        0 => fraction * 2f32.powi(-24),
        31 if fraction == 0.0 => f32::INFINITY,
        31 => f32::NAN,
        _ => (1.0 + fraction / 1024.0) * 2f32.powi(exponent - 15),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::npy::{parse, read, tests::encode};
    use super::*;

    /// Ten numbers that every kind holds, as it stores them.
    fn stored(name: &str, big: bool) -> Vec<u8> {
        // np.arange(10).astype(np.float16).view(np.uint16) of numpy 2
        const HALVES: [u16; 10] = [0, 15360, 16384, 16896, 17408, 17664, 17920, 18176, 18432, 18560];
        (0u8..10)
            .flat_map(|v| {
                let mut bytes = match name {
                    "f2" => HALVES[usize::from(v)].to_le_bytes().to_vec(),
                    "f4" => f32::from(v).to_le_bytes().to_vec(),
                    "f8" => f64::from(v).to_le_bytes().to_vec(),
                    other => u64::from(v).to_le_bytes()[..usize::from(other.as_bytes()[1] - b'0')].to_vec(),
                };
                if big {
                    bytes.reverse();
                }
                bytes
            })
            .collect()
    }

    #[test]
    fn every_kind_in_both_byte_orders_and_both_orders() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.npy");
        let plain: Vec<f64> = (0..10).map(f64::from).collect();
        // np.arange(10).reshape((5, 2), order="F").ravel()
        let fortran = [0.0, 5.0, 1.0, 6.0, 2.0, 7.0, 3.0, 8.0, 4.0, 9.0];
        for name in ["b1", "u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f2", "f4", "f8"] {
            for (order, big) in [("<", false), (">", true), ("|", false), ("=", cfg!(target_endian = "big"))]
            {
                for f in [false, true] {
                    let file = encode(&format!("{order}{name}"), f, "(5, 2)", &stored(name, big));
                    std::fs::write(&path, &file).unwrap();
                    for array in [read(&path).unwrap(), parse(&file[..], "t").unwrap()] {
                        assert_eq!((array.shape.as_slice(), array.bytes), (&[5, 2][..], name == "u1"));
                        let data = array.elements.into_numbers().data;
                        assert_eq!(data, if f { &fortran[..] } else { &plain }, "{order}{name} {f}");
                    }
                }
            }
        }
    }

    #[test]
    fn pieces_meet() {
        let n = PIECE / 4 + 11;
        let bytes: Vec<u8> = (0..2 * n).flat_map(|i| (i as f32).to_le_bytes()).collect();
        let Elements::Singles(c) =
            parse(&encode("<f4", false, &format!("({n}, 2)"), &bytes)[..], "t").unwrap().elements
        else {
            panic!("f32 stays f32")
        };
        assert!(c.iter().enumerate().all(|(i, &v)| v == i as f32) && c.len() == 2 * n);
        let Elements::Singles(f) =
            parse(&encode("<f4", true, &format!("({n}, 2)"), &bytes)[..], "t").unwrap().elements
        else {
            panic!("f32 stays f32")
        };
        assert_eq!((f[1], f[2 * n - 1], f[2 * n - 2]), (n as f32, 2.0 * n as f32 - 1.0, n as f32 - 1.0));
    }

    proptest! {
        #[test]
        fn fortran_places_are_those_of_c_order(shape in prop::collection::vec(1usize..5, 1..5)) {
            let mut places = Places::new(&shape);
            let total: usize = shape.iter().product();
            // First axis fastest.
            for element in 0..total {
                let (mut left, mut expected) = (element, 0);
                for (axis, &length) in shape.iter().enumerate() {
                    expected += left % length * shape[axis + 1..].iter().product::<usize>();
                    left /= length;
                }
                prop_assert_eq!(places.at, expected);
                places.next();
            }
            prop_assert_eq!(places.at, 0);
        }
    }
}
