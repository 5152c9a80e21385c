//! Table 3, the runs that lost a cluster, and VaDE seed by seed.

use super::rows::{BY_TEXT, DATASETS, DIGITS, FIXED, OF_PAPER, SMALL, VADE, VADE_KEPT};
use super::{printed_name, published};
use crate::{Kind, Records, Row, dataset_name};
use deepclust_experiments::RunRecord;
use deepclust_methods::facts::{
    BATCH_ENTROPY, EVIDENCE, LARGEST_SHARE, SAMPLE_ENTROPY, SMALL_CLUSTERS, START_LIKELIHOOD,
};
use deepclust_report::{Cell, Column, Spread, Table};

/// Table 3.
pub(super) fn entropies(records: &Records) -> Table {
    let mut columns = vec![Column::words("data"), Column::number("ln K", 2)];
    columns.push(Column::number("batch entropy of the classes", 2));
    columns.push(Column::number("batch entropy, published", 2));
    let readings = ["convolutional", "fully connected", "the same, fixed weights"];
    columns.extend(readings.map(|reading| Column::spread(format!("batch entropy, {reading}"), 2)));
    columns.push(Column::number("sample entropy, published", 3));
    columns.extend(readings.map(|reading| Column::spread(format!("sample entropy, {reading}"), 3)));
    let fact = |id: &str, dataset: &str, name: &str| {
        Cell::from(Spread::of(records.of(id, dataset).iter().filter_map(|run| run.facts.get(name).copied())))
    };
    let row = |dataset: &&str| {
        let shown = [OF_PAPER, BY_TEXT, FIXED];
        let run = shown.iter().find_map(|id| records.of(id, dataset).first())?;
        let tables = published();
        let printed = |column: &str| {
            let at = (0..3)
                .find(|at| tables.words(&format!("/tables/3/{at}/dataset")) == Some(printed_name(dataset)))?;
            tables.elsewhere(&format!("/tables/3/{at}/{column}"))
        };
        let mut row = vec![Cell::from(dataset_name(dataset))];
        row.push(Cell::Number((run.cluster_sizes.len() as f64).ln()));
        row.push(Cell::Number(entropy_of_classes(run)));
        for (column, name) in [("batch_entropy", BATCH_ENTROPY), ("sample_entropy", SAMPLE_ENTROPY)] {
            row.push(printed(column).into());
            row.extend(shown.map(|id| fact(id, dataset, name)));
        }
        Some(row)
    };
    let notes = vec![
        "In nats, over all samples, after training. The sample entropy of the classes is 0. A random partition that is certain of itself has a batch \
         entropy of ln K and a sample entropy of 0 too: these numbers alone show no good clustering."
            .to_owned(),
        "A run that lost one of ten clusters, with equal shares of the others, has a batch entropy of ln 9 = 2.20.".to_owned(),
    ];
    let title = "Table 3: entropies of the assignments".to_owned();
    Table { title, columns, rows: DATASETS.iter().filter(|d| **d != SMALL).filter_map(row).collect(), notes }
}

/// Whether the mean entropy of a sample's assignment is above half of what it is at most.
pub(super) fn is_undecided(run: &RunRecord) -> bool {
    let most = (run.cluster_sizes.len() as f64).ln();
    run.facts.get(SAMPLE_ENTROPY).is_some_and(|entropy| *entropy > 0.5 * most)
}

/// The runs that end with a cluster that is nearly empty, or has most samples; without those of ablations.
pub(super) fn suspects(records: &Records) -> Option<Table> {
    let mut rows = Vec::new();
    let of_tables = |row: &Row| row.kept_by.is_none() && row.kind == Kind::Table;
    for (row, planned, runs) in records.entries().filter(|(row, ..)| of_tables(row)) {
        for run in runs {
            let fact = |name: &str| run.facts.get(name).copied();
            let (Some(small), Some(largest)) = (fact(SMALL_CLUSTERS), fact(LARGEST_SHARE)) else { continue };
            if small == 0.0 && largest <= 0.5 {
                continue;
            }
            rows.push(vec![
                Cell::from(dataset_name(&planned.dataset)),
                Cell::Text(row.label.clone()),
                Cell::Number(run.seed as f64),
                Cell::Number(run.cluster_sizes.len() as f64),
                Cell::Number(small),
                Cell::Number(100.0 * largest),
            ]);
        }
    }
    let mut columns = ["data", "row"].map(Column::words).to_vec();
    columns.extend(
        ["seed", "clusters", "nearly empty", "largest, % of the samples"].map(|name| Column::number(name, 0)),
    );
    let title = "Runs that lost a cluster, or have one with more than half of the samples".to_owned();
    let notes = vec![
        "A cluster is nearly empty with a tenth of an equal share, or less. Ablations are not here."
            .to_owned(),
    ];
    (!rows.is_empty()).then_some(Table { title, columns, rows, notes })
}

/// −Σ p ln p of the shares p of the classes.
fn entropy_of_classes(run: &RunRecord) -> f64 {
    let sizes: Vec<f64> = run.contingency.iter().map(|row| row.iter().sum::<usize>() as f64).collect();
    let n: f64 = sizes.iter().sum();
    sizes.iter().filter(|size| **size > 0.0).map(|size| -size / n * (size / n).ln()).sum()
}

/// The evidence bound that a run of VaDE ends with, and its ACC.
pub(super) fn evidence_and_acc(run: &RunRecord) -> Option<(f64, f64)> {
    Some((run.facts.get(EVIDENCE).copied()?, run.metrics.get("acc")?))
}

/// Every run of VaDE on MNIST, and which one the row of the greatest evidence keeps.
pub(super) fn seeds(records: &Records) -> Option<Table> {
    let kept = records.of(VADE_KEPT, DIGITS).first().map(|run| run.seed);
    let row = |run: &RunRecord| {
        vec![
            Cell::Number(run.seed as f64),
            run.facts.get(START_LIKELIHOOD).copied().into(),
            run.metrics.get("start_acc").into(),
            run.metrics.get("acc").into(),
            run.facts.get(EVIDENCE).copied().into(),
            if kept == Some(run.seed) { "greatest evidence" } else { "" }.into(),
        ]
    };
    let rows: Vec<Vec<Cell>> = records.of(VADE, DIGITS).iter().map(row).collect();
    let columns = vec![
        Column::number("seed", 0),
        Column::number("log-likelihood of the start", 2),
        Column::number("ACC of the start", 3),
        Column::number("ACC", 3),
        Column::number("evidence bound", 2),
        Column::words("chosen without labels"),
    ];
    let title = "VaDE on MNIST: every run".to_owned();
    (!rows.is_empty()).then_some(Table { title, columns, rows, notes: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mixae::rows::TEXT;

    #[test]
    fn printed_entropies_are_found_by_the_data_sets_name() {
        let tables = published();
        let found: Vec<_> =
            (0..3).map(|at| tables.words(&format!("/tables/3/{at}/dataset")).unwrap().to_owned()).collect();
        let mut expected = ["mnist", TEXT, "uci-har"].map(|dataset| printed_name(dataset).to_owned());
        expected.sort();
        let mut sorted = found.clone();
        sorted.sort();
        assert_eq!(sorted, expected);
        assert_eq!(tables.elsewhere("/tables/3/0/sample_entropy"), Some(0.026));
    }
}
