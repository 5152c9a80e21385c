//! The crate's error: what was expected, what was found, and in which file.

use std::path::{Path, PathBuf};

/// Shorthand for results of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that can go wrong between a data set's name and its arrays.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file could not be read or written.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was being done: "read", "create", …
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A file does not hold what its format promises.
    #[error("{file}, {position}: expected {expected}, found {found}")]
    Format {
        /// The file, and the member where it is an archive.
        file: String,
        /// Where in it: "byte 4", "line 17", "header", …
        position: String,
        /// What the format asks for there.
        expected: String,
        /// What is there.
        found: String,
    },
    /// Content differs from the digest pinned for it.
    #[error("{what}: sha-256 {found}, expected {expected}; the content is not the published one")]
    Digest {
        /// The file or data set.
        what: String,
        /// The pinned digest, hexadecimal.
        expected: String,
        /// The digest of what is there.
        found: String,
    },
    /// No data set has this name.
    #[error("no data set is called \"{name}\"{}; known: {known}", suggestion.as_ref().map(|s| format!(", did you mean \"{s}\"?")).unwrap_or_default())]
    UnknownName {
        /// The name asked for.
        name: String,
        /// The nearest known name, where one is near.
        suggestion: Option<String>,
        /// All names, comma separated.
        known: String,
    },
    /// The data set's files are nowhere. The message says where was looked, what was tried, and how to put them in place.
    #[error("{name} is not here\n{report}")]
    Missing {
        /// The data set.
        name: String,
        /// Folders searched, sources tried with the reason each failed, file names and folder for doing it by hand.
        report: String,
    },
    /// A folder of data sets that was asked for by name is not there.
    #[error("{by}: expected a folder, found none at {}; to download into it, create it first", path.display())]
    NoFolder {
        /// Who named it: `--data-dir`, or the variable.
        by: &'static str,
        /// The path.
        path: PathBuf,
    },
    /// A download failed.
    #[error("{url}: {reason}")]
    Download {
        /// The address, or the command run.
        url: String,
        /// Why.
        reason: String,
    },
    /// An argument does not fit the data.
    #[error("{what}: expected {expected}, found {found}")]
    Argument {
        /// The argument.
        what: &'static str,
        /// What it may be.
        expected: String,
        /// What it is.
        found: String,
    },
}

impl Error {
    /// An input/output error with the path it happened on.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io { action, path, source }
    }

    /// A format error.
    pub(crate) fn format(
        file: impl Into<String>,
        position: impl Into<String>,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        Self::Format {
            file: file.into(),
            position: position.into(),
            expected: expected.into(),
            found: found.into(),
        }
    }

    /// An argument error.
    pub(crate) fn argument(
        what: &'static str,
        expected: impl Into<String>,
        found: impl std::fmt::Display,
    ) -> Self {
        Self::Argument { what, expected: expected.into(), found: found.to_string() }
    }

    /// The process exit code that programs give for this error: 3 for data that are not there, 2 for a name or
    /// argument that cannot be, 1 otherwise.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Missing { .. } | Self::NoFolder { .. } => 3,
            Self::UnknownName { .. } | Self::Argument { .. } => 2,
            _ => 1,
        }
    }
}
