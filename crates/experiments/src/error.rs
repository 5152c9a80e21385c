use std::path::{Path, PathBuf};

/// What can go wrong in this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A name on the command line means nothing.
    #[error("unknown {kind} `{found}`{}; known are {known}", suggestion.as_ref().map(|s| format!(", did you mean `{s}`?")).unwrap_or_default())]
    UnknownName {
        /// What kind of name: target, method, …
        kind: &'static str,
        /// What was asked for.
        found: String,
        /// The nearest known name.
        suggestion: Option<String>,
        /// All names, comma-separated.
        known: String,
    },
    /// The data set is known, but no paper here uses it.
    #[error("data set `{name}` is known, but no paper here uses it yet; `cargo xtask data list` shows it")]
    UnusedDataset {
        /// The data set's name.
        name: String,
    },
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
    /// A published table lacks an entry that the code asks for.
    #[error("published tables of {paper}: expected an entry {entry}, found none")]
    Published {
        /// The paper's name.
        paper: String,
        /// The missing entry.
        entry: String,
    },
    /// A data set cannot be used.
    #[error(transparent)]
    Data(#[from] deepclust_datasets::Error),
    /// A data set does not fit the method.
    #[error("data set {dataset}: expected {expected}, found {found}")]
    Unsuitable {
        /// The data set's name.
        dataset: String,
        /// What the run needs.
        expected: String,
        /// What the data set has.
        found: String,
    },
    /// A method failed.
    #[error(transparent)]
    Method(#[from] deepclust_methods::Error),
    /// A network or device failed.
    #[error(transparent)]
    Nets(#[from] deepclust_nets::Error),
    /// A metric is not defined for the result.
    #[error(transparent)]
    Metrics(#[from] deepclust_metrics::Error),
    /// Clustering failed.
    #[error(transparent)]
    Cluster(#[from] deepclust_cluster::Error),
    /// A dimension reduction failed.
    #[error(transparent)]
    Manifold(#[from] deepclust_manifold::ManifoldError),
    /// A figure could not be drawn.
    #[error(transparent)]
    Plots(#[from] deepclust_plots::Error),
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

    /// An unknown name with the nearest of the known ones.
    pub fn unknown<'a>(kind: &'static str, found: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        let nearest = known.iter().min_by_key(|name| strsim::damerau_levenshtein(name, found));
        let suggestion = nearest.filter(|name| strsim::damerau_levenshtein(name, found) <= found.len() / 2);
        Self::UnknownName {
            kind,
            found: found.to_owned(),
            suggestion: suggestion.map(|&name| name.to_owned()),
            known: known.join(", "),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_suggested_and_far_ones_are_not() {
        let message = |found| Error::unknown("target", found, ["mnist", "biswas"]).to_string();
        assert_eq!(
            message("mnits"),
            "unknown target `mnits`, did you mean `mnist`?; known are mnist, biswas"
        );
        assert_eq!(message("imagenet"), "unknown target `imagenet`; known are mnist, biswas");
    }
}
