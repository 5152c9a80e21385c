use std::path::{Path, PathBuf};

/// What can go wrong in this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// A record is not what a run wrote.
    #[error("{}: {problem}", path.display())]
    Record {
        /// The file.
        path: PathBuf,
        /// What was expected and found.
        problem: String,
    },
    /// A data set does not fit the run.
    #[error("data set {dataset}: expected {expected}, found {found}")]
    Unsuitable {
        /// The data set's name.
        dataset: String,
        /// What the run needs.
        expected: String,
        /// What the data set has.
        found: String,
    },
    /// A data set cannot be used.
    #[error(transparent)]
    Data(#[from] deepclust_datasets::Error),
    /// A method failed.
    #[cfg(feature = "run")]
    #[error(transparent)]
    Method(#[from] deepclust_methods::Error),
    /// A network or device failed.
    #[cfg(feature = "run")]
    #[error(transparent)]
    Nets(#[from] deepclust_nets::Error),
    /// A metric is not defined for the result.
    #[cfg(feature = "run")]
    #[error(transparent)]
    Metrics(#[from] deepclust_metrics::Error),
    /// Clustering failed.
    #[error(transparent)]
    Cluster(#[from] deepclust_cluster::Error),
    /// A dimension reduction failed.
    #[error(transparent)]
    Manifold(#[from] deepclust_manifold::ManifoldError),
    /// JSON could not be written or read.
    #[error("json: {0}")]
    Json(#[from] serde_json::Error),
}

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// For `map_err` on a file operation.
    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        |source| Self::Io { path: path.to_owned(), source }
    }
}
