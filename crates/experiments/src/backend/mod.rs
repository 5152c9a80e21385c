//! Where runs are made.

mod in_process;
mod local;

pub use in_process::InProcess;
pub use local::LocalProcesses;

use crate::{Job, Message, RunRecord, Status, Store};

/// Something that makes runs.
pub trait Backend {
    /// Makes all runs and says how each ended, in order; what happens meanwhile goes to `events`. A run that fails does not stop the
    /// others.
    fn run(&self, jobs: &[Job], events: &mut dyn FnMut(Event)) -> Vec<Outcome>;
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Its record is written.
    Recorded(Box<RunRecord>),
    /// It failed, with these words.
    Failed(String),
}

/// What happens while runs are made. A slot is one of the runs that are made at once.
#[derive(Clone, Debug)]
pub enum Event {
    /// A run begins.
    Started {
        /// Where.
        slot: usize,
        /// Which of the jobs.
        index: usize,
    },
    /// A run tells how far it has come.
    Progress {
        /// Where.
        slot: usize,
        /// Which of the jobs.
        index: usize,
        /// How far.
        message: Message,
    },
    /// A run has ended.
    Ended {
        /// Where.
        slot: usize,
        /// Which of the jobs.
        index: usize,
        /// How.
        outcome: Outcome,
    },
    /// Time passes.
    Tick,
}

/// What the record says of a run that has ended, or why there is none.
fn outcome_of(job: &Job, problem: Option<String>) -> Outcome {
    if let Some(problem) = problem {
        return Outcome::Failed(problem);
    }
    match Store::read_only(&job.out).status(&job.spec) {
        Ok(Status::Recorded(record)) => Outcome::Recorded(record),
        Ok(other) => Outcome::Failed(format!("expected a record after the run, found {other:?}")),
        Err(error) => Outcome::Failed(error.to_string()),
    }
}
