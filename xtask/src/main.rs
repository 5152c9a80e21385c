//! `cargo xtask <command>`: everything that has to happen around `cargo build`.
//!
//! This program links nothing heavy and builds in seconds. It provisions libtorch into `.libtorch/` ([`setup`]), then builds
//! the program that does the work and hands over to it ([`tasks`]).

mod child;
mod cli;
mod data;
mod exit;
mod repo;
mod setup;
mod tasks;

use std::process::ExitCode;

use cli::Command;
use exit::{Failure, Outcome};
use repo::Repo;

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}

fn run() -> Outcome {
    let args: Vec<_> = std::env::args_os().skip(1).collect();
    let command = cli::parse(&args).map_err(Failure::usage)?;
    let repo = Repo::locate()?;
    match command {
        Command::Help => {
            println!("{}", cli::HELP);
            Ok(ExitCode::SUCCESS)
        }
        Command::Setup(options) => tasks::setup(&repo, &options),
        Command::Data(args) => data::data(&repo, &args),
        Command::Program(verb, args) => tasks::program(&repo, verb, &args),
        Command::Own(verb, args) => tasks::own(&repo, verb, &args),
        Command::Test(args) => tasks::test(&repo, &args),
        Command::Check => tasks::check(&repo),
        Command::Package(args) => tasks::package(&repo, &args),
    }
}
