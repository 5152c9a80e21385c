use super::{Message, Outcome};
use kdam::{Bar, BarExt};
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// Shows how far the runs have come: bars on a terminal, plain lines elsewhere. All of it goes to standard error.
#[derive(Debug)]
pub struct Board {
    total: usize,
    ended: usize,
    start: Instant,
    slots: Vec<Slot>,
    bars: Option<Bar>,
}

#[derive(Debug)]
struct Slot {
    title: String,
    bar: Option<Bar>,
    last_line: Instant,
    stage: String,
    start: Instant,
}

/// A plain line about a stage that goes on appears this often.
const LINE_EVERY: Duration = Duration::from_secs(15);

impl Board {
    /// A board for `total` runs, `slots` at once.
    pub fn new(total: usize, slots: usize) -> Self {
        Self::with_terminal(total, slots, std::io::stderr().is_terminal())
    }

    fn with_terminal(total: usize, slots: usize, terminal: bool) -> Self {
        kdam::term::init(terminal);
        let bar = |position: u16, total: usize, unit: &str| {
            terminal.then(|| {
                let mut bar = Bar::new(total);
                bar.position = position;
                bar.unit = unit.to_owned();
                bar.leave = position == 0;
                bar
            })
        };
        let now = Instant::now();
        let slots = (0..slots.max(1)).map(|i| Slot {
            title: String::new(),
            bar: bar(u16::try_from(i + 1).unwrap_or(u16::MAX), 0, "step"),
            last_line: now,
            stage: String::new(),
            start: now,
        });
        Self { total, ended: 0, start: now, slots: slots.collect(), bars: bar(0, total, "run") }
    }

    /// A run begins in a slot.
    pub fn started(&mut self, slot: usize, index: usize, title: &str) {
        let now = Instant::now();
        let state = &mut self.slots[slot];
        state.title = title.to_owned();
        if let Some(bar) = &mut state.bar {
            bar.postfix.clear();
        }
        state.stage = "starting".to_owned();
        (state.start, state.last_line) = (now, now);
        if state.bar.is_none() {
            line(&format!("[{}/{}] {title}: started", index + 1, self.total));
        }
        if let Some(bar) = &mut self.bars {
            bar.set_description("runs");
            let _ = bar.refresh(); // a terminal that is gone needs no bar
        }
    }

    /// A run tells of itself.
    pub fn message(&mut self, slot: usize, index: usize, message: &Message) {
        let total_runs = self.total;
        let state = &mut self.slots[slot];
        let Message::Progress { stage, done, total, detail } = message else {
            if let Message::Done { wall_s, summary } = message {
                let text =
                    format!("[{}/{total_runs}] {}: {summary}  ({wall_s:.1} s)", index + 1, state.title);
                match &mut self.bars {
                    Some(bar) => drop(bar.write(text)), // a terminal that is gone needs no line
                    None => line(&text),
                }
            }
            return;
        };
        match &mut state.bar {
            Some(bar) => {
                if *stage != state.stage {
                    bar.reset(Some(*total));
                    bar.postfix.clear();
                }
                bar.total = *total;
                bar.set_description(format!("{}: {stage}", state.title));
                if !detail.is_empty() {
                    bar.set_postfix(detail.clone());
                }
                let _ = bar.update_to(*done);
            }
            None if state.last_line.elapsed() >= LINE_EVERY => {
                let count = if *total > 0 {
                    format!(" {done}/{total}{}", left(state.start, *done, *total))
                } else {
                    String::new()
                };
                let text = format!("[{}/{total_runs}] {}: {stage}{count} {detail}", index + 1, state.title);
                line(text.trim_end());
                state.last_line = Instant::now();
            }
            None => {}
        }
        if *stage != state.stage {
            state.stage.clone_from(stage);
            state.start = Instant::now();
        }
    }

    /// Time passes: clocks on the terminal go on while a stage without steps runs.
    pub fn tick(&mut self) {
        for bar in self.slots.iter_mut().filter_map(|slot| slot.bar.as_mut()).chain(self.bars.as_mut()) {
            let _ = bar.refresh(); // a terminal that is gone needs no bar
        }
    }

    /// A run has ended.
    pub fn ended(&mut self, slot: usize, index: usize, outcome: &Outcome) {
        self.ended += 1;
        let title = &self.slots[slot].title;
        let news = match outcome {
            Outcome::Done(_) => None,
            Outcome::AlreadyRecorded => {
                Some(format!("[{}/{}] {title}: recorded by another process meanwhile", index + 1, self.total))
            }
            Outcome::Failed(error) => {
                Some(format!("[{}/{}] {title}: FAILED: {error}", index + 1, self.total))
            }
        };
        match (&mut self.bars, news) {
            (Some(bar), news) => {
                if let Some(news) = news {
                    let _ = bar.write(news);
                }
                let _ = bar.update_to(self.ended);
            }
            (None, Some(news)) => line(&news),
            (None, None) => {
                let left = left(self.start, self.ended, self.total);
                line(&format!("{} of {} runs done{left}", self.ended, self.total));
            }
        }
    }

    /// Ends the bars' lines.
    pub fn close(&mut self) {
        if self.bars.is_some() {
            for slot in &mut self.slots {
                if let Some(bar) = &mut slot.bar {
                    let _ = bar.clear();
                }
            }
            line("");
        }
    }
}

/// A line on standard error. Progress that nobody reads any more is no reason to stop.
fn line(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// `, about 3 min left`, from the pace so far.
fn left(start: Instant, done: usize, total: usize) -> String {
    if done == 0 || done >= total {
        return String::new();
    }
    let seconds = start.elapsed().as_secs_f64() / done as f64 * (total - done) as f64;
    format!(", about {} left", duration(seconds))
}

/// Seconds as people say them.
pub(crate) fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 99.5 => format!("{s:.0} s"),
        s if s < 99.0 * 60.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        assert_eq!([3.2, 240.0, 7200.0].map(duration), ["3 s", "4 min", "2.0 h"]);
    }

    #[test]
    fn an_unfinished_board_takes_every_event() {
        let mut board = Board::with_terminal(2, 1, false);
        board.started(0, 0, "mnist k-means seed 0");
        let progress = Message::Progress { stage: "k-means".into(), done: 1, total: 2, detail: "x".into() };
        board.message(0, 0, &progress);
        board.ended(0, 0, &Outcome::Done(1.0));
        board.ended(0, 1, &Outcome::Failed("no data".into()));
        board.close();
        assert_eq!(board.ended, 2);
    }
}
