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

/// Doors to the private parsers for the fuzz harness.
#[cfg(test)]
pub(crate) mod fuzzed {
    use super::{OwnOptions, csv_table, npy as array, npz as archive};

    pub(crate) fn npy_file() -> Vec<u8> {
        array::tests::encode("<f4", true, "(2, 3)", &[1; 24])
    }

    pub(crate) fn npy(bytes: &[u8]) {
        let _ = array::parse(bytes, "f");
    }

    pub(crate) fn npz(bytes: Vec<u8>) {
        let _ = archive::npz(std::io::Cursor::new(bytes), "f", &OwnOptions::default());
    }

    pub(crate) fn csv(bytes: &[u8]) {
        let options = OwnOptions { label: Some("kind".into()), ..OwnOptions::default() };
        let _ = csv_table::parse(bytes, "f", b',', &options);
    }
}
