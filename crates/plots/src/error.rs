use std::path::PathBuf;

/// What can be wrong with a figure's description, or go wrong while it is drawn and written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is nothing to draw.
    #[error("{what}: nothing to draw")]
    Empty {
        /// The part of the figure that is empty.
        what: String,
    },
    /// A value is NaN or infinite.
    #[error("{what}: value {index} is {value}, expected a finite number")]
    NotFinite {
        /// The part of the figure.
        what: String,
        /// Position of the first such value, in row-major order.
        index: usize,
        /// The value.
        value: f64,
    },
    /// Two parts that belong together have different lengths.
    #[error("{what}: expected {expected} entries, found {found}")]
    LengthMismatch {
        /// The part whose length is wrong.
        what: String,
        /// The length it should have.
        expected: usize,
        /// The length it has.
        found: usize,
    },
    /// Points are neither two- nor three-dimensional.
    #[error("{what}: expected points with 2 or 3 columns, found {found}")]
    Dimensions {
        /// The panel.
        what: String,
        /// The number of columns found.
        found: usize,
    },
    /// A label has no category.
    #[error("{what}: label {label} at index {index}, but there are only {categories} categories")]
    LabelOutOfRange {
        /// The panel.
        what: String,
        /// Index of the point.
        index: usize,
        /// Its label.
        label: usize,
        /// The number of categories.
        categories: usize,
    },
    /// More categories or series than there are colours that can be told apart.
    #[error("{what}: expected at most {limit} categories or series, found {found}")]
    TooManyColours {
        /// The part of the figure.
        what: String,
        /// The number of colours.
        limit: usize,
        /// The number asked for.
        found: usize,
    },
    /// A picture does not have the declared size.
    #[error(
        "{what}, row {row}, image {column}: expected {height}x{width} = {expected} pixels, found {found}"
    )]
    ImageSize {
        /// The figure.
        what: String,
        /// Row of the grid.
        row: usize,
        /// Position in the row.
        column: usize,
        /// Declared height in pixels.
        height: usize,
        /// Declared width in pixels.
        width: usize,
        /// Height times width.
        expected: usize,
        /// The number of pixels found.
        found: usize,
    },
    /// A value of zero or less on a logarithmic axis.
    #[error("{what}: value {index} is {value}, expected more than 0 on a logarithmic axis")]
    NotPositive {
        /// The part of the figure.
        what: String,
        /// Position of the first such value.
        index: usize,
        /// The value.
        value: f64,
    },
    /// The two ends of a range are the wrong way round, equal, not finite, or too far apart.
    #[error("{what}: expected a finite, increasing range, found {low} to {high}")]
    BadRange {
        /// The part of the figure.
        what: String,
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// An error or a standard deviation below zero.
    #[error("{what}: value {index} is {value}, expected an error of 0 or more")]
    NegativeError {
        /// The part of the figure.
        what: String,
        /// Position of the first such value.
        index: usize,
        /// The value.
        value: f64,
    },
    /// The figure would be too large to draw.
    #[error("figure of {width}x{height} pixels is larger than the limit of {limit} pixels")]
    TooLarge {
        /// Width in pixels.
        width: u64,
        /// Height in pixels.
        height: u64,
        /// The largest number of pixels drawn.
        limit: u64,
    },
    /// The path has no file name.
    #[error("expected a path that ends in a file name, found {path:?}")]
    NoFileName {
        /// The path given.
        path: PathBuf,
    },
    /// A file could not be written.
    #[error("cannot write {path:?}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The drawing library refused.
    #[error("cannot draw the figure: {0}")]
    Draw(String),
    /// The PNG encoder refused.
    #[error("cannot encode the picture: {0}")]
    Encode(#[from] png::EncodingError),
}

/// The result of this crate's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Refuses NaN and infinities, and names the first.
pub(crate) fn check_finite(what: &str, values: impl IntoIterator<Item = f64>) -> Result<()> {
    match values.into_iter().enumerate().find(|(_, v)| !v.is_finite()) {
        Some((index, value)) => Err(Error::NotFinite { what: what.to_owned(), index, value }),
        None => Ok(()),
    }
}

/// Refuses errors (standard deviations, half-widths) below zero.
pub(crate) fn check_errors(what: &str, values: &[f64]) -> Result<()> {
    check_finite(what, values.iter().copied())?;
    match values.iter().enumerate().find(|(_, v)| **v < 0.0) {
        Some((index, value)) => Err(Error::NegativeError { what: what.to_owned(), index, value: *value }),
        None => Ok(()),
    }
}

/// Refuses a length other than the expected one.
pub(crate) fn check_len(what: &str, expected: usize, found: usize) -> Result<()> {
    if expected == found {
        Ok(())
    } else {
        Err(Error::LengthMismatch { what: what.to_owned(), expected, found })
    }
}

/// Refuses an empty part.
pub(crate) fn check_some(what: &str, n: usize) -> Result<()> {
    if n == 0 { Err(Error::Empty { what: what.to_owned() }) } else { Ok(()) }
}
