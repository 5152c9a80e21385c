//! Classes that are the most frequent one of no cluster: what they cost, and how often joint training has others than its start.

use super::rows::DATASETS;
use crate::{Kind, Records, dataset_name};
use deepclust_experiments::RunRecord;
use deepclust_report::{Cell, Column, Spread, Table, class_name, metric, paired};
use std::collections::BTreeSet;

const PARTS: [&str; 3] =
    ["1 − ACC: no cluster", "1 − ACC: several clusters", "1 − ACC: another class's cluster"];

/// Of every row that was run.
pub(super) fn table(records: &Records) -> Table {
    let mut columns = vec![Column::words("data"), Column::words("method"), Column::number("runs", 0)];
    columns.push(Column::spread("ACC", 3));
    columns.extend(PARTS.map(|part| Column::spread(part, 3)));
    columns.extend(["classes without a cluster", "same ones as at the start, runs"].map(Column::words));
    let mut rows = Vec::new();
    for dataset in DATASETS {
        for (row, planned, runs) in records.entries() {
            if planned.dataset != dataset || row.kind != Kind::Table || runs.is_empty() {
                continue;
            }
            let (same, pairs) = kept(records, row.start, dataset, runs);
            let mut line = vec![
                dataset_name(dataset).into(),
                Cell::Text(row.label.clone()),
                Cell::Number(runs.len() as f64),
            ];
            line.push(metric(runs, "acc").into());
            let parts: Vec<[f64; 3]> = runs.iter().filter_map(parts).collect();
            line.extend((0..PARTS.len()).map(|i| Cell::from(Spread::of(parts.iter().map(|parts| parts[i])))));
            line.push(Cell::Text(counted(runs)));
            line.push(if pairs == 0 { Cell::None } else { Cell::Text(format!("{same} of {pairs}")) });
            rows.push(line);
        }
    }
    let notes = vec![
        "A class is without a cluster when it is the most frequent one of none. 1 − ACC is the sum of three parts: the samples of classes without a \
         cluster; purity − ACC, the samples in further clusters of a class that has several; and the rest. ACC cannot be above 1 less the first part."
            .to_owned(),
    ];
    Table {
        title: "Classes without a cluster, at the start and after joint training".to_owned(),
        columns,
        rows,
        notes,
    }
}

/// In how many runs the same classes are lost as at the start of the same seed, and how many could be compared.
fn kept(records: &Records, start: Option<&str>, dataset: &str, runs: &[RunRecord]) -> (usize, usize) {
    let starts = start.map_or(&[][..], |start| records.of(start, dataset));
    let pairs = paired(starts, runs);
    let same = |(start, end): &&(&RunRecord, &RunRecord)| lost(&start.contingency) == lost(&end.contingency);
    (pairs.iter().filter(same).count(), pairs.len())
}

/// The same over all rows on a data set.
pub(super) fn kept_on(records: &Records, dataset: &str) -> (usize, usize) {
    let in_tables = records.entries().filter(|(row, of, _)| row.kind == Kind::Table && of.dataset == dataset);
    let counts = in_tables.map(|(row, planned, runs)| kept(records, row.start, &planned.dataset, runs));
    counts.fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1))
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

/// 1 − ACC as a sum of shares of all samples, none of them negative: those of the lost classes, purity − ACC, and the rest.
fn parts(record: &RunRecord) -> Option<[f64; 3]> {
    let (acc, purity) = (record.metrics.get("acc")?, record.metrics.get("purity")?);
    let all: usize = record.contingency.iter().flatten().sum();
    let of_lost =
        lost(&record.contingency).iter().flat_map(|&class| &record.contingency[class]).sum::<usize>();
    let no_cluster = of_lost as f64 / all.max(1) as f64;
    Some([no_cluster, purity - acc, 1.0 - purity - no_cluster])
}

/// The classes that are lost in at least one of the runs.
fn counted(records: &[RunRecord]) -> String {
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
    use super::lost;

    #[test]
    fn a_class_is_lost_when_no_cluster_is_mostly_its_own() {
        assert_eq!(lost(&[vec![6, 2, 0], vec![0, 0, 8], vec![3, 1, 4]]), [2]);
        assert!(lost(&[vec![5, 0], vec![1, 4]]).is_empty());
        // An empty cluster is no class's.
        assert_eq!(lost(&[vec![3, 0], vec![2, 0]]), [1]);
        assert!(lost(&[]).is_empty());
    }
}
