//! Times loading a data set: from its files, and from the decoded cache. One process a figure, as a user pays it.
//!
//! `cargo run --release -p deepclust-datasets --example load_times -- NAME files|cache|fill [DATA_DIR]`

use std::error::Error;
use std::time::Instant;

use deepclust_datasets::{DataDirs, Features, LoadOptions, Scaling, load};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, how, rest @ ..] = &arguments[..] else {
        return Err("usage: load_times NAME files|cache [DATA_DIR] [SCALING]".into());
    };
    let options = LoadOptions {
        dirs: DataDirs::new(rest.first().map(Into::into)),
        fetch: false,
        cache: how == "cache",
        scaling: rest.get(1).map_or(Ok(Scaling::Default), |text| text.parse())?,
        ..LoadOptions::default()
    };
    let (start, cpu_start) = (Instant::now(), cpu_seconds());
    let data = load(name, &options)?;
    let (loaded, cpu) = (start.elapsed().as_secs_f64(), cpu_seconds() - cpu_start);
    // Every batch once, densified where it must be, as a training epoch reads it.
    let start = Instant::now();
    let mut sum = 0.0f64;
    for first in (0..data.len()).step_by(256) {
        let rows: Vec<usize> = (first..data.len().min(first + 256)).collect();
        sum += f64::from(data.features.batch(&rows)?.sum());
    }
    let form = if matches!(data.features, Features::Sparse(_)) { "sparse" } else { "dense" };
    println!(
        "{name} {how} {} x {} {form}: load {loaded:.3} s, cpu {cpu:.2} s, batches {:.3} s, mean {:.6}, peak {} MiB",
        data.len(),
        data.n_features(),
        start.elapsed().as_secs_f64(),
        sum / (data.len() * data.n_features()) as f64,
        peak_mib().map_or("?".into(), |mib| mib.to_string()),
    );
    Ok(())
}

/// Processor time of all threads so far, in hundredths; 0 where the system does not tell. On a machine that others use
/// too this says more than the time on the wall.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// The most memory the process ever held, where the system tells.
fn peak_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? / 1024)
}
