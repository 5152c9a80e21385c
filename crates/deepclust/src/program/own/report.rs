//! `report.html`.

use super::input::Input;
use super::items::{Look, look, rows};
use super::profile::profiles;
use crate::fit::{Answer, NOISE, sizes};
use crate::program::{as_options, counted};
use anyhow::Result;
use deepclust_cluster::{Choice, Criterion as By, Opinion, Opinions, Source, StableAt};
use deepclust_manifold::{Umap, UmapSettings};
use deepclust_methods::Seed;
use deepclust_metrics::confusion_matrix;
use deepclust_report::html::{
    Agreement, Chart, ChoiceOfK, Cluster, ClusteringReport, Criterion, Item, LabelScores, Line, MAP_ITEMS,
    MAP_POINTS, Map, Silhouettes, thinned,
};
use ndarray::{Array2, Axis};
use std::collections::BTreeMap;

/// Rows that a cluster shows on either side.
const SAMPLES: usize = 8;
/// Points of a curve.
const POINTS: usize = 400;

/// The report of an answer.
pub fn report(input: &Input, shape: (usize, usize), answer: &Answer) -> Result<ClusteringReport> {
    let labels = &answer.chosen().labels;
    let drawn = thinned(labels, MAP_POINTS);
    let shown: Vec<usize> = {
        let clusters: Vec<i32> = drawn.iter().map(|&row| labels[row]).collect();
        thinned(&clusters, MAP_ITEMS).into_iter().map(|at| drawn[at]).collect()
    };
    let (near, far) = extremes(answer);
    let wanted: Vec<usize> = {
        let mut all: Vec<usize> =
            near.values().chain(far.values()).flatten().chain(&shown).copied().collect();
        all.sort_unstable();
        all.dedup();
        all
    };
    let mut items: BTreeMap<usize, Item> = BTreeMap::new();
    let mut columns = Vec::new();
    let mut pictures = None;
    if let Some(x) = rows(input, answer, &wanted) {
        let clusters: Vec<i32> = wanted.iter().map(|&row| labels[row]).collect();
        let look = look(input, &answer.plan, &x, &clusters);
        columns = look.columns(input);
        if let (Look::Pictures((height, width, _), _), None) = (&look, input.image) {
            pictures = Some(format!("{height} × {width}, guessed from {} columns of bytes", shape.1));
        }
        items = wanted.iter().zip(x.rows()).map(|(&row, values)| (row, look.item(row, values))).collect();
    }
    let of = |rows: Option<&Vec<usize>>| -> Vec<Item> {
        rows.into_iter().flatten().filter_map(|row| items.get(row).cloned()).collect()
    };
    let map = map(answer, &drawn)?.map(|(x, y, made_by)| Map {
        made_by,
        x,
        y,
        clusters: labels.clone(),
        confidence: if answer.runs.len() > 1 { answer.confidence.clone() } else { Vec::new() },
        items: of(Some(&shown)),
    });
    let mut clusters = clusters(answer, |id| (of(near.get(&id)), of(far.get(&id))));
    if !columns.is_empty() {
        let mut profiles = profiles(input, answer);
        clusters
            .iter_mut()
            .for_each(|cluster| cluster.traits = profiles.remove(&cluster.id).unwrap_or_default());
    }
    let mut data = input.found.clone();
    data.extend(pictures.map(|words| ("shown as pictures".to_owned(), words)));
    data.push(("digest".to_owned(), input.digest.chars().take(12).collect()));
    Ok(ClusteringReport {
        title: format!("{}: {}", input.name, counted(answer.clusters(), "cluster")),
        summary: summary(shape, answer),
        warnings: [input.warnings.iter().map(|text| as_options(text)).collect(), answer.warnings.clone()]
            .concat(),
        data,
        columns,
        map,
        clusters,
        silhouettes: silhouettes(answer),
        agreement: agreement(answer),
        choice_of_k: answer.plan.opinions.as_ref().map(choice_of_k),
        losses: losses(answer),
        settings: settings(answer),
        labels: scores(input, answer)?,
    })
}

fn summary((n, d): (usize, usize), answer: &Answer) -> Vec<String> {
    let (plan, chosen) = (&answer.plan, answer.chosen());
    let seeds = answer.runs.len();
    let mut words = vec![format!(
        "{n} rows of {} were put into {} by {}, from {}.",
        counted(d, "column"),
        counted(answer.clusters(), "cluster"),
        plan.method.slug,
        counted(seeds, "seed")
    )];
    words.push(plan.why.replace('`', ""));
    if seeds > 1 {
        words.push(format!(
            "The seeds agree by {:.2} (mean adjusted Rand index of all pairs; 1 is the same, 0 is chance). Shown is seed {}, because {}.",
            answer.mean_agreement(),
            chosen.seed,
            answer.choice.rule
        ));
    }
    words
}

/// For each cluster the rows nearest to and farthest from the mean of its rows in the embedding.
type Rows = BTreeMap<i32, Vec<usize>>;

fn extremes(answer: &Answer) -> (Rows, Rows) {
    let (labels, x) = (&answer.chosen().labels, &answer.embedding);
    let (sizes, _) = sizes(labels);
    let mut centres = Array2::<f64>::zeros((sizes.len(), x.ncols()));
    for (row, &label) in x.rows().into_iter().zip(labels) {
        if let Ok(cluster) = usize::try_from(label) {
            centres.row_mut(cluster).zip_mut_with(&row, |sum, &value| *sum += f64::from(value));
        }
    }
    for (mut centre, &size) in centres.rows_mut().into_iter().zip(&sizes) {
        centre /= size.max(1) as f64;
    }
    let mut members: BTreeMap<i32, Vec<(f64, usize)>> = BTreeMap::new();
    for (row, (values, &label)) in x.rows().into_iter().zip(labels).enumerate() {
        if let Ok(cluster) = usize::try_from(label) {
            let centre = centres.row(cluster);
            let distance: f64 = values.iter().zip(centre).map(|(&v, c)| (f64::from(v) - c).powi(2)).sum();
            members.entry(label).or_default().push((distance, row));
        }
    }
    let (mut near, mut far) = (Rows::new(), Rows::new());
    for (label, mut rows) in members {
        rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        near.insert(label, rows.iter().take(SAMPLES).map(|&(_, row)| row).collect());
        far.insert(label, rows.iter().rev().take(SAMPLES).map(|&(_, row)| row).collect());
    }
    (near, far)
}

fn clusters(answer: &Answer, items: impl Fn(i32) -> (Vec<Item>, Vec<Item>)) -> Vec<Cluster> {
    let labels = &answer.chosen().labels;
    let (sizes, noise) = sizes(labels);
    let mut silhouettes: BTreeMap<i32, (f64, f64)> = BTreeMap::new();
    for &(row, value) in &answer.silhouettes {
        let own = silhouettes.entry(labels[row]).or_default();
        *own = (own.0 + value, own.1 + 1.0);
    }
    let mut confidences: BTreeMap<i32, f64> = BTreeMap::new();
    for (label, &share) in labels.iter().zip(&answer.confidence) {
        *confidences.entry(*label).or_default() += f64::from(share);
    }
    let own = sizes.iter().zip(0..).map(|(&size, id)| (id, size));
    let all = own.chain((noise > 0).then_some((NOISE, noise))).filter(|&(_, size)| size > 0);
    all.map(|(id, size)| {
        let (nearest, farthest) = items(id);
        let mean = |&(sum, count): &(f64, f64)| (sum / count).clamp(-1.0, 1.0);
        let silhouette = if id == NOISE { None } else { silhouettes.get(&id).map(mean) };
        let confidence = (answer.runs.len() > 1)
            .then(|| (confidences.get(&id).copied().unwrap_or(0.0) / size as f64).clamp(0.0, 1.0));
        Cluster { id, size, silhouette, confidence, nearest, farthest, ..Cluster::default() }
    })
    .collect()
}

/// Where rows lie from left to right and from bottom to top, and how that was found.
type Places = (Vec<f32>, Vec<f32>, String);

/// Coordinates of all rows, of which those that are not drawn lie in the middle; none where there are too few rows.
fn map(answer: &Answer, drawn: &[usize]) -> Result<Option<Places>> {
    let (n, d) = answer.embedding.dim();
    let few = drawn.len() < n;
    let some = answer.embedding.select(Axis(0), drawn);
    let (places, words) = if d <= 2 {
        (some, "The features themselves".to_owned())
    } else if drawn.len() < 4 {
        return Ok(None);
    } else {
        let mut settings = UmapSettings::default();
        settings.n_neighbors = settings.n_neighbors.min(drawn.len() - 1);
        let umap = Umap::fit(some.view(), &settings, &mut Seed(0).stream("map of the report"))?;
        let of = if few { " of the rows that are drawn" } else { "" };
        (umap.embedding().clone(), format!("UMAP of the {d} features in which clusters were found{of}"))
    };
    let coordinate = |axis: usize| -> Vec<f32> {
        if axis >= places.ncols() {
            return vec![0.0; n];
        }
        let column = places.column(axis);
        let middle = if few { column.sum() / column.len() as f32 } else { 0.0 };
        let mut all = vec![middle; n];
        drawn.iter().zip(column).for_each(|(&row, &value)| all[row] = value);
        all
    };
    Ok(Some((coordinate(0), coordinate(1), words)))
}

fn choice_of_k(opinions: &Opinions) -> ChoiceOfK {
    let ks: Vec<usize> = opinions.communities.by_k.iter().map(|stable| stable.k).collect();
    let of = |k: &usize| -> (Option<&StableAt>, Option<&Choice>) {
        let stable = opinions.communities.by_k.iter().find(|stable| stable.k == *k);
        (
            stable,
            opinions.indices.as_ref().and_then(|sweep| sweep.choices.iter().find(|choice| choice.k == *k)),
        )
    };
    let value = |source: Source, k: &usize| -> Option<f64> {
        let (stable, choice) = of(k);
        match source {
            Source::Communities => stable?.value(),
            Source::Density => {
                let found = opinions.density.as_ref()?.by_k.iter().find(|(found, _)| found == k);
                Some(found.map_or(0.0, |&(_, count)| count as f64))
            }
            Source::Peaks => opinions.peaks.as_ref()?.prominence(*k),
            Source::Index(By::Elbow) => Some(choice?.inertia),
            Source::Index(By::Silhouette) => choice?.silhouette,
            Source::Index(By::CalinskiHarabasz) => choice?.calinski_harabasz,
            Source::Index(By::DaviesBouldin) => choice?.davies_bouldin,
            Source::Index(By::Gap) => Some(choice?.gap?.value),
        }
    };
    let criterion = |Opinion { source, choice }: Opinion| Criterion {
        name: source.to_string(),
        values: ks.iter().map(|k| value(source, k).filter(|value| value.is_finite())).collect(),
        chosen: choice.as_ref().ok().copied(),
        reason: choice.err().unwrap_or_else(|| "by its rule".to_owned()),
    };
    let criteria = opinions.all().into_iter().map(criterion).collect();
    let note = format!("{} Looked at: {} rows.", opinions.sentence(), opinions.rows);
    ChoiceOfK { note, criteria, ks }
}

fn silhouettes(answer: &Answer) -> Option<Silhouettes> {
    let labels = &answer.chosen().labels;
    let clustered = answer.silhouettes.iter().filter(|(row, _)| labels[*row] != NOISE);
    let values: Vec<(i32, f64)> =
        clustered.map(|&(row, value)| (labels[row], value.clamp(-1.0, 1.0))).collect();
    let all = if values.len() < answer.silhouettes.len() { "all that are in a cluster" } else { "all" };
    let some = match answer.silhouettes.len() {
        n if n < labels.len() => format!("{all} of {n} rows drawn at random"),
        _ => format!("{all} of the rows"),
    };
    let note = format!("Euclidean distances between the features in which clusters were found; {some}.");
    (!values.is_empty()).then_some(Silhouettes { note, values })
}

fn agreement(answer: &Answer) -> Option<Agreement> {
    (answer.runs.len() > 1).then(|| Agreement {
        note: format!("Seed {} is shown, because {}.", answer.chosen().seed, answer.choice.rule),
        runs: answer.runs.iter().map(|run| format!("seed {}", run.seed)).collect(),
        ari: answer
            .agreement
            .rows()
            .into_iter()
            .map(|row| row.iter().map(|value| value.clamp(-1.0, 1.0)).collect())
            .collect(),
        shown: Some(answer.choice.run),
    })
}

/// One chart for each thing that seeds leave a curve of.
fn losses(answer: &Answer) -> Vec<Chart> {
    let mut charts: Vec<Chart> = Vec::new();
    for run in &answer.runs {
        for series in &run.history {
            let every = series.values.len().div_ceil(POINTS).max(1);
            let kept: Vec<usize> = (0..series.values.len()).step_by(every).collect();
            let line = Line {
                name: format!("seed {}", run.seed),
                x: kept.iter().map(|&at| (at + 1) as f64).collect(),
                y: kept.iter().map(|&at| series.values[at]).collect(),
            };
            match charts.iter_mut().find(|chart| chart.title == series.name) {
                Some(chart) => chart.lines.push(line),
                None => charts.push(Chart {
                    title: series.name.clone(),
                    x_label: series.step.clone(),
                    y_label: series.name.clone(),
                    lines: vec![line],
                }),
            }
        }
    }
    charts
}

fn settings(answer: &Answer) -> Vec<(String, String)> {
    let plan = &answer.plan;
    let seeds: Vec<String> = plan.seeds.iter().map(u64::to_string).collect();
    let mut all = vec![
        ("method".to_owned(), plan.method.slug.to_owned()),
        ("clusters".to_owned(), plan.k.map_or("found by the method".to_owned(), |k| k.to_string())),
        ("seeds".to_owned(), seeds.join(", ")),
    ];
    flatten("", &plan.settings, &mut all);
    all.push(("deepclust".to_owned(), env!("CARGO_PKG_VERSION").to_owned()));
    all
}

fn flatten(path: &str, value: &serde_json::Value, into: &mut Vec<(String, String)>) {
    match value {
        serde_json::Value::Object(fields) => {
            for (name, value) in fields {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                flatten(&path, value, into);
            }
        }
        serde_json::Value::String(text) => into.push((path.to_owned(), text.clone())),
        other => into.push((path.to_owned(), other.to_string())),
    }
}

fn scores(input: &Input, answer: &Answer) -> Result<Option<LabelScores>> {
    if input.labels.is_empty() {
        return Ok(None);
    }
    let labels = &answer.chosen().labels;
    let behind = answer.clusters();
    let numbers: Vec<usize> = labels.iter().map(|&label| usize::try_from(label).unwrap_or(behind)).collect();
    let matrix = confusion_matrix(&input.labels, &numbers)?;
    let kept: Vec<(usize, i32)> = matrix
        .clusters
        .iter()
        .enumerate()
        .filter_map(|(column, &cluster)| {
            let cluster = cluster?;
            let id = if cluster == behind { NOISE } else { i32::try_from(cluster).unwrap_or(NOISE) };
            Some((column, id))
        })
        .collect();
    let name = |class: &usize| input.class_names.get(*class).cloned().unwrap_or_else(|| class.to_string());
    let row = |row: ndarray::ArrayView1<'_, usize>| kept.iter().map(|&(column, _)| row[column]).collect();
    let metrics = answer.scores(&input.labels)?.named();
    Ok(Some(LabelScores {
        classes: matrix.classes.iter().map(name).collect(),
        clusters: kept.iter().map(|&(_, id)| id).collect(),
        counts: matrix.counts.rows().into_iter().map(row).collect(),
        metrics: metrics.map(|(name, value)| (name.to_owned(), value)).into(),
    }))
}
