//! The output folder.

use anyhow::{Context, Result, bail};
use deepclust_methods::METHODS;
use serde_json::Value;
use std::fs::{self, File, TryLockError};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A folder that can be written, and in which no other process is at work.
pub struct Folder {
    root: PathBuf,
    /// Whether it was not there before.
    made: bool,
    _lock: File,
}

/// What is written.
pub const FILES: [&str; 5] =
    ["report.html", "summary.json", "assignments.csv", "embedding.npy", "model.safetensors"];
/// Where finished seeds are kept.
const SEEDS: &str = ".seeds";
/// The end of names of what is not finished.
pub const PARTIAL: &str = ".partial";

impl Folder {
    /// Makes the folder where it is not there, and tries to write into it.
    pub fn open(root: &Path) -> Result<Self> {
        let unusable = || {
            format!(
                "expected an output folder that can be written, found {}: choose another with --out DIR",
                root.display()
            )
        };
        if Self::is_foreign(root) {
            bail!(
                "{}: expected an empty folder or one that deepclust made, found files of something else that would be replaced; choose another with --out DIR",
                root.display()
            );
        }
        let made = !root.exists();
        fs::create_dir_all(root.join(SEEDS)).with_context(unusable)?;
        let lock = File::create(root.join(SEEDS).join("lock")).with_context(unusable)?;
        match lock.try_lock() {
            Ok(()) => remove_partial(&root.join(SEEDS)),
            Err(TryLockError::WouldBlock) => {
                bail!(
                    "{}: another deepclust works in this folder; wait for it, or choose another with --out DIR",
                    root.display()
                )
            }
            // A file system without locks.
            Err(TryLockError::Error(_)) => {}
        }
        Ok(Self { root: root.to_owned(), made, _lock: lock })
    }

    /// Whether something lies in it that is not ours: a file that would be replaced, without our summary beside it.
    fn is_foreign(root: &Path) -> bool {
        let summary = fs::read_to_string(root.join("summary.json")).unwrap_or_default();
        !is_our_summary(&summary)
            && FILES.iter().any(|name| root.join(name).exists())
            && !root.join(SEEDS).exists()
    }

    /// What lies in it and will be replaced by a fit of data with this digest, in words; nothing where it is the same fit. `method` has a
    /// name, settings and k.
    pub fn holds_other(&self, digest: &str, method: &Value, seeds: &[u64]) -> Option<String> {
        let summary = fs::read_to_string(self.path("summary.json")).ok()?;
        let summary: Value = serde_json::from_str(&summary).ok()?;
        if summary["data"]["digest"] != digest {
            return Some("the results of other data".to_owned());
        }
        // Written and read, as those in the file were.
        let method: Value = serde_json::from_str(&method.to_string()).ok()?;
        let other = &summary["method"];
        let differs = |part: &str| method[part] != other[part];
        let k = other["k"].as_u64().map_or(String::new(), |k| format!(" with k = {k}"));
        let name = format!("{}{k}", other["name"].as_str().unwrap_or_default());
        let made = summary["seeds"].as_array().into_iter().flatten().filter_map(Value::as_u64);
        let lost = made.filter(|seed| !seeds.contains(seed)).count();
        if differs("name") || differs("k") {
            Some(format!("the results of {name}"))
        } else if differs("settings") {
            Some(format!("the results of {name} and other settings"))
        } else if lost > 0 {
            Some(format!("the results of {lost} more of the seeds"))
        } else {
            None
        }
    }

    /// The folders in it, named after a method, that hold an answer of ours, in alphabetical order.
    pub fn answers(&self) -> Vec<&'static str> {
        let is_ours = |name: &&str| {
            let summary = fs::read_to_string(self.path(name).join("summary.json")).unwrap_or_default();
            is_our_summary(&summary)
        };
        let mut names: Vec<&'static str> = METHODS.iter().map(|method| method.slug).filter(is_ours).collect();
        names.sort_unstable();
        names
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

/// Removes what a process left that was killed while it wrote; it cannot be used.
fn remove_partial(seeds: &Path) {
    let entries = fs::read_dir(seeds).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_name().to_string_lossy().ends_with(PARTIAL)) {
        let _ = fs::remove_dir_all(entry.path()); // it is only in the way
    }
}

fn is_our_summary(text: &str) -> bool {
    serde_json::from_str::<Value>(text).is_ok_and(|summary| summary["made_by"].is_object())
}

impl Drop for Folder {
    /// Where nothing was kept and nothing written, nothing is left.
    fn drop(&mut self) {
        let seeds = self.root.join(SEEDS);
        let only_the_lock = seeds.read_dir().is_ok_and(|entries| entries.count() == 1);
        let alone = self.root.read_dir().is_ok_and(|entries| entries.count() == 1);
        if only_the_lock && alone {
            let _ = fs::remove_file(seeds.join("lock"));
            let _ = fs::remove_dir(seeds);
            if self.made {
                let _ = fs::remove_dir(&self.root);
            }
        }
    }
}

/// Writes a file as a whole or not at all: readers see the old content or the new. Behind a link the file it leads to is replaced; a device or a
/// pipe is written to.
pub fn replace(path: &Path, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    let wrong = || format!("{} cannot be written; is there space, and may you write there?", path.display());
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if path.exists() && !path.is_file() && !path.is_dir() {
        let mut out = BufWriter::new(File::options().write(true).open(path).with_context(wrong)?);
        return content(&mut out).and_then(|()| out.flush()).with_context(wrong);
    }
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

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_devices_stay() {
        use std::os::unix::fs::FileTypeExt;
        let place = tempfile::tempdir().unwrap();
        let (target, link) = (place.path().join("target"), place.path().join("link"));
        fs::write(&target, "old").unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        replace(&link, |out| out.write_all(b"new")).unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"new");
        assert!(link.is_symlink());
        replace(Path::new("/dev/null"), |out| out.write_all(b"new")).unwrap();
        assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
        if Path::new("/dev/full").exists() {
            let error = replace(Path::new("/dev/full"), |out| out.write_all(b"new")).unwrap_err();
            assert!(format!("{error:#}").contains("No space left"), "{error:#}");
        }
    }

    #[test]
    fn what_is_replaced_is_told() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(place.path()).unwrap();
        let method =
            |k: u64, tol: f64| serde_json::json!({"name": "k-means", "settings": {"tol": tol}, "k": k});
        let told = |digest, k, tol, seeds: &[u64]| folder.holds_other(digest, &method(k, tol), seeds);
        assert_eq!(told("a", 3, 1e-4, &[0]), None);
        let data = serde_json::json!({"digest": "a"});
        let summary =
            serde_json::json!({"data": data, "method": method(3, 1e-4), "seeds": [0, 1], "made_by": {}});
        folder.write("summary.json", |out| write!(out, "{summary}")).unwrap();
        assert_eq!(told("a", 3, 1e-4, &[0, 1, 2]), None);
        assert_eq!(told("b", 3, 1e-4, &[0, 1]).unwrap(), "the results of other data");
        assert_eq!(told("a", 4, 1e-4, &[0, 1]).unwrap(), "the results of k-means with k = 3");
        let other_settings = "the results of k-means with k = 3 and other settings";
        assert_eq!(told("a", 3, 1e-3, &[0, 1]).unwrap(), other_settings);
        assert_eq!(told("a", 3, 1e-4, &[0]).unwrap(), "the results of 1 more of the seeds");
        folder.write("summary.json", |out| out.write_all(b"{}")).unwrap();
        assert_eq!(told("a", 3, 1e-4, &[0]).unwrap(), "the results of other data");
    }

    #[test]
    fn answers_are_named_after_methods() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(place.path()).unwrap();
        for (name, summary) in [("vade", r#"{"made_by": {}}"#), ("dec", "{}"), ("mine", r#"{"made_by": {}}"#)]
        {
            fs::create_dir(folder.path(name)).unwrap();
            fs::write(folder.path(name).join("summary.json"), summary).unwrap();
        }
        assert_eq!(folder.answers(), ["vade"]);
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
