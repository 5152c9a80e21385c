use thiserror::Error;

/// Everything that can be wrong with what a caller passes in.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Error {
    /// The data have no rows or no columns.
    #[error("the data are empty: {rows} rows of {columns} features")]
    Empty {
        /// Number of rows found.
        rows: usize,
        /// Number of columns found.
        columns: usize,
    },
    /// A value of the data is NaN or infinite.
    #[error("{what} hold a value that is NaN or infinite at row {row}, column {column}")]
    NotFinite {
        /// Which array holds it.
        what: &'static str,
        /// Row of the first such value.
        row: usize,
        /// Column of the first such value.
        column: usize,
    },
    /// Squares of these values, or sums of those, overflow.
    #[error("{what} are too large: squares or sums of theirs overflow")]
    Overflow {
        /// Which array it is.
        what: &'static str,
    },
    /// Squared distances between these values underflow.
    #[error("{what} are too small: squares of theirs underflow")]
    Underflow {
        /// Which array it is.
        what: &'static str,
    },
    /// More clusters are asked for than there are samples.
    #[error("{clusters} clusters asked for, but there are only {samples} samples")]
    TooManyClusters {
        /// Number of clusters asked for.
        clusters: usize,
        /// Number of samples found.
        samples: usize,
    },
    /// Two arrays that belong together differ in shape.
    #[error("{what} have shape {found:?}, expected {expected:?}")]
    Shape {
        /// Which array it is.
        what: &'static str,
        /// Shape that fits the other arguments.
        expected: Vec<usize>,
        /// Shape found.
        found: Vec<usize>,
    },
    /// The sweep's callback asked for a stop.
    #[error("stopped on request after {done} of {total} clusterings")]
    Stopped {
        /// Clusterings that were done.
        done: usize,
        /// Clusterings of the whole sweep.
        total: usize,
    },
    /// A sweep over numbers of clusters speaks for none of them.
    #[error("{criterion} recommends no k: {reason}")]
    NoRecommendation {
        /// What was to recommend one.
        criterion: crate::Criterion,
        /// Why it does not.
        reason: String,
    },
    /// A setting is outside its range.
    #[error("{name} must be {expected}, found {found}")]
    Setting {
        /// Name of the setting.
        name: &'static str,
        /// Its range, in words.
        expected: &'static str,
        /// The value found.
        found: String,
    },
    /// Sample weights must be finite and non-negative, with a positive sum.
    #[error("sample weights must be finite, non-negative and not all zero; found {found} at row {row}")]
    Weight {
        /// Row of the first bad weight.
        row: usize,
        /// The weight found.
        found: f64,
    },
    /// A covariance matrix is not positive definite.
    #[error("covariance {component} is not positive definite: raise reg_covar (now {reg_covar:e})")]
    NotPositiveDefinite {
        /// Component of the mixture.
        component: usize,
        /// Regularisation in force.
        reg_covar: f64,
    },
    /// More clusters are asked for than there are different rows.
    #[error("{clusters} clusters asked for, but only {distinct} of the rows are different")]
    TooFewDistinct {
        /// Number of clusters asked for.
        clusters: usize,
        /// Number of different rows.
        distinct: usize,
    },
    /// A row without direction under the cosine distance.
    #[error(
        "row {row} (counted from 0) is zero and has no direction, expected rows that are not under the cosine distance ({rows} are): leave them out, or take the Euclidean distance"
    )]
    ZeroRow {
        /// The first such row.
        row: usize,
        /// Number of such rows.
        rows: usize,
    },
    /// An edge of a graph is not valid.
    #[error("edge {edge} of the graph {reason}")]
    Graph {
        /// Place of the edge in the list given.
        edge: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A graph falls into more parts than communities are asked for.
    #[error(
        "the neighbour graph falls into {parts} unconnected parts of at least {rows} rows, expected at most the {clusters} communities \
         asked for; with the rows at hand the nearest parts are joined"
    )]
    GraphParts {
        /// Number of communities asked for.
        clusters: usize,
        /// Large parts found.
        parts: usize,
        /// What counts as large.
        rows: usize,
    },
    /// No resolution gives the number of communities.
    #[error("no resolution splits the graph into {clusters} communities: {}; try another number of clusters, or another method", split(*.below, *.above))]
    NoResolution {
        /// Number of communities asked for.
        clusters: usize,
        /// The most large communities below that number; 0 if there were never fewer.
        below: usize,
        /// The fewest above it; `usize::MAX` if there were never more.
        above: usize,
    },
    /// The density has fewer clusters than asked for.
    #[error(
        "{clusters} clusters asked for, but the density has {found} at most: lower `min_cluster_size` or `min_samples`"
    )]
    TooFewDense {
        /// Number of clusters asked for.
        clusters: usize,
        /// Leaves of the tree.
        found: usize,
    },
    /// The comparison of labellings refused its input.
    #[error("the seeds could not be compared: {0}")]
    Agreement(String),
    /// Components or neighbours could not be found.
    #[error(transparent)]
    Manifold(#[from] deepclust_manifold::ManifoldError),
    /// A metric used while choosing k refused its input.
    #[error("metric failed for k = {k}: {message}")]
    Metric {
        /// Number of clusters.
        k: usize,
        /// What the metric said.
        message: String,
    },
}

/// Result with this crate's [`enum@Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// Which numbers of communities were met.
fn split(below: usize, above: usize) -> String {
    match (below, above) {
        (below, usize::MAX) => format!("at most {below} large ones were found"),
        (0, above) => format!("at least {above} large ones were found"),
        (below, above) => format!("it goes from {below} large ones to {above}"),
    }
}
