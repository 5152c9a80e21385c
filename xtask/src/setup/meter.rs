//! Progress on standard error: one line that is rewritten on a terminal, a line now and then elsewhere.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// Counts the bytes of one step.
pub struct Meter {
    label: String,
    total: u64,
    done: u64,
    terminal: bool,
    started: Instant,
    shown: Instant,
}

impl Meter {
    /// A step of `total` bytes.
    pub fn new(label: impl Into<String>, total: u64) -> Self {
        let now = Instant::now();
        Self {
            label: label.into(),
            total,
            done: 0,
            terminal: std::io::stderr().is_terminal(),
            started: now,
            shown: now,
        }
    }

    pub fn add(&mut self, bytes: u64) {
        self.set(self.done + bytes);
    }

    pub fn set(&mut self, done: u64) {
        self.done = done;
        let pause = if self.terminal { Duration::from_millis(100) } else { Duration::from_secs(5) };
        if self.shown.elapsed() >= pause {
            self.shown = Instant::now();
            self.show();
        }
    }

    /// Ends the step: its last line says how long it took.
    pub fn finish(self) {
        let line = format!(
            "  {}: {} in {:.1} s",
            self.label,
            megabytes(self.done),
            self.started.elapsed().as_secs_f64()
        );
        self.print(&line, true);
    }

    fn show(&self) {
        let seconds = self.started.elapsed().as_secs_f64().max(1e-3);
        self.print(&line(&self.label, self.done, self.total, seconds), false);
    }

    fn print(&self, line: &str, last: bool) {
        let mut err = std::io::stderr().lock();
        // Progress that cannot be shown is no reason to stop.
        let _ = match (self.terminal, last) {
            (true, false) => write!(err, "\r\x1b[K{line}"),
            (true, true) => writeln!(err, "\r\x1b[K{line}"),
            (false, _) => writeln!(err, "{line}"),
        };
        let _ = err.flush();
    }
}

fn line(label: &str, done: u64, total: u64, seconds: f64) -> String {
    let rate = done as f64 / seconds;
    let left = match total.checked_sub(done) {
        Some(left) if left > 0 && done > 0 => format!(", {:.0} s left", left as f64 / rate),
        _ => String::new(),
    };
    // A server need not tell the size.
    let whole = if total > 0 { format!(" of {}", megabytes(total.max(done))) } else { String::new() };
    format!("  {label}: {}{whole}, {:.1} MB/s{left}", megabytes(done), rate / 1e6)
}

fn megabytes(bytes: u64) -> String {
    match bytes as f64 / 1e6 {
        size if size < 10.0 => format!("{size:.1} MB"),
        size => format!("{size:.0} MB"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_far_how_fast_and_how_long_still() {
        assert_eq!(line("x", 50_000_000, 200_000_000, 5.0), "  x: 50 MB of 200 MB, 10.0 MB/s, 15 s left");
        assert_eq!(line("x", 0, 200_000_000, 5.0), "  x: 0.0 MB of 200 MB, 0.0 MB/s");
        assert_eq!(line("x", 1_200_000, 1_000_000, 1.0), "  x: 1.2 MB of 1.2 MB, 1.2 MB/s");
        assert_eq!(line("x", 1_200_000, 0, 1.0), "  x: 1.2 MB, 1.2 MB/s");
    }
}
