use super::arguments::{Embed, Predict, Reading};
use super::folder::replace;
use super::input::{self, Input};
use super::npy::write_matrix;
use super::output::ModelNote;
use crate::say;
use anyhow::{Context, Result, bail};
use deepclust_datasets::own::OwnOptions;
use deepclust_methods::{Model, load_model_with};
use deepclust_nets::{Device, Products, use_threads};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// `deepclust predict`.
pub fn predict(options: &Predict) -> Result<bool> {
    let (model, note) = load(&options.model)?;
    let input = rows(&options.data, &options.reading, &note)?;
    let own = model.predict(input.x.view())?;
    let clusters: Vec<i32> = own.iter().map(|&own| note.ids.get(own).copied().unwrap_or(-1)).collect();
    let write = |out: &mut dyn Write| -> io::Result<()> {
        writeln!(out, "row,cluster")?;
        clusters.iter().enumerate().try_for_each(|(row, cluster)| writeln!(out, "{row},{cluster}"))
    };
    match &options.out {
        Some(path) => {
            replace(path, write)?;
            say(&format!("{}: {} rows", path.display(), clusters.len()));
        }
        // A reader who has left, as `head` does, is no reason to fail.
        None => match write(&mut io::BufWriter::new(io::stdout().lock())) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
            other => other?,
        },
    }
    Ok(true)
}

/// `deepclust embed`.
pub fn embed(options: &Embed) -> Result<bool> {
    let (model, note) = load(&options.model)?;
    let input = rows(&options.data, &options.reading, &note)?;
    let embedding = model.embed(input.x.view())?;
    replace(&options.out, |out| write_matrix(&mut { out }, embedding.view()))?;
    say(&format!("{}: {} × {}", options.out.display(), embedding.nrows(), embedding.ncols()));
    Ok(true)
}

fn load(path: &Path) -> Result<(Box<dyn Model>, ModelNote)> {
    Products::ByAbility.choose();
    use_threads(1);
    let path: PathBuf = if path.is_dir() { path.join("model.safetensors") } else { path.to_owned() };
    let (model, note) = load_model_with(&path, Device::Cpu)?;
    let note = note.with_context(|| {
        format!("{}: expected a model that `deepclust fit` made, found one without its note", path.display())
    })?;
    let note = serde_json::from_value(note)
        .with_context(|| format!("{}: its note is not one of this version", path.display()))?;
    Ok((model, note))
}

/// Rows as the model's own were read, and of as many columns.
fn rows(data: &str, reading: &Reading, note: &ModelNote) -> Result<Input> {
    // The median of other rows would be another number than that of the fit: missing values are an error unless asked for here.
    let base = OwnOptions { impute: None, ..note.reading.clone() };
    let input = match (input::read_as(data, reading, base.clone()), &base.label) {
        // New rows need no labels.
        (Err(error), Some(label))
            if reading.labels.is_none() && format!("{error:#}").contains(label.as_str()) =>
        {
            input::read_as(data, reading, OwnOptions { label: None, ..base.clone() })?
        }
        (input, _) => input?,
    };
    if input.x.ncols() != note.width {
        bail!(
            "{}: expected {} columns, as the model was fitted on, found {}; give the same columns in the same order",
            input.name,
            note.width,
            input.x.ncols()
        );
    }
    let differs = input.columns.iter().zip(&note.columns).position(|(found, expected)| found != expected);
    if let Some(at) = differs {
        bail!(
            "{}: expected `{}` as column {at}, as the model was fitted on, found `{}`; give the same columns in the same order",
            input.name,
            note.columns[at],
            input.columns[at]
        );
    }
    Ok(input)
}
