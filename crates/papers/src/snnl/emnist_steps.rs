//! What the size of EMNIST's stand-in does: the baseline autoencoder trained for as many steps as on EMNIST-Balanced.

use super::ablation_tables::{PRINTED_RUNS, printed_mean};
use super::protocol::{self, SEEDS, autoencoder, row};
use super::published;
use super::tables::{METRICS, name, printed_name, table_of};
use crate::render::{Cell, Column, Records, Spread, Table, grouped};
use crate::run::{Extras, RunRecord, RunSpec};
use crate::{Request, Result};
use deepclust_datasets::entry;
use deepclust_methods::{AeKMeans, AeKMeansSettings};

const DATASET: &str = "emnist-bymerge-subset";
const VARIANT: &str = "balanced-steps";
const METHOD: &str = AeKMeans::SLUG_70;

/// The baseline's settings, with the epochs of the subset that have the steps of its own on EMNIST-Balanced.
fn settings() -> Result<AeKMeansSettings> {
    let mut settings = autoencoder(false);
    let steps = |images: usize| images.div_ceil(settings.pretraining.train.batch_size);
    let epochs = settings.pretraining.train.epochs * steps(entry("emnist-balanced")?.train);
    settings.pretraining.train.epochs = epochs.div_ceil(steps(entry(DATASET)?.train));
    Ok(settings)
}

/// The runs, which the small version leaves out: its numbers of steps mean nothing.
pub(super) fn runs(request: &Request) -> Result<Vec<RunSpec>> {
    if request.quick || !protocol::datasets(request).contains(&DATASET) {
        return Ok(Vec::new());
    }
    let run = |seed| {
        let base = row(DATASET, METHOD, seed, false)?;
        Ok(RunSpec {
            variant: Some(VARIANT.to_owned()),
            settings: serde_json::to_value(settings()?)?,
            extras: Extras { maps: Vec::new(), ..base.extras.clone() },
            ..base
        })
    };
    request.deviation_seeds(SEEDS).map(run).collect()
}

/// The paper's row on EMNIST-Balanced, ours on the subset, and ours with the steps of the former; none without such runs.
pub(super) fn table(main: &Records, deviations: &Records) -> Result<Option<Table>> {
    let longer = deviations.of(DATASET, METHOD, Some(VARIANT));
    if longer.is_empty() {
        return Ok(None);
    }
    let mut columns = vec![Column::words("training"), Column::number("runs", 0), Column::spread("epochs", 0)];
    columns.extend(METRICS.map(|(_, name, decimals)| Column::spread(name, decimals)));
    columns.push(Column::spread("Δ ACC, same seeds", 3));
    columns.push(Column::words("name for --variants"));
    let usual = main.of(DATASET, METHOD, None);
    let ours = |words: &str, records: &[&RunRecord], change: Cell, variant: &str| {
        let epochs = records.iter().filter_map(|record| record.spec.settings["train"]["epochs"].as_f64());
        let epochs = Spread::of(epochs).into();
        let mut cells = vec![words.into(), Cell::Number(records.len() as f64), epochs];
        cells.extend(METRICS.map(|(metric, _, _)| Records::metric(records, metric).into()));
        cells.extend([change, variant.into()]);
        cells
    };
    let change = Records::paired_change(&usual, &longer, "acc").into();
    let published = published()?;
    let mut paper = vec!["EMNIST-Balanced, in print".into(), Cell::Number(PRINTED_RUNS as f64), Cell::None];
    paper.extend(METRICS.map(|(metric, _, _)| {
        let mean = published.printed(table_of(DATASET), &printed_name(METHOD), &format!("{metric}/mean"));
        mean.map_or(Cell::None, printed_mean)
    }));
    paper.extend([Cell::None, Cell::None]);
    Ok(Some(Table {
        title: format!("EMNIST ByMerge subset, {}: the number of training steps", name(METHOD)),
        columns,
        rows: vec![
            paper,
            ours("the subset, as in the tables", &usual, Cell::None, "none"),
            ours(
                "the subset, for as many steps as EMNIST-Balanced has in the paper",
                &longer,
                change,
                VARIANT,
            ),
        ],
        notes: vec![format!(
            "The subset has {} training images and EMNIST-Balanced {}. The number of steps was taken from the paper, and tried after the tables' rows \
             without labels had been measured.",
            grouped(entry(DATASET)?.train),
            grouped(entry("emnist-balanced")?.train)
        )],
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epochs_are_the_only_change() {
        let runs = runs(&Request::default()).unwrap();
        assert_eq!(runs.len(), SEEDS);
        for run in runs {
            let base = row(DATASET, METHOD, run.seed, false).unwrap();
            let mut settings = run.settings.clone();
            // ⌈112,800 / 256⌉ = 441 steps an epoch for ⌈24,299 / 256⌉ = 95.
            assert_eq!(settings["train"]["epochs"], (50 * 441_u64).div_ceil(95));
            settings["train"]["epochs"] = base.settings["train"]["epochs"].clone();
            assert_eq!(settings, base.settings);
            deepclust_methods::build(&run.method, &run.settings).unwrap();
        }
        let mnist = Request { dataset: Some("mnist".to_owned()), ..Request::default() };
        assert!(super::runs(&mnist).unwrap().is_empty());
    }
}
