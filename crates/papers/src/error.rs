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
    /// A run or its record cannot be used.
    #[error(transparent)]
    Experiments(#[from] deepclust_experiments::Error),
    /// A method refuses its settings.
    #[error(transparent)]
    Method(#[from] deepclust_methods::Error),
    /// A page cannot be made.
    #[error(transparent)]
    Report(#[from] deepclust_report::Error),
    /// A data set cannot be used.
    #[error(transparent)]
    Data(#[from] deepclust_datasets::Error),
    /// JSON could not be written or read.
    #[error("json: {0}")]
    Json(#[from] serde_json::Error),
}

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
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
