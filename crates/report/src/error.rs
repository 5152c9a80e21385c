use std::path::{Path, PathBuf};

/// What can go wrong in this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A folder could not be made, or a file not be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The folder or file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// Figure data are not what a run leaves.
    #[error("{run}: expected {expected}, found {found}")]
    FigureData {
        /// The run.
        run: String,
        /// What was expected.
        expected: &'static str,
        /// What was found.
        found: String,
    },
    /// The parts of a report do not fit together.
    #[error("{field}: expected {expected}, found {found}")]
    Report {
        /// The part.
        field: String,
        /// What was expected.
        expected: String,
        /// What was found.
        found: String,
    },
    /// Pictures could not be put into one.
    #[error("the pictures of a report: {0}")]
    Pictures(#[from] png::EncodingError),
    /// A record cannot be used.
    #[error(transparent)]
    Experiments(#[from] deepclust_experiments::Error),
    /// A record's counts are no table.
    #[error(transparent)]
    Metrics(#[from] deepclust_metrics::Error),
    /// A figure could not be drawn.
    #[error(transparent)]
    Plots(#[from] deepclust_plots::Error),
}

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// For `map_err` on a file operation.
    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        |source| Self::Io { path: path.to_owned(), source }
    }
}
