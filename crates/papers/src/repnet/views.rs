//! What was found, ACC as training proceeds, and Figures 2 to 4.

use super::figures::{maps, members, similarities};
use super::rows::{BY_TEXT, DATASETS, LONGER, PER_POINT, START};
use super::{PAPER, rows::TEXT};
use crate::{Records, Result, dataset_name};
use deepclust_experiments::measures::Epochs;
use deepclust_experiments::{RunRecord, Store};
use deepclust_methods::{facts, stages};
use deepclust_report::{Cell, Column, Page, Spread, Table, fixed, metric};
use std::collections::BTreeMap;

/// An ACC whose time is told.
const GOOD: f64 = 0.95;

/// What was found.
pub(super) fn findings(records: &Records) -> Vec<String> {
    let acc = |id: &str, dataset: &str| records.metric(id, dataset, "acc").map(|s| s.mean);
    let mut findings = Vec::new();
    if let Some(code) = acc(PER_POINT, "mnist") {
        let printed = (PAPER.printed)("mnist", PAPER.own, "acc").unwrap_or(f64::NAN);
        let text = acc(BY_TEXT, "mnist");
        let text = text.map_or(String::new(), |text| {
            format!(
                " By the text, where those of all pairs do, it is {}; note 2 has the other differences.",
                fixed(text, 3)
            )
        });
        findings.push(format!(
            "On MNIST the ACC is {} at the last epoch with what the released code does: above all, the similarities of each point add up to 1 \
             (published {}, the best epoch by labels).{text}",
            fixed(code, 3),
            fixed(printed, 4)
        ));
    }
    if let (Some(code), Some(start)) = (acc(PER_POINT, TEXT), acc(START, TEXT)) {
        findings.push(format!(
            "On the RCV1 subset, which stands in for the paper's Reuters, it is {}; k-means in the codes of the same network has {}.",
            fixed(code, 3),
            fixed(start, 3)
        ));
    }
    let others = DATASETS.iter().filter(|dataset| !["mnist", TEXT].contains(*dataset));
    let words = others.filter_map(|dataset| {
        let (code, start) = (records.metric(PER_POINT, dataset, "acc")?, acc(START, dataset)?);
        let std = code.std.map_or(String::new(), |std| format!(" ± {}", fixed(std, 3)));
        Some(format!("{}{std} on {} (from {})", fixed(code.mean, 3), dataset_name(dataset), fixed(start, 3)))
    });
    let words: Vec<String> = words.collect();
    if !words.is_empty() {
        findings.push(format!("Beyond the paper it has {}.", words.join(", ")));
    }
    let words = DATASETS.iter().filter_map(|dataset| {
        let longer = records.of(LONGER, dataset);
        let is_paired = |run: &&RunRecord| longer.iter().any(|longer| longer.seed == run.seed);
        let code = records.of(PER_POINT, dataset).iter().filter(is_paired);
        let code = Spread::of(code.filter_map(|run| run.metrics.get("acc")))?;
        let longer = metric(longer, "acc")?;
        let (name, n) = (dataset_name(dataset), longer.n);
        Some(format!("{} on {name} (with fewer {}, {n} of each)", fixed(longer.mean, 3), fixed(code.mean, 3)))
    });
    let words: Vec<String> = words.collect();
    if !words.is_empty() {
        findings.push(format!(
            "With more joint epochs (note 5) it has, at the same seeds, {}.",
            words.join(", ")
        ));
    }
    let courses: Vec<Course> = courses(records);
    let later = courses.iter().filter_map(|course| Some(course.best()?.1 - course.last()?));
    if let Some(most) = later.reduce(f64::max) {
        findings.push(format!(
            "The best of the epochs that were scored, chosen by labels, would add {} at most to the ACC of a run.",
            fixed(most, 3)
        ));
    }
    findings
}

/// Tables and figures.
pub(super) fn views(records: &Records, store: &Store, page: &mut Page) -> Result<()> {
    page.heading("ACC as training proceeds");
    if let Some(table) = course_table(&courses(records)) {
        page.table("course", &table);
    }
    for id in [PER_POINT, BY_TEXT] {
        let mut runs = records.of(id, "mnist").iter();
        let Some(run) = runs.find(|run| run.figure_data_digest.is_some()) else { continue };
        page.heading("What the representation network does with MNIST");
        let data = store.figure_data(run)?;
        similarities(run, &data, store, page)?;
        maps(run, &data, store, page)?;
        members(run, &data, store, page)?;
    }
    Ok(())
}

/// A run with the ACC of the epochs that were scored.
struct Course<'a> {
    label: String,
    run: &'a RunRecord,
    acc: BTreeMap<usize, f64>,
}

impl Course<'_> {
    fn last(&self) -> Option<f64> {
        self.run.metrics.get("acc")
    }

    /// The epoch of the greatest ACC, the last one among them.
    fn best(&self) -> Option<(usize, f64)> {
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

    /// Where training would have stopped without labels, and the ACC there.
    fn stable(&self) -> Option<(usize, Option<f64>)> {
        let epoch = *self.run.facts.get(facts::STABLE_EPOCH)? as usize;
        Some((epoch, self.acc.get(&epoch).copied()))
    }
}

/// Of the paper's method in the tables, run by run, where more than the last epoch was scored.
fn courses(records: &Records) -> Vec<Course<'_>> {
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
                    all.push(Course { label: label.to_owned(), run, acc });
                }
            }
        }
    }
    all
}

fn course_table(courses: &[Course<'_>]) -> Option<Table> {
    let mut epochs: Vec<usize> = courses.iter().flat_map(|course| course.acc.keys().copied()).collect();
    epochs.sort_unstable();
    epochs.dedup();
    let mut columns = ["data", "similarities"].map(Column::words).to_vec();
    columns.push(Column::number("seed", 0));
    columns.extend(epochs.iter().map(|epoch| Column::number(format!("epoch {epoch}"), 3)));
    let stops = courses.iter().any(|course| course.stable().is_some());
    if stops {
        columns.push(Column::number("stop without labels: epoch", 0));
        columns.push(Column::number("its ACC", 3));
    }
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
        let (stable, best) = (course.stable(), course.best());
        if stops {
            row.push(stable.map(|(epoch, _)| epoch as f64).into());
            row.push(stable.and_then(|(_, acc)| acc).into());
        }
        row.push(best.map(|(epoch, _)| epoch as f64).into());
        row.push(best.map(|(_, acc)| acc).into());
        row.push(course.minutes().into());
        row
    };
    let never = if stops { "" } else { " It came in no run." };
    let notes = vec![format!(
        "ACC of k-means in the embedding after so many joint epochs. The last epoch is the result. The stop without labels is the first look, one \
         every five epochs, at which fewer than 1 % of the samples had changed their cluster.{never} The oracle knows the labels. Minutes: the autoencoder and the joint epochs to the first one scored with that \
         ACC, on one core of the machine that made the run."
    )];
    let title = "ACC as joint training proceeds".to_owned();
    (!courses.is_empty()).then(|| Table { title, columns, rows: courses.iter().map(row).collect(), notes })
}
