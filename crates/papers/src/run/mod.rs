//! Runs and their records: what is to be measured, how it is measured, and what it leaves on disk.

mod canonical;
mod data;
mod estimate;
mod evaluate;
mod execute;
mod figure_data;
mod figure_measurements;
mod job;
mod load;
mod machine;
mod progress;
mod reconstructions;
pub(crate) mod record;
mod scheduler;
mod spec;
mod states;
mod store;
mod verify;
mod worker;

pub use canonical::{canonical_json, digest_json};
pub use data::ensure_data;
pub use estimate::{Estimate, estimate};
pub use evaluate::Metrics;
pub use execute::{Folders, Measured, execute};
pub use figure_data::{EmbeddingMap, FigureData, ReconstructedSample, Reconstructions, SampleGrid, TsneMap};
pub use job::{Job, Message};
pub use machine::{Machine, revision};
pub use progress::Board;
pub use record::{DataFacts, RunRecord, SCHEMA};
pub use scheduler::{Outcome, Schedule, run_all};
pub use spec::{Extras, FitPart, MapExtra, RunSpec, TsneExtra};
pub use store::{Status, Store};
pub use verify::{Difference, compare};
pub use worker::worker;
