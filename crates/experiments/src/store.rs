use super::verify::differences;
use super::{FigureData, RunRecord, RunSpec};
use crate::{Error, Result};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// An output folder with records, tables and figures.
#[derive(Clone, Debug)]
pub struct Store {
    root: PathBuf,
}

/// What the store knows of a run.
#[derive(Clone, Debug, PartialEq)]
pub enum Status {
    /// Nothing.
    Missing,
    /// A record of exactly this run.
    Recorded(Box<RunRecord>),
    /// A record of the same name, but of another request.
    Stale {
        /// What differs, in words.
        difference: String,
    },
    /// A file that is not what a run wrote.
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, in words.
        problem: String,
    },
}

impl Store {
    /// The store below `root`, which is made if it is not there and tried for writing.
    ///
    /// # Errors
    /// [`Error::Io`] when the folder cannot be made or written.
    pub fn open(root: &Path) -> Result<Self> {
        fs::create_dir_all(root).map_err(Error::io(root))?;
        let locks = root.join(".locks");
        fs::create_dir_all(&locks).map_err(Error::io(&locks))?;
        tempfile::tempfile_in(&locks).map_err(Error::io(root))?;
        Ok(Self { root: root.to_owned() })
    }

    /// The store below `root`, to be read only.
    pub fn read_only(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// The output folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Waits until no other process works on this run, and keeps them out while the answer lives. The lock goes with the
    /// process, however it ends.
    ///
    /// # Errors
    /// [`Error::Io`] when the lock file cannot be made.
    pub fn lock(&self, spec: &RunSpec) -> Result<File> {
        let path =
            self.root.join(".locks").join(spec.record_path().to_string_lossy().replace(['/', '\\'], "~"));
        let file = File::create(&path).map_err(Error::io(&path))?;
        file.lock().map_err(Error::io(&path))?;
        Ok(file)
    }

    /// What is known of a run.
    ///
    /// # Errors
    /// [`Error::Io`] when there is a file that cannot be read.
    pub fn status(&self, spec: &RunSpec) -> Result<Status> {
        let path = self.root.join(spec.record_path());
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Status::Missing),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                return Ok(Status::Damaged { path, problem: "expected text, found other bytes".to_owned() });
            }
            Err(error) => return Err(Error::Io { path, source: error }),
        };
        let record = match RunRecord::from_text(&text, &path) {
            Ok(record) => record,
            Err(Error::Record { path, problem }) => return Ok(Status::Damaged { path, problem }),
            Err(other) => return Err(other),
        };
        if record.identity != spec.identity()? {
            return Ok(Status::Stale { difference: difference(&record.spec, spec)? });
        }
        if let Some(digest) = &record.figure_data_digest {
            let path = self.root.join(spec.figure_data_path(digest));
            match fs::read(&path) {
                Ok(bytes) if super::canonical::hex(&bytes) == *digest => {}
                Ok(_) => {
                    return Ok(Status::Damaged { path, problem: "changed after it was written".to_owned() });
                }
                Err(_) => return Ok(Status::Missing), // the run left both files: without one it counts as not made
            }
        }
        Ok(Status::Recorded(Box::new(record)))
    }

    /// Writes figure data, then the record that names their digest, each through a temporary file and a rename. The data's
    /// file has the digest in its name, so that the old record keeps its own until the new one is in place.
    ///
    /// # Errors
    /// [`Error::Io`] when a file cannot be written; an older record is untouched then.
    pub fn write(&self, record: &mut RunRecord, figures: &FigureData) -> Result<()> {
        if !figures.is_empty() {
            let text = serde_json::to_string(figures)?;
            let digest = super::canonical::hex(text.as_bytes());
            self.write_file(&record.spec.figure_data_path(&digest), text.as_bytes())?;
            record.figure_data_digest = Some(digest);
        }
        self.write_file(&record.spec.record_path(), record.to_text()?.as_bytes())?;
        self.remove_other_figure_data(record);
        Ok(())
    }

    /// Figure data of records that this one has replaced.
    fn remove_other_figure_data(&self, record: &RunRecord) {
        let kept = record.spec.figure_data_path(record.figure_data_digest.as_deref().unwrap_or_default());
        let kept = self.root.join(kept);
        let prefix = format!("{}.", record.seed.0);
        let entries = kept.parent().map(fs::read_dir).into_iter().flatten().flatten().flatten();
        for path in entries.map(|entry| entry.path()) {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if path != kept && name.starts_with(&prefix) && name.ends_with(".json") {
                let _ = fs::remove_file(&path); // it only takes space
            }
        }
    }

    /// The figure data that a run left.
    ///
    /// # Errors
    /// [`Error::Io`] when there are none, [`Error::Record`] when they are not what a run wrote.
    pub fn figure_data(&self, record: &RunRecord) -> Result<FigureData> {
        let digest = record.figure_data_digest.as_deref().unwrap_or_default();
        let path = self.root.join(record.spec.figure_data_path(digest));
        let text = fs::read_to_string(&path).map_err(Error::io(&path))?;
        serde_json::from_str(&text)
            .map_err(|error| Error::Record { path, problem: format!("expected figure data, found {error}") })
    }

    /// Writes a file below the root through a temporary file beside it: readers see the old content or the new.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be written; an older file is untouched then.
    pub fn write_file(&self, name: &Path, content: &[u8]) -> Result<()> {
        let path = self.root.join(name);
        let folder = path.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder).map_err(Error::io(folder))?;
        let mut file = tempfile::Builder::new()
            .prefix(".")
            .suffix(".partial")
            .tempfile_in(folder)
            .map_err(Error::io(folder))?;
        file.write_all(content).and_then(|()| file.as_file().sync_all()).map_err(Error::io(&path))?;
        set_common_permissions(&file);
        file.persist(&path).map_err(|error| Error::Io { path: path.clone(), source: error.error })?;
        Ok(())
    }
}

/// Temporary files are for their owner alone; results are for everybody.
fn set_common_permissions(file: &tempfile::NamedTempFile) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let _ = file.as_file().set_permissions(fs::Permissions::from_mode(0o644)); // a foreign file system may refuse
    }
    #[cfg(not(unix))]
    let _ = file;
}

/// The first keys whose values differ, in words.
fn difference(recorded: &RunSpec, wanted: &RunSpec) -> Result<String> {
    let found = differences(&serde_json::to_value(recorded)?, &serde_json::to_value(wanted)?);
    let words =
        found.iter().take(3).map(|d| format!("{} is {} in the record, {} now", d.what, d.recorded, d.now));
    Ok(words.collect::<Vec<_>>().join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::TsneMap;
    use crate::run::record::tests::record;
    use crate::run::spec::tests::spec;

    fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        (folder, store)
    }

    #[test]
    fn a_record_is_found_again() {
        let (_folder, store) = store();
        assert_eq!(store.status(&spec(1)).unwrap(), Status::Missing);
        let mut written = record(1, 0.06);
        store.write(&mut written, &FigureData::default()).unwrap();
        assert_eq!(store.status(&spec(1)).unwrap(), Status::Recorded(Box::new(written)));
    }

    #[test]
    fn other_settings_make_a_record_stale() {
        let (_folder, store) = store();
        store.write(&mut record(1, 0.06), &FigureData::default()).unwrap();
        let wanted = RunSpec { settings: serde_json::json!({"k_means": {"n_init": 20}}), ..spec(1) };
        let Status::Stale { difference } = store.status(&wanted).unwrap() else { panic!("not stale") };
        assert_eq!(difference, "settings.k_means.n_init is 10 in the record, 20 now");
    }

    #[test]
    fn an_edited_record_or_other_bytes_are_damage() {
        let (folder, store) = store();
        store.write(&mut record(1, 0.06), &FigureData::default()).unwrap();
        let path = folder.path().join(spec(1).record_path());
        let text = fs::read_to_string(&path).unwrap();
        for content in [text.replace("0.06", "0.16").as_bytes(), &text.as_bytes()[..40], b"\xff\xfe", b""] {
            fs::write(&path, content).unwrap();
            assert!(matches!(store.status(&spec(1)).unwrap(), Status::Damaged { .. }));
        }
    }

    #[test]
    fn figure_data_belong_to_the_record() {
        let (folder, store) = store();
        let figures = FigureData {
            tsne: Some(TsneMap {
                x: vec![1.0],
                y: vec![2.0],
                clusters: vec![0],
                classes: vec![0],
                class_names: vec!["zero".into()],
            }),
            ..FigureData::default()
        };
        let mut written = record(1, 0.06);
        store.write(&mut written, &figures).unwrap();
        assert_eq!(store.figure_data(&written).unwrap(), figures);
        let path = folder.path().join(spec(1).figure_data_path(written.figure_data_digest.as_ref().unwrap()));
        fs::write(&path, "{}").unwrap();
        assert!(matches!(store.status(&spec(1)).unwrap(), Status::Damaged { .. }));
        fs::remove_file(&path).unwrap();
        assert_eq!(store.status(&spec(1)).unwrap(), Status::Missing);
    }

    #[test]
    fn new_figure_data_replace_the_old_after_the_record() {
        let (folder, store) = store();
        let data = |x: f32| FigureData {
            tsne: Some(TsneMap {
                x: vec![x],
                y: vec![0.0],
                clusters: vec![0],
                classes: vec![0],
                class_names: vec![],
            }),
            ..FigureData::default()
        };
        let (mut old, mut new) = (record(1, 0.06), record(1, 0.07));
        store.write(&mut old, &data(1.0)).unwrap();
        store.write(&mut new, &data(2.0)).unwrap();
        assert_eq!(store.figure_data(&new).unwrap(), data(2.0));
        let folder = folder.path().join(spec(1).figure_data_path("")).parent().unwrap().to_owned();
        assert_eq!(fs::read_dir(folder).unwrap().count(), 1);
    }

    #[test]
    fn a_second_process_waits_for_the_lock() {
        let (_folder, store) = store();
        let held = store.lock(&spec(1)).unwrap();
        let (sender, receiver) = std::sync::mpsc::channel();
        let other = store.clone();
        let waiting = std::thread::spawn(move || {
            let _lock = other.lock(&spec(1)).unwrap();
            sender.send(()).unwrap();
        });
        assert!(receiver.recv_timeout(std::time::Duration::from_millis(200)).is_err());
        drop(held);
        assert!(receiver.recv_timeout(std::time::Duration::from_secs(10)).is_ok());
        waiting.join().unwrap();
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = Store::open(&file.path().join("out")).unwrap_err().to_string();
        assert!(error.contains("out"), "{error}");
    }
}
