//! What was found, ACC as training proceeds, and Figures 2 to 4.

use super::PAPER;
use super::course::{Course, course_table, courses, longer, stops};
use super::figures::{maps, members, similarities};
use super::rows::{BY_TEXT, DATASETS, LONGER, PER_POINT, START, TEXT};
use crate::{Records, Result, dataset_name};
use deepclust_experiments::Store;
use deepclust_report::{Page, Spread, fixed};

/// What was found.
pub(super) fn findings(records: &Records) -> Vec<String> {
    let acc = |id: &str, dataset: &str| records.metric(id, dataset, "acc").map(|s| s.mean);
    let spread = |id: &str, dataset: &str| {
        let spread = records.metric(id, dataset, "acc")?;
        let std = spread.std.map_or(" (one run)".to_owned(), |std| format!(" ± {}", fixed(std, 3)));
        Some(format!("{}{std}", fixed(spread.mean, 3)))
    };
    let mut findings = Vec::new();
    if let Some(code) = spread(PER_POINT, "mnist") {
        let printed = (PAPER.printed)("mnist", PAPER.own, "acc").unwrap_or(f64::NAN);
        let text =
            |dataset: &str| Some(format!("{} on {}", spread(BY_TEXT, dataset)?, dataset_name(dataset)));
        let text: Vec<String> = DATASETS.into_iter().filter_map(text).collect();
        let text = if text.is_empty() {
            String::new()
        } else {
            let text = text.join(", ");
            format!(
                " By the text, where those of all pairs do, it is {text}; note 2 has the other differences."
            )
        };
        findings.push(format!(
            "On MNIST the ACC is {code} at the last epoch with what the released code does: above all, the similarities of each point add up to 1 \
             (published {}, the best epoch by labels).{text}",
            fixed(printed, 4)
        ));
    }
    if let (Some(code), Some(start)) = (spread(PER_POINT, TEXT), spread(START, TEXT)) {
        findings.push(format!(
            "On the RCV1 subset, which stands in for the paper's Reuters, it is {code}; k-means in the codes of the same network has {start}."
        ));
    }
    let others = DATASETS.iter().filter(|dataset| !["mnist", TEXT].contains(*dataset));
    let words = others.filter_map(|dataset| {
        let (code, start) = (spread(PER_POINT, dataset)?, acc(START, dataset)?);
        Some(format!("{code} on {} (from {})", dataset_name(dataset), fixed(start, 3)))
    });
    let words: Vec<String> = words.collect();
    if !words.is_empty() {
        findings.push(format!("Beyond the paper it has {}.", words.join(", ")));
    }
    let words = DATASETS.iter().filter_map(|dataset| {
        let before = records.of(PER_POINT, dataset);
        // Pairs of another arithmetic too, as there are few.
        let change = Spread::of(records.of(LONGER, dataset).iter().filter_map(|run| {
            let before = before.iter().find(|before| before.seed == run.seed)?;
            Some(run.metrics.get("acc")? - before.metrics.get("acc")?)
        }))?;
        let alike = records.change(PER_POINT, LONGER, dataset, "acc").map_or(0, |change| change.n);
        let others = match change.n - alike {
            0 => String::new(),
            n => format!(", {n} of two arithmetics"),
        };
        Some(format!("{} on {} ({}{others})", fixed(change.mean, 3), dataset_name(dataset), change.n))
    });
    let words: Vec<String> = words.collect();
    if !words.is_empty() {
        findings.push(format!(
            "More joint epochs change the ACC by (in brackets the seeds): {}.",
            words.join(", ")
        ));
    }
    let courses: Vec<Course> = courses(records);
    let later = |course: &Course<'_>| {
        let more = course.best()?.1 - course.last()?;
        Some((course.run.dataset.clone(), more))
    };
    let later: Vec<(String, f64)> = courses.iter().filter_map(later).collect();
    let most =
        |all: &mut dyn Iterator<Item = &(String, f64)>| all.max_by(|a, b| a.1.total_cmp(&b.1)).cloned();
    let on_mnist = most(&mut later.iter().filter(|(dataset, _)| dataset == "mnist"));
    if let (Some((_, on_mnist)), Some((dataset, anywhere))) = (on_mnist, most(&mut later.iter())) {
        findings.push(format!(
            "The best of the epochs that were scored, chosen by labels, adds {} at most to a run on MNIST. The most anywhere is {}, on {}.",
            fixed(on_mnist, 3),
            fixed(anywhere, 3),
            dataset_name(&dataset)
        ));
    }
    findings
}

/// Tables and figures.
pub(super) fn views(records: &Records, store: &Store, page: &mut Page) -> Result<()> {
    page.heading("ACC as training proceeds");
    let courses = courses(records);
    if let Some(table) = course_table(&courses) {
        page.table("course", &table);
    }
    if let Some(table) = stops(&courses) {
        page.table("stops", &table);
    }
    if let Some(table) = longer(records) {
        page.table("longer", &table);
    }
    for id in [PER_POINT, BY_TEXT] {
        let mut runs = records.of(id, "mnist").iter();
        let Some(run) = runs.find(|run| run.figure_data_digest.is_some()) else { continue };
        page.heading("What the representation network does with MNIST");
        let data = store.figure_data(run)?;
        similarities(run, &data, store, page)?;
        maps(run, &data, store, page)?;
        members(run, &data, store, page)?;
    }
    Ok(())
}
