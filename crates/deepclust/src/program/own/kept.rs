//! Finished seeds on disk, so that a command that was broken off goes on.

use super::npy::{write_matrix, write_numbers};
use crate::fit::Run;
use anyhow::{Context, Result, bail};
use deepclust_datasets::own::read_npy;
use deepclust_methods::{Series, load_model, save_model};
use deepclust_nets::Device;
use ndarray::Array2;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

#[derive(Serialize, Deserialize)]
struct Note {
    seed: u64,
    ids: Vec<i32>,
    facts: BTreeMap<String, f64>,
    history: Vec<Series>,
    seconds: f64,
}

fn place(folder: &Path, seed: u64) -> PathBuf {
    folder.join(format!("seed-{seed}"))
}

/// Writes a seed as a folder that is there as a whole or not at all.
pub fn write(folder: &Path, run: &Run) -> Result<()> {
    fs::create_dir_all(folder)?;
    let partial = tempfile::Builder::new().prefix(".").suffix(".partial").tempdir_in(folder)?;
    let file = |name: &str| File::create(partial.path().join(name)).map(BufWriter::new);
    let (seed, seconds) = (run.seed, run.seconds);
    let note =
        Note { seed, ids: run.ids.clone(), facts: run.facts.clone(), history: run.history.clone(), seconds };
    fs::write(partial.path().join("run.json"), serde_json::to_vec(&note)?)?;
    write_numbers(&mut file("labels.npy")?, &run.labels)?;
    for (name, matrix) in [("embedding.npy", &run.embedding), ("centres.npy", &run.centres)] {
        if let Some(matrix) = matrix {
            write_matrix(&mut file(name)?, matrix.view())?;
        }
    }
    if let Some(model) = &run.model {
        save_model(&partial.path().join("model.safetensors"), model.as_ref())?;
    }
    let place = place(folder, run.seed);
    if place.exists() {
        fs::remove_dir_all(&place)?;
    }
    fs::rename(partial.keep(), place)?;
    Ok(())
}

/// Reads a seed of `n` samples; none where it is not there.
pub fn read(folder: &Path, seed: u64, n: usize, device: Device) -> Result<Option<Run>> {
    let place = place(folder, seed);
    if !place.exists() {
        return Ok(None);
    }
    let text = fs::read_to_string(place.join("run.json")).context("run.json")?;
    let note: Note = serde_json::from_str(&text).context("run.json")?;
    let labels: Vec<i32> = read_npy(&place.join("labels.npy"))?.data.iter().map(|&v| v as i32).collect();
    if labels.len() != n || note.seed != seed || note.ids.iter().any(|&id| id < -1) {
        bail!("expected seed {seed} of {n} rows, found seed {} of {}", note.seed, labels.len());
    }
    let matrix = |name: &str| -> Result<Option<Array2<f32>>> {
        let path = place.join(name);
        if !path.exists() {
            return Ok(None);
        }
        let array = read_npy(&path)?;
        let [rows, columns] = array.shape[..] else {
            bail!("{name}: expected two axes, found {:?}", array.shape)
        };
        let values = array.data.iter().map(|&value| value as f32).collect();
        Ok(Some(Array2::from_shape_vec((rows, columns), values)?))
    };
    let model = place.join("model.safetensors");
    let model = if model.exists() { Some(load_model(&model, device)?) } else { None };
    let Note { seed, ids, facts, history, seconds } = note;
    let (embedding, centres) = (matrix("embedding.npy")?, matrix("centres.npy")?);
    Ok(Some(Run { seed, labels, ids, facts, history, seconds, embedding, centres, model }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::{ClusterCount, Options, fit};
    use ndarray::array;

    #[test]
    fn a_seed_comes_back_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        assert!(read(folder.path(), 3, 4, Device::Cpu).unwrap().is_none());
        let x = array![[0.0f32, 0.1], [0.1, 0.0], [5.0, 5.1], [5.1, 5.0]];
        let clusters = ClusterCount::Number(2);
        let options =
            Options { clusters, method: Some("k-means".to_owned()), first_seed: 3, ..Options::default() };
        let mut answer = fit(&x, &options).unwrap();
        let run = answer.runs.remove(0);
        let (embedding, model) = (Some(answer.embedding), Some(answer.model));
        let run = Run { embedding, model, ..run };
        write(folder.path(), &run).unwrap();
        write(folder.path(), &run).unwrap();
        let back = read(folder.path(), 3, 4, Device::Cpu).unwrap().unwrap();
        assert_eq!((&back.labels, &back.ids, &back.facts), (&run.labels, &run.ids, &run.facts));
        assert_eq!((&back.embedding, &back.centres), (&run.embedding, &run.centres));
        assert!(back.model.unwrap().predict(x.view()).is_ok());
        let error = read(folder.path(), 3, 5, Device::Cpu).unwrap_err().to_string();
        assert_eq!(error, "expected seed 3 of 5 rows, found seed 3 of 4");
        fs::write(folder.path().join("seed-3/run.json"), "{").unwrap();
        assert!(read(folder.path(), 3, 4, Device::Cpu).is_err());
    }
}
