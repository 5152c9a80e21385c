//! Fewer labels: Figures 3 and 4.

use super::published;
use super::rows::{AUTOENCODER, COMPONENTS, labels, run};
use super::settings::snnl;
use crate::{Records, Result, Row, dataset_name};
use deepclust_experiments::{Scale, Store};
use deepclust_methods::Snnl;
use deepclust_plots::{Axis, Curves, Figure, Panels, QUICK_NOTE, Series, Stroke};
use deepclust_report::{Cell, Column, Page, Spread, Table, grouped, labels_used};

/// The table of these rows.
const TABLE: &str = "labels";

/// Numbers of labelled images besides the tables' own, with the rows of both methods.
const FEWER: [(usize, &str, &str); 3] = [
    (1_000, "snnl-5/labels-1000", "snnl-1/labels-1000"),
    (3_000, "snnl-5/labels-3000", "snnl-1/labels-3000"),
    (6_000, "snnl-5/labels-6000", "snnl-1/labels-6000"),
];

/// The data sets of the figures, with the seeds of SNNL-5 and SNNL-1.
const DATASETS: [(&str, u64, u64); 2] = [("mnist", 4, 3), ("fashion-mnist", 4, 2)];

pub(super) fn rows(scale: Scale) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (n, five, one) in FEWER {
        for (method, id) in [(5, five), (1, one)] {
            let mut row = Row::new(id, format!("SNNL-{method}, {} labels", grouped(n))).table(TABLE);
            for (dataset, seeds_5, seeds_1) in DATASETS {
                // In proportion, but more than there are clusters.
                let small = (n * labels(dataset, Scale::Quick) / labels(dataset, Scale::Full)).max(100);
                let labelled = Some(scale.pick(n, small));
                let spec = run(dataset, Snnl::SLUG, snnl(method, scale), labelled, scale)?;
                row = row.on(spec, if method == 5 { seeds_5 } else { seeds_1 });
            }
            rows.push(row);
        }
    }
    Ok(rows)
}

/// The rows of a method by their number of labels, the tables' own last.
fn series(method: u8, dataset: &str) -> Vec<(usize, &'static str)> {
    let fewer = FEWER.map(|(n, five, one)| (n, if method == 5 { five } else { one }));
    let all = (labels(dataset, Scale::Full), if method == 5 { "snnl-5" } else { "snnl-1" });
    [fewer.to_vec(), vec![all]].concat()
}

/// Accuracy and mutual information against the number of labels.
pub(super) fn table(records: &Records) -> Table {
    let mut rows = Vec::new();
    for (dataset, ..) in DATASETS {
        for method in [5, 1] {
            for (n, id) in series(method, dataset) {
                let name = format!("SNNL-{method}");
                let path = format!("/fewer_labels_acc_mean_of_4/{dataset}/{name}/{n}");
                let in_table = || (super::PAPER.printed)(dataset, &name, "acc");
                let printed =
                    published().elsewhere(&path).or_else(|| (!id.contains('/')).then(in_table).flatten());
                let acc = records.metric(id, dataset, "acc");
                if acc.is_none() {
                    continue;
                }
                rows.push(vec![
                    dataset_name(dataset).into(),
                    Cell::Text(name),
                    records.of(id, dataset).first().map_or(Cell::None, |run| Cell::Text(labels_used(run))),
                    Cell::Number(records.of(id, dataset).len() as f64),
                    printed.into(),
                    acc.into(),
                    records.metric(id, dataset, "nmi").into(),
                ]);
            }
        }
    }
    Table {
        title: "Fewer labels".to_owned(),
        columns: vec![
            Column::words("data"),
            Column::words("method"),
            Column::words("labels used"),
            Column::number("runs", 0),
            Column::number("ACC, published", 4),
            Column::spread("ACC", 4),
            Column::spread("NMI", 4),
        ],
        rows,
        notes: vec![
            "The paper prints numbers for SNNL-5; the rest of its Figures 3 and 4 is drawn.".to_owned(),
        ],
    }
}

/// Figure 3 or 4.
pub(super) fn figure(
    records: &Records,
    store: &Store,
    page: &mut Page,
    (number, metric, title): (u8, &str, &str),
) -> Result<()> {
    let mut panels: Vec<Box<dyn Figure>> = Vec::new();
    for (dataset, ..) in DATASETS {
        let mut lines = Vec::new();
        for (colour, method) in [5, 1].into_iter().enumerate() {
            let point = |(_, id): (usize, &str)| {
                let used = records.of(id, dataset).first()?.supervision.parse::<usize>().ok()?;
                Some((used as f64, records.metric(id, dataset, metric)?))
            };
            let points: Vec<_> = series(method, dataset).into_iter().filter_map(point).collect();
            if points.len() > 1 {
                lines.push(curve(&format!("SNNL-{method}"), &points).colour(colour));
            }
        }
        if lines.is_empty() {
            continue;
        }
        let used = lines.iter().flat_map(|line| line.x.iter().copied());
        let ends = used.fold([f64::INFINITY, 0.0_f64], |[least, most], x| [least.min(x), most.max(x)]);
        for (colour, id) in [AUTOENCODER, COMPONENTS].into_iter().enumerate() {
            if let (Some(level), Some(row)) = (records.metric(id, dataset, metric), records.row(id)) {
                let level = ends.map(|x| (x, level));
                lines.push(curve(&row.label, &level).stroke(Stroke::Dashed).colour(colour + 2));
            }
        }
        let (x, y) = (Axis::new("labelled images"), Axis::new(title));
        panels.push(Box::new(Curves::new(dataset_name(dataset), x, y, lines).quick(page.is_quick())));
    }
    if panels.is_empty() {
        return Ok(());
    }
    let figure = Panels {
        title: format!("{title} against the number of labels"),
        figures: panels,
        columns: Some(2),
        note: page.is_quick().then(|| QUICK_NOTE.to_owned()),
    };
    let caption = format!(
        "Figure {number}: {title} on the test images against the number of labelled training images; bars are standard deviations."
    );
    Ok(page.figure(store, &format!("labels-{metric}"), &caption, &figure)?)
}

fn curve(name: &str, points: &[(f64, Spread)]) -> Series {
    let x: Vec<f64> = points.iter().map(|(x, _)| *x).collect();
    let y: Vec<f64> = points.iter().map(|(_, spread)| spread.mean).collect();
    // One run has no standard deviation, and so no bar.
    let errors: Vec<f64> = points.iter().map(|(_, spread)| spread.std.unwrap_or(0.0)).collect();
    Series::new(name, x, y).stroke(Stroke::LineAndDots).errors(errors)
}
