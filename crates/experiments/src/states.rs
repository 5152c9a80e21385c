//! What a store keeps beside records: states of unfinished runs, networks that runs share, and what killed writers left.

use crate::{Error, Result, RunSpec, Store};
use std::fs;
use std::path::{Path, PathBuf};

impl Store {
    /// The folder for the state of this run's trainings while it is not recorded. Its name has the run's identity and seed, the
    /// code's revision, the arithmetic and the device, so that no run goes on from the state of another, of other code or of another
    /// device. None where the code has no revision: it may change between a break and the resumption.
    ///
    /// # Errors
    /// [`Error::Io`] when the folder cannot be made.
    pub fn checkpoints(&self, spec: &RunSpec, arithmetic: &str, device: &str) -> Result<Option<PathBuf>> {
        let revision = crate::revision();
        if !is_commit(&revision) {
            return Ok(None);
        }
        let identity: String = spec.identity()?.chars().take(16).collect();
        let plain = |text: &str| text.replace(|c: char| !c.is_alphanumeric() && c != '.', "-");
        let name = format!("{identity}-{}-{revision}-{}-{}", spec.seed, plain(arithmetic), plain(device));
        let folder = self.root().join(".checkpoints").join(name);
        fs::create_dir_all(&folder).map_err(Error::io(&folder))?;
        Ok(Some(folder))
    }

    /// The folder for networks that several runs start from, by revision of the code as for [`checkpoints`](Self::checkpoints).
    ///
    /// # Errors
    /// [`Error::Io`] when the folder cannot be made.
    pub fn cache(&self) -> Result<Option<PathBuf>> {
        let revision = crate::revision();
        if !is_commit(&revision) {
            return Ok(None);
        }
        let folder = self.root().join(".cache").join(format!("networks-{revision}"));
        fs::create_dir_all(&folder).map_err(Error::io(&folder))?;
        Ok(Some(folder))
    }

    /// Removes what killed writers of this run's record left behind. To be called with the run's [lock](Self::lock) held.
    ///
    /// # Errors
    /// When the settings cannot be expressed as JSON.
    pub fn sweep_record(&self, spec: &RunSpec) -> Result<()> {
        let path = self.root().join(spec.record_path()?);
        let prefix = format!(".{}.", spec.seed); // of the record and of its figure data
        for entry in path.parent().map(fs::read_dir).into_iter().flatten().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with(&prefix) && name.ends_with(".partial") {
                let _ = fs::remove_file(entry.path()); // it only takes space
            }
        }
        Ok(())
    }

    /// Removes what killed writers of other files left behind: only what is an hour old, so that no living process can be
    /// writing it. States and networks of other code go after a week without a change.
    pub fn sweep(&self) {
        self.sweep_for(&crate::revision());
    }

    fn sweep_for(&self, revision: &str) {
        // Only what this store makes: the output folder may be one that holds other things too.
        for (place, is_ours) in [(".checkpoints", is_state as fn(&str) -> bool), (".cache", is_networks)] {
            for (name, path) in folders(&self.root().join(place)) {
                let current = name.contains(revision);
                if is_commit(revision) && is_ours(&name) && !current && older_than(&path, WEEK) {
                    let _ = fs::remove_dir_all(path); // states and networks of other code, which nothing will take up
                }
            }
        }
        let pages = folders(self.root()).into_iter().filter(|(_, path)| path.join("page.md").is_file());
        let pages = pages.flat_map(|(_, path)| [path.join("tables"), path.join("figures"), path]);
        let mut places: Vec<PathBuf> = pages.collect();
        let mut runs = vec![self.root().join("runs")];
        while let Some(folder) = runs.pop() {
            runs.extend(folders(&folder).into_iter().map(|(_, path)| path));
            places.push(folder);
        }
        for entry in places.iter().flat_map(fs::read_dir).flatten().flatten() {
            let path = entry.path();
            if path.extension().is_some_and(|e| e == "partial") && older_than(&path, HOUR) {
                let _ = fs::remove_file(path); // it only takes space
            }
        }
    }
}

/// The folders in a folder, links aside.
fn folders(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    folders.map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path())).collect()
}

/// Whether a folder's name is that of a run's state: it begins with sixteen digits of an identity and a seed.
fn is_state(name: &str) -> bool {
    let mut parts = name.splitn(3, '-');
    let identity = parts.next().is_some_and(|part| part.len() == 16 && is_commit(part));
    identity && parts.next().is_some_and(|seed| seed.parse::<u64>().is_ok())
}

/// Whether a folder's name is that of shared networks.
fn is_networks(name: &str) -> bool {
    name.strip_prefix("networks-").is_some_and(is_commit)
}

const HOUR: u64 = 3600;
const WEEK: u64 = 7 * 24 * HOUR;

/// Code that may change under its name has no states to keep.
fn is_commit(revision: &str) -> bool {
    revision.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn older_than(path: &Path, seconds: u64) -> bool {
    let age = fs::metadata(path).and_then(|data| data.modified()).ok().and_then(|time| time.elapsed().ok());
    age.is_some_and(|age| age.as_secs() > seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, SystemTime};

    /// A file that was last written so many seconds ago.
    fn file(path: &Path, seconds: u64) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let written = SystemTime::now() - Duration::from_secs(seconds);
        fs::File::create(path).unwrap().set_modified(written).unwrap();
    }

    #[test]
    fn only_old_leftovers_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let at = |name: &str| folder.path().join(name);
        for (name, seconds) in
            [("p/tables/.a.partial", 2 * HOUR), ("p/tables/.b.partial", 0), ("p/tables/a.csv", 2 * HOUR)]
        {
            file(&at(name), seconds);
        }
        for other in ["p/page.md", "mine/download.partial", "mine.partial"] {
            file(&at(other), 2 * HOUR);
        }
        store.sweep();
        assert!(!at("p/tables/.a.partial").exists());
        let kept = ["p/tables/.b.partial", "p/tables/a.csv", "mine/download.partial", "mine.partial"];
        assert!(kept.iter().all(|name| at(name).exists()));
    }

    #[test]
    fn only_old_states_of_other_code_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let at = |name: &str| folder.path().join(name);
        let ours = [".cache/networks-abc", ".checkpoints/0000111122223333-1-abc-cpu"];
        let others = [".cache/networks-123", ".checkpoints/0000111122223333-1-123-cpu"];
        for name in ours.iter().chain(&others) {
            fs::create_dir_all(at(name)).unwrap();
        }
        store.sweep_for("abc");
        assert!(ours.iter().chain(&others).all(|name| at(name).exists()));
        for name in ours.iter().chain(&others) {
            let written = SystemTime::now() - Duration::from_secs(2 * WEEK);
            fs::File::open(at(name)).unwrap().set_modified(written).unwrap();
        }
        // Code without a revision takes none up, and removes none.
        for revision in ["unknown", "abc+changes"] {
            store.sweep_for(revision);
        }
        assert!(ours.iter().chain(&others).all(|name| at(name).exists()));
        store.sweep_for("abc");
        assert!(ours.iter().all(|name| at(name).exists()) && !others.iter().any(|name| at(name).exists()));
    }
}
