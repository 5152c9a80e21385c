use crate::arguments::{Render, Reproduce, What, jobs};
use crate::{say, say_error};
use anyhow::{Context, Result, bail};
use deepclust_datasets::DataDirs;
use deepclust_nets::{Products, device_name};
use deepclust_papers::render::replace_block;
use deepclust_papers::run::{
    Board, Job, Machine, Outcome, RunRecord, RunSpec, Schedule, Status, Store, estimate, run_all,
};
use deepclust_papers::{PAPERS, Paper, Request};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;

/// The whole way: plan, data, runs, rendering. False when a run failed.
pub fn reproduce(options: &Reproduce) -> Result<bool> {
    let start = Instant::now();
    let (target, request) = options.what.resolve()?;
    let papers = chosen(&target.papers);
    options.device.resolve().map_err(deepclust_papers::Error::from)?;
    let store = if options.dry_run { Store::read_only(&options.what.out()) } else { open(options)? };
    let plan = Plan::make(&papers, &request, &store, options.rerun)?;
    plan.print(&store, options)?;
    plan.refuse_what_is_in_the_way()?;
    if options.dry_run {
        return Ok(true);
    }
    fetch(&plan.pending, options)?;
    let outcomes = make_runs(&plan.pending, options)?;
    let failed: Vec<_> = outcomes
        .iter()
        .zip(&plan.pending)
        .filter_map(|(outcome, spec)| match outcome {
            Outcome::Failed(error) => Some((spec.title(), error)),
            _ => None,
        })
        .collect();
    let rendered = render(&papers, &request, &store, &options.what);
    say_error(&format!("{:.1} s in all", start.elapsed().as_secs_f64()));
    for (title, error) in &failed {
        say_error(&format!("FAILED {title}: {error}"));
    }
    if !failed.is_empty() {
        say_error(&format!(
            "{} of {} runs failed; the same command tries them again",
            failed.len(),
            outcomes.len()
        ));
    }
    rendered?;
    Ok(failed.is_empty())
}

fn open(options: &Reproduce) -> Result<Store> {
    let out = options.what.out();
    let store =
        Store::open(&out).with_context(|| format!("the output folder {} cannot be used", out.display()))?;
    store.sweep();
    Ok(store)
}

/// Rendering alone.
pub fn render_only(options: &Render) -> Result<bool> {
    let (target, request) = options.what.resolve()?;
    let out = options.what.out();
    if !out.join("runs").is_dir() {
        bail!(
            "{}: expected a folder with records below `runs`, found none; make some with `cargo xtask reproduce`",
            out.display()
        );
    }
    render(&chosen(&target.papers), &request, &Store::open(&out)?, &options.what)?;
    Ok(true)
}

fn chosen(slugs: &[&str]) -> Vec<&'static dyn Paper> {
    PAPERS.iter().copied().filter(|paper| slugs.contains(&paper.slug())).collect()
}

/// What is there and what is to be done.
struct Plan {
    pending: Vec<RunSpec>,
    records: Vec<RunRecord>,
    /// Records that are not of this request, or no records: path and why.
    in_the_way: Vec<String>,
}

impl Plan {
    fn make(papers: &[&dyn Paper], request: &Request, store: &Store, rerun: bool) -> Result<Self> {
        let mut plan = Self { pending: Vec::new(), records: Vec::new(), in_the_way: Vec::new() };
        let mut seen = BTreeSet::new();
        for paper in papers {
            for spec in paper.runs(request)? {
                if !seen.insert(spec.record_path()) {
                    continue;
                }
                let path = store.root().join(spec.record_path());
                let status = store.status(&spec)?;
                match status {
                    Status::Stale { difference } if !rerun => {
                        plan.in_the_way.push(format!("{}: of another request: {difference}", path.display()));
                    }
                    Status::Damaged { path, problem } if !rerun => {
                        plan.in_the_way.push(format!("{}: {problem}", path.display()));
                    }
                    Status::Recorded(record) => {
                        plan.records.push(*record);
                        if rerun {
                            plan.pending.push(spec);
                        }
                    }
                    _ => plan.pending.push(spec),
                }
            }
        }
        if seen.is_empty() {
            bail!("no run is of this data set, these methods and these variants together");
        }
        Ok(plan)
    }

    fn print(&self, store: &Store, options: &Reproduce) -> Result<()> {
        let jobs = jobs(options.jobs);
        let device = options.device.resolve()?;
        let mut known = self.records.clone();
        known.extend(elsewhere(&self.pending, store)?);
        let at_once = jobs.min(self.pending.len()).max(1);
        say(&format!(
            "{}: {} runs to make, {} recorded in {}; {at_once} at once on {}",
            options.what.target,
            self.pending.len(),
            self.records.len(),
            store.root().display(),
            Machine::this(device)
        ));
        for (title, seeds) in by_kind(&self.pending) {
            say(&format!("  to make   {title}: {seeds}"));
        }
        if !self.pending.is_empty() {
            say(&format!("  estimate  {}", estimate(&self.pending, &known, at_once, &device_name(device))));
        } else if self.in_the_way.is_empty() {
            say(
                "  nothing to make; `--rerun` measures again, `cargo xtask verify` compares a few runs with their records",
            );
        }
        Ok(())
    }

    fn refuse_what_is_in_the_way(&self) -> Result<()> {
        if self.in_the_way.is_empty() {
            return Ok(());
        }
        bail!(
            "{} of the files there cannot be used, and are not overwritten unasked:\n  {}\n`--rerun` makes these runs again (an edited file is set \
             aside first), `--out DIR` leaves them alone",
            self.in_the_way.len(),
            first(&self.in_the_way, 5).join("\n  ")
        );
    }
}

/// At most `n` lines, and a last one that counts the rest.
fn first(lines: &[String], n: usize) -> Vec<String> {
    let mut shown = lines[..lines.len().min(n)].to_vec();
    if lines.len() > n {
        shown.push(format!("… and {} more", lines.len() - n));
    }
    shown
}

/// Seeds of runs by data set and method, in order.
fn by_kind(specs: &[RunSpec]) -> Vec<(String, String)> {
    let mut kinds: Vec<(String, Vec<String>)> = Vec::new();
    for spec in specs {
        let (title, seed) = (format!("{} {}", spec.dataset, spec.folder()), spec.seed.0.to_string());
        match kinds.iter_mut().find(|(kind, _)| *kind == title) {
            Some((_, seeds)) => seeds.push(seed),
            None => kinds.push((title, vec![seed])),
        }
    }
    let words = |seeds: Vec<String>| {
        format!("{} {}", if seeds.len() == 1 { "seed" } else { "seeds" }, seeds.join(", "))
    };
    kinds.into_iter().map(|(title, seeds)| (title, words(seeds))).collect()
}

/// Full records of the same methods in the usual results folder, to estimate by. Whatever is wrong with them does not
/// matter here.
fn elsewhere(pending: &[RunSpec], store: &Store) -> Result<Vec<RunRecord>> {
    let usual = Path::new("results");
    if usual == store.root() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for spec in pending {
        let path = usual.join(spec.record_path());
        if let Ok(text) = std::fs::read_to_string(&path)
            && let Ok(record) = RunRecord::from_text(&text, &path)
        {
            found.push(record);
        }
    }
    Ok(found)
}

/// Every data set of the pending runs is there, or fetched now: workers never fetch.
fn fetch(pending: &[RunSpec], options: &Reproduce) -> Result<()> {
    let names: BTreeSet<&str> = pending.iter().map(|spec| spec.dataset.as_str()).collect();
    let dirs = DataDirs::new(options.data_dir.clone());
    for name in names {
        deepclust_papers::run::ensure_data(name, &dirs)?;
    }
    Ok(())
}

fn make_runs(pending: &[RunSpec], options: &Reproduce) -> Result<Vec<Outcome>> {
    if pending.is_empty() {
        return Ok(Vec::new());
    }
    let program = std::env::current_exe().context("the path of this program is not known")?;
    let out = std::path::absolute(options.what.out())?;
    let data_dir = options.data_dir.as_ref().map(std::path::absolute).transpose()?;
    let job = |spec: &RunSpec| Job {
        spec: spec.clone(),
        out: out.clone(),
        data_dir: data_dir.clone(),
        device: options.device,
        threads: usize::from(options.threads),
        products: Products::ByAbility,
        rerun: options.rerun,
    };
    let jobs: Vec<Job> = pending.iter().map(job).collect();
    let schedule = Schedule { program, jobs: crate::arguments::jobs(options.jobs) };
    let mut board = Board::new(jobs.len(), schedule.jobs);
    let outcomes = run_all(&schedule, &jobs, &mut board);
    board.close();
    Ok(outcomes?)
}

fn render(papers: &[&dyn Paper], request: &Request, store: &Store, what: &What) -> Result<()> {
    for paper in papers {
        paper.render(request, store)?;
        say(&format!("{}", store.root().join(format!("{}.md", paper.slug())).display()));
    }
    if !what.quick && what.out.is_none() {
        refresh_readme(store)?;
    }
    Ok(())
}

/// What the README shows of results comes from the records: nothing in it is typed.
fn refresh_readme(store: &Store) -> Result<()> {
    let path = Path::new("README.md");
    let Ok(mut text) = std::fs::read_to_string(path) else { return Ok(()) };
    let before = text.clone();
    for paper in PAPERS {
        let Some(shown) = paper.readme(store)? else { continue };
        if let Some(new) = replace_block(&text, paper.slug(), &shown) {
            text = new;
        }
    }
    if text != before {
        Store::read_only(Path::new(".")).write_file(path, text.as_bytes())?;
        say("README.md");
    }
    Ok(())
}
