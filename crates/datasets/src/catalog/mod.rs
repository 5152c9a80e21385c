//! The data sets this crate knows: shapes, licences, digests, files and sources, as data.

mod entry;
mod find;
mod mnist;
mod names;

pub use entry::{Entry, File, Layout, Origin, Remote, Source};
pub(crate) use find::Found;
pub use names::{all, entry, names};
