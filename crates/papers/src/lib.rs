#![doc = include_str!("../README.md")]

mod biswas;
mod catalogue;
mod defaults;
mod error;
mod kdae;
mod mixae;
mod names;
mod no_network;
mod page;
mod paper;
mod published;
mod records;
mod repnet;
mod request;
mod row;
mod snnl;
mod summary;
mod tables;

pub use catalogue::{PAPERS, Target, parse_target};
pub use error::{Error, Result};
pub use names::dataset_name;
pub use page::{index, render};
pub use paper::{Metric, Paper};
pub use published::Published;
pub use records::Records;
pub use request::Request;
pub use row::{Kind, Planned, Row};
pub use summary::{best_rows, results_table};
