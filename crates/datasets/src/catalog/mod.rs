//! The data sets this crate knows: shapes, licences, digests, files and sources, as data.

mod emnist;
mod entry;
mod find;
mod har;
mod mnist;
mod names;
mod rcv1;
mod reuters;
#[cfg(test)]
mod tests;
mod usps;

pub use entry::{Entry, File, Layout, Origin, Remote, Source};
pub(crate) use find::Found;
pub use mnist::FASHION_MNIST_CLASSES;
pub(crate) use names::nearest_of;
pub use names::{all, entry, names};
pub use reuters::reuters_tokens;
