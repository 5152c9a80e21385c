//! Files of a result that come into place together.

use super::folder::{FILES, Folder, PARTIAL, replace};
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
        let place = tempfile::Builder::new().suffix(PARTIAL).tempdir_in(folder.seeds(""));
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
            if fs::rename(self.path(name), &target).is_err() {
                // A link may lead to another disk.
                let mut new = File::open(self.path(name))?;
                replace(&target, |out| io::copy(&mut new, out).map(|_| ()))?;
            }
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
        // Nothing is left beside the lock, also of a process that was killed.
        let kept = || fs::read_dir(folder.seeds("")).unwrap().count();
        assert_eq!(kept(), 1);
        let killed = Staging::new(&folder).unwrap();
        killed.write("assignments.csv", |out| out.write_all(b"third")).unwrap();
        let _ = killed.place.keep();
        assert_eq!(kept(), 2);
        drop(folder);
        let folder = Folder::open(place.path()).unwrap();
        assert_eq!(fs::read_dir(folder.seeds("")).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(&place.path().join("out")).unwrap();
        let target = place.path().join("elsewhere.html");
        fs::write(&target, "old").unwrap();
        std::os::unix::fs::symlink(&target, folder.path("report.html")).unwrap();
        let staging = Staging::new(&folder).unwrap();
        staging.write("report.html", |out| out.write_all(b"new")).unwrap();
        staging.finish().unwrap();
        assert!(folder.path("report.html").is_symlink());
        assert_eq!(fs::read(target).unwrap(), b"new");
    }
}
