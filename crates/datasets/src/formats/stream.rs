//! Opening files: plain, gzip or bzip2, told apart by their first bytes, and never read past a limit.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use super::gzip::Members;
use crate::{Error, Result};

const BUFFER: usize = 256 * 1024;

/// A decompressing reader over the file, whatever its container.
pub(crate) fn open(path: &Path) -> Result<Box<dyn BufRead + Send>> {
    let file = File::open(path).map_err(Error::io("open", path))?;
    let kind = file.metadata().map_err(Error::io("read", path))?;
    if kind.is_dir() {
        return Err(Error::format(path.display().to_string(), "start", "a file", "a folder"));
    }
    decompress(file, &path.display().to_string())
}

/// Wraps a byte source in the decompressor its first bytes ask for.
pub(crate) fn decompress(source: impl Read + Send + 'static, file: &str) -> Result<Box<dyn BufRead + Send>> {
    let mut source = BufReader::with_capacity(BUFFER, source);
    let head =
        source.fill_buf().map_err(|e| Error::format(file, "start", "readable bytes", e.to_string()))?;
    Ok(if head.starts_with(&[0x1f, 0x8b]) {
        Box::new(BufReader::with_capacity(BUFFER, Members::new(source)))
    } else if head.starts_with(b"BZh") {
        Box::new(BufReader::with_capacity(BUFFER, bzip2::bufread::MultiBzDecoder::new(source)))
    } else {
        Box::new(source)
    })
}

/// Reads everything, or fails once more than `limit` bytes come out. Memory follows what is really there.
pub(crate) fn read_all(mut source: impl Read, limit: u64, file: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source
        .by_ref()
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|e| broken(file, bytes.len() as u64, &e))?;
    if bytes.len() as u64 > limit {
        return Err(Error::format(file, "end", format!("at most {limit} bytes once decompressed"), "more"));
    }
    Ok(bytes)
}

/// The error for a container that breaks off or is corrupt after `position` good bytes.
pub(crate) fn broken(file: &str, position: u64, cause: &std::io::Error) -> Error {
    Error::format(file, format!("byte {position} of the content"), "an intact file", cause.to_string())
}

/// Lines of a text file with their numbers, bounded in length, as bytes without the line end.
pub(crate) struct Lines<R> {
    source: R,
    file: String,
    line: Vec<u8>,
    /// Number of the current line, from 1.
    pub number: u64,
    limit: u64,
    total: u64,
    total_limit: u64,
}

/// What some editors write before UTF-8; no part of the first line.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The longest line any format here can have: a dense row of 47,236 stems with long decimals is under 1 MiB.
const LONGEST_LINE: u64 = 16 * 1024 * 1024;

impl<R: BufRead> Lines<R> {
    /// Lines of `source`, of at most `total_limit` bytes together.
    pub(crate) fn new(source: R, file: impl Into<String>, total_limit: u64) -> Self {
        let file = file.into();
        Self { source, file, line: Vec::new(), number: 0, limit: LONGEST_LINE, total: 0, total_limit }
    }

    /// The next line, or `None` at the end.
    pub(crate) fn next_line(&mut self) -> Result<Option<&[u8]>> {
        self.line.clear();
        let read = self
            .source
            .by_ref()
            .take(self.limit + 1)
            .read_until(b'\n', &mut self.line)
            .map_err(|e| broken(&self.file, self.total + self.line.len() as u64, &e))?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        if self.number == 1 && self.line.starts_with(BYTE_ORDER_MARK) {
            self.line.drain(..BYTE_ORDER_MARK.len());
        }
        self.total += read as u64;
        if read as u64 > self.limit {
            return Err(self.error(format!("a line of at most {} bytes", self.limit), "a longer one"));
        }
        if self.total > self.total_limit {
            return Err(self.error(format!("at most {} bytes of text", self.total_limit), "more"));
        }
        while matches!(self.line.last(), Some(b'\n' | b'\r')) {
            self.line.pop();
        }
        Ok(Some(&self.line))
    }

    /// A format error at the current line.
    pub(crate) fn error(&self, expected: impl Into<String>, found: impl Into<String>) -> Error {
        Error::format(&self.file, format!("line {}", self.number), expected, found)
    }
}

/// Up to 40 characters of what was found, for messages.
pub(crate) fn excerpt(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(60)]);
    let short: String = text.chars().take(40).collect();
    if short.len() < bytes.len() { format!("{short:?}…") } else { format!("{short:?}") }
}

/// A number written in ASCII.
pub(crate) fn number<T: std::str::FromStr>(bytes: &[u8]) -> Option<T> {
    std::str::from_utf8(bytes).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn containers_are_told_apart_by_content() {
        let text = b"some text\nand more\n".to_vec();
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gz.write_all(&text).unwrap();
        let mut bz = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        bz.write_all(&text).unwrap();
        for bytes in [text.clone(), gz.finish().unwrap(), bz.finish().unwrap()] {
            let reader = decompress(std::io::Cursor::new(bytes), "t").unwrap();
            assert_eq!(read_all(reader, 100, "t").unwrap(), text);
        }
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gz.write_all(&vec![0; 10_000_000]).unwrap();
        let reader = decompress(std::io::Cursor::new(gz.finish().unwrap()), "bomb.gz").unwrap();
        let error = read_all(reader, 1000, "bomb.gz").unwrap_err().to_string();
        assert!(error.contains("at most 1000 bytes"), "{error}");
    }

    #[test]
    fn lines_are_numbered_and_bounded() {
        let mut lines = Lines::new(&b"a\r\nb\n"[..], "t", 100);
        assert_eq!(lines.next_line().unwrap(), Some(&b"a"[..]));
        assert_eq!(lines.next_line().unwrap(), Some(&b"b"[..]));
        assert_eq!(lines.number, 2);
        assert_eq!(lines.next_line().unwrap(), None);
        let mut short = Lines::new(&b"aaaa\nbbbb\n"[..], "t", 6);
        short.next_line().unwrap();
        assert!(short.next_line().unwrap_err().to_string().contains("line 2"));
    }
}
