use crate::program::arguments::{Reproduce, chosen};
use crate::program::{interrupt, plan, say_error, show};
use anyhow::{Context, Result};
use deepclust_datasets::DataDirs;
use deepclust_experiments::{
    Backend, Board, Event, Job, LocalProcesses, Outcome, RunSpec, Store, ensure_data,
};
use std::path::PathBuf;
use std::time::Instant;

/// The whole way: plan, data, runs, rendering. False when a run failed.
pub fn reproduce(options: &Reproduce) -> Result<bool> {
    let start = Instant::now();
    let (target, request) = options.what.resolve()?;
    let mut papers = chosen(&target);
    options.device.resolve()?;
    let store = if options.dry_run { Store::read_only(&options.what.out()) } else { open(options)? };
    let plan = plan::plan(&papers, &request, &store, options.rerun)?;
    plan::print(&plan, &papers, &store, options)?;
    plan::refuse_damaged(&plan)?;
    if options.dry_run {
        return Ok(true);
    }
    ensure_data(&plan.pending, &DataDirs::new(options.data_dir.clone()))?;
    let outcomes = make_runs(&plan.pending, options)?;
    let failed: Vec<_> = outcomes
        .iter()
        .zip(&plan.pending)
        .filter_map(|(outcome, spec)| match outcome {
            Outcome::Failed(error) => Some((spec.title(), error)),
            Outcome::Recorded(_) => None,
        })
        .collect();
    // A paper without such runs has nothing new to show.
    papers.retain(|paper| paper.runs(&request).is_ok_and(|runs| !runs.is_empty()));
    let rendered = show::render(&papers, &request, &store, &options.what);
    say_error(&format!("{:.1} s in all", start.elapsed().as_secs_f64()));
    for (title, error) in &failed {
        say_error(&format!("FAILED {title}: {error}"));
    }
    if !failed.is_empty() {
        let all = outcomes.len();
        say_error(&format!("{} of {all} runs failed; the same command tries them again", failed.len()));
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

fn make_runs(pending: &[RunSpec], options: &Reproduce) -> Result<Vec<Outcome>> {
    let out = std::path::absolute(options.what.out())?;
    let data_dir = options.data_dir.as_ref().map(std::path::absolute).transpose()?;
    let job = |spec: &RunSpec| Job {
        spec: spec.clone(),
        out: out.clone(),
        data_dir: data_dir.clone(),
        device: options.device,
        threads: usize::from(options.threads),
        products: options.products,
        rerun: options.rerun,
    };
    let jobs: Vec<Job> = pending.iter().map(job).collect();
    run(&jobs, crate::program::arguments::jobs(options.jobs))
}

/// Makes jobs in processes of this program, with progress on standard error.
pub fn run(jobs: &[Job], at_once: usize) -> Result<Vec<Outcome>> {
    if jobs.is_empty() {
        return Ok(Vec::new());
    }
    let again = jobs.iter().any(|job| job.rerun);
    interrupt::watch(
        jobs.len(),
        if again {
            "Without `--rerun` the command makes what is missing."
        } else {
            "The same command goes on from here."
        },
    )?;
    let mut board = Board::new(jobs.len(), at_once);
    let backend = local(at_once)?;
    let outcomes = backend.run(jobs, &mut |event: Event| {
        board.event(jobs, event);
        interrupt::done(board.recorded());
    });
    board.close();
    Ok(outcomes)
}

/// Processes of this program.
pub fn local(at_once: usize) -> Result<LocalProcesses> {
    let program: PathBuf = std::env::current_exe().context("the path of this program is not known")?;
    Ok(LocalProcesses { program, at_once })
}
