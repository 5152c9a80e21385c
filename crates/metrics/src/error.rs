use thiserror::Error;

/// What can be wrong with the input of a metric.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Error {
    /// There is nothing to measure.
    #[error("the input is empty: at least one sample is needed")]
    Empty,
    /// Two inputs that describe the same samples have different lengths.
    #[error("{what} has {got} entries, expected {expected}")]
    LengthMismatch {
        /// Which input is wrong.
        what: &'static str,
        /// The number of samples.
        expected: usize,
        /// The number of entries found.
        got: usize,
    },
    /// The data have rows but no columns.
    #[error("the data have {rows} rows but no columns")]
    NoFeatures {
        /// The number of rows.
        rows: usize,
    },
    /// A value is NaN or infinite.
    #[error("the value in row {row}, column {column} is not finite: {value}")]
    NotFinite {
        /// Row of the value.
        row: usize,
        /// Column of the value.
        column: usize,
        /// The value found.
        value: f64,
    },
    /// A score has no number: the data's distances differ too much in size.
    #[error("{score} is beyond the largest number: clusters are too small for the distances between them")]
    TooLarge {
        /// The score.
        score: &'static str,
    },
    /// A geometric score needs at least two clusters and at least one cluster with two samples.
    #[error(
        "found {clusters} clusters in {samples} samples, expected from 2 to the number of samples less 1"
    )]
    ClusterCount {
        /// The number of different labels.
        clusters: usize,
        /// The number of samples.
        samples: usize,
    },
    /// A row of soft assignments is not a probability distribution.
    #[error("row {row} is not a distribution: {problem} {value}")]
    NotADistribution {
        /// The row.
        row: usize,
        /// What is wrong with it.
        problem: &'static str,
        /// The offending value or sum.
        value: f64,
    },
    /// A sample size of zero, or larger than the number of samples.
    #[error("the sample size is {got}, expected from 1 to {samples}")]
    SampleSize {
        /// The size asked for.
        got: usize,
        /// The number of samples there are.
        samples: usize,
    },
    /// The weight β of the V-measure is negative or not finite.
    #[error("the weight of completeness is {got}, expected a finite value of at least 0")]
    Beta {
        /// The value given.
        got: f64,
    },
    /// A dense table would not fit into memory.
    #[error("a table of {rows} by {columns} counts is larger than the limit of {limit} cells")]
    TableTooLarge {
        /// Rows of the table.
        rows: usize,
        /// Columns of the table.
        columns: usize,
        /// The largest number of cells allowed.
        limit: usize,
    },
}

/// The result of a metric.
pub type Result<T> = std::result::Result<T, Error>;
