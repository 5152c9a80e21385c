//! From a name to a verified data set.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::catalog::{self, Entry, Found};
use crate::dataset::split_range;
use crate::decoded::Decoded;
use crate::fetch::{self, Progress, Quiet};
use crate::{DataDirs, Dataset, Error, Result, Scaling, Split, Subset, cache};

/// How to load.
#[derive(Debug, Clone)]
pub struct LoadOptions {
    /// Where to look.
    pub dirs: DataDirs,
    /// Whether to get a data set that is nowhere (default: yes).
    pub fetch: bool,
    /// Whether to keep and use the decoded cache (default: yes).
    pub cache: bool,
    /// Scaling of the features.
    pub scaling: Scaling,
    /// Which published part.
    pub split: Split,
    /// Which rows of that part; text is weighted over the whole corpus before rows are taken.
    pub subset: Option<Subset>,
    /// Seed of the draw of a subset, through ChaCha8.
    pub subset_seed: u64,
}

impl Default for LoadOptions {
    fn default() -> Self {
        Self {
            dirs: DataDirs::default(),
            fetch: true,
            cache: true,
            scaling: Scaling::Default,
            split: Split::All,
            subset: None,
            subset_seed: 0,
        }
    }
}

/// Loads a data set by name or alias, fetching it if it is nowhere and [`LoadOptions::fetch`] allows.
///
/// Decoded content is checked against its pinned digest, whatever the container it came in.
///
/// # Errors
/// A named folder that does not exist, an unknown name, files that are nowhere and cannot be fetched, a file that is not
/// what it should be, or an option that does not fit the data set.
pub fn load(name: &str, options: &LoadOptions) -> Result<Dataset> {
    load_with(name, options, &mut Quiet)
}

/// [`load`], with progress of downloads.
///
/// # Errors
/// As [`load`].
pub fn load_with(name: &str, options: &LoadOptions, progress: &mut dyn Progress) -> Result<Dataset> {
    options.dirs.check()?;
    let entry = catalog::entry(name)?;
    if !entry.is_called(name) {
        progress.note(&entry.explain(name));
    }
    load_entry(entry, options, progress)
}

fn load_entry(entry: &'static Entry, options: &LoadOptions, progress: &mut dyn Progress) -> Result<Dataset> {
    let found = match entry.find(&options.dirs) {
        Some(found) => found,
        None if options.fetch => fetch::fetch(entry, &options.dirs, progress)?,
        None => return Err(fetch::missing(entry, &options.dirs, &["fetching was not allowed".into()])),
    };
    let (data, _) = open(entry, &found, options.cache.then_some(&options.dirs), progress)?;
    let n_train = data.n_train;
    data.finish(entry.name, options.scaling, |labels| {
        let range = split_range(entry.name, labels.len(), n_train, options.split)?;
        let Some(subset) = options.subset else {
            return Ok((range != (0..labels.len())).then(|| range.collect()));
        };
        let mut rng = ChaCha8Rng::seed_from_u64(options.subset_seed);
        let rows = subset.rows(&labels[range.clone()], entry.classes, &mut rng)?;
        Ok(Some(rows.into_iter().map(|row| row + range.start).collect()))
    })
}

/// What [`verify`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// The folder it was read from.
    pub folder: std::path::PathBuf,
    /// SHA-256 of the decoded content.
    pub digest: String,
    /// By what the content is known to be the published one; `None` where it is known by its shape and class counts
    /// at most.
    pub proof: Option<&'static str>,
    /// Samples a class, in label order.
    pub class_counts: Vec<usize>,
}

/// Decodes a data set from its files, past any cache, and checks its digest.
///
/// # Errors
/// As [`load`], but never fetches.
pub fn verify(name: &str, dirs: &DataDirs) -> Result<Verified> {
    dirs.check()?;
    let entry = catalog::entry(name)?;
    let Some(found) = entry.find(dirs) else {
        return Err(fetch::missing(entry, dirs, &[]));
    };
    let (data, digest) = open(entry, &found, None, &mut Quiet)?;
    let mut class_counts = vec![0; data.class_names.len()];
    data.labels.iter().for_each(|&label| class_counts[label as usize] += 1);
    let proof = match found.layout.recognise {
        _ if entry.digest.is_some() && found.layout.checked => Some("as published"),
        Some(recognise) => recognise(&found.files, &data)?,
        None => None,
    };
    Ok(Verified { folder: found.folder, digest, proof, class_counts })
}

/// From the cache in `dirs` if there is a sound one, else from the files; checked either way.
pub(crate) fn open(
    entry: &'static Entry,
    found: &Found,
    dirs: Option<&DataDirs>,
    progress: &mut dyn Progress,
) -> Result<(Decoded, String)> {
    let cached = dirs.and_then(|dirs| cache::path(dirs, entry.name));
    let stamp = cache::stamp(found);
    if let Some(path) = &cached
        && let Some((data, digest)) = cache::read(path, entry.name, &stamp)
    {
        check(entry, found, &data, &digest)?;
        return Ok((data, digest));
    }
    let data = (found.layout.decode)(entry, &found.files)?;
    let digest = data.digest();
    check(entry, found, &data, &digest)?;
    if let Some(path) = &cached
        && let Err(error) = cache::write(path, entry.name, &stamp, &digest, &data)
    {
        progress.note(&format!("no decoded cache for {}: {error}", entry.name));
    }
    Ok((data, digest))
}

/// Shape as published, digest as pinned.
fn check(entry: &Entry, found: &Found, data: &Decoded, digest: &str) -> Result<()> {
    let place = || found.folder.display().to_string();
    let shape = (data.rows(), data.cols(), data.class_names.len());
    let expected = (entry.samples(), found.layout.features.unwrap_or(entry.features), entry.classes);
    if shape != expected {
        let text = |(n, d, k)| format!("{n} × {d}, {k} classes");
        return Err(Error::format(place(), format!("decoded {}", entry.name), text(expected), text(shape)));
    }
    match entry.digest {
        Some(pinned) if found.layout.checked && pinned != digest => Err(Error::Digest {
            what: format!("{} from {}", entry.name, place()),
            expected: pinned.to_owned(),
            found: digest.to_owned(),
        }),
        _ => Ok(()),
    }
}

/// What [`status`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// The folder that holds it, if any does.
    pub folder: Option<std::path::PathBuf>,
    /// Bytes of its files on disk.
    pub bytes: u64,
    /// Which files lack where only some are there.
    pub partly: Option<String>,
}

/// Whether and where a data set is, by the names of its files only.
#[must_use]
pub fn status(entry: &'static Entry, dirs: &DataDirs) -> Status {
    match entry.find(dirs) {
        Some(found) => Status { bytes: found.bytes(), folder: Some(found.folder), partly: None },
        None => Status { folder: None, bytes: 0, partly: entry.partly(dirs) },
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::formats::idx::tests::encode;

    /// Six images of one row, classes 0, 1, 2, 0, 1, 2; the first four are the training part.
    fn put(root: &Path, first: u8) {
        let folder = root.join("mnist");
        std::fs::create_dir_all(&folder).unwrap();
        for (part, labels) in [("train", &[0u8, 1, 2, 0][..]), ("t10k", &[1, 2])] {
            let n = labels.len() as u32;
            let pixels: Vec<u8> = (0..n * 2).map(|i| first.wrapping_add(i as u8)).collect();
            std::fs::write(folder.join(format!("{part}-images-idx3-ubyte")), encode(&[n, 1, 2], &pixels))
                .unwrap();
            std::fs::write(folder.join(format!("{part}-labels-idx1-ubyte")), encode(&[n], labels)).unwrap();
        }
    }

    fn entry(digest: Option<&'static str>) -> &'static Entry {
        let image = Some(crate::ImageShape { height: 1, width: 2, channels: 1 });
        let mnist = catalog::entry("mnist").unwrap();
        Box::leak(Box::new(Entry {
            train: 4,
            test: 2,
            features: 2,
            image,
            digest,
            system_folders: &[],
            sources: &[],
            ..*mnist
        }))
    }

    fn options(roots: &[&Path]) -> LoadOptions {
        let dirs = DataDirs::of(roots.iter().map(|root| root.to_path_buf()).collect());
        LoadOptions { dirs, scaling: Scaling::Raw, ..LoadOptions::default() }
    }

    fn first_value(options: &LoadOptions) -> f32 {
        load_entry(entry(None), options, &mut Quiet).unwrap().features.to_dense()[(0, 0)]
    }

    #[test]
    fn the_first_folder_that_has_it_is_read() {
        let [a, b, c] = [(); 3].map(|()| tempfile::tempdir().unwrap());
        put(b.path(), 7);
        put(c.path(), 9);
        assert_eq!(first_value(&options(&[a.path(), b.path(), c.path()])), 7.0);
    }

    #[test]
    fn the_cache_is_used_and_follows_the_files() {
        let root = tempfile::tempdir().unwrap();
        put(root.path(), 7);
        let options = options(&[root.path()]);
        let fresh = load_entry(entry(None), &options, &mut Quiet).unwrap();
        let cached = load_entry(entry(None), &options, &mut Quiet).unwrap();
        assert_eq!(fresh, cached);
        let file = root.path().join(".cache/mnist.bin");
        let written = std::fs::metadata(&file).unwrap().modified().unwrap();
        assert_eq!(first_value(&options), 7.0);
        assert_eq!(std::fs::metadata(&file).unwrap().modified().unwrap(), written);
        std::thread::sleep(std::time::Duration::from_millis(20));
        put(root.path(), 8);
        assert_eq!(first_value(&options), 8.0);
        std::fs::write(&file, "rubbish").unwrap();
        assert_eq!(first_value(&options), 8.0);
    }

    #[test]
    fn content_must_have_the_pinned_digest() {
        let root = tempfile::tempdir().unwrap();
        put(root.path(), 7);
        for _ in 0..2 {
            let error = load_entry(entry(Some("00ff")), &options(&[root.path()]), &mut Quiet).unwrap_err();
            assert!(matches!(error, Error::Digest { .. }), "{error}");
            assert_eq!(error.exit_code(), 1);
        }
    }

    #[test]
    fn parts_and_draws() {
        let root = tempfile::tempdir().unwrap();
        put(root.path(), 0);
        let with = |split, subset| LoadOptions { split, subset, ..options(&[root.path()]) };
        let load = |options| load_entry(entry(None), &options, &mut Quiet);
        let test = load(with(Split::Test, None)).unwrap();
        assert_eq!((test.labels, test.n_train), (vec![1, 2], Some(0)));
        let first = load(with(Split::Test, Some(Subset::First { n: 1 }))).unwrap();
        assert_eq!((first.labels, first.features.to_dense()[(0, 1)]), (vec![1], 1.0));
        let drawn = load(with(Split::All, Some(Subset::Random { n: 4 }))).unwrap();
        assert_eq!(drawn, load(with(Split::All, Some(Subset::Random { n: 4 }))).unwrap());
        assert_eq!(load(with(Split::Train, Some(Subset::Random { n: 5 }))).unwrap_err().exit_code(), 2);
    }

    #[test]
    fn nothing_is_fetched_where_that_is_not_allowed() {
        let root = tempfile::tempdir().unwrap();
        let options = LoadOptions { fetch: false, ..options(&[root.path()]) };
        let error = load_entry(entry(None), &options, &mut Quiet).unwrap_err();
        assert!(error.to_string().contains("fetching was not allowed"), "{error}");
        assert_eq!(error.exit_code(), 3);
    }
}
