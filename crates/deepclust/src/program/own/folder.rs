//! The output folder.

use anyhow::{Context, Result, bail};
use std::fs::{self, File, TryLockError};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A folder that can be written, and in which no other process is at work.
pub struct Folder {
    root: PathBuf,
    _lock: File,
}

/// Where finished seeds are kept.
const SEEDS: &str = ".seeds";

impl Folder {
    /// Makes the folder where it is not there, and tries to write into it.
    pub fn open(root: &Path) -> Result<Self> {
        let unusable = || {
            format!(
                "expected an output folder that can be written, found {}: choose another with --out DIR",
                root.display()
            )
        };
        fs::create_dir_all(root.join(SEEDS)).with_context(unusable)?;
        let lock = File::create(root.join(SEEDS).join("lock")).with_context(unusable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                bail!(
                    "{}: another deepclust works in this folder; wait for it, or choose another with --out DIR",
                    root.display()
                )
            }
            // A file system without locks.
            Err(TryLockError::Error(_)) => {}
        }
        Ok(Self { root: root.to_owned(), _lock: lock })
    }

    /// A file or folder in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where the seeds of one question are kept.
    pub fn seeds(&self, key: &str) -> PathBuf {
        self.root.join(SEEDS).join(key)
    }

    /// Writes a file as a whole or not at all.
    pub fn write(
        &self,
        name: &str,
        content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<PathBuf> {
        let path = self.path(name);
        replace(&path, content)?;
        Ok(path)
    }
}

/// Writes a file as a whole or not at all: readers see the old content or the new.
pub fn replace(path: &Path, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    let wrong = || format!("{} cannot be written", path.display());
    let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    let file = tempfile::Builder::new().prefix(".").suffix(".partial").tempfile_in(folder);
    let mut out = BufWriter::with_capacity(1 << 18, file.with_context(wrong)?);
    content(&mut out).with_context(wrong)?;
    let file = out.into_inner().map_err(io::IntoInnerError::into_error).with_context(wrong)?;
    for_everybody(file.as_file());
    file.persist(path).map_err(|error| error.error).with_context(wrong)?;
    Ok(())
}

/// Temporary files are for their owner alone; results are for everybody.
fn for_everybody(file: &File) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let _ = file.set_permissions(fs::Permissions::from_mode(0o644)); // a foreign file system may refuse
    }
    #[cfg(not(unix))]
    let _ = file;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_process_at_a_time() {
        let place = tempfile::tempdir().unwrap();
        let first = Folder::open(place.path()).unwrap();
        let error = Folder::open(place.path()).err().unwrap().to_string();
        assert!(error.contains("another deepclust works in this folder"), "{error}");
        drop(first);
        Folder::open(place.path()).unwrap();
    }

    #[test]
    fn a_write_that_fails_leaves_the_old_file() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(place.path()).unwrap();
        folder.write("a", |out| out.write_all(b"old")).unwrap();
        let broken = folder.write("a", |out| {
            out.write_all(b"new")?;
            Err(io::Error::other("no space"))
        });
        assert!(format!("{:#}", broken.unwrap_err()).contains("no space"));
        assert_eq!(fs::read(folder.path("a")).unwrap(), b"old");
        let names: Vec<_> = place.path().read_dir().unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(names.len(), 2, "{names:?}");
    }
}
