use super::arguments::{Embed, Predict};
use super::folder::replace;
use super::new_rows::rows;
use super::npy::write_matrix;
use super::output::{ModelNote, quoted};
use crate::fit::Scores;
use crate::program::{say, say_error};
use anyhow::{Context, Result, bail};
use deepclust_methods::{Model, load_model_with};
use deepclust_nets::{Device, Products, use_threads};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// `deepclust predict`.
pub fn predict(options: &Predict) -> Result<bool> {
    if let Some(out) = &options.out {
        check_out(out, &[options.data.as_ref()], &[b"row,cluster\n", b"row,name,cluster\n"], "clusters")?;
    }
    let (model, note) = load(&options.model)?;
    let input = rows(&options.data, &options.reading, &note)?;
    if OF_NEIGHBOURS.contains(&note.method.as_str()) && input.digest == note.digest {
        say_error(&format!(
            "{}: these are the rows of the fit, whose clusters are in assignments.csv. Here each gets the cluster of its nearest rows, which can \
             be another one",
            input.name
        ));
    }
    let own = model.predict(input.x.view())?;
    let clusters: Vec<i32> = own.iter().map(|&own| note.ids.get(own).copied().unwrap_or(-1)).collect();
    let write = |out: &mut dyn Write| -> io::Result<()> {
        let named = input.rows.len() == clusters.len();
        writeln!(out, "row{},cluster", if named { ",name" } else { "" })?;
        clusters.iter().enumerate().try_for_each(|(row, cluster)| {
            let name = if named { format!(",{}", quoted(&input.rows[row])) } else { String::new() };
            writeln!(out, "{row}{name},{cluster}")
        })
    };
    match &options.out {
        Some(path) => {
            replace(path, write)?;
            say(&format!("{}: {} rows", path.display(), clusters.len()));
        }
        // A reader who has left, as `head` does, is no reason to fail.
        None => match write_to_standard_output(write) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
            other => other?,
        },
    }
    if !input.labels.is_empty() {
        // Standard output is for the clusters.
        let named = Scores::of(&input.labels, &clusters)?.named();
        let named = named.map(|(name, value)| format!("{name} {value:.3}")).join(", ");
        say_error(&format!("against the labels, which nothing was chosen by: {named}"));
    }
    Ok(true)
}

/// Refuses to write over the rows or what the fit left, and over a file that does not begin as what is written does: they would be lost.
fn check_out(out: &Path, others: &[&Path], begins: &[&[u8]], what: &str) -> Result<()> {
    if !out.is_file() {
        return Ok(());
    }
    let place = fs::canonicalize(out)?;
    if others.iter().any(|other| fs::canonicalize(other).is_ok_and(|other| other == place)) {
        bail!(
            "{}: expected another file than the rows and the embedding of the fit for --out: they would be lost",
            out.display()
        );
    }
    let same = begins.iter().any(|begins| {
        let mut found = vec![0; begins.len()];
        File::open(out).and_then(|mut file| file.read_exact(&mut found)).is_ok() && found == **begins
    });
    if !same && fs::metadata(out)?.len() > 0 {
        bail!(
            "{}: expected a new file or one with {what} for --out, found something else, which would be lost",
            out.display()
        );
    }
    Ok(())
}

/// What is left in the buffer at the end may not fit on the disk either.
fn write_to_standard_output(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    write(&mut out)?;
    out.flush()
}

/// `deepclust embed`.
pub fn embed(options: &Embed) -> Result<bool> {
    let of_fit = model_file(&options.model).with_file_name("embedding.npy");
    check_out(&options.out, &[options.data.as_ref(), &of_fit], &[b"\x93NUMPY"], "an embedding")?;
    let (model, note) = load(&options.model)?;
    let input = rows(&options.data, &options.reading, &note)?;
    let embedding = model.embed(input.x.view())?;
    replace(&options.out, |out| write_matrix(&mut { out }, embedding.view()))?;
    say(&format!("{}: {} × {}", options.out.display(), embedding.nrows(), embedding.ncols()));
    Ok(true)
}

/// The file that is meant by a model: itself, or the one in the folder of a fit.
fn model_file(path: &Path) -> PathBuf {
    if path.is_dir() { path.join("model.safetensors") } else { path.to_owned() }
}

fn load(path: &Path) -> Result<(Box<dyn Model>, ModelNote)> {
    Products::ByAbility.choose();
    use_threads(1);
    let path = model_file(path);
    let advice = || {
        format!(
            "{}: expected a model that `deepclust fit` made; is it the right file? If it is damaged, fit again",
            path.display()
        )
    };
    let (model, note) = load_model_with(&path, Device::Cpu).with_context(advice)?;
    let note = note.with_context(|| {
        format!("{}: expected a model that `deepclust fit` made, found one without its note", path.display())
    })?;
    let note = serde_json::from_value(note)
        .with_context(|| format!("{}: its note is not one of this version", path.display()))?;
    Ok((model, note))
}

/// Methods whose clusters of the fit come from all rows together, and those of new rows from the nearest of them.
const OF_NEIGHBOURS: [&str; 3] = ["graph-communities", "umap-hdbscan", "tomato"];
