use std::path::PathBuf;

/// What can go wrong in this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A setting is outside its range.
    #[error("setting `{name}`: expected {expected}, found {found}")]
    Setting {
        /// The field's name.
        name: &'static str,
        /// The accepted range, in words.
        expected: &'static str,
        /// What was given.
        found: String,
    },
    /// An array has the wrong shape.
    #[error("{what}: expected shape {expected}, found {found}")]
    Shape {
        /// Which array.
        what: &'static str,
        /// The expected shape, in words.
        expected: String,
        /// The shape that was given.
        found: String,
    },
    /// Tensors do not fit in another way than by their shapes.
    #[error("{what}: expected {expected}, found {found}")]
    Tensor {
        /// Which tensors; a number counts from 0.
        what: String,
        /// What is accepted, in words.
        expected: String,
        /// What was given.
        found: String,
    },
    /// The loss of an epoch is not a finite number.
    #[error("training diverged: the mean loss of epoch {epoch} is {loss}")]
    Diverged {
        /// The epoch, counted from 1.
        epoch: usize,
        /// The mean loss.
        loss: f64,
    },
    /// `cuda` was asked for where libtorch sees no GPU.
    #[error("device `cuda` was asked for, but this libtorch sees no CUDA device; use `cpu` or `auto`")]
    NoCuda,
    /// A saved network does not fit.
    #[error("{}: {problem}", path.display())]
    Checkpoint {
        /// The file.
        path: PathBuf,
        /// What was expected and found.
        problem: String,
    },
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The caller's progress callback asked for a stop.
    #[error("stopped on request after epoch {epoch}")]
    Stopped {
        /// Epochs that were finished.
        epoch: usize,
    },
    /// libtorch refused an operation.
    #[error("libtorch: {0}")]
    Torch(#[from] tch::TchError),
}

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;
