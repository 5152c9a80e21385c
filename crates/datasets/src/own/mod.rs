//! A user's own data: tables in text, NumPy arrays, Parquet, LIBSVM, IDX, folders of pictures.

mod decimal;
mod elements;
mod ends;
mod facts;
mod impute;
mod keys;
mod labels;
mod narrow;
mod npy;
mod npz;
mod options;
#[cfg(feature = "parquet")]
mod parquet;
#[cfg(not(feature = "parquet"))]
#[path = "no_parquet.rs"]
mod parquet;
mod pictures;
mod raw;
mod read;
mod roles;
mod sheet;
mod survey;
mod text;
mod thousands;
mod warnings;
mod wide;

pub use facts::{Facts, Far};
pub use npy::{NpyArray, read_npy};
pub use options::{Decimal, Format, Impute, Missing, OwnOptions};
pub use read::{OwnData, inspect, open, read};

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod tests;
