//! What the tables say, in sentences made from the same records.

use super::Sets;
use super::lost_classes::{counted, parts, start_of};
use super::protocol::SHOWN;
use super::tables::{Of, dataset_name, gain, printed, row_name, row_records, rows_of};
use crate::Result;
use crate::render::{Records, Spread};
use crate::run::RunRecord;
use deepclust_methods::{AeKMeans, KDae};
use std::collections::BTreeSet;

/// A row of Table 2 that was run.
struct Row<'a> {
    dataset: &'static str,
    of: Of,
    name: String,
    records: Vec<&'a RunRecord>,
    acc: Spread,
    printed: Option<f64>,
}

pub(super) fn findings(sets: &Sets) -> Result<Vec<String>> {
    let mut rows = Vec::new();
    for dataset in SHOWN {
        for of in rows_of(dataset) {
            let records = row_records(sets, dataset, of);
            if let Some(acc) = Records::metric(&records, "acc") {
                let printed = printed(dataset, of.0, "acc")?;
                rows.push(Row { dataset, of, name: row_name(of), records, acc, printed });
            }
        }
    }
    let mut findings = Vec::new();
    for dataset in SHOWN {
        findings.extend(best_k_dae(&rows, dataset)?);
    }
    findings.extend(against_print(&rows));
    findings.extend(with_the_start(&rows));
    findings.extend(below_start(&rows));
    findings.extend(at_the_limit(&rows));
    Ok(findings)
}

/// The best row of k-DAE beside print, its start, and what its lost classes cost.
fn best_k_dae(rows: &[Row<'_>], dataset: &str) -> Result<Option<String>> {
    let of_k_dae = rows.iter().filter(|row| row.dataset == dataset && row.of.0 == KDae::SLUG);
    let Some(best) = of_k_dae.max_by(|a, b| a.acc.mean.total_cmp(&b.acc.mean)) else { return Ok(None) };
    let print = best.printed.map_or(String::new(), |print| format!("; in print {print:.2}"));
    let mut sentences = vec![format!(
        "**{}**: the row of k-DAE with the highest ACC is \"{}\", {:.3} over {}{print}.",
        dataset_name(dataset),
        best.name,
        best.acc.mean,
        runs(best.acc.n)
    )];
    if let Some(start) = Records::metric(&best.records, "start_acc") {
        let print = printed(dataset, AeKMeans::SLUG, "acc")?;
        let print = print.map_or(String::new(), |print| format!(", in print {print:.2}"));
        sentences.push(format!("Its starts have {:.3}{print}.", start.mean));
    }
    let lost = best.records.iter().filter_map(|record| parts(record)).map(|parts| parts[0]);
    if let Some(lost) = Spread::of(lost).filter(|lost| lost.mean > 0.0) {
        sentences.push(format!(
            "Classes that have no cluster ({}) cost {:.3}: no more than {:.3} is possible with them.",
            counted(&best.records),
            lost.mean,
            1.0 - lost.mean
        ));
    }
    Ok(Some(sentences.join(" ")))
}

/// How many rows reach what is printed.
fn against_print(rows: &[Row<'_>]) -> Option<String> {
    let short: Vec<f64> =
        rows.iter().filter_map(|row| row.printed.map(|print| print - row.acc.mean)).collect();
    let count = |reached: &dyn Fn(f64) -> bool| short.iter().filter(|by| reached(**by)).count();
    (!short.is_empty()).then(|| {
        format!(
            "Rows of Table 2 beside a figure in print, whatever their number of runs: {}. Reaching it in its two digits: {}; less than 0.03 below: {}; further below: {}.",
            short.len(),
            count(&|by| by <= 0.005),
            count(&|by| by > 0.005 && by < 0.03),
            count(&|by| by >= 0.03)
        )
    })
}

/// How closely a run's ACC goes with its start's: over everything, and from each network that has several starts.
fn with_the_start(rows: &[Row<'_>]) -> Option<String> {
    let found: Vec<String> =
        SHOWN.into_iter().filter_map(|dataset| with_the_start_on(rows, dataset)).collect();
    (!found.is_empty()).then(|| {
        format!(
            "Correlation of a run's ACC with that of the clusters it starts from, over all methods: {}.",
            found.join("; ")
        )
    })
}

fn with_the_start_on(rows: &[Row<'_>], dataset: &str) -> Option<String> {
    let joint: Vec<_> = rows
        .iter()
        .filter(|row| row.dataset == dataset)
        .filter_map(|row| Some((start_of(row.of)?, row)))
        .collect();
    let (r, n, starts) = correlation_with_start(&joint)?;
    let mut parts = vec![format!("{} {r} ({} from {starts} starts", dataset_name(dataset), runs(n))];
    let networks: BTreeSet<_> = joint.iter().map(|(start, _)| *start).collect();
    for network in networks {
        let of_network: Vec<_> = joint.iter().filter(|(start, _)| *start == network).copied().collect();
        if let Some((r, n, starts)) = correlation_with_start(&of_network).filter(|found| found.2 > 2) {
            let name = row_name(network);
            parts.push(format!("{r} in the {} from {starts} of \"{name}\"", runs(n)));
        }
    }
    Some(parts.join(", ") + ")")
}

/// Over the runs of rows, each with the row that it starts from; with the numbers of runs and of starts.
fn correlation_with_start(joint: &[(Of, &Row<'_>)]) -> Option<(String, usize, usize)> {
    let records =
        || joint.iter().flat_map(|(start, row)| row.records.iter().map(move |record| (start, record)));
    let pair = |(_, r): (&Of, &&RunRecord)| Some((r.metrics.get("start_acc")?, r.metrics.get("acc")?));
    let pairs: Vec<(f64, f64)> = records().filter_map(pair).collect();
    let starts: BTreeSet<_> = records().map(|(start, record)| (start, record.seed.0)).collect();
    let r = format!("{:.2}", correlation(&pairs)?).replace('-', "−");
    Some((r, pairs.len(), starts.len()))
}

/// Rows in which joint training costs accuracy.
fn below_start(rows: &[Row<'_>]) -> Option<String> {
    let below = |row: &Row<'_>| {
        let gain = gain(&row.records).filter(|gain| gain.mean <= -0.0005)?;
        Some(format!("{}, {} (−{:.3}, {})", dataset_name(row.dataset), row.name, -gain.mean, runs(gain.n)))
    };
    let found: Vec<String> = rows.iter().filter_map(below).collect();
    (!found.is_empty()).then(|| format!("Rows that end below their own start: {}.", found.join("; ")))
}

/// Runs of DEC and IDEC that were not over when their steps were.
fn at_the_limit(rows: &[Row<'_>]) -> Option<String> {
    let ended = |record: &RunRecord| {
        let limit = record.spec.settings.get("max_steps")?.as_f64()?;
        Some(record.facts.get("steps")? >= &limit)
    };
    let of = |row: &Row<'_>| {
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

fn runs(n: usize) -> String {
    if n == 1 { "1 run".to_owned() } else { format!("{n} runs") }
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
        let main =
            vec![dec, run("k-dae", 0, 0.5, 0.75), run("k-dae", 1, 0.5, 0.25), run("damic", 0, 1.0, 1.0)];
        let sets = Sets { main: Records::from(main), ..Sets::default() };
        let found = findings(&sets).unwrap();
        assert_eq!(
            found,
            [
                "**MNIST (70,000)**: the row of k-DAE with the highest ACC is \"k-DAE\", 0.500 over 2 runs; in print 0.88. Its starts have 0.500, in print 0.81. Classes that have no cluster (1, 2) cost 0.200: no more than 0.800 is possible with them.",
                "Rows of Table 2 beside a figure in print, whatever their number of runs: 3. Reaching it in its two digits: 1; less than 0.03 below: 0; further below: 2.",
                "Correlation of a run's ACC with that of the clusters it starts from, over all methods: MNIST (70,000) 0.78 (4 runs from 2 starts).",
                "Rows that end below their own start: MNIST (70,000), DEC (−0.250, 1 run).",
                "Runs that took all the steps they may, while samples still changed their cluster: MNIST (70,000), DEC (1 of 1).",
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
