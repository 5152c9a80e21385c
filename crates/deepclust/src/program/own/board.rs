//! How far seeds have come: bars on a terminal, plain lines elsewhere. All of it goes to standard error.

use crate::program::say_error;
use deepclust_methods::Progress;
use kdam::{Bar, BarExt};
use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::ops::ControlFlow;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A plain line about a stage that goes on appears this often.
const LINE_EVERY: Duration = Duration::from_secs(10);
/// What a bar needs beside its words.
const BAR_COLUMNS: usize = 46;

/// Bars or lines, for several threads.
pub struct Board {
    terminal: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    bars: BTreeMap<String, (u16, Option<Bar>)>,
    lines: BTreeMap<String, (String, Instant)>,
}

impl Board {
    /// A board on standard error.
    pub fn new() -> Self {
        let terminal = std::io::stderr().is_terminal();
        kdam::term::init(terminal);
        Self { terminal, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who tells of one of several pieces of work.
    pub fn listener(&self, name: &str) -> Listener<'_> {
        Listener { board: self, name: name.to_owned() }
    }

    /// A line above the bars.
    pub fn say(&self, text: &str) {
        let mut state = self.state();
        let bar = state.bars.values_mut().find_map(|(_, bar)| bar.as_mut());
        match bar.filter(|_| self.terminal) {
            Some(bar) => drop(bar.write(text)), // a terminal that is gone needs no line
            None => say_error(text),
        }
    }

    fn report(&self, name: &str, stage: &str, done: usize, total: usize, detail: &str) {
        let mut state = self.state();
        if self.terminal {
            let slot = (0..u16::MAX).find(|slot| state.bars.values().all(|(taken, _)| taken != slot));
            let (_, bar) = state.bars.entry(name.to_owned()).or_insert_with(|| {
                let slot = slot.unwrap_or(0);
                let bar = Bar::builder().position(slot).leave(false).dynamic_ncols(true).unit("step");
                (slot, bar.build().ok())
            });
            let Some(bar) = bar else { return };
            let words = [name, ": ", stage, if detail.is_empty() { "" } else { ", " }, detail].concat();
            let room = usize::from(kdam::term::width().unwrap_or(80)).saturating_sub(BAR_COLUMNS);
            bar.total = total;
            bar.set_description(words.chars().take(room).collect::<String>());
            let _ = bar.update_to(done).and_then(|_| bar.refresh());
            return;
        }
        let now = Instant::now();
        let (known, last) = state.lines.entry(name.to_owned()).or_insert_with(|| (String::new(), now));
        let new = known != stage;
        if new || last.elapsed() >= LINE_EVERY {
            (*known, *last) = (stage.to_owned(), now);
            let count = if total == 0 { String::new() } else { format!(" {done}/{total}") };
            say_error(format!("  {name}: {stage}{count} {detail}").trim_end());
        }
    }

    fn ended(&self, name: &str) {
        let mut state = self.state();
        if let Some((_, Some(mut bar))) = state.bars.remove(name) {
            let _ = bar.clear();
        }
        state.lines.remove(name);
    }
}

/// Tells a board of one piece of work, until it is dropped.
pub struct Listener<'a> {
    board: &'a Board,
    name: String,
}

impl Progress for Listener<'_> {
    fn report(&mut self, stage: &str, done: usize, total: usize, detail: &str) -> ControlFlow<()> {
        self.board.report(&self.name, stage, done, total, detail);
        ControlFlow::Continue(())
    }
}

impl Drop for Listener<'_> {
    fn drop(&mut self) {
        self.board.ended(&self.name);
    }
}
