#![doc = include_str!("../README.md")]

#[cfg(feature = "run")]
mod backend;
#[cfg(feature = "run")]
mod board;
mod canonical;
mod compare;
mod error;
mod estimate;
#[cfg(feature = "run")]
mod execute;
mod figure_data;
mod files;
mod identity;
#[cfg(feature = "run")]
mod job;
#[cfg(feature = "run")]
mod load;
mod machine;
pub mod measures;
mod metrics;
mod plan;
mod record;
mod spec;
mod states;
mod store;
#[cfg(feature = "run")]
mod verify;
#[cfg(feature = "run")]
mod worker;

#[cfg(feature = "run")]
pub use backend::{Backend, Event, InProcess, LocalProcesses, Outcome};
#[cfg(feature = "run")]
pub use board::Board;
pub use canonical::{canonical_json, digest_json};
pub use compare::{Difference, compare};
pub use error::{Error, Result};
pub use estimate::{Estimate, duration, estimate};
#[cfg(feature = "run")]
pub use execute::{Folders, execute};
pub use figure_data::{FigureData, Measured};
#[cfg(feature = "run")]
pub use job::{Job, Message};
#[cfg(feature = "run")]
pub use load::ensure_data;
pub use machine::{Machine, revision};
pub use metrics::Metrics;
pub use plan::Plan;
pub use record::{DataFacts, RunRecord, SCHEMA, Series};
pub use spec::{
    Clusters, DataSpec, FileSource, FitSpec, Generator, MeasureSpec, MethodSpec, RunSpec, Scale, Source,
};
pub use store::{Status, Store};
#[cfg(feature = "run")]
pub use verify::{Verified, VerifyOptions, verify};
#[cfg(feature = "run")]
pub use worker::worker;
