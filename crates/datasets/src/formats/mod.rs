//! Readers of file formats. Each answers any bytes with data or with an error that names file, position, what was
//! expected and what was found; none takes memory on a header's word.

pub(crate) mod idx;
pub(crate) mod stream;

pub use idx::{Idx, read_idx};
