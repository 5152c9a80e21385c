//! One provisioning of a folder at a time.

use std::ffi::OsString;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result};

/// Holds the lock as long as it lives, and as long as a program lives that was started with [`Lock::stdin`].
pub struct Lock(File);

impl Lock {
    /// Waits for another process that provisions the same folder.
    pub fn acquire(dir: &Path) -> Result<Self> {
        let path = beside(dir, "lock");
        let file = File::options()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .with_context(|| format!("cannot write {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => return Ok(Self(file)),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("cannot lock {}", path.display()));
            }
        }
        eprintln!("another setup of {} is at work; waiting for it", dir.display());
        file.lock().with_context(|| format!("cannot lock {}", path.display()))?;
        Ok(Self(file))
    }

    /// The lock file (empty) as a program's standard input.
    ///
    /// The program then shares the lock. If this process is killed in the middle of a download, the next one waits for the
    /// downloader that is still at work, and takes over what it brings, instead of starting a second one beside it.
    pub fn stdin(&self) -> Result<Stdio> {
        Ok(Stdio::from(self.0.try_clone().context("cannot share the lock")?))
    }
}

/// `.libtorch.partial` for `.libtorch` and `partial`: the same file system, so that a rename is enough in the end.
pub fn beside(dir: &Path, what: &str) -> PathBuf {
    let mut name = dir.file_name().map_or_else(|| OsString::from("libtorch"), OsString::from);
    name.push(".");
    name.push(what);
    dir.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_beside_a_folder() {
        assert_eq!(beside(Path::new("/a/.libtorch"), "partial"), Path::new("/a/.libtorch.partial"));
        assert_eq!(beside(Path::new("/a/x.y"), "lock"), Path::new("/a/x.y.lock"));
    }

    #[cfg(unix)]
    #[test]
    fn a_program_keeps_the_lock_after_its_starter_has_let_go() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("t");
        let lock = Lock::acquire(&dir).unwrap();
        let mut child =
            std::process::Command::new("sleep").arg("30").stdin(lock.stdin().unwrap()).spawn().unwrap();
        drop(lock);
        let file = File::open(beside(&dir, "lock")).unwrap();
        assert!(matches!(file.try_lock(), Err(TryLockError::WouldBlock)));
        child.kill().unwrap();
        child.wait().unwrap();
        file.lock().unwrap();
    }
}
