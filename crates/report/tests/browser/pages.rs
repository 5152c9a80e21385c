//! What is opened: small, with every part, and with text that wants to be HTML.

use deepclust_experiments::Store;
use deepclust_plots::{Axis, Curves, Series};
use deepclust_report::html::{
    Agreement, Chart, ChoiceOfK, Cluster, ClusteringReport, Criterion, Item, LabelScores, Line, Map, Picture,
    Silhouettes, Trait,
};
use deepclust_report::{Cell, Column, Page, Table};
use std::path::Path;

const BAD: &str = "<img src=x onerror=\"window.pwned = 1\"><script>window.pwned = 1</script>";

fn item(row: usize) -> Item {
    let pixels = (0..64).map(|i| ((i * 3 + row * 5) % 256) as u8).collect();
    Item {
        row,
        picture: Some(Picture { width: 8, height: 8, pixels }),
        fields: vec![format!("{row}"), BAD.to_owned()],
    }
}

/// 600 rows on two spirals, ten of them noise.
pub fn report() -> ClusteringReport {
    let clusters: Vec<i32> = (0..600).map(|i| if i % 60 == 0 { -1 } else { i32::from(i % 3 != 0) }).collect();
    let sizes = [0, 1, -1].map(|id| clusters.iter().filter(|cluster| **cluster == id).count());
    let spiral = |turn: fn(f32) -> f32| {
        let at = |(i, cluster): (usize, &i32)| {
            let t = i as f32 / 60.0;
            t * turn(t + *cluster as f32 * 3.0)
        };
        clusters.iter().enumerate().map(at).collect()
    };
    let text = || BAD.to_owned();
    let cluster = |place: usize, id: i32, name: &str| Cluster {
        id,
        name: name.to_owned(),
        size: sizes[place],
        silhouette: (id >= 0).then_some(0.25),
        confidence: Some(0.75),
        nearest: (0..8).map(|i| item(i + 8 * place)).collect(),
        farthest: (0..8).map(|i| item(100 + i + 8 * place)).collect(),
        traits: vec![Trait { column: text(), here: "1.5".to_owned(), all: "0.5".to_owned(), apart: 1.25 }],
    };
    let line = |seed: usize| Line {
        name: format!("seed {seed}"),
        x: (1..=49).map(f64::from).collect(),
        y: (1..=49).map(|epoch| seed as f64 + 5.0 / f64::from(epoch)).collect(),
    };
    ClusteringReport {
        title: format!("Two spirals {BAD}"),
        summary: vec![
            text(),
            "Two spirals were parted.".to_owned(),
            "Nothing was chosen by labels.".to_owned(),
        ],
        warnings: vec![text()],
        data: vec![("rows".to_owned(), "600".to_owned()), (text(), text())],
        columns: vec!["number".to_owned(), text()],
        map: Some(Map {
            made_by: text(),
            x: spiral(f32::cos),
            y: spiral(f32::sin),
            confidence: (0..600).map(|i| (i % 10) as f32 / 10.0).collect(),
            items: (0..600).map(item).collect(),
            clusters: clusters.clone(),
        }),
        clusters: vec![cluster(0, 0, BAD), cluster(1, 1, ""), cluster(2, -1, "")],
        silhouettes: Some(Silhouettes {
            note: text(),
            values: clusters.iter().enumerate().map(|(i, id)| (*id, (i % 7) as f64 / 7.0 - 0.2)).collect(),
        }),
        agreement: Some(Agreement {
            note: text(),
            runs: vec![text(), "seed 1".to_owned()],
            ari: vec![vec![1.0, 0.75], vec![0.75, 1.0]],
            shown: Some(1),
        }),
        choice_of_k: Some(ChoiceOfK {
            note: text(),
            ks: vec![2, 3, 4],
            criteria: vec![Criterion {
                name: "silhouette".to_owned(),
                values: vec![Some(0.5), None, Some(0.25)],
                chosen: Some(2),
                reason: text(),
            }],
        }),
        losses: vec![Chart {
            title: text(),
            x_label: "epoch".to_owned(),
            y_label: "loss".to_owned(),
            lines: vec![line(0), line(1)],
        }],
        settings: vec![("method".to_owned(), "k-means".to_owned())],
        labels: Some(LabelScores {
            classes: vec![text(), "b".to_owned()],
            clusters: vec![0, 1, -1],
            counts: vec![vec![190, 10, 5], vec![10, 380, 5]],
            metrics: vec![("ACC".to_owned(), 0.95)],
        }),
    }
}

/// A page with a table and a figure, whose files lie in a folder.
pub fn page(folder: &Path) -> Page {
    let store = Store::open(folder).unwrap();
    let row = |name: &str, value: Option<f64>| vec![Cell::from(name), Cell::from(value)];
    let mut page = Page::new("paper", "A paper", false);
    page.list(vec![format!("What was found {BAD}.")]);
    page.table(
        "numbers",
        &Table {
            title: "Numbers".to_owned(),
            columns: vec![Column::words("name"), Column::number("value", 1)],
            rows: vec![row("b", Some(12.0)), row("a", Some(2.0)), row("c", None)],
            notes: vec![BAD.to_owned()],
        },
    );
    let line = Series::new("a", vec![1.0, 2.0], vec![1.0, 3.0]);
    let figure = Curves::new("a curve", Axis::new("x"), Axis::new("y"), vec![line]);
    page.figure(&store, "curve", BAD, &figure).unwrap();
    page
}
