//! What a command would make, and how long it takes.

use crate::program::arguments::{Reproduce, jobs};
use crate::program::say;
use anyhow::{Result, bail};
use deepclust_experiments::{Machine, Plan, RunRecord, RunSpec, Scale, Store, estimate};
use deepclust_nets::device_name;
use deepclust_papers::{Paper, Request};
use std::collections::BTreeMap;
use std::path::Path;

/// What is there of the runs of some papers, and what is to be made.
pub fn plan(papers: &[&'static Paper], request: &Request, store: &Store, rerun: bool) -> Result<Plan> {
    let mut runs = Vec::new();
    for paper in papers {
        runs.extend(paper.runs(request)?);
    }
    if runs.is_empty() {
        bail!("no run is of this data set, these methods and these rows together");
    }
    Ok(Plan::make(runs, store, rerun)?)
}

/// Says what is to be made.
pub fn print(plan: &Plan, papers: &[&'static Paper], store: &Store, options: &Reproduce) -> Result<()> {
    let device = options.device.resolve()?;
    let mut known = plan.recorded.clone();
    known.extend(elsewhere(&plan.pending, store)?);
    let at_once = jobs(options.jobs).min(plan.pending.len()).max(1);
    say(&format!(
        "{}: {} runs to make, {} recorded in {}; {at_once} at once on {}",
        options.what.target,
        plan.pending.len(),
        plan.recorded.len(),
        store.root().display(),
        Machine::this(device)
    ));
    for (title, seeds) in by_row(&plan.pending, papers, options.what.scale())? {
        say(&format!("  to make   {title}: {seeds}"));
    }
    if !plan.pending.is_empty() {
        say(&format!("  estimate  {}", estimate(&plan.pending, &known, at_once, &device_name(device))));
    } else if plan.damaged.is_empty() {
        say(
            "  nothing to make; `--rerun` measures again, `cargo xtask verify` compares a few runs with their records",
        );
    }
    Ok(())
}

/// Files that are no records are not overwritten unasked.
pub fn refuse_damaged(plan: &Plan) -> Result<()> {
    const SHOWN: usize = 5;
    if plan.damaged.is_empty() {
        return Ok(());
    }
    let mut lines = plan.damaged[..plan.damaged.len().min(SHOWN)].to_vec();
    if plan.damaged.len() > SHOWN {
        lines.push(format!("… and {} more", plan.damaged.len() - SHOWN));
    }
    bail!(
        "{} of the files there cannot be used, and are not overwritten unasked:\n  {}\n`--rerun` makes these runs again (an edited file is set \
         aside first), `--out DIR` leaves them alone",
        plan.damaged.len(),
        lines.join("\n  ")
    );
}

/// Seeds of runs by paper, data set and row, in order.
fn by_row(specs: &[RunSpec], papers: &[&'static Paper], scale: Scale) -> Result<Vec<(String, String)>> {
    let mut names = BTreeMap::new();
    for paper in papers {
        names.extend(paper.row_names(scale)?.into_iter().map(|(folder, row)| (folder, (paper.slug, row))));
    }
    let mut rows: Vec<(String, Vec<String>)> = Vec::new();
    for spec in specs {
        let (paper, row) = names.get(&spec.folder()?).copied().unwrap_or_default();
        let (title, seed) = (format!("{paper} {} {row}", spec.dataset()), spec.seed.to_string());
        match rows.iter_mut().find(|(known, _)| *known == title) {
            Some((_, seeds)) => seeds.push(seed),
            None => rows.push((title, vec![seed])),
        }
    }
    let words = |seeds: Vec<String>| {
        format!("{} {}", if seeds.len() == 1 { "seed" } else { "seeds" }, seeds.join(", "))
    };
    Ok(rows.into_iter().map(|(title, seeds)| (title, words(seeds))).collect())
}

/// Records of the same data sets and methods in the usual results folder, to estimate by. Whatever is wrong with them does not
/// matter here.
fn elsewhere(pending: &[RunSpec], store: &Store) -> Result<Vec<RunRecord>> {
    let usual = Path::new("results");
    if usual == store.root() || pending.is_empty() {
        return Ok(Vec::new());
    }
    Ok(Store::read_only(usual).all().unwrap_or_default())
}
