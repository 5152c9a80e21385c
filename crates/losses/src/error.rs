/// What can go wrong in this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A setting is outside its range.
    #[error("setting `{name}`: expected {expected}, found {found}")]
    Setting {
        /// The field's or argument's name.
        name: &'static str,
        /// The accepted range, in words.
        expected: &'static str,
        /// What was given.
        found: String,
    },
    /// A tensor has the wrong shape.
    #[error("{what}: expected shape {expected}, found {found:?}")]
    Shape {
        /// Which tensor.
        what: &'static str,
        /// The expected shape, in words.
        expected: String,
        /// The shape that was given.
        found: Vec<i64>,
    },
    /// A tensor is wrong in another way than by its shape: its kind, its device or its values.
    #[error("{what}: expected {expected}, found {found}")]
    Tensor {
        /// Which tensor.
        what: &'static str,
        /// What is accepted, in words.
        expected: String,
        /// What was given.
        found: String,
    },
    /// libtorch refused an operation.
    #[error("libtorch: {0}")]
    Torch(#[from] tch::TchError),
}

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;
