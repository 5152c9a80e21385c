//! `deepclust`: reproduces the papers' tables and figures.
//!
//! Exit codes: 0 fine, 1 a run failed or differs, 2 usage, 3 missing data.

mod arguments;
mod reproduce;
mod verify;

use arguments::{Arguments, Command};
use clap::Parser;
use deepclust_papers::Error;
use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Reproduce(options) => reproduce::reproduce(&options),
        Command::Render(options) => reproduce::render_only(&options),
        Command::Verify(options) => verify::verify(&options),
        Command::Worker => deepclust_papers::run::worker().map_err(anyhow::Error::from),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            say_error(&format!("error: {}", chain(&error)));
            ExitCode::from(exit_code(&error))
        }
    }
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

/// A line on standard output. A reader who has left, as `head` does, is no reason to stop.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// A line on standard error, likewise.
fn say_error(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

fn exit_code(error: &anyhow::Error) -> u8 {
    match error.downcast_ref::<Error>() {
        Some(Error::UnknownName { .. } | Error::UnusedDataset { .. }) => 2,
        Some(Error::Data(error)) => error.exit_code(),
        _ => 1,
    }
}
