//! `deepclust`: clusters one's own data, and reproduces the papers' tables and figures.
//!
//! Exit codes: 0 fine, 1 a run failed or differs, 2 usage, 3 missing data, 130 interrupted.

mod arguments;
mod interrupt;
mod own;
mod plan;
mod reproduce;
mod show;
mod verify;

use arguments::{Arguments, Command};
use clap::Parser;
use deepclust_papers::Error;
use std::io::Write;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

/// Does what the arguments say.
pub fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Fit(options) => own::fit(&options),
        Command::Predict(options) => own::predict(&options),
        Command::Embed(options) => own::embed(&options),
        Command::ChooseK(options) => own::choose_k(&options),
        Command::Compare(options) => own::compare(&options),
        Command::Methods => own::methods(),
        Command::Reproduce(options) => reproduce::reproduce(&options),
        Command::Render(options) => show::render_only(&options),
        Command::Verify(options) => verify::verify(&options),
        Command::Data(options) => return options.run(),
        Command::Worker { job } => {
            deepclust_experiments::worker(job.as_deref()).map(|()| true).map_err(anyhow::Error::from)
        }
    };
    match result {
        Ok(_) if UNSAID.load(Ordering::Relaxed) => {
            say_error("error: standard output cannot be written; is there space?");
            ExitCode::from(1)
        }
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            say_error(&format!("error: {}", as_options(&chain(&error))));
            ExitCode::from(exit_code(&error))
        }
    }
}

/// The fields that a library's message tells to set, as the options that set them.
fn as_options(text: &str) -> String {
    let options = [
        ("`impute`", "`--impute median`"),
        ("`drop`", "`--drop COLUMN`"),
        ("`one_hot`", "`--one-hot COLUMN`"),
        ("`decimal` = ", "--decimal "),
        (
            "(or `missing` says what becomes of rows without one)",
            "where --labels names a column: fill them, or leave --labels out",
        ),
        ("a `size`", "`--size HxW`"),
    ];
    options.iter().fold(text.to_owned(), |text, (field, option)| text.replace(field, option))
}

/// A number with what is counted.
fn counted(n: usize, one: &str) -> String {
    format!("{n} {one}{}", if n == 1 { "" } else { "s" })
}

/// The causes of an error from the outside in, without those that the one before has quoted already.
fn chain(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if !text.ends_with(&cause) {
            let separator = if text.is_empty() { "" } else { ": " };
            text.extend([separator, &cause]);
        }
    }
    text
}

/// Whether a line could not be written.
static UNSAID: AtomicBool = AtomicBool::new(false);

/// A line on standard output. A reader who has left, as `head` does, is no reason to stop; a full disk is told in the end.
fn say(text: &str) {
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => UNSAID.store(true, Ordering::Relaxed),
        _ => {}
    }
}

/// A line on standard error, likewise.
fn say_error(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

fn exit_code(error: &anyhow::Error) -> u8 {
    if matches!(error.downcast_ref(), Some(Error::UnknownName { .. } | Error::UnusedDataset { .. })) {
        return 2;
    }
    if let Some(error) = error.downcast_ref::<crate::fit::Error>() {
        return if error.is_usage() { 2 } else { 1 };
    }
    if let Some(error) = error.downcast_ref::<deepclust_datasets::Error>() {
        return error.exit_code();
    }
    let of_runs = match error.downcast_ref() {
        Some(Error::Experiments(error)) => Some(error),
        _ => error.downcast_ref::<deepclust_experiments::Error>(),
    };
    match (of_runs, error.downcast_ref()) {
        (Some(deepclust_experiments::Error::Data(error)), _) | (_, Some(Error::Data(error))) => {
            error.exit_code()
        }
        _ => 1,
    }
}
