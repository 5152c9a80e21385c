//! No paper: every method with its defaults, as a person gets it who sets nothing.

use crate::paper::{AGREEMENT, NOTHING};
use crate::{Paper, Records, Result, Row};
use deepclust_datasets::{Split, Subset};
use deepclust_experiments::{Clusters, DataSpec, MethodSpec, RunRecord, RunSpec, Scale, Source};
use deepclust_methods::{Entry, Shape, facts, method};
use deepclust_report::{Cell, Column, Spread, Table, fixed};

pub(crate) const PAPER: Paper = Paper {
    slug: "defaults",
    title: "Every method with its defaults",
    datasets: &[DATASET],
    metrics: &AGREEMENT,
    own: "",
    rows,
    printed: NOTHING,
    printed_best: NOTHING,
    findings,
    views: |records, _, page| {
        page.heading("Time, and clusters that died");
        page.table("cost", &cost(records));
        Ok(())
    },
    notes: include_str!("notes.md"),
};

const DATASET: &str = "mnist";
const SEEDS: u64 = 1;
const BASELINE: &str = "k-means";

/// The methods whose records are there: a new one comes in with its runs.
const METHODS: [&str; 15] = [
    "k-means",
    "pca-k-means",
    "pca-gmm",
    "graph-communities",
    "umap-hdbscan",
    "tomato",
    "ae-k-means",
    "dec",
    "idec",
    "dcn",
    "k-dae",
    "damic",
    "repnet",
    "mixae",
    "vade",
];

fn rows(scale: Scale) -> Result<Vec<Row>> {
    let row = |method: &Entry| -> Result<Row> {
        let spec = RunSpec {
            data: DataSpec {
                source: Source::Named(DATASET.to_owned()),
                split: Split::Test,
                subset: scale.pick(None, Some(Subset::Random { n: 300 })),
            },
            fit: None,
            clusters: Clusters::Classes,
            method: MethodSpec { name: method.slug.to_owned(), settings: method.defaults(Shape::Images)? },
            seed: 0,
            scale,
            measures: Vec::new(),
        };
        Ok(Row::new(method.slug, method.summary).on(spec, SEEDS))
    };
    // Defaults have no small form: the small version leaves out what trains.
    let entries = METHODS.map(method).into_iter().collect::<Result<Vec<_>, _>>()?;
    entries.into_iter().filter(|method| !scale.is_quick() || !method.trains).map(row).collect()
}

fn findings(records: &Records) -> Vec<String> {
    let acc = |id: &str| records.metric(id, DATASET, "acc").map(|s| s.mean);
    let Some(baseline) = acc(BASELINE) else { return Vec::new() };
    let mut all: Vec<(&str, f64)> =
        records.rows().iter().filter_map(|row| Some((row.id, acc(row.id)?))).collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1));
    let better = all.iter().filter(|(_, acc)| *acc > baseline).count();
    let best: Vec<String> =
        all.iter().take(3).map(|(id, acc)| format!("`{id}` ({})", fixed(*acc, 3))).collect();
    vec![
        format!("The best three on the 10,000 test images of MNIST are {}.", best.join(", ")),
        format!(
            "{better} of {} other methods are better than k-means ({}).",
            all.len().saturating_sub(1),
            fixed(baseline, 3)
        ),
    ]
}

fn cost(records: &Records) -> Table {
    let fact = |runs: &[RunRecord], name: &str| {
        Cell::from(Spread::of(runs.iter().filter_map(|run| run.facts.get(name).copied())))
    };
    let rows = records.entries().filter(|(.., runs)| !runs.is_empty()).map(|(row, _, runs)| {
        let seconds = Spread::of(runs.iter().map(|run| run.wall_s));
        vec![Cell::Text(format!("`{}`", row.id)), seconds.into(), fact(runs, facts::EMPTY_CLUSTERS)]
    });
    let columns = vec![
        Column::words("method"),
        Column::spread("seconds", 0),
        Column::spread("clusters without samples", 0),
    ];
    Table {
        title: "Seconds of a whole run on one thread of busy machines of several kinds".to_owned(),
        columns,
        rows: rows.collect(),
        notes: Vec::new(),
    }
}
