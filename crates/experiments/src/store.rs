use crate::canonical::hex;
use crate::files::{entries, json_files, replace};
use crate::{Error, FigureData, Result, RunRecord, RunSpec};
use std::fs::{self, File};
use std::io;
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
    /// A record of this run, but without everything that is to be measured.
    Lacks(Box<RunRecord>),
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
        let name = spec.record_path()?.to_string_lossy().replace(['/', '\\'], "~");
        let path = self.root.join(".locks").join(name);
        let file = File::create(&path).map_err(Error::io(&path))?;
        file.lock().map_err(Error::io(&path))?;
        Ok(file)
    }

    /// What is known of a run.
    ///
    /// # Errors
    /// [`Error::Io`] when there is a file that cannot be read.
    pub fn status(&self, spec: &RunSpec) -> Result<Status> {
        let record = match self.read(&spec.record_path()?)? {
            Status::Recorded(record) => record,
            other => return Ok(other),
        };
        if record.identity != spec.identity()? || record.seed != spec.seed {
            let path = self.root.join(spec.record_path()?);
            let problem =
                format!("expected the record of {}, found that of {}", spec.title(), record.spec.title());
            return Ok(Status::Damaged { path, problem });
        }
        Ok(if record.spec.measures_all(spec) { Status::Recorded(record) } else { Status::Lacks(record) })
    }

    /// The record in a file below the output folder, with its figure data checked.
    ///
    /// # Errors
    /// [`Error::Io`] when there is a file that cannot be read.
    pub fn read(&self, name: &Path) -> Result<Status> {
        let path = self.root.join(name);
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
        if let Some(digest) = &record.figure_data_digest {
            let path = self.root.join(record.spec.figure_data_path(digest)?);
            match fs::read(&path) {
                Ok(bytes) if hex(&bytes) == *digest => {}
                Ok(_) => {
                    return Ok(Status::Damaged { path, problem: "changed after it was written".to_owned() });
                }
                // The run left both files: without one it counts as not made.
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Status::Missing),
                Err(error) => return Err(Error::Io { path, source: error }),
            }
        }
        Ok(Status::Recorded(Box::new(record)))
    }

    /// All records of a run, whatever their seeds, in the order of these.
    ///
    /// # Errors
    /// [`Error::Record`] for a file that is not what a run wrote, [`Error::Io`] for one that cannot be read.
    pub fn seeds(&self, spec: &RunSpec) -> Result<Vec<RunRecord>> {
        let folder = spec.folder()?;
        let mut records = Vec::new();
        for path in json_files(&self.root.join(&folder))? {
            let name = folder.join(path.file_name().unwrap_or_default());
            let problem = |problem: String| Error::Record { path: path.clone(), problem };
            match self.read(&name)? {
                Status::Recorded(record) if record.spec.record_path()? == name => records.push(*record),
                Status::Recorded(record) => {
                    return Err(problem(format!(
                        "expected a record of this place, found that of {}",
                        record.spec.title()
                    )));
                }
                Status::Damaged { path, problem } => return Err(Error::Record { path, problem }),
                _ => {
                    return Err(problem(
                        "expected a record with its figure data, found it without".to_owned(),
                    ));
                }
            }
        }
        records.sort_by_key(|record| record.seed);
        Ok(records)
    }

    /// All records below the output folder, in the order of their paths.
    ///
    /// # Errors
    /// As [`seeds`](Self::seeds).
    pub fn all(&self) -> Result<Vec<RunRecord>> {
        let mut records = Vec::new();
        let mut folders = vec![self.root.join("runs")];
        while let Some(folder) = folders.pop() {
            for path in json_files(&folder)? {
                let text = fs::read_to_string(&path).map_err(Error::io(&path))?;
                records.push(RunRecord::from_text(&text, &path)?);
            }
            let mut below = entries(&folder)?;
            below.retain(|path| path.is_dir());
            folders.extend(below.into_iter().rev());
        }
        Ok(records)
    }

    /// Writes figure data, then the record that names their digest, each through a temporary file and a rename. The data's
    /// file has the digest in its name, so that the old record keeps its own until the new one is in place.
    ///
    /// # Errors
    /// [`Error::Io`] when a file cannot be written; an older record is untouched then.
    pub fn write(&self, record: &mut RunRecord, figures: &FigureData) -> Result<()> {
        if !figures.is_empty() {
            let text = serde_json::to_string(figures)?;
            let digest = hex(text.as_bytes());
            self.write_file(&record.spec.figure_data_path(&digest)?, text.as_bytes())?;
            record.figure_data_digest = Some(digest);
        }
        self.write_file(&record.spec.record_path()?, record.to_text()?.as_bytes())?;
        self.remove_other_figure_data(record)
    }

    /// Figure data of records that this one has replaced.
    fn remove_other_figure_data(&self, record: &RunRecord) -> Result<()> {
        let kept = record.spec.figure_data_path(record.figure_data_digest.as_deref().unwrap_or_default())?;
        let kept = self.root.join(kept);
        let prefix = format!("{}.", record.seed);
        for path in kept.parent().map(entries).transpose()?.into_iter().flatten() {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if path != kept && name.starts_with(&prefix) && name.ends_with(".figures") {
                let _ = fs::remove_file(&path); // it only takes space
            }
        }
        Ok(())
    }

    /// The figure data that a run left.
    ///
    /// # Errors
    /// [`Error::Io`] when there are none, [`Error::Record`] when they are not what a run wrote.
    pub fn figure_data(&self, record: &RunRecord) -> Result<FigureData> {
        let digest = record.figure_data_digest.as_deref().unwrap_or_default();
        let path = self.root.join(record.spec.figure_data_path(digest)?);
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
        replace(&path, content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MeasureSpec;
    use crate::files::temporary;
    use crate::measures::{SampledSilhouette, Samples, SamplesData};
    use crate::record::tests::record;
    use crate::spec::tests::spec;

    fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        (folder, store)
    }

    fn figures(image: &str) -> FigureData {
        let mut figures = FigureData::default();
        let clusters = vec![vec![image.to_owned()]];
        figures.insert(Samples::KEY, &SamplesData { height: 1, width: 1, clusters }).unwrap();
        figures
    }

    #[test]
    fn a_record_is_found_again() {
        let (_folder, store) = store();
        assert_eq!(store.status(&spec(1)).unwrap(), Status::Missing);
        let mut written = [record(1, 0.06), record(10, 0.07), record(2, 0.08)];
        written.iter_mut().for_each(|record| store.write(record, &FigureData::default()).unwrap());
        assert_eq!(store.status(&spec(1)).unwrap(), Status::Recorded(Box::new(written[0].clone())));
        let seeds: Vec<u64> = store.seeds(&spec(0)).unwrap().iter().map(|record| record.seed).collect();
        assert_eq!(seeds, [1, 2, 10]);
        assert_eq!(store.all().unwrap().len(), 3);
    }

    #[test]
    fn other_settings_have_a_record_of_their_own() {
        let (_folder, store) = store();
        store.write(&mut record(1, 0.06), &FigureData::default()).unwrap();
        let mut other = spec(1);
        other.method.settings = serde_json::json!({"k_means": {"n_init": 20}});
        assert_eq!(store.status(&other).unwrap(), Status::Missing);
    }

    #[test]
    fn a_record_without_a_measure_is_told_from_none() {
        let (_folder, store) = store();
        store.write(&mut record(1, 0.06), &FigureData::default()).unwrap();
        let measure = MeasureSpec::SampledSilhouette(SampledSilhouette { samples: 2 });
        let more = RunSpec { measures: vec![measure], ..spec(1) };
        assert!(matches!(store.status(&more).unwrap(), Status::Lacks(_)));
        let mut full = record(1, 0.06);
        full.spec = more.clone();
        store.write(&mut full, &FigureData::default()).unwrap();
        assert!(
            [more, spec(1)].iter().all(|spec| matches!(store.status(spec).unwrap(), Status::Recorded(_)))
        );
    }

    #[test]
    fn an_edited_record_or_other_bytes_are_damage() {
        let (folder, store) = store();
        store.write(&mut record(1, 0.06), &FigureData::default()).unwrap();
        let path = folder.path().join(spec(1).record_path().unwrap());
        let text = fs::read_to_string(&path).unwrap();
        // A whole record in another seed's place is none of that seed.
        fs::write(path.with_file_name("5.json"), &text).unwrap();
        assert!(matches!(store.status(&spec(5)).unwrap(), Status::Damaged { .. }));
        for content in [text.replace("0.06", "0.16").as_bytes(), &text.as_bytes()[..40], b"\xff\xfe", b""] {
            fs::write(&path, content).unwrap();
            assert!(matches!(store.status(&spec(1)).unwrap(), Status::Damaged { .. }));
            assert!(store.seeds(&spec(1)).is_err());
        }
        fs::write(&path, &text).unwrap();
        assert!(store.seeds(&spec(1)).unwrap_err().to_string().contains("expected a record of this place"));
    }

    #[test]
    fn figure_data_belong_to_the_record() {
        let (folder, store) = store();
        let mut written = record(1, 0.06);
        store.write(&mut written, &figures("AA==")).unwrap();
        assert_eq!(store.figure_data(&written).unwrap(), figures("AA=="));
        let digest = written.figure_data_digest.as_ref().unwrap();
        let path = folder.path().join(spec(1).figure_data_path(digest).unwrap());
        fs::write(&path, "{}").unwrap();
        assert!(matches!(store.status(&spec(1)).unwrap(), Status::Damaged { .. }));
        fs::remove_file(&path).unwrap();
        assert_eq!(store.status(&spec(1)).unwrap(), Status::Missing);
    }

    #[test]
    fn new_figure_data_replace_the_old_after_the_record() {
        let (folder, store) = store();
        let (mut old, mut new, mut other) = (record(1, 0.06), record(1, 0.07), record(11, 0.07));
        store.write(&mut other, &figures("AQ==")).unwrap();
        store.write(&mut old, &figures("AA==")).unwrap();
        store.write(&mut new, &figures("AQ==")).unwrap();
        assert_eq!(store.figure_data(&new).unwrap(), figures("AQ=="));
        // Two records and their data.
        assert_eq!(entries(&folder.path().join(spec(1).folder().unwrap())).unwrap().len(), 4);
    }

    #[test]
    fn what_a_killed_writer_left_is_swept_away_with_the_runs_lock() {
        let (folder, store) = store();
        let leave = |seed| {
            let path = folder.path().join(spec(seed).record_path().unwrap());
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            // As write_file makes it, and as a kill leaves it.
            temporary(&path, path.parent().unwrap()).unwrap().keep().unwrap().1
        };
        let (own, other) = (leave(1), leave(11));
        store.sweep_record(&spec(1)).unwrap();
        assert!(!own.exists() && other.exists());
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
