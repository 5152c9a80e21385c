use super::arguments::{Fit, Search};
use super::board::Board;
use super::categories::Categories;
use super::folder::Folder;
use super::host::{Listening, Program};
use super::input::{self, Input};
use super::staging::Staging;
use super::{estimate, output, report, summary};
use crate::fit::{Answer, Options, Plan, fit_with};
use crate::program::{as_options, counted, interrupt, say};
use anyhow::Result;
use deepclust_experiments::{Machine, digest_json, duration};
use deepclust_nets::{Products, keep_memory, use_threads};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Instant;

/// `deepclust fit`.
pub fn fit(options: &Fit) -> Result<bool> {
    begin(&options.search);
    let start = Instant::now();
    let mut input = input::read(&options.data, &options.reading)?;
    let mut wanted = wanted(&options.search, input.sparse);
    wanted.method = Some(options.method.clone());
    wanted.settings.clone_from(&options.settings);
    let out = options.out.clone().unwrap_or_else(|| Path::new("deepclust-out").join(&input.name));
    describe(&input);
    let plan = Plan::new(input.x.view(), &wanted)?;
    let folder = Folder::open(&out)?;
    interrupt::watch_seeds(plan.seeds.len(), &out)?;
    let (answer, _) = run(&mut input, plan, &folder, None, start)?;
    show(&answer, &input, folder.root(), start)?;
    Ok(true)
}

/// Kernels and thread counts: libtorch fixes them at the first operation.
pub fn begin(search: &Search) {
    Products::ByAbility.choose();
    use_threads(1);
    let threads = usize::from(search.threads.unwrap_or(0));
    // A pool that exists already was made by nobody but us.
    let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
}

/// The library's options, without those of one method.
pub fn wanted(search: &Search, sparse: bool) -> Options {
    Options {
        clusters: search.k.clone(),
        seeds: search.seeds.map(usize::from),
        sparse,
        scaling: search.scale,
        device: search.device,
        at_once: search.threads.map(usize::from),
        ..Options::default()
    }
}

/// Says what was read.
pub fn describe(input: &Input) {
    say(&input.name);
    input.facts.iter().for_each(|fact| say(&format!("  {}", as_options(fact))));
    input.warnings.iter().for_each(|warning| say(&format!("  ! {}", as_options(warning))));
}

/// Raised where the same question has another answer than before: seeds that were kept are made again.
const KEPT: u32 = 1;

/// Makes the seeds and writes the files; the seconds are those before the files. The rows are gone from the input where the method works in place.
pub fn run(
    input: &mut Input,
    mut plan: Plan,
    folder: &Folder,
    cache: Option<PathBuf>,
    start: Instant,
) -> Result<(Answer, f64)> {
    let (rows, columns) = input.x.dim();
    let board = Board::new();
    plan.choose(input.x.view(), &Listening(&board))?;
    say(&plan.why);
    let method = json!({"name": plan.method.slug, "settings": plan.settings, "k": plan.k});
    if let Some(other) = folder.holds_other(&input.digest, &method, &plan.seeds) {
        let root = folder.root().display();
        say(&format!("  ! {root} holds {other}: they are replaced; --out DIR keeps both"));
    }
    let time = estimate::time(&plan, rows, columns).map_or(String::new(), |time| format!("{time}, "));
    let memory = estimate::bytes(estimate::memory(&plan, rows, columns));
    say(&format!(
        "  {}, {} at a time: {time}about {memory} of memory beside the program's own 120 MB",
        counted(plan.seeds.len(), "seed"),
        plan.at_once
    ));
    if plan.method.trains {
        keep_memory();
    }
    let key = digest_json(&json!({
        "data": input.digest, "method": plan.method.slug, "settings": plan.settings, "k": plan.k, "first": plan.seeds.first(),
        "arithmetic": Machine::this(plan.device).arithmetic(Products::of_this_process()), "version": env!("CARGO_PKG_VERSION"), "format": KEPT,
    }))?;
    let seeds = folder.seeds(&key[..10]);
    let host = Program { board: &board, seeds, cache, rows, plan: plan.clone(), done: Mutex::new(0) };
    // k-means works on the rows themselves: a copy would double the memory.
    let categories = Categories::of(input);
    let mut answer = if plan.method.slug == "k-means" {
        fit_with(std::mem::take(&mut input.x).into(), plan, &host)?
    } else {
        fit_with(input.x.view().into(), plan, &host)?
    };
    answer.warnings.extend(categories.and_then(|values| values.warning(&answer.chosen().labels)));
    let seconds = start.elapsed().as_secs_f64();
    let staging = Staging::new(folder)?;
    output::write(&staging, input, columns, &answer)?;
    let text = summary::summary(input, (rows, columns), &answer, start.elapsed().as_secs_f64())?;
    let text = serde_json::to_string_pretty(&text)?;
    staging.write("summary.json", |out| writeln!(out, "{text}"))?;
    let page = report::report(input, (rows, columns), &answer)?.to_html()?;
    staging.write("report.html", |out| out.write_all(page.as_bytes()))?;
    staging.finish()?;
    Ok((answer, seconds))
}

/// Says what was found, and where it is.
fn show(answer: &Answer, input: &Input, out: &Path, start: Instant) -> Result<()> {
    let (sizes, noise) = crate::fit::sizes(&answer.chosen().labels);
    let n = answer.consensus.len() as f64;
    let shown = format!("seed {} is shown, because {}", answer.chosen().seed, answer.choice.rule);
    let seeds = match (answer.runs.len(), sizes.len()) {
        _ if !answer.plan.method.random => "nothing is random: every seed gives the same".to_owned(),
        (1, _) => format!("one seed, so nothing says whether they come back; {shown}"),
        (_, 0) => format!("no seed found any; {shown}"),
        _ => format!(
            "the seeds agree by {:.2} (adjusted Rand index, 1 is the same); {shown}",
            answer.mean_agreement()
        ),
    };
    say(&format!("{}; {seeds}", counted(sizes.len(), "cluster")));
    for (cluster, size) in sizes.iter().enumerate().take(30) {
        say(&format!("  cluster {cluster:>3} {size:>9} rows {:>5.1} %", 100.0 * *size as f64 / n));
    }
    if sizes.len() > 30 {
        say(&format!("  … and {} more", sizes.len() - 30));
    }
    if noise > 0 {
        say(&format!("  no cluster  {noise:>9} rows {:>5.1} %", 100.0 * noise as f64 / n));
    }
    answer.warnings.iter().for_each(|warning| say(&format!("  ! {warning}")));
    if !input.labels.is_empty() {
        let scores = answer.scores(&input.labels)?;
        let named = scores.named().map(|(name, value)| format!("{name} {value:.3}")).join(", ");
        say(&format!("  against the labels, which nothing was chosen by: {named}"));
    }
    say(&format!(
        "{}; assignments.csv, embedding.npy, model.safetensors and summary.json lie beside it ({})",
        out.join("report.html").display(),
        duration(start.elapsed().as_secs_f64())
    ));
    Ok(())
}
