//! A user's own data: NumPy arrays, CSV, LIBSVM, IDX.

mod csv_table;
mod labels;
mod narrow;
mod npy;
mod npz;
mod options;
mod raw;
mod read;
mod wide;

pub use npy::{NpyArray, read_npy};
pub use options::{Format, Missing, OwnOptions};
pub use read::read;

#[cfg(test)]
mod fuzz;
