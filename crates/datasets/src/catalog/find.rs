//! Finding a data set's files on disk.

use std::path::{Path, PathBuf};

use super::{Entry, File, Layout};
use crate::DataDirs;

/// A layout whose files are all there.
#[derive(Debug)]
pub(crate) struct Found {
    pub folder: PathBuf,
    pub layout: &'static Layout,
    pub files: Vec<PathBuf>,
}

impl Found {
    /// Bytes on disk.
    pub(crate) fn bytes(&self) -> u64 {
        self.files.iter().map(|file| size(file)).sum()
    }
}

fn size(path: &Path) -> u64 {
    match std::fs::metadata(path) {
        Ok(meta) if meta.is_dir() => {
            std::fs::read_dir(path).into_iter().flatten().flatten().map(|entry| size(&entry.path())).sum()
        }
        Ok(meta) => meta.len(),
        Err(_) => 0,
    }
}

impl Entry {
    /// The first complete layout in the search order.
    pub(crate) fn find(&'static self, dirs: &DataDirs) -> Option<Found> {
        dirs.candidates(self).into_iter().find_map(|folder| self.find_in(&folder))
    }

    pub(crate) fn find_in(&'static self, folder: &Path) -> Option<Found> {
        self.layouts.iter().find_map(|layout| {
            let files = layout.files.iter().map(|file| file.find(folder)).collect::<Option<Vec<_>>>()?;
            Some(Found { folder: folder.to_path_buf(), layout, files })
        })
    }

    /// For a layout of which some files are there and some are not: the folder, those found, those missing.
    pub(crate) fn partly(&self, dirs: &DataDirs) -> Option<String> {
        dirs.candidates(self).into_iter().find_map(|folder| {
            self.layouts.iter().find_map(|layout| {
                let missing: Vec<_> =
                    layout.files.iter().filter(|f| f.find(&folder).is_none()).map(|f| f.names[0]).collect();
                (missing.len() < layout.files.len() && !missing.is_empty())
                    .then(|| format!("{} lacks {}", folder.display(), missing.join(", ")))
            })
        })
    }
}

impl File {
    /// The file under the first of its names that is there, plain or compressed.
    fn find(&self, folder: &Path) -> Option<PathBuf> {
        self.names.iter().find_map(|name| {
            if let Some(name) = name.strip_suffix('/') {
                return Some(folder.join(name)).filter(|path| path.is_dir());
            }
            ["", ".gz", ".bz2"]
                .iter()
                .map(|suffix| folder.join(format!("{name}{suffix}")))
                .find(|path| path.is_file())
        })
    }
}
