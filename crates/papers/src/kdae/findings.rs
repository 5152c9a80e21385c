//! What the tables say, in sentences made from the same records.

use super::Sets;
use super::best_k_dae::best_k_dae;
use super::forms::winners_only;
use super::protocol::SHOWN;
use super::rows::start_of;
use super::run_rows::{RunRow, number, run_rows};
use super::tables::{dataset_name, gain};
use crate::Result;
use crate::render::{Arithmetic, fixed};
use crate::run::RunRecord;
use deepclust_methods::AeKMeans;
use deepclust_nets::TrainSettings;
use serde::Deserialize;
use std::collections::BTreeSet;

pub(super) fn findings(sets: &Sets) -> Result<Vec<String>> {
    let rows = run_rows(sets)?;
    let mut findings = Vec::new();
    for dataset in SHOWN {
        findings.extend(best_k_dae(&rows, dataset)?);
    }
    findings.extend(winners_only(sets)?);
    findings.extend(against_print(&rows));
    findings.extend(with_the_start(&rows));
    findings.extend(below_start(&rows));
    findings.extend(at_the_limit(&rows));
    findings.extend(stopped_early(&rows));
    Ok(findings)
}

/// What is printed with two digits is reached from half of the last one below, where rounding begins.
const TWO_DIGITS: f64 = 0.005 + 1e-9;

/// How many rows reach what is printed.
fn against_print(rows: &[RunRow<'_>]) -> Option<String> {
    let of = |dataset: &&'static str| {
        let here = rows.iter().filter(|row| row.dataset == *dataset);
        let short: Vec<f64> = here.filter_map(|row| row.printed.map(|print| print - row.acc.mean)).collect();
        let count = |reached: &dyn Fn(f64) -> bool| short.iter().filter(|by| reached(**by)).count();
        (!short.is_empty()).then(|| {
            format!(
                "{}: {} rows, {} reach it, {} are within 0.03, {} further below",
                dataset_name(dataset),
                short.len(),
                count(&|by| by <= TWO_DIGITS),
                count(&|by| by > TWO_DIGITS && by < 0.03),
                count(&|by| by >= 0.03)
            )
        })
    };
    let found: Vec<String> = SHOWN.iter().filter_map(of).collect();
    (!found.is_empty()).then(|| {
        format!(
            "Rows and the figure in print, in its two digits, whatever their number of runs: {}.",
            found.join("; ")
        )
    })
}

/// How closely a run's ACC goes with its start's among the runs of its row: rows differ by more than seeds do.
fn with_the_start(rows: &[RunRow<'_>]) -> Option<String> {
    let of = |dataset: &&'static str| {
        let joint = rows.iter().filter(|row| row.dataset == *dataset && start_of(row.of).is_some());
        let (mut starts, mut rows, mut pairs) = (BTreeSet::new(), 0, Vec::new());
        for row in joint.filter(|row| row.records.len() > 1) {
            pairs.extend(less_their_mean(&row.records));
            // By another arithmetic a seed's start is another one.
            starts.extend(row.records.iter().map(|run| (start_of(row.of), run.seed.0, Arithmetic::of(run))));
            rows += 1;
        }
        let r = fixed(correlation(&pairs)?, 2);
        let squares: f64 = pairs.iter().map(|pair| pair.0 * pair.0).sum();
        let within = (squares / (pairs.len() - rows) as f64).sqrt();
        Some(format!(
            "{} {r} ({} in {} from {}, whose own ACC differs by ± {within:.3} within a row)",
            dataset_name(dataset),
            number(pairs.len(), "run"),
            number(rows, "row"),
            number(starts.len(), "start"),
        ))
    };
    let found: Vec<String> = SHOWN.iter().filter_map(of).collect();
    (!found.is_empty()).then(|| {
        format!(
            "Correlation of a run's ACC with that of the clusters it starts from, each less the mean over the runs of its row: {}.",
            found.join("; ")
        )
    })
}

/// ACC of the start and of the run, less the means over the runs.
fn less_their_mean(records: &[&RunRecord]) -> Vec<(f64, f64)> {
    let pair = |r: &&RunRecord| Some((r.metrics.get("start_acc")?, r.metrics.get("acc")?));
    let pairs: Vec<(f64, f64)> = records.iter().filter_map(pair).collect();
    let n = pairs.len() as f64;
    let (x, y) = (pairs.iter().map(|p| p.0).sum::<f64>() / n, pairs.iter().map(|p| p.1).sum::<f64>() / n);
    pairs.into_iter().map(|p| (p.0 - x, p.1 - y)).collect()
}

/// Rows in which joint training costs accuracy.
fn below_start(rows: &[RunRow<'_>]) -> Option<String> {
    let below = |row: &RunRow<'_>| {
        let gain = gain(&row.records).filter(|gain| gain.mean <= -0.0005)?;
        Some(format!(
            "{}, {} (−{:.3}, {})",
            dataset_name(row.dataset),
            row.name,
            -gain.mean,
            number(gain.n, "run")
        ))
    };
    let found: Vec<String> = rows.iter().filter_map(below).collect();
    (!found.is_empty()).then(|| format!("Rows that end below their own start: {}.", found.join("; ")))
}

/// Runs of DEC and IDEC that were not over when their steps were.
fn at_the_limit(rows: &[RunRow<'_>]) -> Option<String> {
    let ended = |record: &RunRecord| {
        let limit = record.spec.settings.get("max_steps")?.as_f64()?;
        Some(record.facts.get("steps")? >= &limit)
    };
    let of = |row: &RunRow<'_>| {
        let n = row.records.iter().filter(|record| ended(record) == Some(true)).count();
        (n > 0).then(|| format!("{}, {} ({n} of {})", dataset_name(row.dataset), row.name, row.records.len()))
    };
    let found: Vec<String> = rows.iter().filter_map(of).collect();
    (!found.is_empty()).then(|| {
        format!(
            "Runs that took all the steps they may, while samples still changed their cluster: {}.",
            found.join("; ")
        )
    })
}

/// How many trainings ended before their epochs were over.
fn stopped_early(rows: &[RunRow<'_>]) -> Option<String> {
    let count = |training: &dyn Fn(&RunRecord) -> Option<(TrainSettings, usize)>| {
        let all: Vec<_> = rows
            .iter()
            .flat_map(|row| &row.records)
            .filter_map(|record| training(record))
            .filter(|(settings, _)| settings.early_stop.is_some())
            .collect();
        (all.iter().filter(|(settings, epochs)| *epochs < settings.epochs).count(), all.len())
    };
    let settings = |record: &RunRecord, place: &str| {
        TrainSettings::deserialize(record.spec.settings.pointer(place)?).ok()
    };
    // Other methods begin with one of these.
    let first = count(&|record| {
        if record.method != AeKMeans::SLUG {
            return None;
        }
        let losses = record.history.iter().find(|series| series.name == "reconstruction loss")?;
        Some((settings(record, "/train")?, losses.values.len()))
    });
    let joint = count(&|record| {
        Some((settings(record, "/joint/train")?, *record.facts.get("epochs of the joint training")? as usize))
    });
    (first.1 + joint.1 > 0).then(|| {
        format!(
            "The early stop ended {} of {} first trainings and {} of {} joint trainings that have one; the others took all their epochs.",
            first.0, first.1, joint.0, joint.1
        )
    })
}

/// Pearson's, of three pairs and more that differ.
fn correlation(pairs: &[(f64, f64)]) -> Option<f64> {
    if pairs.len() < 3 {
        return None;
    }
    let n = pairs.len() as f64;
    let (x, y) = (pairs.iter().map(|p| p.0).sum::<f64>() / n, pairs.iter().map(|p| p.1).sum::<f64>() / n);
    let sum = |of: fn(f64, f64) -> f64| pairs.iter().map(|p| of(p.0 - x, p.1 - y)).sum::<f64>();
    let r = sum(|x, y| x * y) / (sum(|x, _| x * x) * sum(|_, y| y * y)).sqrt();
    r.is_finite().then_some(r)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::Records;
    use crate::run::record::tests::record;
    use approx::assert_relative_eq;

    fn run(method: &str, seed: u64, start: f64, acc: f64) -> RunRecord {
        let mut run = record(seed, 0.1);
        (run.method, run.dataset) = (method.to_owned(), "mnist".to_owned());
        run.metrics = [("acc", acc), ("start_acc", start), ("purity", 0.9)].into_iter().collect();
        run.contingency = vec![vec![4, 4], vec![0, 0], vec![0, 2]];
        run
    }

    #[test]
    fn the_sentences_are_of_the_records() {
        let mut dec = run("dec", 0, 0.5, 0.25);
        dec.spec.settings = serde_json::json!({"max_steps": 100});
        dec.facts.insert("steps".to_owned(), 100.0);
        let mut k_dae = run("k-dae", 0, 0.5, 0.75);
        let train = serde_json::json!({"epochs": 50, "batch_size": 256, "early_stop": {"patience": 10, "min_delta": 0.0}});
        k_dae.spec.settings = serde_json::json!({"joint": {"train": train}});
        k_dae.facts.insert("epochs of the joint training".to_owned(), 49.0);
        let (second, third) = (run("k-dae", 1, 0.25, 0.25), run("k-dae", 2, 0.75, 0.5));
        let main = vec![dec, k_dae, second, third, run("damic", 0, 1.0, 1.0), run("damic", 1, 0.5, 0.75)];
        let sets = Sets { main: Records::from(main), ..Sets::default() };
        let found = findings(&sets).unwrap();
        assert_eq!(
            found,
            [
                "**MNIST (70,000)**: the row of k-DAE with the highest ACC is \"k-DAE\", 0.500 over 3 runs; in print 0.88. Its starts have 0.500, in print 0.81. Joint training adds 0.000, in print 0.07. Classes that are the most frequent one of no cluster (1, 2) cost 0.200: no more than 0.800 is possible with them.",
                "Rows and the figure in print, in its two digits, whatever their number of runs: MNIST (70,000): 3 rows, 1 reach it, 0 are within 0.03, 2 further below.",
                "Correlation of a run's ACC with that of the clusters it starts from, each less the mean over the runs of its row: MNIST (70,000) 0.63 (5 runs in 2 rows from 3 starts, whose own ACC differs by ± 0.289 within a row).",
                "Rows that end below their own start: MNIST (70,000), DEC (−0.250, 1 run).",
                "Runs that took all the steps they may, while samples still changed their cluster: MNIST (70,000), DEC (1 of 1).",
                "The early stop ended 0 of 0 first trainings and 1 of 1 joint trainings that have one; the others took all their epochs.",
            ]
        );
        assert!(findings(&Sets::default()).unwrap().is_empty());
    }

    #[test]
    fn correlation_as_in_numpy() {
        // numpy 2: np.corrcoef([1, 2, 4], [1, 3, 2])[0, 1]
        let pairs = [(1.0, 1.0), (2.0, 3.0), (4.0, 2.0)];
        assert_relative_eq!(correlation(&pairs).unwrap(), 0.327_326_835_353_988_6, max_relative = 1e-12);
        assert_eq!(correlation(&pairs[..2]), None);
        assert_eq!(correlation(&[(1.0, 1.0), (1.0, 2.0), (1.0, 3.0)]), None);
    }
}
