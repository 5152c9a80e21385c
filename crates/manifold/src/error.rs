//! What can be wrong with the input, with what was expected and what was found.

use thiserror::Error;

/// Why a reduction could not be computed.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum ManifoldError {
    /// The matrix has no rows or no columns.
    #[error("the data are empty: {rows} rows × {columns} columns")]
    Empty {
        /// Rows found.
        rows: usize,
        /// Columns found.
        columns: usize,
    },
    /// A value is NaN or infinite.
    #[error("row {row}, column {column} holds {value}, expected a finite number")]
    NotFinite {
        /// Row of the first such value.
        row: usize,
        /// Its column.
        column: usize,
        /// What is there.
        value: f64,
    },
    /// Numbers of the result are out of range.
    #[error(
        "{what} are out of the range of the data's number type: the data are too {size}, scale them first"
    )]
    Scale {
        /// What cannot be held.
        what: &'static str,
        /// "large" or "small".
        size: &'static str,
    },
    /// Two shapes that must agree do not.
    #[error("{what}: expected {expected}, found {found}")]
    Shape {
        /// What is counted.
        what: &'static str,
        /// The count that fits.
        expected: usize,
        /// The count that was given.
        found: usize,
    },
    /// A whole-number setting lies outside its range.
    #[error("{name} is {found}, expected {low} to {high} for these data")]
    Range {
        /// The setting.
        name: &'static str,
        /// The smallest value that makes sense.
        low: usize,
        /// The largest value that makes sense.
        high: usize,
        /// What was given.
        found: usize,
    },
    /// A real-valued setting makes no sense.
    #[error("{name} is {found}, expected {expected}")]
    Setting {
        /// The setting.
        name: &'static str,
        /// The values allowed, in words.
        expected: &'static str,
        /// What was given.
        found: f64,
    },
    /// A point refers to a neighbour that does not exist, or the neighbours are not in order of distance.
    #[error("row {row} of the neighbours is not valid: {reason}")]
    Neighbours {
        /// The row.
        row: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// An eigenvalue or singular value iteration did not converge.
    #[error("the {0} did not converge")]
    NoConvergence(&'static str),
}
