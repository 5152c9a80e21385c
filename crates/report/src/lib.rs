#![doc = include_str!("../README.md")]

mod block;
mod class_name;
mod error;
pub mod html;
mod page;
mod pictures;
mod readme;
mod runs;
mod stats;
mod table;

pub use block::Block;
pub use class_name::class_name;
pub use error::{Error, Result};
pub use page::Page;
pub use pictures::{cloud, cluster_members, confusion, losses, map, picture};
pub use readme::replace_block;
pub use runs::{arithmetic_note, every_run, labels_used, metric, paired, paired_change};
pub use stats::{Spread, correlation};
pub use table::{Align, Cell, Column, Table, fixed, grouped};
