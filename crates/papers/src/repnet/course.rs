//! ACC as joint training proceeds, what a stop without labels would have given, and what more epochs give.

use super::rows::{BY_TEXT, DATASETS, LONGER, PER_POINT};
use crate::{Records, dataset_name};
use deepclust_experiments::RunRecord;
use deepclust_experiments::measures::Epochs;
use deepclust_methods::{facts, series, stages};
use deepclust_report::{Cell, Column, Spread, Table, metric};
use std::collections::BTreeMap;

/// An ACC whose time is told.
const GOOD: f64 = 0.95;

/// A run with the ACC of the epochs that were scored.
pub(super) struct Course<'a> {
    id: &'static str,
    label: String,
    pub run: &'a RunRecord,
    acc: BTreeMap<usize, f64>,
}

impl Course<'_> {
    pub(super) fn last(&self) -> Option<f64> {
        self.run.metrics.get("acc")
    }

    /// The epoch of the greatest ACC, the last one among them.
    pub(super) fn best(&self) -> Option<(usize, f64)> {
        self.acc.iter().map(|(epoch, acc)| (*epoch, *acc)).max_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// Minutes from nothing to the first epoch that was scored [`GOOD`].
    fn minutes(&self) -> Option<f64> {
        let (epoch, _) = self.acc.iter().find(|(_, acc)| **acc >= GOOD)?;
        let seconds = |stage| self.run.stages_s.get(stage);
        let (of_one, whole) = (seconds(stages::AUTOENCODER)?, seconds(stages::JOINT)?);
        let epochs = *self.run.facts.get(facts::JOINT_EPOCHS)?;
        Some((of_one + whole * *epoch as f64 / epochs) / 60.0)
    }

    /// The share of samples that changed their cluster between two looks, and the epochs between these.
    fn changes(&self) -> Option<(usize, &[f64])> {
        let series = self.run.series(series::CHANGED)?;
        let every = series.step.strip_suffix(" epochs")?.parse().ok()?;
        Some((every, &series.values))
    }

    /// The first look at which fewer had changed, and the ACC there.
    fn stop_at(&self, tolerance: f64) -> Option<(usize, Option<f64>)> {
        let (every, changes) = self.changes()?;
        let epoch = (changes.iter().position(|changed| *changed < tolerance)? + 1) * every;
        Some((epoch, self.acc.get(&epoch).copied()))
    }
}

/// The row of the released code with more joint epochs beside the one with fewer.
pub(super) fn longer(records: &Records) -> Option<Table> {
    let epochs = |runs: &[RunRecord]| runs.first()?.facts.get(facts::JOINT_EPOCHS).copied();
    let row = |dataset: &&str| {
        let (fewer, more) = (records.of(PER_POINT, dataset), records.of(LONGER, dataset));
        let mut row = vec![Cell::from(dataset_name(dataset))];
        row.push(Cell::Number(epochs(fewer)?));
        row.push(metric(fewer, "acc").into());
        row.push(Cell::Number(epochs(more)?));
        row.push(metric(more, "acc").into());
        row.push(records.change(PER_POINT, LONGER, dataset, "acc").into());
        Some(row)
    };
    let rows: Vec<_> = DATASETS.iter().filter_map(row).collect();
    let columns = vec![
        Column::words("data"),
        Column::number("joint epochs", 0),
        Column::spread("ACC", 3).counted(),
        Column::number("more joint epochs", 0),
        Column::spread("their ACC", 3).counted(),
        Column::spread("Δ ACC, same seeds", 3),
    ];
    let notes = vec!["In brackets: the number of runs. Δ is of runs with the same seed and arithmetic; – where no two are.".to_owned()];
    let title = "As in the released code, with more joint epochs".to_owned();
    (!rows.is_empty()).then_some(Table { title, columns, rows, notes })
}

/// Shares of changed samples at which training could stop.
const TOLERANCES: [f64; 4] = [0.01, 0.02, 0.03, 0.05];

/// What a stop without labels would have given at several tolerances, of the runs as in the released code.
pub(super) fn stops(courses: &[Course<'_>]) -> Option<Table> {
    let mut rows = Vec::new();
    for dataset in DATASETS {
        let runs: Vec<&Course<'_>> = courses
            .iter()
            .filter(|course| {
                course.id == PER_POINT && course.run.dataset == dataset && course.changes().is_some()
            })
            .collect();
        let last = Spread::of(runs.iter().filter_map(|course| course.last()));
        for tolerance in TOLERANCES {
            let stopped: Vec<(usize, Option<f64>)> =
                runs.iter().filter_map(|course| course.stop_at(tolerance)).collect();
            if stopped.is_empty() {
                continue;
            }
            rows.push(vec![
                Cell::from(dataset_name(dataset)),
                Cell::Number(100.0 * tolerance),
                Cell::Text(format!("{} of {}", stopped.len(), runs.len())),
                Spread::of(stopped.iter().map(|(epoch, _)| *epoch as f64)).into(),
                Spread::of(stopped.iter().filter_map(|(_, acc)| *acc)).into(),
                last.into(),
            ]);
        }
    }
    let columns = vec![
        Column::words("data"),
        Column::number("tolerance, % of the samples", 0),
        Column::words("runs that stop"),
        Column::spread("at epoch", 1),
        Column::spread("ACC there", 3),
        Column::spread("ACC at the last epoch, all runs", 3),
    ];
    let notes = vec![
        "Training would stop at the first look, one every five epochs, at which fewer samples than the tolerance had changed their cluster. 1 % was \
         chosen before these runs, 2, 3 and 5 % after them. A tolerance that no run came below has no line."
            .to_owned(),
    ];
    let title = "A stop without labels, as in the released code".to_owned();
    (!rows.is_empty()).then_some(Table { title, columns, rows, notes })
}

/// Of the paper's method in the tables, run by run, where more than the last epoch was scored.
pub(super) fn courses(records: &Records) -> Vec<Course<'_>> {
    let mut all = Vec::new();
    for dataset in DATASETS {
        for (row, _, runs) in records.entries().filter(|(row, planned, _)| {
            [PER_POINT, BY_TEXT, LONGER].contains(&row.id) && planned.dataset == dataset
        }) {
            for run in runs {
                let epochs = run.facts.get(facts::JOINT_EPOCHS).map_or(0, |epochs| *epochs as usize);
                let scored = |epoch| Some((epoch, run.metrics.get(&Epochs::key(epoch, "acc"))?));
                let label = match row.id {
                    PER_POINT => "as in the released code",
                    LONGER => "as in the released code, longer",
                    _ => "as the text says",
                };
                let acc = (1..epochs).filter_map(scored);
                // The last epoch's clusters are the run's own.
                let acc: BTreeMap<usize, f64> =
                    acc.chain(run.metrics.get("acc").map(|acc| (epochs, acc))).collect();
                if acc.len() > 1 {
                    all.push(Course { id: row.id, label: label.to_owned(), run, acc });
                }
            }
        }
    }
    all
}

/// The ACC of every run by epoch.
pub(super) fn course_table(courses: &[Course<'_>]) -> Option<Table> {
    let mut epochs: Vec<usize> = courses.iter().flat_map(|course| course.acc.keys().copied()).collect();
    epochs.sort_unstable();
    epochs.dedup();
    let mut columns = ["data", "row"].map(Column::words).to_vec();
    columns.push(Column::number("seed", 0));
    columns.extend(epochs.iter().map(|epoch| Column::number(format!("epoch {epoch}"), 3)));
    columns.extend([
        Column::number("oracle: best epoch", 0),
        Column::number("oracle: ACC", 3),
        Column::number(format!("minutes to {GOOD}"), 1),
    ]);
    let row = |course: &Course<'_>| {
        let mut row = vec![
            Cell::from(dataset_name(&course.run.dataset)),
            Cell::Text(course.label.clone()),
            Cell::Number(course.run.seed as f64),
        ];
        row.extend(epochs.iter().map(|epoch| course.acc.get(epoch).copied().into()));
        let best = course.best();
        row.push(best.map(|(epoch, _)| epoch as f64).into());
        row.push(best.map(|(_, acc)| acc).into());
        row.push(course.minutes().into());
        row
    };
    let notes = vec![
        "ACC of k-means in the embedding after so many joint epochs. The last epoch is the result; the oracle knows the labels. Minutes: the \
         autoencoder and the joint epochs to the first one scored with that ACC, on one core of the machine that made the run."
            .to_owned(),
    ];
    let title = "ACC as joint training proceeds".to_owned();
    (!courses.is_empty()).then(|| Table { title, columns, rows: courses.iter().map(row).collect(), notes })
}
