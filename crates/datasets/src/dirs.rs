//! Where data sets lie: the search order, and where downloads and caches go.

use std::path::{Path, PathBuf};

use crate::catalog::Entry;

/// The variable that names a folder of data sets.
pub const ENV: &str = "DEEPCLUST_DATA";

/// Folders to search, in order: the one given (`--data-dir`), `DEEPCLUST_DATA`, the workspace's `data/`; after these
/// the data set's well-known system folders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataDirs {
    roots: Vec<PathBuf>,
    system: bool,
}

impl DataDirs {
    /// The usual search order. The workspace is the nearest folder, from the current one upwards, whose `Cargo.toml`
    /// has a `[workspace]`; without one `data/` in the current folder is used.
    #[must_use]
    pub fn new(data_dir: Option<PathBuf>) -> Self {
        let from_env = std::env::var_os(ENV).filter(|v| !v.is_empty()).map(PathBuf::from);
        let here = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
        let mut dirs = Self::of(Vec::new());
        dirs.roots.extend(data_dir);
        dirs.roots.extend(from_env);
        dirs.roots.push(workspace(&here).unwrap_or(here).join("data"));
        dirs.system = true;
        dirs
    }

    /// Exactly these folders, and no system folders.
    #[must_use]
    pub fn of(roots: Vec<PathBuf>) -> Self {
        Self { roots, system: false }
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
