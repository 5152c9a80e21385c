use super::{Plan, Result, Run};
use deepclust_methods::{Progress, Silent};
use std::path::PathBuf;

/// What surrounds a fit: who hears of it, and what is kept of it. Seeds may run at the same time, each in a thread of its own.
pub trait Host: Sync {
    /// What will be done is settled.
    fn planned(&self, plan: &Plan) {
        let _ = plan;
    }

    /// Who hears of a seed; of the work that all share where it is none.
    fn progress(&self, seed: Option<u64>) -> Box<dyn Progress + '_> {
        let _ = seed;
        Box::new(Silent)
    }

    /// A seed that was finished before, with the same data and plan.
    ///
    /// # Errors
    /// [`Error::Kept`](super::Error::Kept) when it is there and cannot be used.
    fn kept(&self, seed: u64) -> Result<Option<Run>> {
        let _ = seed;
        Ok(None)
    }

    /// A seed is finished.
    ///
    /// # Errors
    /// [`Error::Kept`](super::Error::Kept) when it cannot be kept.
    fn finished(&self, run: &Run) -> Result<()> {
        let _ = run;
        Ok(())
    }

    /// A folder for the state of a seed's trainings, from which they go on.
    fn checkpoints(&self, seed: u64) -> Option<PathBuf> {
        let _ = seed;
        None
    }

    /// A folder for networks that several methods start from.
    fn cache(&self) -> Option<PathBuf> {
        None
    }
}

/// Nobody hears of it, and nothing is kept.
#[derive(Clone, Copy, Debug, Default)]
pub struct Alone;

impl Host for Alone {}
