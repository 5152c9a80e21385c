//! How fetching tells what it does.

use std::io::Write;

/// Receives what fetching does, for a person to see.
pub trait Progress {
    /// One line: a source tried, a reason it failed.
    fn note(&mut self, text: &str);
    /// A transfer starts; its size in bytes where known.
    fn begin(&mut self, what: &str, bytes: Option<u64>);
    /// More bytes of it came.
    fn advance(&mut self, bytes: u64);
    /// It ended, well or not.
    fn end(&mut self);
}

/// Says nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Quiet;

impl Progress for Quiet {
    fn note(&mut self, _: &str) {}
    fn begin(&mut self, _: &str, _: Option<u64>) {}
    fn advance(&mut self, _: u64) {}
    fn end(&mut self) {}
}

/// Plain lines, one for each tenth of a transfer: for logs and for terminals that are none.
#[derive(Debug)]
pub struct Plain<W> {
    out: W,
    what: String,
    total: Option<u64>,
    done: u64,
    /// Bytes at which the next line is due.
    next: u64,
}

/// Without a known size a line is due every 16 MiB.
const STEP: u64 = 16 << 20;

impl<W: Write> Plain<W> {
    /// Lines to `out`, such as standard error.
    pub fn new(out: W) -> Self {
        Self { out, what: String::new(), total: None, done: 0, next: 0 }
    }

    fn line(&mut self, text: &str) {
        // A log that cannot be written is no reason to stop a download.
        let _ = writeln!(self.out, "{text}");
    }
}

impl<W: Write> Progress for Plain<W> {
    fn note(&mut self, text: &str) {
        self.line(text);
    }

    fn begin(&mut self, what: &str, bytes: Option<u64>) {
        (self.what, self.total, self.done) = (what.to_owned(), bytes, 0);
        self.next = bytes.map_or(STEP, |total| total.div_ceil(10).max(1));
        let size = bytes.map_or("size unknown".into(), |b| format!("{b} bytes"));
        self.line(&format!("{what}: {size}"));
    }

    fn advance(&mut self, bytes: u64) {
        self.done += bytes;
        if self.done < self.next {
            return;
        }
        let step = self.total.map_or(STEP, |total| total.div_ceil(10).max(1));
        self.next = (self.done / step + 1) * step;
        let line = match self.total {
            Some(total) => format!("{}: {} %", self.what, 100 * self.done.min(total) / total.max(1)),
            None => format!("{}: {} MiB", self.what, self.done >> 20),
        };
        self.line(&line);
    }

    fn end(&mut self) {
        self.line(&format!("{}: {} bytes received", self.what, self.done));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_lines_come_at_tenths() {
        let mut out = Vec::new();
        let mut progress = Plain::new(&mut out);
        progress.begin("x", Some(100));
        (0..100).for_each(|_| progress.advance(1));
        progress.end();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.lines().count(), 12, "{text}");
        assert!(text.contains("x: 50 %") && text.ends_with("x: 100 bytes received\n"), "{text}");
    }
}
