//! Bars on a terminal.

use std::io::Write;

use kdam::{Bar, BarExt};

use crate::Progress;

/// Columns that all but the name and the bar take at most: `: 100%||` and ` 1023M/1023M [1:00:00<1:00:00, 1023MB/s]`.
const NUMBERS: usize = 48;

/// One bar at a time, drawn over itself in one line of a terminal.
///
/// kdam says what is in the line. Left to write it as well, it would not clear what was longer before, and a line that is
/// longer than the terminal is wide would stay there at each step.
pub(super) struct Bars<W> {
    out: W,
    columns: fn() -> Option<u16>,
    bar: Option<Bar>,
}

impl<W: Write> Bars<W> {
    pub(super) fn new(out: W) -> Self {
        kdam::term::init(true);
        Self { out, columns: kdam::term::width, bar: None }
    }

    /// Clears the line, and writes as much as it holds.
    fn draw(&mut self) {
        let Some(bar) = &mut self.bar else { return };
        bar.elapsed_time();
        // As kdam does: what is left is not below 0.
        bar.total = if bar.completed() { bar.counter } else { bar.total };
        let columns = (self.columns)().map_or(usize::MAX, usize::from);
        let line: String = bar.render().chars().take(columns).collect();
        // A terminal that goes away is no reason to stop a download.
        let _ = write!(self.out, "\r\x1b[K{line}").and_then(|()| self.out.flush());
    }
}

impl<W: Write> Progress for Bars<W> {
    fn note(&mut self, text: &str) {
        let _ = writeln!(self.out, "{text}");
    }

    fn begin(&mut self, what: &str, bytes: Option<u64>) {
        let room = (self.columns)().map_or(80, usize::from).saturating_sub(NUMBERS);
        let name = shortened(what, room.max(8));
        let length = room.saturating_sub(name.chars().count());
        let bar = Bar::builder()
            .total(bytes.unwrap_or(0) as usize)
            .desc(name)
            .unit("B")
            .unit_scale(true)
            .unit_divisor(1024usize)
            .ncols(u16::try_from(length).unwrap_or(u16::MAX));
        self.bar = bar.build().ok();
        self.draw();
    }

    fn advance(&mut self, bytes: u64) {
        if let Some(bar) = &mut self.bar {
            bar.counter += bytes as usize;
            if bar.should_refresh() {
                self.draw();
            }
        }
    }

    fn end(&mut self) {
        self.draw();
        if self.bar.take().is_some() {
            let _ = writeln!(self.out);
        }
    }
}

fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a terminal of this width shows of text with `\r`, `\n` and "clear to the end of the line".
    fn screen(output: &str, columns: usize) -> Vec<String> {
        let (mut lines, mut column) = (vec![String::new()], 0);
        for (i, part) in output.split("\x1b[K").enumerate() {
            for (j, character) in part.chars().enumerate() {
                let last = lines.len() - 1;
                if i > 0 && j == 0 {
                    lines[last] = lines[last].chars().take(column).collect();
                }
                match character {
                    '\r' => column = 0,
                    '\n' => {
                        lines.push(String::new());
                        column = 0;
                    }
                    _ if column == columns => {
                        lines.push(character.to_string());
                        column = 1;
                    }
                    _ => {
                        let shown = lines[last].chars();
                        lines[last] = shown
                            .clone()
                            .take(column)
                            .chain([character])
                            .chain(shown.skip(column + 1))
                            .collect();
                        column += 1;
                    }
                }
            }
        }
        lines
    }

    fn fetched(columns: fn() -> Option<u16>, bytes: Option<u64>) -> Vec<String> {
        let mut bars = Bars { out: Vec::new(), columns, bar: None };
        bars.note("mnist: a mirror");
        for name in ["train-images-idx3-ubyte.gz", "emnist-bymerge-test-images-idx3-ubyte-of-a-long-name.gz"]
        {
            bars.begin(name, bytes);
            for chunk in [9 << 20, 1, 1 << 20, 1023] {
                if let Some(bar) = &mut bars.bar {
                    bar.mininterval = 0.0;
                }
                bars.advance(chunk);
            }
            bars.end();
        }
        let text = String::from_utf8(bars.out).unwrap();
        screen(&text, columns().map_or(200, usize::from))
    }

    #[test]
    fn a_bar_leaves_one_line_whatever_the_width() {
        let widths: [fn() -> Option<u16>; 5] = [|| Some(20), || Some(60), || Some(80), || Some(100), || None];
        for columns in widths {
            for bytes in [Some((10 << 20) + 1024), Some(100 << 20), None] {
                let lines = fetched(columns, bytes);
                assert_eq!(lines.len(), 4, "{lines:#?}");
                assert_eq!(lines[3], "", "{lines:#?}");
                assert!(lines[1].starts_with("train-i") && lines[2].starts_with("emnist-"), "{lines:#?}");
                // Nothing of a longer line is left behind the end.
                let wide = columns().is_none_or(|columns| columns >= 60);
                assert!(!wide || lines[1..3].iter().all(|line| line.ends_with("B/s]")), "{lines:#?}");
            }
        }
    }

    #[test]
    fn names_are_shortened_to_what_there_is_room_for() {
        assert_eq!(shortened("zip.train", 9), "zip.train");
        assert_eq!(shortened("zip.train", 8), "zip.tra…");
    }
}
