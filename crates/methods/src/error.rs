/// What can go wrong in this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No method has this name.
    #[error("unknown method `{found}`; known are {known}")]
    UnknownMethod {
        /// What was asked for.
        found: String,
        /// All names, comma-separated.
        known: String,
    },
    /// Settings do not fit the method.
    #[error("settings of method `{method}`: {problem}")]
    Settings {
        /// The method's name.
        method: &'static str,
        /// What was expected and found.
        problem: String,
    },
    /// The samples cannot be used.
    #[error("samples: expected {expected}, found {found}")]
    Samples {
        /// What is accepted.
        expected: String,
        /// What was given.
        found: String,
    },
    /// A method got labels that it does not take, or none where it needs them.
    #[error("method `{method}`: expected {expected}, found {found}")]
    Labels {
        /// The method's name.
        method: &'static str,
        /// What it takes.
        expected: &'static str,
        /// What it got.
        found: &'static str,
    },
    /// A loss refuses its tensors.
    #[error(transparent)]
    Losses(#[from] deepclust_losses::Error),
    /// A network could not be made or trained.
    #[error(transparent)]
    Nets(#[from] deepclust_nets::Error),
    /// Clustering failed.
    #[error(transparent)]
    Cluster(#[from] deepclust_cluster::Error),
    /// A model of another crate is asked for its parts.
    #[error("models of this kind cannot be saved")]
    Unsaved,
    /// Dimension reduction failed.
    #[error(transparent)]
    Manifold(#[from] deepclust_manifold::ManifoldError),
}

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;
