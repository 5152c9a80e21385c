use crate::{Event, Job, Message, Outcome, duration};
use kdam::{Bar, BarExt};
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// Shows how far runs have come: bars on a terminal, plain lines elsewhere. All of it goes to standard error.
#[derive(Debug)]
pub struct Board {
    total: usize,
    ended: usize,
    recorded: usize,
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

/// What a bar needs beside its words: percentage, an animation, counts, times and a rate.
const BAR_COLUMNS: usize = 50;

impl Board {
    /// A board for `total` runs, `slots` at once.
    pub fn new(total: usize, slots: usize) -> Self {
        let terminal = std::io::stderr().is_terminal();
        kdam::term::init(terminal);
        let bar = |position: u16, total: usize, unit: &str| {
            terminal.then(|| {
                let mut bar = Bar::new(total);
                bar.position = position;
                bar.unit = unit.to_owned();
                bar.leave = position == 0;
                bar.dynamic_ncols = true;
                bar
            })
        };
        let now = Instant::now();
        let slots = (0..slots.min(total).max(1)).map(|i| Slot {
            title: String::new(),
            bar: bar(u16::try_from(i + 1).unwrap_or(u16::MAX), 0, "step"),
            last_line: now,
            stage: String::new(),
            start: now,
        });
        Self { total, ended: 0, recorded: 0, start: now, slots: slots.collect(), bars: bar(0, total, "run") }
    }

    /// Shows an event of some jobs.
    pub fn event(&mut self, jobs: &[Job], event: Event) {
        match event {
            Event::Started { slot, index } => self.started(slot, index, &jobs[index].spec.title()),
            Event::Progress { slot, index, message } => self.progress(slot, index, &message),
            Event::Ended { slot, index, outcome } => self.ended(slot, index, &outcome),
            Event::Tick => self.tick(),
        }
    }

    /// How many runs are recorded.
    pub fn recorded(&self) -> usize {
        self.recorded
    }

    fn started(&mut self, slot: usize, index: usize, title: &str) {
        let now = Instant::now();
        let state = &mut self.slots[slot];
        state.title = title.to_owned();
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

    fn progress(&mut self, slot: usize, index: usize, message: &Message) {
        let Message { stage, done, total, detail } = message;
        let state = &mut self.slots[slot];
        match &mut state.bar {
            Some(bar) => {
                if *stage != state.stage {
                    bar.reset(Some(*total));
                }
                bar.total = *total;
                // The words get what the bar leaves.
                let words = format!("{}: {stage}", state.title);
                bar.set_description(shortened(&words, columns().saturating_sub(BAR_COLUMNS)));
                let _ = bar.update_to(*done);
            }
            None if state.last_line.elapsed() >= LINE_EVERY => {
                let count = match *total {
                    0 => String::new(),
                    total => format!(" {done}/{total}{}", left(state.start, *done, total)),
                };
                let text = format!("[{}/{}] {}: {stage}{count} {detail}", index + 1, self.total, state.title);
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

    /// Clocks on the terminal go on while a stage without steps runs.
    fn tick(&mut self) {
        for bar in self.slots.iter_mut().filter_map(|slot| slot.bar.as_mut()).chain(self.bars.as_mut()) {
            let _ = bar.refresh(); // a terminal that is gone needs no bar
        }
    }

    fn ended(&mut self, slot: usize, index: usize, outcome: &Outcome) {
        self.ended += 1;
        self.recorded += usize::from(matches!(outcome, Outcome::Recorded(_)));
        let title = &self.slots[slot].title;
        let news = match outcome {
            Outcome::Recorded(record) => format!("{}  ({:.1} s)", record.metrics.summary(), record.wall_s),
            Outcome::Failed(error) => format!("FAILED: {error}"),
        };
        let news = format!("[{}/{}] {title}: {news}", index + 1, self.total);
        match &mut self.bars {
            Some(bar) => {
                for bar in self.slots.iter_mut().filter_map(|slot| slot.bar.as_mut()) {
                    let _ = bar.clear();
                }
                let _ = bar.write(shortened(&news, columns()));
                let _ = bar.update_to(self.ended);
            }
            None => line(&format!("{news}{}", left(self.start, self.ended, self.total))),
        }
    }

    /// Ends the bars' lines.
    pub fn close(&mut self) {
        if self.bars.is_some() {
            for bar in self.slots.iter_mut().filter_map(|slot| slot.bar.as_mut()) {
                let _ = bar.clear();
            }
            line("");
        }
    }
}

/// A line on standard error. Progress that nobody reads any more is no reason to stop.
fn line(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// The width of the terminal. A longer line would wrap, and its remains would stay.
fn columns() -> usize {
    usize::from(kdam::term::width().unwrap_or(80))
}

/// At most so many characters.
fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain("…".chars().take(most)).collect()
}

/// `, about 3 min left`, from the pace so far.
fn left(start: Instant, done: usize, total: usize) -> String {
    if done == 0 || done >= total {
        return String::new();
    }
    let seconds = start.elapsed().as_secs_f64() / done as f64 * (total - done) as f64;
    format!(", about {} left", duration(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_words_are_cut() {
        assert_eq!(shortened("mnist k-dae seed 0", 18), "mnist k-dae seed 0");
        assert_eq!(shortened("mnist k-dae seed 0", 10), "mnist k-d…");
        assert_eq!(shortened("mnist", 0), "");
    }
}
