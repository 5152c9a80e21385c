use crate::{Error, Result, RunSpec};
use deepclust_nets::{DeviceChoice, Products};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// What a worker gets: a run and where and how to make it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// The run.
    pub spec: RunSpec,
    /// The output folder.
    pub out: PathBuf,
    /// Where to look for data first.
    pub data_dir: Option<PathBuf>,
    /// Where networks live.
    pub device: DeviceChoice,
    /// Threads for everything but libtorch, which always gets one.
    pub threads: usize,
    /// Which kernels multiply matrices.
    pub products: Products,
    /// Whether to measure again what is recorded.
    pub rerun: bool,
}

impl Job {
    /// The job in a file's text.
    ///
    /// # Errors
    /// [`Error::Record`] when it is none.
    pub fn from_text(text: &str, path: &Path) -> Result<Self> {
        serde_json::from_str(text).map_err(|error| Error::Record {
            path: path.to_owned(),
            problem: format!("expected a job in JSON, found {error}"),
        })
    }
}

/// What a worker tells of itself, as lines of JSON on its standard output. Nobody needs to listen: what counts is the record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// Name of the stage.
    pub stage: String,
    /// Steps done.
    pub done: usize,
    /// Steps in all, 0 where they cannot be counted.
    pub total: usize,
    /// A word on the state.
    pub detail: String,
}
