//! What the page has beside the tables: what pretraining decides, Figure 2, and how k-DAE gets where it gets.

use super::PAPER;
use super::lost_classes;
use super::rows::{BY_DESCENT, DATASETS, K_DAE, PICTURED, RESPONSIBLE, RESPONSIBLE_USPS};
use crate::tables::gain;
use crate::{Kind, Planned, Records, Result, Row, dataset_name};
use deepclust_experiments::measures::{Reconstructions, ReconstructionsData, Samples, SamplesData};
use deepclust_experiments::{RunRecord, Store};
use deepclust_methods::series::SHARE;
use deepclust_plots::{Axis, Curves, GridRow, ImageGrid, Panels, QUICK_NOTE, Series, Stroke};
use deepclust_report::{Page, cluster_members, confusion, correlation, fixed, metric, picture};

/// Rows of joint training on a data set, with their runs.
fn joint<'a>(records: &'a Records, dataset: &'a str) -> impl Iterator<Item = (&'a Row, &'a [RunRecord])> {
    let joint = move |(row, planned, runs): &(&Row, &Planned, &[RunRecord])| {
        row.kind == Kind::Table && row.start.is_some() && planned.dataset == dataset && !runs.is_empty()
    };
    records.entries().filter(joint).map(|(row, _, runs)| (row, runs))
}

/// ACC of the start and of the run, less the means over the runs of the row.
fn less_their_mean(runs: &[RunRecord]) -> Vec<(f64, f64)> {
    let pair = |run: &RunRecord| Some((run.metrics.get("start_acc")?, run.metrics.get("acc")?));
    let pairs: Vec<(f64, f64)> = runs.iter().filter_map(pair).collect();
    let n = pairs.len() as f64;
    let (x, y) = (pairs.iter().map(|p| p.0).sum::<f64>() / n, pairs.iter().map(|p| p.1).sum::<f64>() / n);
    pairs.into_iter().map(|p| (p.0 - x, p.1 - y)).collect()
}

/// What was found.
pub(super) fn findings(records: &Records) -> Vec<String> {
    let mut findings = Vec::new();
    let with_the_start = |dataset: &&str| {
        let rows = joint(records, dataset).filter(|(_, runs)| runs.len() > 1);
        let pairs: Vec<_> = rows.flat_map(|(_, runs)| less_their_mean(runs)).collect();
        Some(format!("{} r = {}", dataset_name(dataset), fixed(correlation(&pairs)?, 2)))
    };
    let found: Vec<String> = DATASETS.iter().filter_map(with_the_start).collect();
    if !found.is_empty() {
        findings.push(format!(
            "**Pretraining decides the accuracy.** In most rows, seeds that start well end well. Correlation of the ACC of the start (k-means in the \
             first codes) with that of the run, each less its row's mean, over all rows: {}.",
            found.join(", ")
        ));
    }
    let own = |dataset: &&str| {
        let text = records.metric(K_DAE, dataset, "acc")?;
        let mut words = format!("{} {}", dataset_name(dataset), fixed(text.mean, 3));
        if let Some((_, runs)) = records.nearest(K_DAE, dataset)
            && let Some(other) = metric(runs, "acc")
        {
            words.extend([", by another reading ", &fixed(other.mean, 3)]);
        }
        let printed = (PAPER.printed)(dataset, PAPER.own, "acc");
        Some(words + &printed.map_or(String::new(), |p| format!(" (published {p:.2})")))
    };
    let found: Vec<String> = DATASETS.iter().filter_map(own).collect();
    if !found.is_empty() {
        findings.push(format!("ACC of k-DAE by the paper's text: {}.", found.join("; ")));
    }
    let gains: Vec<f64> = DATASETS
        .iter()
        .flat_map(|d| joint(records, d))
        .filter_map(|(_, runs)| Some(gain(runs)?.mean))
        .collect();
    if let (Some(least), Some(most)) =
        (gains.iter().copied().reduce(f64::min), gains.iter().copied().reduce(f64::max))
    {
        let starts = |id| records.metric(id, "mnist", "acc").map(|s| fixed(s.mean, 3));
        let from = match (starts("ae-k-means"), starts("ae-k-means/descent")) {
            (Some(text), Some(other)) => format!(
                " On MNIST k-means in the first codes has {text} by the text, and {other} by gradient descent."
            ),
            _ => String::new(),
        };
        findings.push(format!(
            "Joint training moves the mean ACC of a row by {} to {}.{from}",
            fixed(least, 3),
            fixed(most, 3)
        ));
    }
    let kept = |dataset: &&str| {
        let (same, pairs) = lost_classes::kept_on(records, dataset);
        (pairs > 0).then(|| format!("{} {same} of {pairs}", dataset_name(dataset)))
    };
    let found: Vec<String> = DATASETS.iter().filter_map(kept).collect();
    if !found.is_empty() {
        findings.push(format!(
            "Classes that have no cluster at the start seldom get one. Runs that end without a cluster for just the same classes, of those whose start was \
             made with the same arithmetic: {}.",
            found.join(", ")
        ));
    }
    let changes = [("fashion-mnist", RESPONSIBLE), ("usps-9298", RESPONSIBLE_USPS)];
    let change = |(dataset, (from, to)): &(&str, (&str, &str))| {
        let change = records.change(from, to, dataset, "acc")?;
        let std = change.std.map_or(String::new(), |std| format!(" ± {std:.3}"));
        Some(format!("{}{std} on {}", fixed(change.mean, 3), dataset_name(dataset)))
    };
    let found: Vec<String> = changes.iter().filter_map(change).collect();
    if !found.is_empty() {
        findings.push(format!(
            "Batch statistics of an autoencoder's own samples alone change the ACC of k-DAE by {}.",
            found.join(" and ")
        ));
    }
    findings
}

/// Figures, and the table of lost classes.
pub(super) fn views(records: &Records, store: &Store, page: &mut Page) -> Result<()> {
    page.heading("What pretraining decides");
    start_and_end(records, store, page)?;
    page.file("lost-classes", &lost_classes::table(records));
    page.heading("What the autoencoders reconstruct");
    for dataset in DATASETS {
        for id in PICTURED {
            let mut runs = records.of(id, dataset).iter();
            let Some(run) = runs.find(|run| run.figure_data_digest.is_some()) else { continue };
            let Some(row) = records.row(id) else { continue };
            draw_run(store, page, row, run, id == BY_DESCENT || page.is_quick())?;
        }
    }
    Ok(())
}

/// A run's ACC against that of the clusters it starts from, a panel a data set.
fn start_and_end(records: &Records, store: &Store, page: &mut Page) -> Result<()> {
    let mut panels: Vec<Box<dyn deepclust_plots::Figure>> = Vec::new();
    for dataset in DATASETS {
        let mut lines: Vec<Series> = Vec::new();
        for (colour, name) in ["DEC", "DCN", "k-DAE", "DAMIC"].into_iter().enumerate() {
            let runs = joint(records, dataset)
                .filter(|(row, _)| row.published == Some(name))
                .flat_map(|(_, runs)| runs);
            let pair = |run: &RunRecord| Some((run.metrics.get("start_acc")?, run.metrics.get("acc")?));
            let (x, y): (Vec<f64>, Vec<f64>) = runs.filter_map(pair).unzip();
            if !x.is_empty() {
                lines.push(Series::new(name, x, y).stroke(Stroke::Dots).colour(colour));
            }
        }
        if !lines.is_empty() {
            let (x, y) = (Axis::new("ACC of the start"), Axis::new("ACC after joint training"));
            panels.push(Box::new(Curves::new(dataset_name(dataset), x, y, lines).quick(page.is_quick())));
        }
    }
    if panels.is_empty() {
        return Ok(());
    }
    let title = "Where a run starts and where it ends".to_owned();
    let note = page.is_quick().then(|| QUICK_NOTE.to_owned());
    let figure = Panels { title, figures: panels, columns: Some(2), note };
    let caption = "ACC of every run of joint training against that of k-means in the codes it starts from.";
    Ok(page.figure(store, "start-and-end", caption, &figure)?)
}

/// Figure 2 and the confusion of a run; with `all` also its clusters, losses and sizes.
fn draw_run(store: &Store, page: &mut Page, row: &Row, run: &RunRecord, all: bool) -> Result<()> {
    let quick = page.is_quick();
    let title =
        |what: &str| format!("{}, {}: {what} (seed {})", dataset_name(&run.dataset), row.label, run.seed);
    let file = |name: &str| format!("{}-{}-{name}", run.dataset, row.id.replace('/', "-"));
    let data = store.figure_data(run)?;
    if let Some(all) = data.get::<ReconstructionsData>(Reconstructions::KEY)? {
        let figure =
            decoders(run, &all, title("a sample of each class through all autoencoders"))?.quick(quick);
        let caption = title(
            "Figure 2, a sample of each class and what every autoencoder makes of it; the least ‖x − x̂‖² is framed",
        );
        page.figure(store, &file("decoders"), &caption, &figure)?;
    }
    let caption = title("classes against clusters, after the best matching");
    page.figure(
        store,
        &file("confusion"),
        &caption,
        &confusion(run, caption.clone(), "class")?.quick(quick),
    )?;
    if !all {
        return Ok(());
    }
    if let Some(grid) = data.get::<SamplesData>(Samples::KEY)? {
        let caption = title("random members of each cluster");
        page.figure(
            store,
            &file("samples"),
            &caption,
            &cluster_members(run, &grid, caption.clone())?.quick(quick),
        )?;
    }
    let caption = title("losses by phase");
    page.figure(store, &file("losses"), &caption, &losses(run, caption.clone(), quick))?;
    let caption = title("samples that each cluster wins, epoch by epoch");
    Ok(page.figure(store, &file("sizes"), &caption, &sizes(run, caption.clone(), quick))?)
}

/// The paper's Figure 2.
fn decoders(run: &RunRecord, all: &ReconstructionsData, title: String) -> Result<ImageGrid> {
    let rows = all.samples.iter().map(|sample| {
        let mut images = vec![picture(run, &sample.pixels)?];
        let errors = sample.errors.iter().enumerate();
        let least = errors.min_by(|a, b| a.1.total_cmp(b.1)).map(|(i, _)| i);
        for (i, (image, error)) in sample.reconstructions.iter().zip(&sample.errors).enumerate() {
            let image = picture(run, image)?.caption(format!("{error:.1}"));
            images.push(image.marked(Some(i) == least));
        }
        Ok(GridRow::new(format!("class {}", sample.class), images))
    });
    let rows = rows.collect::<Result<Vec<_>>>()?;
    let mut grid = ImageGrid::new(title, all.height, all.width, rows).range(0.0, 255.0);
    let clusters = (0..run.cluster_sizes.len()).map(|cluster| format!("cluster {cluster}"));
    grid.column_names = std::iter::once("input".to_owned()).chain(clusters).collect();
    Ok(grid)
}

/// One panel a phase: their losses have different units.
fn losses(run: &RunRecord, title: String, quick: bool) -> Panels {
    let panel = |series: &deepclust_experiments::Series| {
        let epochs: Vec<f64> = (1..=series.values.len()).map(|epoch| epoch as f64).collect();
        let line = Series::new(series.name.clone(), epochs, series.values.clone());
        let curves = Curves::new(series.name.clone(), Axis::new(&series.step), Axis::new("loss"), vec![line]);
        Box::new(curves) as Box<dyn deepclust_plots::Figure>
    };
    let figures = run.history.iter().filter(|series| series.name.contains("loss")).map(panel).collect();
    Panels { title, figures, columns: Some(3), note: quick.then(|| QUICK_NOTE.to_owned()) }
}

/// How many samples each cluster wins, epoch by epoch, while the weights move.
fn sizes(run: &RunRecord, title: String, quick: bool) -> Curves {
    let n = run.data.n as f64;
    let shares = run.history.iter().filter_map(|series| {
        let cluster = series.name.strip_prefix(SHARE)?;
        let epochs: Vec<f64> = (1..=series.values.len()).map(|epoch| epoch as f64).collect();
        Some(Series::new(cluster, epochs, series.values.iter().map(|share| share * n).collect::<Vec<_>>()))
    });
    Curves::new(title, Axis::new("epoch of the joint training"), Axis::new("samples"), shares.collect())
        .quick(quick)
}
