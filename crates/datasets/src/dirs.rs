//! Where data sets lie: the search order, and where downloads and caches go.

use std::path::{Path, PathBuf};

use crate::catalog::Entry;
use crate::{Error, Result};

/// The variable that names a folder of data sets.
pub const ENV: &str = "DEEPCLUST_DATA";

/// Folders to search, in order: the one given (`--data-dir`), `DEEPCLUST_DATA`, the workspace's `data/`; after these
/// the data set's well-known system folders.
///
/// The first two have to exist: what is asked for by name is not passed over without a word. [`check`](Self::check) says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataDirs {
    roots: Vec<PathBuf>,
    system: bool,
    /// Those that somebody named, and where.
    named: Vec<(&'static str, PathBuf)>,
}

impl DataDirs {
    /// The usual search order. The workspace is the nearest folder, from the current one upwards, whose `Cargo.toml`
    /// has a `[workspace]`; without one `data/` in the current folder is used.
    #[must_use]
    pub fn new(data_dir: Option<PathBuf>) -> Self {
        let from_env = std::env::var_os(ENV).filter(|v| !v.is_empty()).map(PathBuf::from);
        let here = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
        let given = data_dir.map(|folder| ("--data-dir", folder));
        let named: Vec<_> = given.into_iter().chain(from_env.map(|folder| (ENV, folder))).collect();
        let mut roots: Vec<_> = named.iter().map(|(_, folder)| folder.clone()).collect();
        roots.push(workspace(&here).unwrap_or(here).join("data"));
        Self { roots, system: true, named }
    }

    /// Exactly these folders, and no system folders.
    #[must_use]
    pub fn of(roots: Vec<PathBuf>) -> Self {
        Self { roots, system: false, named: Vec::new() }
    }

    /// Whether the folders that were named, by `--data-dir` and `DEEPCLUST_DATA`, are there. Loading, fetching and verifying
    /// ask this first.
    ///
    /// # Errors
    /// [`Error::NoFolder`] for the first that is no folder.
    pub fn check(&self) -> Result<()> {
        let absent = self.named.iter().find(|(_, folder)| !folder.is_dir());
        absent.map_or(Ok(()), |(by, path)| Err(Error::NoFolder { by, path: path.clone() }))
    }

    /// The folders, in search order.
    #[must_use]
    pub fn roots(&self) -> &[PathBuf] {
        &self.roots
    }

    /// The folders that may hold this data set, in search order.
    pub(crate) fn candidates(&self, entry: &Entry) -> Vec<PathBuf> {
        let ours =
            self.roots.iter().flat_map(|root| entry.folders.iter().map(move |folder| root.join(folder)));
        let system = entry.system_folders.iter().filter(|_| self.system).map(PathBuf::from);
        ours.chain(system).collect()
    }

    /// The first folder that can be written to, there or to be created: where downloads and caches go.
    pub(crate) fn writable(&self) -> Option<PathBuf> {
        self.roots.iter().find(|root| can_write(root)).cloned()
    }

    /// The first folder: where the instructions say to put files by hand.
    pub(crate) fn preferred(&self) -> PathBuf {
        self.writable().or_else(|| self.roots.first().cloned()).unwrap_or_else(|| PathBuf::from("data"))
    }
}

impl Default for DataDirs {
    fn default() -> Self {
        Self::new(None)
    }
}

fn workspace(from: &Path) -> Option<PathBuf> {
    from.ancestors()
        .find(|folder| {
            std::fs::read_to_string(folder.join("Cargo.toml"))
                .is_ok_and(|text| text.lines().any(|line| line.trim() == "[workspace]"))
        })
        .map(Path::to_path_buf)
}

/// Whether files can be written below this folder, which need not exist yet; nothing is created to find out.
fn can_write(root: &Path) -> bool {
    // A folder marked read-only stays untouched even by a superuser, for whom writing would succeed; so does what
    // would be created in it.
    let absolute = std::path::absolute(root).unwrap_or_else(|_| root.to_path_buf());
    let there = absolute.ancestors().find_map(|folder| Some((folder, std::fs::metadata(folder).ok()?)));
    there.is_some_and(|(folder, meta)| {
        meta.is_dir() && !meta.permissions().readonly() && tempfile::tempfile_in(folder).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_given_folder_comes_first() {
        let dirs = DataDirs::new(Some(PathBuf::from("somewhere")));
        assert_eq!(dirs.roots()[0], Path::new("somewhere"));
        // The tests run inside this workspace.
        assert!(dirs.roots().last().is_some_and(|data| data.with_file_name("Cargo.toml").exists()));
    }

    #[test]
    fn a_named_folder_has_to_exist() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        for path in [file, folder.path().join("nothing")] {
            let error = DataDirs::new(Some(path.clone())).check().unwrap_err();
            let message = error.to_string();
            assert_eq!(
                message.split_once(';').unwrap().0,
                format!("--data-dir: expected a folder, found none at {}", path.display())
            );
            assert_eq!(error.exit_code(), 3);
            // What nobody named may be made by a download.
            assert!(DataDirs::of(vec![path]).check().is_ok());
        }
        // Whether or not the data sets are somewhere else: nothing is looked at first.
        let options =
            crate::LoadOptions { dirs: DataDirs::new(Some("no/such/folder".into())), ..Default::default() };
        for error in [
            crate::load("mnist", &options).unwrap_err(),
            crate::verify("mnist", &options.dirs).unwrap_err(),
            crate::fetch_and_verify("mnist", &options.dirs, &mut crate::Quiet).unwrap_err(),
        ] {
            assert!(matches!(error, Error::NoFolder { .. }), "{error}");
        }
    }

    #[test]
    fn an_unwritable_root_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        let good = folder.path().join("good");
        let marked = folder.path().join("marked");
        std::fs::create_dir(&marked).unwrap();
        let mut permissions = std::fs::metadata(&marked).unwrap().permissions();
        permissions.set_readonly(true);
        std::fs::set_permissions(&marked, permissions).unwrap();
        let bad = vec![file.join("below"), marked.clone(), marked.join("new/below")];
        let dirs = DataDirs::of([bad, vec![good.clone()]].concat());
        assert_eq!(dirs.writable(), Some(good.clone()));
        assert!(!good.exists() && !marked.join("new").exists());
    }
}
