//! A paper's page: the same order for all.

use crate::tables::{ablations, best, comparison, readings};
use crate::{Paper, Records, Result, Row, dataset_name};
use deepclust_experiments::{Scale, Store};
use deepclust_report::{Page, arithmetic_note, every_run};
use std::path::{Path, PathBuf};

/// All metrics.
const ALL: usize = usize::MAX;

/// Writes a paper's page with its tables and figures from the records.
///
/// # Errors
/// When a record is damaged, or a file cannot be written.
pub fn render(paper: &Paper, store: &Store, scale: Scale) -> Result<Page> {
    let records = Records::read(paper, store, scale)?;
    let mut page = Page::new(paper.slug, paper.title, scale.is_quick());
    page.list((paper.findings)(&records));
    let shown = records.shown(paper.datasets);
    let missing = records.missing(&shown);
    if missing > 0 {
        page.paragraph(&format!(
            "Runs of the tables that are not made yet: {missing}. `cargo xtask reproduce {}{}` makes them.",
            paper.slug,
            scale.pick("", " --quick")
        ));
    }
    for dataset in &shown {
        page.heading(dataset_name(dataset));
        // Readings are told apart by what is published.
        let m = paper.metrics.first().map_or("", |m| m.name);
        let is_printed =
            |row: &Row| row.published.is_some_and(|name| (paper.printed)(dataset, name, m).is_some());
        if records.has_readings() && records.rows().iter().any(is_printed) {
            page.table(&format!("{dataset}-readings"), &readings(paper, &records, dataset));
        } else {
            // Some papers have more metrics than a page has columns.
            let few = if paper.metrics.len() > 3 && paper.datasets.len() > 1 { 3 } else { ALL };
            page.table(&format!("{dataset}-short"), &comparison(paper, &records, dataset, few));
        }
        page.file(dataset, &comparison(paper, &records, dataset, ALL));
    }
    page.paragraph(&legend(&records));
    (paper.views)(&records, store, &mut page)?;
    if let Some(table) = ablations(paper, &records) {
        page.heading("Ablations");
        page.table("ablations", &table);
    }
    page.heading("Notes");
    page.paragraph(paper.notes);
    for dataset in &shown {
        page.file(&format!("{dataset}-best"), &best(paper, &records, dataset));
    }
    let made = records.entries().filter(|(row, ..)| row.kept_by.is_none());
    let runs = made.flat_map(|(row, _, runs)| runs.iter().map(|run| (row.id.to_owned(), run)));
    page.file("runs", &every_run("every run".to_owned(), runs));
    page.write(store)?;
    Ok(page)
}

/// Writes `index.html`, all pages in one file that needs no other; answers where it is.
///
/// # Errors
/// When a figure cannot be read, or the file not be written.
pub fn index(pages: &[Page], store: &Store) -> Result<PathBuf> {
    let words = "What methods of deep clustering reach when they are run again, beside what their papers print. A click on a column's head sorts a table.";
    let html = deepclust_report::html::of_pages("deepclust: results", words, pages, store.root())?;
    let name = Path::new("index.html");
    store.write_file(name, html.as_bytes())?;
    Ok(store.root().join(name))
}

/// What all numbers are.
fn legend(records: &Records) -> String {
    let supervised = records.all().any(|run| run.supervision != "none");
    let mut words = "Mean ± sample standard deviation over seeds 0, 1, …; last epoch. ACC, NMI and ARI compare with the true classes, which no \
                     method sees."
        .to_owned();
    if supervised {
        words = words.replace("which no method sees.", "which methods see where a number of labels stands.");
        words += " Rows that used labels are not to be ranked against the others.";
    }
    if let Some(note) = arithmetic_note(records.all()) {
        words.extend([" ", &note]);
    }
    words
}
