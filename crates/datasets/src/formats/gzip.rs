//! Gzip as the program of that name reads it: members one after another, and zeros after the last.

use std::io::{BufRead, Read, Result};

use flate2::bufread::GzDecoder;

/// The content of all members.
pub(super) struct Members<R> {
    at: Place<R>,
}

enum Place<R> {
    Before(R),
    Inside(Box<GzDecoder<R>>),
    End,
}

impl<R: BufRead> Members<R> {
    pub(super) fn new(source: R) -> Self {
        Self { at: Place::Before(source) }
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            self.at = match std::mem::replace(&mut self.at, Place::End) {
                Place::End => return Ok(0),
                Place::Inside(mut member) => match member.read(buffer)? {
                    0 => Place::Before(member.into_inner()),
                    n => {
                        self.at = Place::Inside(member);
                        return Ok(n);
                    }
                },
                Place::Before(mut source) => match zeros(&mut source)? {
                    true => Place::End,
                    // What is no member is the decoder's error.
                    false => Place::Inside(Box::new(GzDecoder::new(source))),
                },
            }
        }
    }
}

/// Passes zeros over; whether nothing comes after them.
fn zeros(source: &mut impl BufRead) -> Result<bool> {
    loop {
        let bytes = source.fill_buf()?;
        let zeros = bytes.iter().take_while(|&&byte| byte == 0).count();
        if zeros == 0 {
            return Ok(bytes.is_empty());
        }
        source.consume(zeros);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn member(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn content(bytes: &[u8]) -> Result<String> {
        let mut text = String::new();
        Members::new(bytes).read_to_string(&mut text).map(|_| text)
    }

    #[test]
    fn members_and_padding() {
        let (a, b) = (member(b"hello "), member(b"world"));
        for padding in [0, 1, 512, 100_000] {
            let zeros = vec![0; padding];
            let bytes = [&a[..], &b, &zeros].concat();
            assert_eq!(content(&bytes).unwrap(), "hello world");
            let bytes = [&a[..], &zeros, &b].concat();
            assert_eq!(content(&bytes).unwrap(), "hello world");
            let bytes = [&a[..], &zeros, b"rubbish"].concat();
            assert!(content(&bytes).is_err());
        }
        assert!(content(&a[..a.len() - 1]).is_err());
        assert_eq!(content(&member(b"")).unwrap(), "");
    }
}
