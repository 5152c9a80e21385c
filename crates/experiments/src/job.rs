use super::RunSpec;
use deepclust_nets::{DeviceChoice, Products};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// What a scheduler hands to a worker process, as one line of JSON on its standard input.
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

/// What a worker answers, as lines of JSON on its standard output.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Message {
    /// How far the run has come.
    Progress {
        /// Name of the stage.
        stage: String,
        /// Steps done.
        done: usize,
        /// Steps in all, 0 where they cannot be counted.
        total: usize,
        /// A word on the state.
        detail: String,
    },
    /// The record is written.
    Done {
        /// Seconds.
        wall_s: f64,
        /// The main metrics, for people.
        summary: String,
    },
    /// Another process has written the record meanwhile.
    AlreadyRecorded,
    /// The run failed.
    Failed {
        /// Why.
        error: String,
    },
}
