use deepclust_methods::METHODS;

/// What can go wrong when one's own data are clustered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An option is outside of its range.
    #[error("{name}: expected {expected}, found {found}")]
    Option {
        /// The option.
        name: &'static str,
        /// What it may be.
        expected: String,
        /// What it is.
        found: String,
    },
    /// No method has this name.
    #[error("unknown method `{found}`{}; known are {known}", suggestion.as_ref().map(|s| format!(", did you mean `{s}`?")).unwrap_or_default())]
    UnknownMethod {
        /// What was asked for.
        found: String,
        /// The nearest known name.
        suggestion: Option<String>,
        /// All names, comma-separated.
        known: String,
    },
    /// What was kept of a seed cannot be read or written.
    #[error("what is kept of seed {seed}: {problem}")]
    Kept {
        /// The seed.
        seed: u64,
        /// What went wrong.
        problem: String,
    },
    /// A method failed.
    #[error(transparent)]
    Method(#[from] deepclust_methods::Error),
    /// A device is not there.
    #[error(transparent)]
    Nets(#[from] deepclust_nets::Error),
    /// The number of clusters could not be chosen.
    #[error(transparent)]
    Cluster(#[from] deepclust_cluster::Error),
    /// Clusterings could not be compared.
    #[error(transparent)]
    Metrics(#[from] deepclust_metrics::Error),
}

/// A result of this module.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub(super) fn option(
        name: &'static str,
        expected: impl Into<String>,
        found: impl std::fmt::Display,
    ) -> Self {
        Self::Option { name, expected: expected.into(), found: found.to_string() }
    }

    /// An unknown method, with the nearest known one.
    pub(super) fn unknown_method(found: &str) -> Self {
        let known: Vec<&str> = METHODS.iter().map(|method| method.slug).collect();
        let nearest = known.iter().min_by_key(|name| strsim::damerau_levenshtein(name, found));
        let near = nearest.filter(|name| strsim::damerau_levenshtein(name, found) <= found.len() / 2);
        Self::UnknownMethod {
            found: found.to_owned(),
            suggestion: near.map(|&name| name.to_owned()),
            known: known.join(", "),
        }
    }

    /// Whether the request itself cannot be, rather than that its work failed.
    pub fn is_usage(&self) -> bool {
        use deepclust_methods::Error as Method;
        matches!(
            self,
            Self::Option { .. }
                | Self::UnknownMethod { .. }
                | Self::Nets(deepclust_nets::Error::NoCuda)
                | Self::Method(
                    Method::Settings { .. } | Method::UnknownMethod { .. } | Method::Labels { .. }
                )
        )
    }
}
