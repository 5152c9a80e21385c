use super::board::Board;
use super::kept;
use crate::fit::{Error, Host, Plan, Result, Run, sizes};
use crate::program::interrupt;
use deepclust_methods::Progress;
use std::path::PathBuf;
use std::sync::Mutex;

/// A program that is told how far a piece of work is, and keeps nothing.
pub struct Listening<'a>(pub &'a Board);

impl Host for Listening<'_> {
    fn progress(&self, _: Option<u64>) -> Box<dyn Progress + '_> {
        Box::new(self.0.listener("all rows"))
    }
}

/// The program around a fit: tells how far it is, and keeps what is finished.
pub struct Program<'a> {
    pub board: &'a Board,
    /// Where the seeds of this question are kept.
    pub seeds: PathBuf,
    /// Networks that several methods start from.
    pub cache: Option<PathBuf>,
    pub rows: usize,
    pub plan: Plan,
    pub done: Mutex<usize>,
}

impl Program<'_> {
    fn count(&self) {
        let mut done = self.done.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *done += 1;
        interrupt::done(*done);
    }

    fn training(&self, seed: u64) -> PathBuf {
        self.seeds.join(format!("training-{seed}"))
    }
}

impl Host for Program<'_> {
    fn progress(&self, seed: Option<u64>) -> Box<dyn Progress + '_> {
        let name = seed.map_or_else(|| "all seeds".to_owned(), |seed| format!("seed {seed}"));
        Box::new(self.board.listener(&name))
    }

    fn kept(&self, seed: u64) -> Result<Option<Run>> {
        match kept::read(&self.seeds, seed, self.rows, self.plan.device) {
            Ok(Some(run)) => {
                self.board.say(&format!("  seed {seed}: finished before, {}", words(&run)));
                self.count();
                Ok(Some(run))
            }
            Ok(None) => Ok(None),
            Err(error) => {
                let text = format!(
                    "  seed {seed}: what was kept of it cannot be used ({error:#}); it is made again"
                );
                self.board.say(&text);
                Ok(None)
            }
        }
    }

    fn finished(&self, run: &Run) -> Result<()> {
        kept::write(&self.seeds, run)
            .map_err(|error| Error::Kept { seed: run.seed, problem: format!("{error:#}") })?;
        let _ = std::fs::remove_dir_all(self.training(run.seed)); // its state only takes space
        self.board.say(&format!("  seed {}: {}, {:.1} s", run.seed, words(run), run.seconds));
        self.count();
        Ok(())
    }

    fn checkpoints(&self, seed: u64) -> Option<PathBuf> {
        self.plan.method.trains.then(|| self.training(seed))
    }

    fn cache(&self) -> Option<PathBuf> {
        self.cache.clone()
    }
}

/// `10 clusters of 427 to 1,955 rows`.
fn words(run: &Run) -> String {
    let (sizes, noise) = sizes(&run.labels);
    let none = if noise == 0 { String::new() } else { format!(", {noise} rows in none") };
    match (sizes.last(), sizes.first()) {
        (Some(least), Some(most)) => format!("{} clusters of {least} to {most} rows{none}", sizes.len()),
        _ => format!("no clusters{none}"),
    }
}
