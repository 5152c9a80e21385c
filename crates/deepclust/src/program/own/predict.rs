use super::arguments::{Embed, Predict, Reading};
use super::folder::replace;
use super::input::{self, Input};
use super::npy::write_matrix;
use super::output::ModelNote;
use crate::fit::Scores;
use crate::program::{say, say_error};
use anyhow::{Context, Result, bail};
use deepclust_datasets::{Scaling, own::OwnOptions};
use deepclust_methods::{Model, load_model_with};
use deepclust_nets::{Device, Products, use_threads};
use ndarray::Array2;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// `deepclust predict`.
pub fn predict(options: &Predict) -> Result<bool> {
    if let Some(out) = &options.out {
        check_out(out, &options.data, b"row,cluster\n", "clusters")?;
    }
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

/// Refuses to write over the rows, and over a file that does not begin as what is written does: they would be lost.
fn check_out(out: &Path, rows: &str, begins: &[u8], what: &str) -> Result<()> {
    if !out.is_file() {
        return Ok(());
    }
    if fs::canonicalize(rows).is_ok_and(|rows| fs::canonicalize(out).is_ok_and(|out| out == rows)) {
        bail!("{}: expected another file than the rows for --out: they would be lost", out.display());
    }
    let mut found = vec![0; begins.len()];
    let same = File::open(out).and_then(|mut file| file.read_exact(&mut found)).is_ok() && found == begins;
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
    check_out(&options.out, &options.data, b"\x93NUMPY", "an embedding")?;
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

/// Rows as the model's own were read: the same columns, and values of the same unit.
fn rows(data: &str, reading: &Reading, note: &ModelNote) -> Result<Input> {
    let numbers: Vec<String> = note.columns.iter().filter(|name| !note.is_category(name)).cloned().collect();
    let mut base = OwnOptions {
        // The median of these rows is another number than that of the fit, which `fill` has.
        impute: None,
        label_if_there: reading.labels.is_none(),
        // Of two columns with one name nobody can say which it is: there all have to come as they did.
        keep: if repeated(&numbers).is_some() { Vec::new() } else { numbers },
        ..note.reading.clone()
    };
    // Bytes are read as 0 to 1 by themselves: a model of larger numbers gets them as they are.
    if note.largest > 1.0 {
        base.scaling = Scaling::Raw;
    }
    let mut input = input::read_as(data, reading, base).with_context(|| wanted(data, note))?;
    align(&mut input, note)?;
    same_unit(&mut input, note)?;
    let quoted: Vec<String> = note.reading.drop.iter().map(|name| format!("\"{name}\"")).collect();
    let new: Vec<&str> =
        input.dropped.iter().filter(|name| !quoted.contains(name)).map(String::as_str).collect();
    if !new.is_empty() && !note.columns.is_empty() {
        say_error(&format!(
            "{}: left out are columns that the fit did not have: {}",
            input.name,
            new.join(", ")
        ));
    }
    if OF_NEIGHBOURS.contains(&note.method.as_str()) && input.digest == note.digest {
        say_error(&format!(
            "{}: these are the rows of the fit, whose clusters are in assignments.csv. Here each gets the cluster of its nearest rows, which is \
             another one for some",
            input.name
        ));
    }
    Ok(input)
}

/// Methods whose clusters of the fit come from all rows together, and those of new rows from the nearest of them.
const OF_NEIGHBOURS: [&str; 2] = ["graph-communities", "umap-hdbscan"];

/// What new rows need, for the reader of an error.
fn wanted(data: &str, note: &ModelNote) -> String {
    let columns = match note.columns.len() {
        0 => format!("{} columns", note.width),
        1..=12 => format!("columns {}", note.columns.join(", ")),
        many => format!("{many} columns: {}, …", note.columns[..12].join(", ")),
    };
    format!("{data}: new rows need what the model was fitted on, {columns}")
}

/// The first of the names that is there more than once.
fn repeated(names: &[String]) -> Option<&String> {
    let mut seen = BTreeSet::new();
    names.iter().find(|name| !seen.insert(*name))
}

/// Puts the columns where the model has them. A category that no row is of has no column: it gets one of zeros.
fn align(input: &mut Input, note: &ModelNote) -> Result<()> {
    let name = &input.name;
    if !note.columns.is_empty() && !input.columns.is_empty() && note.columns != input.columns {
        let new = |found: &&String| note.is_category(found) && !note.columns.contains(found);
        if let Some(unknown) = input.columns.iter().find(new) {
            let (column, value) = unknown.split_once('=').unwrap_or((unknown, ""));
            let known = note.columns.iter().filter_map(|name| name.strip_prefix(&format!("{column}=")));
            let known = known.collect::<Vec<_>>().join(", ");
            bail!(
                "{name}, column {column}: expected one of {known}, which the model was fitted on, found {value}; leave these rows out"
            );
        }
        if let Some(twice) = repeated(&input.columns) {
            bail!(
                "{name}: expected each column once, found `{twice}` twice; give the same columns in the same order"
            );
        }
        let mut x = Array2::zeros((input.x.nrows(), note.columns.len()));
        for (at, column) in note.columns.iter().enumerate() {
            match input.columns.iter().position(|name| name == column) {
                Some(from) => x.column_mut(at).assign(&input.x.column(from)),
                None if note.is_category(column) => {}
                None => bail!("{name}: expected a column `{column}`, as the model was fitted on, found none"),
            }
        }
        (input.x, input.columns) = (x, note.columns.clone());
    }
    let (expected, found) = (note.width, input.x.ncols());
    if found != expected {
        bail!(
            "{name}: expected {expected} columns, as the model was fitted on, found {found}; give the same columns in the same order",
            name = input.name
        );
    }
    Ok(())
}

/// Brings numbers to the unit of a model of bytes, which were read as 0 to 1; says where values are of another size than those of the fit.
fn same_unit(input: &mut Input, note: &ModelNote) -> Result<()> {
    let (name, largest) = (input.name.clone(), input.largest);
    if !input.divided && note.divided && largest > 1.0 {
        if largest > 255.0 {
            bail!("{name}: expected values from 0 to 255, as the model was fitted on, found {largest}");
        }
        input.x /= 255.0;
        say_error(&format!("{name}: values up to {largest} are divided by 255, as those of the fit were"));
    } else if note.largest > 0.0 && largest > 0.0 && !(1.0 / FAR..=FAR).contains(&(largest / note.largest)) {
        say_error(&format!(
            "{name}: ! values are up to {largest}, those of the fit up to {}; are they in the same unit?",
            note.largest
        ));
    }
    Ok(())
}

/// By how much the largest value may differ from that of the fit without a word.
const FAR: f32 = 16.0;
