//! Classes that are the most frequent one of no cluster: what they cost, and how often joint training has others than its start.

use super::deviations::variants;
use super::protocol::SHOWN;
use super::rows::{Of, name, row_name, row_records, rows_of, start_of};
use super::tables::dataset_name;
use super::{Sets, ablation};
use crate::Result;
use crate::render::{Cell, Column, Records, Spread, Table, arithmetic_note, class_name};
use crate::run::RunRecord;
use deepclust_methods::AeKMeans;
use std::collections::BTreeSet;

/// Of every row of Table 2 that was run, and of every start.
pub(super) fn lost_classes(sets: &Sets) -> Result<Table> {
    let mut columns = vec![
        Column::words("data"),
        Column::words("method"),
        Column::number("runs", 0),
        Column::spread("ACC", 3),
    ];
    columns.extend(PARTS.map(|part| Column::spread(part, 3)));
    columns.extend([
        Column::words("classes without a cluster"),
        Column::words("same ones as at the start, runs"),
    ]);
    let mut rows = Vec::new();
    let mut shown = Vec::new();
    let mut kept = Vec::new();
    for dataset in SHOWN {
        for (of, words) in named_rows(dataset)? {
            let records = row_records(sets, dataset, of);
            if records.is_empty() {
                continue;
            }
            let starts = start_of(of).map(|start| row_records(sets, dataset, start)).unwrap_or_default();
            let pairs = Records::paired(&starts, &records);
            let same = pairs.iter().filter(|(start, end)| keeps(start, end)).count();
            let mut row =
                vec![dataset_name(dataset).into(), Cell::Text(words), Cell::Number(records.len() as f64)];
            row.push(Records::metric(&records, "acc").into());
            let parts: Vec<[f64; 3]> = records.iter().filter_map(|record| parts(record)).collect();
            row.extend((0..PARTS.len()).map(|i| Spread::of(parts.iter().map(|parts| parts[i])).into()));
            row.push(Cell::Text(counted(&records)));
            if let Some(start) = start_of(of) {
                add_up(&mut kept, (dataset, start), (same, pairs.len()));
            }
            row.push(if pairs.is_empty() {
                Cell::None
            } else {
                Cell::Text(format!("{same} of {}", pairs.len()))
            });
            rows.push(row);
            shown.extend(records);
        }
    }
    let mut notes = vec![
        "A class is without a cluster when it is the most frequent one of none, by however little; \"(2 of 5)\" are the runs in which it is, where these are not all. 1 − ACC is the sum of three parts: the samples of \
         classes without a cluster; purity − ACC, the samples in further clusters of a class that has several, less what the matching still counts in them; and all other samples in a cluster in which \
         another class is the most frequent one. ACC cannot be above 1 less the first part."
            .to_owned(),
    ];
    notes.extend(by_start(&kept));
    notes.extend(arithmetic_note(shown));
    let title = "Classes without a cluster, at the start and after joint training".to_owned();
    Ok(Table { title, columns, rows, notes })
}

/// Runs that have the lost classes of their start, and all that are compared with it, by data set and start.
type Kept = Vec<((&'static str, Of), (usize, usize))>;

fn add_up(kept: &mut Kept, key: (&'static str, Of), (same, all): (usize, usize)) {
    match kept.iter_mut().find(|(of, _)| *of == key) {
        Some((_, counts)) => *counts = (counts.0 + same, counts.1 + all),
        None => kept.push((key, (same, all))),
    }
}

fn by_start(kept: &Kept) -> Option<String> {
    let compared = kept.iter().filter(|(_, (_, all))| *all > 0);
    let words = compared.map(|((dataset, start), (same, all))| {
        format!("{}, from \"{}\": {same} of {all}", dataset_name(dataset), row_name(*start))
    });
    let words: Vec<String> = words.collect();
    (!words.is_empty()).then(|| {
        format!(
            "Runs that lose the same classes as their start, of those whose start is recorded with the same seed, and the same of MKL's kernels or the same model of GPU: {}.",
            words.join("; ")
        )
    })
}

/// The rows of Table 2, and the starts that have none there, with their names.
fn named_rows(dataset: &str) -> Result<Vec<(Of, String)>> {
    let mut rows: Vec<_> = rows_of(dataset).map(|of| (of, row_name(of))).collect();
    for start in variants(dataset, false)?.into_iter().filter(|v| v.method == AeKMeans::SLUG) {
        let of = (start.method, Some(start.name));
        if ablation::seeds(dataset, start.method, start.name) > 0 && rows.iter().all(|(row, _)| *row != of) {
            rows.push((of, format!("{}, `{}`", name(start.method), start.name)));
        }
    }
    Ok(rows)
}

/// Classes, as rows of a contingency table, that are the most frequent one of no cluster.
fn lost(contingency: &[Vec<usize>]) -> Vec<usize> {
    let clusters = contingency.first().map_or(0, Vec::len);
    let most_frequent = |cluster: usize| {
        let most = contingency.iter().map(|row| row[cluster]).max().filter(|&most| most > 0)?;
        contingency.iter().position(|row| row[cluster] == most)
    };
    let found: Vec<Option<usize>> = (0..clusters).map(most_frequent).collect();
    (0..contingency.len()).filter(|class| !found.contains(&Some(*class))).collect()
}

fn keeps(start: &RunRecord, end: &RunRecord) -> bool {
    lost(&start.contingency) == lost(&end.contingency)
}

const PARTS: [&str; 3] =
    ["1 − ACC: no cluster", "1 − ACC: several clusters", "1 − ACC: another class's cluster"];

/// 1 − ACC as a sum of shares of all samples, none of them negative: those of the lost classes, purity − ACC, and the rest.
pub(super) fn parts(record: &RunRecord) -> Option<[f64; 3]> {
    let (acc, purity) = (record.metrics.get("acc")?, record.metrics.get("purity")?);
    let all: usize = record.contingency.iter().flatten().sum();
    let of_lost =
        lost(&record.contingency).iter().flat_map(|&class| &record.contingency[class]).sum::<usize>();
    let no_cluster = of_lost as f64 / all.max(1) as f64;
    Some([no_cluster, purity - acc, 1.0 - purity - no_cluster])
}

/// The classes that are lost in at least one of the runs.
pub(super) fn counted(records: &[&RunRecord]) -> String {
    let of_runs: Vec<Vec<usize>> = records.iter().map(|record| lost(&record.contingency)).collect();
    let classes: BTreeSet<usize> = of_runs.iter().flatten().copied().collect();
    let words = classes.into_iter().map(|class| {
        let n = of_runs.iter().filter(|of_run| of_run.contains(&class)).count();
        let name = class_name(&records[0].dataset, class);
        if n == records.len() { name } else { format!("{name} ({n} of {})", records.len()) }
    });
    let words: Vec<String> = words.collect();
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::record::tests::record;

    fn run(seed: u64, contingency: &[[usize; 3]; 3], acc: f64, purity: f64) -> RunRecord {
        let mut run = record(seed, 0.1);
        run.contingency = contingency.iter().map(|row| row.to_vec()).collect();
        run.metrics = [("acc", acc), ("purity", purity)].into_iter().collect();
        run
    }

    #[test]
    fn what_is_lost_is_in_three_parts() {
        // Class 0 has two clusters, class 2 none; the matching gives class 2 the second: ACC (6 + 8 + 1)/24, purity 16/24.
        let run = run(0, &[[6, 2, 0], [0, 0, 8], [3, 1, 4]], 15.0 / 24.0, 16.0 / 24.0);
        assert_eq!(lost(&run.contingency), [2]);
        let parts = parts(&run).unwrap();
        for (part, expected) in parts.iter().zip([8.0 / 24.0, 1.0 / 24.0, 0.0]) {
            assert!((part - expected).abs() < 1e-12, "{parts:?}");
        }
        assert!(lost(&[vec![5, 0], vec![1, 4]]).is_empty());
        // An empty cluster is no class's.
        assert_eq!(lost(&[vec![3, 0], vec![2, 0]]), [1]);
        assert!(lost(&[]).is_empty());
    }

    #[test]
    fn runs_are_counted_by_class_and_against_their_own_start() {
        let all = [[2, 0, 0], [0, 2, 0], [0, 0, 2]];
        let two = [[2, 0, 2], [0, 2, 0], [0, 1, 1]];
        let (a, b, c) = (run(0, &two, 0.5, 0.5), run(1, &all, 1.0, 1.0), run(2, &two, 0.5, 0.5));
        assert_eq!(counted(&[&a, &c]), "2");
        assert_eq!(counted(&[&a, &b, &c]), "2 (2 of 3)");
        assert_eq!(counted(&[&b]), "none");
        assert!(keeps(&a, &c) && !keeps(&a, &b));

        let start = ("ae-k-means", None);
        let mut kept = Kept::new();
        assert_eq!(by_start(&kept), None);
        for counts in [(1, 2), (0, 0), (3, 3)] {
            add_up(&mut kept, ("mnist", start), counts);
        }
        assert!(by_start(&kept).unwrap().ends_with(": MNIST (70,000), from \"AE + k-means\": 4 of 5."));
    }

    #[test]
    fn without_records_there_are_no_rows() {
        assert!(lost_classes(&Sets::default()).unwrap().rows.is_empty());
    }
}
