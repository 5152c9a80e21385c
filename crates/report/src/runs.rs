//! What lists of records say.

use crate::{Cell, Column, Spread, Table, grouped};
use deepclust_experiments::RunRecord;
use std::collections::BTreeSet;

/// A metric's spread over records.
pub fn metric(records: &[RunRecord], name: &str) -> Option<Spread> {
    Spread::of(records.iter().filter_map(|record| record.metrics.get(name)))
}

/// The records of two lists that have the same seed and arithmetic: others differ by more than what is compared.
pub fn paired<'a>(from: &'a [RunRecord], to: &'a [RunRecord]) -> Vec<(&'a RunRecord, &'a RunRecord)> {
    let pair = |after: &'a RunRecord| {
        let alike = |before: &&RunRecord| before.seed == after.seed && before.arithmetic == after.arithmetic;
        from.iter().find(alike).map(|before| (before, after))
    };
    to.iter().filter_map(pair).collect()
}

/// The spread over [pairs](paired) of a metric's change from one list of records to another.
pub fn paired_change(from: &[RunRecord], to: &[RunRecord], name: &str) -> Option<Spread> {
    let change = |(before, after): (&RunRecord, &RunRecord)| {
        Some(after.metrics.get(name)? - before.metrics.get(name)?)
    };
    Spread::of(paired(from, to).into_iter().filter_map(change))
}

/// How many labels training used, in words.
pub fn labels_used(record: &RunRecord) -> String {
    record.supervision.parse().map_or_else(|_| record.supervision.clone(), grouped)
}

/// A footnote for tables whose networks were not all trained with the same arithmetic.
pub fn arithmetic_note<'a>(records: impl IntoIterator<Item = &'a RunRecord>) -> Option<String> {
    let trained = records.into_iter().filter(|record| !record.history.is_empty());
    let found: BTreeSet<&str> = trained.map(|record| record.arithmetic.as_str()).collect();
    (found.len() > 1).then(|| {
        let list = found.into_iter().collect::<Vec<_>>().join("; ");
        format!("These runs were made with more than one arithmetic ({list}). At one seed such runs differ by rounding, which training amplifies.")
    })
}

/// All runs, one a line, each with the name of its row: every metric that one of them has, time and machine.
pub fn every_run<'a>(title: String, runs: impl IntoIterator<Item = (String, &'a RunRecord)>) -> Table {
    let runs: Vec<(String, &RunRecord)> = runs.into_iter().collect();
    let names = |of: &dyn Fn(&'a RunRecord) -> Vec<&'a str>| -> BTreeSet<&'a str> {
        runs.iter().flat_map(|(_, run)| of(run)).collect()
    };
    let metrics = names(&|run| run.metrics.iter().map(|(name, _)| name).collect());
    let facts = names(&|run| run.facts.keys().map(String::as_str).collect());
    let mut columns = vec![Column::words("row"), Column::words("data"), Column::number("seed", 0)];
    columns.push(Column::words("labels used"));
    columns.extend(metrics.iter().chain(&facts).map(|name| Column::number(*name, 4)));
    columns.extend([Column::words("cluster sizes"), Column::number("minutes", 1)]);
    columns.extend(["made on", "arithmetic", "record"].map(Column::words));
    let row = |(name, run): &(String, &RunRecord)| {
        let mut row =
            vec![Cell::Text(name.clone()), run.dataset.as_str().into(), Cell::Number(run.seed as f64)];
        row.push(run.supervision.as_str().into());
        row.extend(metrics.iter().map(|name| Cell::from(run.metrics.get(name))));
        row.extend(facts.iter().map(|name| Cell::from(run.facts.get(*name).copied())));
        let sizes: Vec<String> = run.cluster_sizes.iter().map(usize::to_string).collect();
        row.extend([Cell::Text(sizes.join(" ")), Cell::Number(run.wall_s / 60.0)]);
        let place = run.spec.record_path().map(|path| path.display().to_string()).unwrap_or_default();
        row.extend([run.machine.model().into(), run.arithmetic.as_str().into(), Cell::Text(place)]);
        row
    };
    let rows = runs.iter().map(row).collect();
    Table { title, columns, rows, notes: Vec::new() }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use deepclust_experiments::RunRecord;

    /// A record from its text, with its digest made on the way.
    pub(crate) fn record(seed: u64, acc: f64) -> RunRecord {
        serde_json::from_value(serde_json::json!({
            "schema": 2, "method": "k-means", "dataset": "mnist", "split": "all", "seed": seed, "quick": false,
            "supervision": "none", "metrics": {"acc": acc}, "wall_s": 60.0, "stages_s": {}, "cluster_sizes": [3, 1],
            "facts": {"inertia": 0.5}, "history": [{"name": "loss", "step": "epoch", "values": [1.0]}],
            "contingency": [[2, 0], [1, 1]], "assignment_digest": "00", "figure_data_digest": null,
            "data": {"n": 4, "d": 2, "classes": 2, "digest": "00"}, "identity": "00", "revision": "abc",
            "spec": {"data": {"source": {"named": "mnist"}}, "method": {"name": "k-means", "settings": {}}, "seed": seed},
            "arithmetic": "a", "device": "cpu", "threads": 1,
            "machine": {"processor": "a processor", "cores": 2, "system": "linux x86_64"}
        }))
        .unwrap()
    }

    #[test]
    fn pairs_have_one_seed_and_one_arithmetic() {
        let before = [record(0, 0.1), record(1, 0.4)];
        let mut after = [record(1, 0.2)];
        let change = paired_change(&before, &after, "acc").unwrap();
        assert!((change.mean + 0.2).abs() < 1e-12 && change.n == 1);
        after[0].arithmetic = "b".to_owned();
        assert!(paired(&before, &after).is_empty());
    }

    #[test]
    fn arithmetic_is_noted_where_networks_were_trained_with_several() {
        let mut runs = [record(1, 0.1), record(2, 0.1)];
        assert_eq!(arithmetic_note(&runs), None);
        runs[1].arithmetic = "b".to_owned();
        assert!(arithmetic_note(&runs).unwrap().contains("(a; b)"));
        runs[1].history.clear();
        assert_eq!(arithmetic_note(&runs), None);
    }

    #[test]
    fn every_run_has_every_metric_that_one_has() {
        let (mut one, other) = (record(0, 0.25), record(1, 0.5));
        one.metrics.insert("sil", 0.125);
        let table = every_run("runs".to_owned(), [("a".to_owned(), &one), ("b".to_owned(), &other)]);
        let csv = table.to_csv();
        let mut lines = csv.lines();
        assert_eq!(
            lines.next().unwrap(),
            "row,data,seed,labels used,acc,sil,inertia,cluster sizes,minutes,made on,arithmetic,record"
        );
        assert!(
            lines
                .next()
                .unwrap()
                .starts_with("a,mnist,0,none,0.25,0.125,0.5,3 1,1,a processor,a,runs/mnist/k-means/")
        );
        assert!(lines.next().unwrap().starts_with("b,mnist,1,none,0.5,,0.5,"));
    }
}
