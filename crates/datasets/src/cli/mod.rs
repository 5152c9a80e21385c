//! The commands on data sets: list, fetch, verify. `deepclust-data` is no more than [`run`]; a larger program takes
//! [`DataArgs`] for a subcommand of its own.

mod bars;
mod list;

use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::{
    DataDirs, Error, Plain, Progress, Result, Verified, catalog, fetch_and_verify, names, status, verify,
};

/// Lists, fetches and verifies the data sets of deepclust.
#[derive(Debug, Args)]
pub struct DataArgs {
    #[command(subcommand)]
    task: Task,
    /// Folder to search first, and to download to; it has to exist.
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
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

// A program of these commands alone. What is said of it is for its help.
/// Lists, fetches and verifies the data sets of deepclust.
#[derive(Parser)]
#[command(version, name = "data")]
struct Program {
    #[command(flatten)]
    args: DataArgs,
}

/// Runs a command line, whose first item is the program's name. Help and a wrong command line end the process, with the exit
/// codes 0 and 2.
pub fn run(command_line: impl IntoIterator<Item = OsString>) -> ExitCode {
    Program::parse_from(command_line).args.run()
}

impl DataArgs {
    /// Does what was asked for, and says on standard output what came of it. The exit code is [`Error::exit_code`], of
    /// several errors the gravest.
    pub fn run(self) -> ExitCode {
        let dirs = DataDirs::new(self.data_dir);
        let folders = dirs.check().map_err(|error| report(&error));
        let outcome = folders.and_then(|()| match self.task {
            Task::List => {
                list::list(&dirs);
                Ok(())
            }
            Task::Fetch { names } => {
                each(&names, &dirs, |name, dirs| fetch_and_verify(name, dirs, &mut *progress()))
            }
            Task::Verify { names } if names.is_empty() => verify_present(&dirs),
            Task::Verify { names } => each(&names, &dirs, verify),
        });
        match outcome {
            Ok(()) => ExitCode::SUCCESS,
            Err(code) => ExitCode::from(code),
        }
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

/// Runs a task for each name; goes on after a failure and answers the gravest exit code.
fn each(
    asked: &[String],
    dirs: &DataDirs,
    mut task: impl FnMut(&str, &DataDirs) -> Result<Verified>,
) -> Result<(), u8> {
    let all = asked.iter().any(|name| name == "all");
    let asked: Vec<String> =
        if all { names().into_iter().map(str::to_owned).collect() } else { asked.to_vec() };
    // Names first: a slip in the last must not wait for the downloads before it.
    for name in &asked {
        match catalog::entry(name) {
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
        Box::new(bars::Bars::new(std::io::stderr()))
    } else {
        Box::new(Plain::new(std::io::stderr()))
    }
}
