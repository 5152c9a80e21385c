//! Readers of file formats. Each answers any bytes with data or with an error that names file, position, what was
//! expected and what was found; none takes memory on a header's word.

pub(crate) mod archive;
mod gzip;
pub(crate) mod idx;
pub(crate) mod libsvm;
pub(crate) mod lyrl;
pub(crate) mod mat5;
pub(crate) mod sgml;
pub(crate) mod stream;
pub(crate) mod table;

pub use idx::{Idx, read_idx};
pub use libsvm::{LibSvm, read_libsvm};
pub use mat5::{MatArray, read_mat};
