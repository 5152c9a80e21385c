//! What is answered about Parquet where the feature is off.

use std::path::Path;

use super::sheet::Sheet;
use super::{Facts, OwnOptions};
use crate::{Error, Result};

/// Refuses.
pub(super) fn read(path: &Path, _: &OwnOptions) -> Result<(Sheet, Facts)> {
    let expected = "a file of another format: this program was built without the feature `parquet`; build with it, or convert \
                    the file with pandas.read_parquet(f).to_csv(g, index=False)";
    Err(Error::argument("file", expected, path.display()))
}
