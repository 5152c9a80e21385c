//! The paper's comparison and its Table I, beside what is measured here.

use super::ablation::Variant;
use super::protocol::{METHODS, SEEDS, SILHOUETTE_SAMPLES, autoencoder};
use super::{DATASET, published};
use crate::Result;
use crate::render::{Cell, Column, Records, Spread, Table, grouped};
use crate::run::RunRecord;

/// The method's name in print, ours beside the paper's.
fn names(method: &str) -> (&'static str, &'static str) {
    match method {
        "k-means" => ("k-means on pixels", "k-means"),
        "pca-k-means" => ("k-means on 64 principal components", "PCA-64+k-means"),
        _ => ("k-means on the 64-d autoencoder code", "AE-64+k-means"),
    }
}

pub(super) fn name(method: &str) -> &'static str {
    names(method).0
}

/// How many images were clustered, as the records have it.
fn samples(main: &Records) -> String {
    main.all().first().map_or("no".to_owned(), |record| grouped(record.data.n))
}

/// The printed silhouette.
pub(super) fn printed_silhouette(method: &str) -> Result<f64> {
    published()?.number("text", names(method).1, "sil")
}

/// Method by method: the printed silhouette, ours, and the other five metrics.
pub(super) fn comparison(main: &Records) -> Result<Table> {
    let mut columns = vec![
        Column::words("method"),
        Column::number("runs", 0),
        Column::number("silhouette, paper", 4),
        Column::spread("silhouette, ours", 4),
        Column::number("best", 4),
        Column::number("Δ of means", 4),
    ];
    columns.extend(["ACC", "NMI", "ARI"].map(|name| Column::spread(name, 3)));
    columns.extend([Column::spread("CHS", 0), Column::spread("DBI", 2)]);
    let mut rows = Vec::new();
    for method in METHODS {
        let records = main.of(DATASET, method, None);
        let printed = printed_silhouette(method)?;
        let ours = Records::metric(&records, "sil");
        let mut row = vec![
            Cell::from(name(method)),
            Cell::Number(records.len() as f64),
            Cell::Number(printed),
            ours.into(),
            ours.map(|s| s.max).into(),
            ours.map_or(Cell::None, |s| Cell::Difference(s.mean - printed)),
        ];
        row.extend(
            ["acc", "nmi", "ari", "chs", "dbi"].map(|metric| Records::metric(&records, metric).into()),
        );
        rows.push(row);
    }
    Ok(Table {
        title: format!("MNIST, {} training images: silhouette of the paper and ours, and five metrics more", samples(main)),
        columns,
        rows,
        notes: vec![
            "Mean ± sample standard deviation over seeds 0, 1, …. Silhouette, CHS and DBI are those of the clusters in the \
             features that k-means saw; the silhouette is exact, over all pairs of samples. *best* is the highest silhouette, \
             which needs no labels. The paper prints no ACC, NMI, ARI, CHS or DBI. ACC, NMI and ARI use the true digits, which \
             no method sees."
                .to_owned(),
            "The paper prints the autoencoder's silhouette as 0.1588 and, in another place, as 0.1581.".to_owned(),
        ],
    })
}

/// All runs, one a line.
pub(super) fn all_runs(main: &Records) -> Table {
    let metrics = [("sil", 4), ("acc", 4), ("nmi", 4), ("ari", 4), ("chs", 1), ("dbi", 4)];
    let mut columns = vec![Column::words("method"), Column::number("seed", 0)];
    columns.extend(metrics.map(|(name, decimals)| Column::number(name.to_uppercase(), decimals)));
    columns.extend([Column::number("inertia", 1), Column::words("cluster sizes")]);
    let row = |record: &RunRecord| {
        let mut row = vec![Cell::from(name(&record.method)), Cell::Number(record.seed.0 as f64)];
        row.extend(metrics.map(|(metric, _)| record.metrics.get(metric).into()));
        let sizes = record.cluster_sizes.iter().map(usize::to_string).collect::<Vec<_>>().join(" ");
        row.extend([record.facts.get("inertia").copied().into(), Cell::Text(sizes)]);
        row
    };
    let rows = METHODS.iter().flat_map(|method| main.of(DATASET, method, None)).map(row).collect();
    Table {
        title: format!("MNIST, {} training images: every run", samples(main)),
        columns,
        rows,
        notes: Vec::new(),
    }
}

/// The paper's Table I with the true counts.
pub(super) fn parameters() -> Result<Table> {
    let published = published()?;
    let settings = autoencoder(false).pretraining.network(784);
    let layers = ["encoder 1", "encoder 2", "decoder 1", "decoder 2"];
    let functions = ["ReLU", "none (this is the code)", "ReLU", "tanh"];
    let mut rows = Vec::new();
    let (mut printed_sum, mut true_sum) = (0.0, 0.0);
    for ((layer, function), (fan_in, fan_out)) in layers.iter().zip(functions).zip(settings.layer_shapes()) {
        let printed = published.number("I", layer, "parameters")?;
        let counted = (fan_in * fan_out + fan_out) as f64;
        (printed_sum, true_sum) = (printed_sum + printed, true_sum + counted);
        rows.push(vec![
            Cell::from(*layer),
            Cell::Text(format!("{fan_in} → {fan_out}")),
            Cell::from(function),
            Cell::Number(printed),
            Cell::Number(counted),
            Cell::Difference(counted - printed),
        ]);
    }
    rows.push(vec![
        "total".into(),
        Cell::None,
        Cell::None,
        Cell::Number(printed_sum),
        Cell::Number(true_sum),
        Cell::Difference(true_sum - printed_sum),
    ]);
    Ok(Table {
        title: "Table I (and the block diagram, Figure 1): layers and parameters of the autoencoder".to_owned(),
        columns: vec![
            Column::words("layer"),
            Column::words("input → output"),
            Column::words("followed by"),
            Column::number("parameters, paper", 0),
            Column::number("parameters, counted", 0),
            Column::number("Δ", 0),
        ],
        rows,
        notes: vec![
            "The paper's last layer is a slip: 128 × 784 weights and 784 biases are 101,136 parameters, so the network has \
             218,192 in all, not 217,552. A test counts those of the network that is trained here."
                .to_owned(),
        ],
    })
}

/// Silhouettes of random subsets against that of all samples.
pub(super) fn sampled_silhouettes(main: &Records) -> Table {
    let mut columns = vec![Column::words("method")];
    columns.extend(SILHOUETTE_SAMPLES.map(|size| Column::spread(format!("{size} samples"), 4)));
    columns.push(Column::spread("all samples", 4));
    let rows = METHODS.iter().map(|method| {
        let records = main.of(DATASET, method, None);
        let mut row = vec![Cell::from(name(method))];
        row.extend(
            SILHOUETTE_SAMPLES.map(|size| Records::metric(&records, &format!("sil_sampled_{size}")).into()),
        );
        row.push(Records::metric(&records, "sil").into());
        row
    });
    Table {
        title: "Does sub-sampling move the silhouette?".to_owned(),
        columns,
        rows: rows.collect(),
        notes: vec![format!("One random subset a run, over up to {SEEDS} seeds.")],
    }
}

/// One deviation at a time.
pub(super) fn ablation(main: &Records, ablation: &Records, variants: &[Variant]) -> Result<Table> {
    let columns = vec![
        Column::words("method"),
        Column::words("what is changed"),
        Column::number("runs", 0),
        Column::spread("silhouette", 4),
        Column::spread("Δ to the protocol, same seeds", 4),
        Column::number("silhouette, paper", 4),
        Column::spread("ACC", 3),
        Column::spread("NMI", 3),
    ];
    let mut rows = Vec::new();
    for method in METHODS {
        let protocol = main.of(DATASET, method, None);
        let mut add = |words: &str, records: &[&RunRecord], change: Option<Spread>| -> Result<()> {
            rows.push(vec![
                name(method).into(),
                words.into(),
                Cell::Number(records.len() as f64),
                Records::metric(records, "sil").into(),
                change.into(),
                Cell::Number(printed_silhouette(method)?),
                Records::metric(records, "acc").into(),
                Records::metric(records, "nmi").into(),
            ]);
            Ok(())
        };
        add("nothing: the protocol", &protocol, None)?;
        for variant in variants.iter().filter(|variant| variant.method == method) {
            let records = ablation.of(DATASET, method, Some(variant.name));
            add(&variant.words, &records, Records::paired_change(&protocol, &records, "sil"))?;
        }
    }
    Ok(Table {
        title: "What moves the silhouette: one deviation from the protocol at a time".to_owned(),
        columns,
        rows,
        notes: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_printed_total_is_the_sum_of_the_printed_layers() {
        let table = parameters().unwrap();
        let total = table.rows.last().unwrap();
        assert_eq!((&total[3], &total[4]), (&Cell::Number(217_552.0), &Cell::Number(218_192.0)));
    }
}
