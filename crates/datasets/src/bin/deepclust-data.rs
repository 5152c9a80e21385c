//! `deepclust-data`: lists, fetches and verifies data sets. `cargo xtask data` runs it.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use deepclust_datasets::{
    DataDirs, Error, Plain, Progress, Result, catalog, fetch_and_verify, names, status, verify,
};
use kdam::BarExt;

/// Lists, fetches and verifies the data sets of deepclust.
#[derive(Parser)]
#[command(version, name = "data")]
struct Args {
    #[command(subcommand)]
    command: Task,
    /// Folder to search first, and to download to.
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Task {
    /// Show every data set: where it is, shape, classes, size, licence, digest.
    List,
    /// Get data sets that are missing, then verify them.
    Fetch {
        /// Names, or `all`.
        #[arg(required = true)]
        names: Vec<String>,
    },
    /// Decode data sets and check their digests.
    Verify {
        /// Names, or `all`; without any, those that are here.
        names: Vec<String>,
    },
}

fn main() -> ExitCode {
    let args = Args::parse();
    let dirs = DataDirs::new(args.data_dir);
    let outcome = match args.command {
        _ if dirs.check().is_err() => dirs.check().map_err(|error| report(&error)),
        Task::List => list(&dirs),
        Task::Fetch { names } => {
            each(&names, &dirs, |name, dirs| fetch_and_verify(name, dirs, &mut *progress()))
        }
        Task::Verify { names } if names.is_empty() => verify_present(&dirs),
        Task::Verify { names } => each(&names, &dirs, verify),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(code) => ExitCode::from(code),
    }
}

fn verify_present(dirs: &DataDirs) -> Result<(), u8> {
    let here = catalog::all().iter().filter(|entry| status(entry, dirs).folder.is_some());
    let here: Vec<String> = here.map(|entry| entry.name.to_owned()).collect();
    if here.is_empty() {
        let roots: Vec<_> = dirs.roots().iter().map(|root| root.display().to_string()).collect();
        eprintln!("error: no data set is here; looked in {}", roots.join(", "));
        return Err(3);
    }
    each(&here, dirs, verify)
}

/// Every data set's lines on standard output.
fn list(dirs: &DataDirs) -> Result<(), u8> {
    let mut out = std::io::stdout().lock();
    let mut here = 0;
    for entry in catalog::all() {
        let status = status(entry, dirs);
        let place = match (&status.folder, &status.partly) {
            (Some(folder), _) => format!("{} ({})", folder.display(), bytes(status.bytes)),
            (None, Some(partly)) => format!("incomplete: {partly}"),
            (None, None) => "not here".to_owned(),
        };
        let parts = match entry.test {
            0 => String::new(),
            test => format!(" ({} train + {test} test)", entry.train),
        };
        here += usize::from(status.folder.is_some());
        let mut lines = vec![
            format!("{}: {}", entry.name, entry.title),
            format!("  shape     {} × {}, {} classes{parts}", entry.samples(), entry.features, entry.classes),
            format!("  place     {place}"),
            format!("  licence   {}", entry.licence),
            format!("  sha-256   {}", entry.digest.unwrap_or("not known")),
        ];
        if !entry.aliases.is_empty() {
            lines.push(format!("  also      {}", entry.aliases.join(", ")));
        }
        if !entry.note.is_empty() {
            lines.push(format!("  note      {}", entry.note));
        }
        // A closed pipe (`| head`) is no error.
        if writeln!(out, "{}\n", lines.join("\n")).is_err() {
            return Ok(());
        }
    }
    let roots: Vec<_> = dirs.roots().iter().map(|root| root.display().to_string()).collect();
    let _ = writeln!(
        out,
        "{here} of {} here; looked in {} (sha-256: of the decoded content, which verify checks)",
        catalog::all().len(),
        roots.join(", ")
    );
    Ok(())
}

fn bytes(n: u64) -> String {
    if n < 10_000_000 { format!("{:.1} MB", n as f64 / 1e6) } else { format!("{} MB", n / 1_000_000) }
}

/// Runs a task for each name; goes on after a failure and answers the gravest exit code.
fn each(
    asked: &[String],
    dirs: &DataDirs,
    mut task: impl FnMut(&str, &DataDirs) -> Result<deepclust_datasets::Verified>,
) -> Result<(), u8> {
    let all = asked.iter().any(|name| name == "all");
    let asked: Vec<String> =
        if all { names().into_iter().map(str::to_owned).collect() } else { asked.to_vec() };
    // Names first: a slip in the last must not wait for the downloads before it.
    for name in &asked {
        match deepclust_datasets::entry(name) {
            Ok(entry) if !entry.is_called(name) => eprintln!("{}", entry.explain(name)),
            Ok(_) => {}
            Err(error) => return Err(report(&error)),
        }
    }
    let mut failures = Vec::new();
    for name in &asked {
        match task(name, dirs) {
            Ok(done) => {
                let proof =
                    done.proof.unwrap_or("sound, but no digest tells whether it is the published content");
                println!("{name}: ok, {proof}, from {}", done.folder.display());
                println!("  content sha-256 {}", done.digest);
                println!("  samples a class: {:?}", done.class_counts);
            }
            Err(error) => failures.push(report(&error)),
        }
    }
    // Wrong content is graver than content that is not here.
    match failures.iter().min() {
        Some(&code) => Err(code),
        None => Ok(()),
    }
}

fn report(error: &Error) -> u8 {
    eprintln!("error: {error}");
    error.exit_code()
}

fn progress() -> Box<dyn Progress> {
    if std::io::stderr().is_terminal() {
        kdam::term::init(true);
        Box::new(Bars(None))
    } else {
        Box::new(Plain::new(std::io::stderr()))
    }
}

/// Bars on a terminal.
struct Bars(Option<kdam::Bar>);

impl Progress for Bars {
    fn note(&mut self, text: &str) {
        eprintln!("{text}");
    }

    fn begin(&mut self, what: &str, bytes: Option<u64>) {
        let bar = kdam::BarBuilder::default()
            .total(bytes.unwrap_or(0) as usize)
            .desc(what)
            .unit("B")
            .unit_scale(true)
            .unit_divisor(1024usize);
        self.0 = bar.build().ok();
    }

    fn advance(&mut self, bytes: u64) {
        if let Some(bar) = &mut self.0 {
            // A terminal that goes away is no reason to stop a download.
            let _ = bar.update(bytes as usize);
        }
    }

    fn end(&mut self) {
        if let Some(mut bar) = self.0.take() {
            let _ = bar.refresh();
            eprintln!();
        }
    }
}
