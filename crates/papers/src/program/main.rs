//! `deepclust`: reproduces the papers' tables and figures.
//!
//! Exit codes: 0 fine, 1 a run failed or differs, 2 usage, 3 missing data.

mod arguments;
mod reproduce;
mod verify;

use arguments::{Arguments, Command};
use clap::Parser;
use deepclust_papers::Error;
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
            eprintln!("error: {error:#}");
            ExitCode::from(exit_code(&error))
        }
    }
}

fn exit_code(error: &anyhow::Error) -> u8 {
    match error.downcast_ref::<Error>() {
        Some(Error::UnknownName { .. }) => 2,
        Some(Error::Data(_)) => 3,
        _ => 1,
    }
}
