//! The files that a fit leaves.

use super::input::{Input, numbers};
use super::npy::write_matrix;
use super::staging::Staging;
use crate::fit::Answer;
use anyhow::Result;
use deepclust_datasets::{ImageShape, own::OwnOptions};
use deepclust_methods::save_model_with;
use serde::{Deserialize, Serialize};
use std::io::{self, Write};

/// What a model's file says beside the model: how to read rows for it, and what its answers are called.
#[derive(Serialize, Deserialize)]
pub struct ModelNote {
    /// The method.
    pub method: String,
    /// For the model's own number of each cluster the number in the answer; −1 for rows in none.
    pub ids: Vec<i32>,
    /// Columns of the rows.
    pub width: usize,
    /// What they are called; empty where they have no names.
    pub columns: Vec<String>,
    /// The shape of a row, where rows are pictures.
    pub image: Option<ImageShape>,
    /// Whether the rows were bytes that were divided by 255.
    #[serde(default)]
    pub divided: bool,
    /// Whether the rows were stored as sparse ones.
    #[serde(default)]
    pub sparse: bool,
    /// Columns of text that became the last columns, and how many each.
    #[serde(default)]
    pub hot: Vec<(String, usize)>,
    /// SHA-256 of features and labels; empty in older files.
    #[serde(default)]
    pub digest: String,
    /// The least and the largest value of every column; empty in older files.
    #[serde(default)]
    pub ranges: Vec<(f32, f32)>,
    /// The largest of their values without signs; 0 in older files.
    #[serde(default)]
    pub largest: f32,
    /// How the rows were read.
    pub reading: OwnOptions,
}

impl ModelNote {
    /// The columns of numbers, and those that hold a value of a column of text.
    pub fn numbers_and_categories(&self) -> (&[String], &[String]) {
        self.columns.split_at(numbers(&self.columns, &self.hot))
    }
}

/// Writes assignments, embedding and model.
pub fn write(staging: &Staging<'_>, input: &Input, width: usize, answer: &Answer) -> Result<()> {
    staging.write("assignments.csv", |out| assignments(out, input, answer))?;
    staging.write("embedding.npy", |out| write_matrix(&mut { out }, answer.embedding.view()))?;
    // Where the data lie says nothing about how others are read.
    let reading = OwnOptions { labels_file: None, ..input.options.clone() };
    let note = ModelNote {
        method: answer.plan.method.slug.to_owned(),
        ids: answer.chosen().ids.clone(),
        width,
        columns: input.columns.clone(),
        image: input.image,
        divided: input.divided,
        sparse: input.sparse,
        hot: input.hot.clone(),
        ranges: input.ranges.clone(),
        digest: input.digest.clone(),
        largest: input.largest,
        reading,
    };
    let note = serde_json::to_value(note)?;
    save_model_with(&staging.path("model.safetensors"), answer.model.as_ref(), Some(&note))?;
    Ok(())
}

fn assignments(out: &mut dyn Write, input: &Input, answer: &Answer) -> io::Result<()> {
    let named = input.rows.len() == answer.consensus.len();
    let name = if named { ",name" } else { "" };
    write!(out, "row{name},cluster,confidence,consensus")?;
    for run in &answer.runs {
        write!(out, ",seed_{}", run.seed)?;
    }
    writeln!(out)?;
    for (row, (cluster, confidence)) in answer.chosen().labels.iter().zip(&answer.confidence).enumerate() {
        write!(out, "{row}")?;
        if named {
            write!(out, ",{}", quoted(&input.rows[row]))?;
        }
        // One seed agrees with nobody.
        let confidence = if answer.runs.len() > 1 { format!("{confidence:.2}") } else { String::new() };
        write!(out, ",{cluster},{confidence},{}", answer.consensus[row])?;
        for run in &answer.runs {
            write!(out, ",{}", run.labels[row])?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// A field of a CSV file.
pub fn quoted(text: &str) -> String {
    match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    }
}
