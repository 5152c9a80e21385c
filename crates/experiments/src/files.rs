//! Folders and files of a store.

use crate::{Error, Result};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Writes a file as a whole or not at all: readers see the old content or the new.
pub(crate) fn replace(path: &Path, content: &[u8]) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(Error::io(folder))?;
    let mut file = temporary(path, folder)?;
    file.write_all(content).and_then(|()| file.as_file().sync_all()).map_err(Error::io(path))?;
    set_common_permissions(&file);
    file.persist(path).map_err(|error| Error::Io { path: path.to_owned(), source: error.error })?;
    Ok(())
}

/// What the names of files begin with that are to become `path`.
pub(crate) fn partial_prefix(path: &Path) -> String {
    format!(".{}.", path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default())
}

/// A file beside `path`, to become it.
pub(crate) fn temporary(path: &Path, folder: &Path) -> Result<tempfile::NamedTempFile> {
    let prefix = partial_prefix(path);
    tempfile::Builder::new().prefix(&prefix).suffix(".partial").tempfile_in(folder).map_err(Error::io(folder))
}

/// What lies in a folder, in the order of names; nothing where there is none.
pub(crate) fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let found = match fs::read_dir(folder) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::Io { path: folder.to_owned(), source: error }),
    };
    let mut paths =
        found.map(|e| e.map(|e| e.path())).collect::<Result<Vec<_>, _>>().map_err(Error::io(folder))?;
    paths.sort(); // a choice by a seed must not depend on the file system
    Ok(paths)
}

pub(crate) fn json_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = entries(folder)?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json") && path.is_file());
    Ok(paths)
}

/// Temporary files are for their owner alone; results are for everybody.
fn set_common_permissions(file: &tempfile::NamedTempFile) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let _ = file.as_file().set_permissions(fs::Permissions::from_mode(0o644)); // a foreign file system may refuse
    }
    #[cfg(not(unix))]
    let _ = file;
}
