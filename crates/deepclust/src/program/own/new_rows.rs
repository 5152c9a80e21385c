//! Rows for a model: the same columns as those of the fit, in the same unit.

use super::arguments::Reading;
use super::input::{self, Input};
use super::output::ModelNote;
use crate::program::{counted, say_error};
use anyhow::{Result, bail};
use deepclust_datasets::Scaling;
use deepclust_datasets::own::{Missing, OwnOptions};
use ndarray::{Array2, s};
use std::collections::{HashMap, HashSet};

/// Rows as the model's own were read: the same columns, and values of the same unit.
pub fn rows(data: &str, reading: &Reading, note: &ModelNote) -> Result<Input> {
    if !reading.drop.is_empty() || !reading.one_hot.is_empty() {
        bail!(
            "{data}: expected no --drop and no --one-hot: rows are read as those of the fit were, and columns that it did not have are left out"
        );
    }
    if reading.impute.is_some() && note.reading.fill.is_empty() {
        bail!(
            "{data}: expected a model that was fitted with --impute median, whose medians fill gaps, found one without; fit again with it"
        );
    }
    let (numbers, _) = note.numbers_and_categories();
    // Of two columns with one name nobody can say which it is: there all have to come as they did.
    let by_name = !note.columns.is_empty() && repeated(&note.columns).is_none();
    let mut base = OwnOptions {
        // The median of these rows is another number than that of the fit, which `fill` has.
        impute: None,
        label_if_there: reading.labels.is_none(),
        missing: if reading.labels.is_none() { Missing::NoLabels } else { note.reading.missing },
        keep: by_name.then(|| numbers.to_vec()),
        ..note.reading.clone()
    };
    // Bytes are read as 0 to 1 by themselves: a model of larger numbers gets them as they are.
    if note.largest > 1.0 {
        base.scaling = Scaling::Raw;
    }
    let mut input = input::read_as(data, reading, base)?;
    align(&mut input, note)?;
    same_unit(&mut input, note)?;
    if note.columns.is_empty() != input.columns.is_empty() {
        let without =
            if input.columns.is_empty() { "they have no names" } else { "those of the fit had no names" };
        say_error(&format!("{}: columns are taken in their order, as {without}", input.name));
    }
    if input.imputed > 0 {
        let gaps = counted(input.imputed, "gap");
        say_error(&format!("{}: medians of the fit were put into {gaps}", input.name));
    }
    let known =
        |name: &&String| note.reading.drop.contains(name) || note.reading.label.as_ref() == Some(*name);
    let new: Vec<&str> = input.dropped.iter().filter(|name| !known(name)).map(String::as_str).collect();
    if by_name && !new.is_empty() {
        say_error(&format!(
            "{}: left out are columns that the fit did not have: {}",
            input.name,
            new.join(", ")
        ));
    }
    Ok(input)
}

/// The first of the names that is there more than once.
fn repeated(names: &[String]) -> Option<&String> {
    let mut seen = HashSet::new();
    names.iter().find(|name| !seen.insert(*name))
}

/// Puts the columns where the model has them. A category that no row is of has no column: it gets one of zeros.
fn align(input: &mut Input, note: &ModelNote) -> Result<()> {
    let (name, same) = (&input.name, "give the same columns in the same order");
    if !note.columns.is_empty() && !input.columns.is_empty() && note.columns != input.columns {
        let (numbers, categories) = note.numbers_and_categories();
        let found = &input.columns[input::numbers(&input.columns, &input.hot)..];
        if let Some(unknown) = found.iter().find(|found| !categories.contains(found)) {
            let (column, value) = unknown.split_once('=').unwrap_or((unknown, ""));
            let known = categories.iter().filter_map(|name| name.strip_prefix(&format!("{column}=")));
            let known = known.collect::<Vec<_>>().join(", ");
            bail!(
                "{name}, column {column}: expected one of {known}, which the model was fitted on, found {value}; leave these rows out"
            );
        }
        if let Some(twice) = repeated(&note.columns).or(repeated(&input.columns)) {
            bail!(
                "{name}: expected the columns of the fit, found others, and `{twice}` is there twice; {same}"
            );
        }
        let places: HashMap<&String, usize> = input.columns.iter().zip(0..).collect();
        let mut x = Array2::zeros((input.x.nrows(), note.columns.len()));
        for (at, column) in note.columns.iter().enumerate() {
            match places.get(column) {
                Some(&from) => x.column_mut(at).assign(&input.x.column(from)),
                None if at >= numbers.len() => {}
                None => bail!("{name}: expected a column `{column}`, as the model was fitted on, found none"),
            }
        }
        let range = |column: &String| places.get(column).map_or((0.0, 0.0), |&from| input.ranges[from]);
        let ranges = note.columns.iter().map(range).collect();
        drop(places);
        (input.x, input.columns, input.ranges) = (x, note.columns.clone(), ranges);
    }
    let (expected, found) = (note.width, input.x.ncols());
    // A sparse file shows no zeros at the end, and its columns have numbers.
    if found != expected && input.sparse && note.sparse {
        if found > expected {
            say_error(&format!(
                "{name}: left out are columns that the fit did not have, from {} on",
                expected + 1
            ));
        }
        let mut x = Array2::zeros((input.x.nrows(), expected));
        let both = expected.min(found);
        x.slice_mut(s![.., ..both]).assign(&input.x.slice(s![.., ..both]));
        input.ranges.resize(expected, (0.0, 0.0));
        let largest = input.ranges.iter().fold(0.0f32, |most, (low, high)| most.max(-low).max(*high));
        input.largest = largest;
        input.x = x;
        return Ok(());
    }
    if found != expected {
        bail!(
            "{name}: expected {expected} columns, as the model was fitted on, found {found}; {same}",
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
    } else if let Some(words) = outside(input, note) {
        say_error(&format!("{name}: ! {words}; are they in the same unit?"));
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
/// How many times its range in the fit a column's value may lie outside of it.
const OUTSIDE: f32 = 3.0;
/// Columns that are named.
const NAMED: usize = 4;

/// Columns that go far beyond those of the fit.
fn outside(input: &Input, note: &ModelNote) -> Option<String> {
    let is_far = |&at: &usize| {
        let ((low, high), (fit_low, fit_high)) = (input.ranges[at], note.ranges[at]);
        let far = OUTSIDE * (fit_high - fit_low);
        far > 0.0 && (high - fit_high > far || fit_low - low > far)
    };
    if note.ranges.len() != input.x.ncols() || input.ranges.len() != input.x.ncols() {
        return None;
    }
    let far: Vec<usize> = (0..note.ranges.len()).filter(is_far).collect();
    let words = |&at: &usize| {
        let column = input.columns.get(at).cloned().unwrap_or_else(|| format!("column {at}"));
        let ((low, high), (fit_low, fit_high)) = (input.ranges[at], note.ranges[at]);
        format!("{column} goes from {low} to {high}, in the fit from {fit_low} to {fit_high}")
    };
    let named: Vec<String> = far.iter().take(NAMED).map(words).collect();
    let more = if far.len() > NAMED { format!("; so do {} more", far.len() - NAMED) } else { String::new() };
    (!far.is_empty()).then(|| named.join("; ") + &more)
}
