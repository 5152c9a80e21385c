use crate::Result;
use deepclust_datasets::{DataDirs, LoadOptions, Plain, load_with};

/// Makes sure that a data set is on disk and sound, fetching it where it is nowhere. What it leaves is a decoded cache
/// that the workers open at once.
///
/// # Errors
/// When it is nowhere and cannot be fetched, or is not what was published.
pub fn ensure_data(name: &str, dirs: &DataDirs) -> Result<()> {
    let options = LoadOptions { dirs: dirs.clone(), ..LoadOptions::default() };
    load_with(name, &options, &mut Plain::new(std::io::stderr()))?;
    Ok(())
}
