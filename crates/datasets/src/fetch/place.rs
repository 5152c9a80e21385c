//! Putting received bytes in place: a `.part` file, checked, then renamed.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use super::Progress;
use crate::catalog::Remote;
use crate::formats::stream;
use crate::{Error, Result, digest};

/// A file in the making. What is not put in place goes away again.
pub(super) struct Part {
    file: File,
    path: PathBuf,
    target: PathBuf,
}

/// Starts on a file, or answers `None` where a checked one lies there already.
pub(super) fn start(remote: &Remote, folder: &Path) -> Result<Option<Part>> {
    let target = folder.join(remote.save_as);
    let path = folder.join(format!("{}.part", remote.save_as));
    if target.is_file()
        && (remote.content.is_some() || remote.file.is_some())
        && check(remote, &target).is_ok()
    {
        return Ok(None);
    }
    // Whatever an interrupted fetch left is worthless without its check: start again.
    let file = File::create(&path).map_err(Error::io("create", &path))?;
    Ok(Some(Part { file, path, target }))
}

impl Drop for Part {
    fn drop(&mut self) {
        // Nothing to remove once it has been renamed.
        let _ = std::fs::remove_file(&self.path);
    }
}

impl Part {
    /// Receives everything from `source`, checks it and puts it in place.
    pub(super) fn receive(
        mut self,
        mut source: impl Read,
        remote: &Remote,
        progress: &mut dyn Progress,
    ) -> Result<()> {
        self.copy(&mut source, remote, progress)?;
        check(remote, &self.path)?;
        std::fs::rename(&self.path, &self.target).map_err(Error::io("rename to", &self.target))
    }

    fn copy(&mut self, source: &mut impl Read, remote: &Remote, progress: &mut dyn Progress) -> Result<()> {
        let mut buffer = vec![0; 128 * 1024];
        let mut received = 0u64;
        loop {
            let n = match source.read(&mut buffer) {
                Ok(0) => break,
                Ok(n) => n,
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(stream::broken(remote.path, received, &e)),
            };
            received += n as u64;
            if received > remote.limit {
                let expected = format!("at most {} bytes", remote.limit);
                return Err(Error::format(remote.path, "transfer", expected, "more"));
            }
            self.file.write_all(&buffer[..n]).map_err(Error::io("write", &self.path))?;
            progress.advance(n as u64);
        }
        self.file.sync_all().map_err(Error::io("write", &self.path))
    }
}

/// A lock on a data set's folder, so that two fetches at once take turns. Released when dropped.
pub(super) fn lock(folder: &Path, progress: &mut dyn Progress) -> Result<File> {
    std::fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    let path = folder.join(".fetch.lock");
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(Error::io("create", &path))?;
    if file.try_lock().is_err() {
        progress.note(&format!("waiting for another fetch into {}", folder.display()));
        file.lock().map_err(Error::io("lock", &path))?;
    }
    sweep(folder);
    Ok(file)
}

/// What a scratch folder's name starts with.
pub(super) const SCRATCH: &str = ".fetch-";

/// Removes what an interrupted fetch left. Nobody else works here: the lock is held.
fn sweep(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        // Leftovers that will not go away do no harm.
        if name.starts_with(SCRATCH) {
            let _ = std::fs::remove_dir_all(entry.path());
        } else if name.ends_with(".part") {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Checks a file against the digests known for it.
fn check(remote: &Remote, path: &Path) -> Result<()> {
    if let Some(expected) = remote.file {
        same(remote, expected, &digest::of_file(path)?)?;
    }
    if let Some(expected) = remote.content {
        let limit = remote.limit.saturating_add(1);
        let file = path.display().to_string();
        same(remote, expected, &digest::of_source(stream::open(path)?, limit, &file)?)?;
    }
    Ok(())
}

fn same(remote: &Remote, expected: &str, found: &str) -> Result<()> {
    if expected == found {
        return Ok(());
    }
    Err(Error::Digest {
        what: remote.path.to_owned(),
        expected: expected.to_owned(),
        found: found.to_owned(),
    })
}
