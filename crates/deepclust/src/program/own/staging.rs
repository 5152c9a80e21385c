//! Files of a result that come into place together.

use super::folder::{FILES, Folder};
use anyhow::{Context, Result};
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// New files beside the old ones, until all are written: a full disk does not leave some of this result and some of the last.
pub struct Staging<'a> {
    folder: &'a Folder,
    place: TempDir,
}

impl<'a> Staging<'a> {
    /// In a folder of results.
    pub fn new(folder: &'a Folder) -> Result<Self> {
        let place = tempfile::Builder::new().suffix(".partial").tempdir_in(folder.seeds(""));
        let place = place.with_context(|| unwritable(folder.root()))?;
        Ok(Self { folder, place })
    }

    /// Where a file of that name is written.
    pub fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    /// Writes a file.
    pub fn write(&self, name: &str, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
        let written = File::create(self.path(name)).and_then(|file| {
            let mut out = BufWriter::with_capacity(1 << 18, file);
            content(&mut out)?;
            out.flush()
        });
        written.with_context(|| unwritable(&self.folder.path(name)))
    }

    /// Puts all of them into place. Behind a link the file it leads to is replaced.
    pub fn finish(self) -> Result<()> {
        for name in FILES.iter().filter(|name| self.path(name).exists()) {
            let target = self.folder.path(name);
            let target = fs::canonicalize(&target).unwrap_or(target);
            // A link may lead to another disk.
            fs::rename(self.path(name), &target)
                .or_else(|_| fs::copy(self.path(name), &target).map(|_| ()))
                .with_context(|| unwritable(&target))?;
        }
        Ok(())
    }
}

fn unwritable(path: &Path) -> String {
    format!("{} cannot be written; is there space, and may you write there?", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_files_change_or_none() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(place.path()).unwrap();
        let read = |name: &str| fs::read_to_string(folder.path(name)).unwrap_or_default();
        let first = Staging::new(&folder).unwrap();
        for name in FILES {
            first.write(name, |out| out.write_all(b"first")).unwrap();
        }
        assert_eq!(read("report.html"), "");
        first.finish().unwrap();
        let broken = Staging::new(&folder).unwrap();
        broken.write("assignments.csv", |out| out.write_all(b"second")).unwrap();
        let error = broken.write("report.html", |_| Err(io::ErrorKind::StorageFull.into())).unwrap_err();
        assert!(error.to_string().contains("report.html cannot be written; is there space"), "{error}");
        drop(broken);
        assert!(FILES.iter().all(|name| read(name) == "first"));
        // Nothing is left beside the lock.
        assert_eq!(fs::read_dir(folder.seeds("")).unwrap().count(), 1);
    }
}
