//! How much the settings matter, and the minutes.

use super::rows::{COMPONENTS, DATASETS, DENSITY, GRAPH, K_MEANS, NEIGHBOURS, VARIED};
use crate::{Records, Result, dataset_name};
use deepclust_experiments::{RunRecord, Store};
use deepclust_methods::facts;
use deepclust_plots::{Axis, Curves, Series, Spread as Band, Stroke};
use deepclust_report::{Cell, Column, Page, Spread, Table, fixed};

/// What was found.
pub(super) fn findings(records: &Records) -> Vec<String> {
    let mean = |id: &str, dataset: &str, name: &str| records.metric(id, dataset, name).map(|s| s.mean);
    let mut findings = Vec::new();
    if let (Some(graph), Some(k_means)) = (mean(GRAPH, "mnist", "acc"), mean(K_MEANS, "mnist", "acc")) {
        findings.push(format!(
            "Communities of a neighbour graph reach an ACC of {} on MNIST without any network. k-means on the pixels has {}.",
            fixed(graph, 3),
            fixed(k_means, 3)
        ));
    }
    let others =
        ["usps-9298", "fashion-mnist", "emnist-bymerge-subset", "uci-har"].iter().filter_map(|dataset| {
            Some(format!("{} on {}", fixed(mean(GRAPH, dataset, "acc")?, 3), dataset_name(dataset)))
        });
    let others: Vec<String> = others.collect();
    if !others.is_empty() {
        findings.push(format!("The same settings give {}.", others.join(", ")));
    }
    if let (Some(ari), Some(found)) =
        (mean(DENSITY, "mnist", "ari"), fact(records.of(DENSITY, "mnist"), facts::CLUSTERS_FOUND))
    {
        findings.push(format!(
            "Without k, density on UMAP's map finds {} clusters in MNIST, with an ARI of {}.",
            fixed(found.mean, 1),
            fixed(ari, 3)
        ));
    }
    let change =
        |dataset: &str, name: &str| Some(mean(GRAPH, dataset, name)? - mean(K_MEANS, dataset, name)?);
    let compared = DATASETS.iter().filter(|dataset| change(dataset, "acc").is_some()).count();
    let drops = |name: &str| -> Vec<String> {
        let drop = |dataset: &&str| {
            let drop = change(dataset, name).filter(|drop| *drop < 0.0)?;
            Some(format!("{} ({})", dataset_name(dataset), fixed(drop, 3)))
        };
        DATASETS.iter().filter_map(drop).collect()
    };
    let (dataset, _) = VARIED[0];
    let mut varied: Vec<f64> = COMPONENTS
        .iter()
        .filter_map(|(id, _)| mean(id, dataset, "acc"))
        .chain(mean(GRAPH, dataset, "acc"))
        .collect();
    varied.sort_by(f64::total_cmp);
    if let [least, .., most] = varied[..] {
        findings.push(format!(
            "The number of components decides much: on {} 10 to 200 of them give {} to {}. No label-free rule chose the 50.",
            dataset_name(dataset),
            fixed(least, 3),
            fixed(most, 3)
        ));
    }
    let worse = |name: &str| match drops(name) {
        drops if drops.is_empty() => "on none".to_owned(),
        drops => format!("on {}", drops.join(", ")),
    };
    findings.push(format!(
        "k-means was run too on {compared} data sets. The graph has a lower mean ACC than k-means {}, and a lower mean ARI {}.",
        worse("acc"),
        worse("ari")
    ));
    findings
}

fn fact(runs: &[RunRecord], name: &str) -> Option<Spread> {
    Spread::of(runs.iter().filter_map(|run| run.facts.get(name).copied()))
}

/// Tables and figures.
pub(super) fn views(records: &Records, store: &Store, page: &mut Page) -> Result<()> {
    page.heading("What a run says of itself");
    page.table("confidence", &confidence(records));
    page.paragraph(
        "Agreement is the adjusted Rand index between the seeds of Leiden, or the maps, inside one fit. Seconds are those of a whole run on \
         one thread of busy machines of several kinds, which the file of all runs names: they tell seconds from minutes, and no more.",
    );
    page.heading("How much the settings matter");
    let varied = [
        ("neighbours", "neighbours", &NEIGHBOURS, 15),
        ("components", "principal components", &COMPONENTS, 50),
    ];
    for (name, axis, rows, default) in varied {
        if let Some(curves) = curves(records, axis, rows, default) {
            let names: Vec<&str> = VARIED.iter().map(|(dataset, _)| dataset_name(dataset)).collect();
            let caption = format!(
                "{}: ACC by the number of {axis}, mean ± std over the seeds; the default is {default}.",
                names.join(", ")
            );
            page.figure(store, name, &caption, &curves.quick(page.is_quick()))?;
        }
    }
    Ok(())
}

fn curves(records: &Records, axis: &str, rows: &[(&str, usize)], default: usize) -> Option<Curves> {
    let series = VARIED.iter().filter_map(|(dataset, _)| {
        let all = rows.iter().copied().chain([(GRAPH, default)]);
        let mut points: Vec<(usize, Spread)> =
            all.filter_map(|(id, number)| Some((number, records.metric(id, dataset, "acc")?))).collect();
        points.sort_by_key(|(number, _)| *number);
        (points.len() > 1).then(|| Series {
            name: dataset_name(dataset).to_owned(),
            x: points.iter().map(|(number, _)| *number as f64).collect(),
            y: points.iter().map(|(_, acc)| acc.mean).collect(),
            spread: Band::Bars(points.iter().map(|(_, acc)| acc.std.unwrap_or(0.0)).collect()),
            stroke: Stroke::LineAndDots,
            colour: None,
        })
    });
    let series: Vec<Series> = series.collect();
    let title = format!("Communities of the neighbour graph by the number of {axis}");
    (!series.is_empty()).then(|| Curves::new(title, Axis::new(axis), Axis::new("ACC"), series))
}

fn confidence(records: &Records) -> Table {
    let columns = vec![
        Column::words("data"),
        Column::words("method"),
        Column::spread("modularity", 4),
        Column::spread("agreement of seeds", 3),
        Column::spread("clusters found", 1),
        Column::spread("noise", 3),
        Column::spread("seconds", 0),
    ];
    let mut rows = Vec::new();
    for dataset in records.shown(&DATASETS) {
        for (id, method) in [(GRAPH, "communities"), (DENSITY, "density")] {
            let runs = records.of(id, dataset);
            if runs.is_empty() {
                continue;
            }
            let mut row = vec![Cell::Text(dataset_name(dataset).to_owned()), Cell::Text(method.to_owned())];
            let names = [facts::MODULARITY, facts::AGREEMENT, facts::CLUSTERS_FOUND, facts::NOISE];
            row.extend(names.map(|name| Cell::from(fact(runs, name))));
            row.push(Spread::of(runs.iter().map(|run| run.wall_s)).into());
            rows.push(row);
        }
    }
    Table { title: "What a run says of itself, without labels".to_owned(), columns, rows, notes: Vec::new() }
}
