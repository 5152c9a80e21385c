//! `deepclust-data`: lists, fetches and verifies data sets, without what the `deepclust` program needs.

use std::process::ExitCode;

fn main() -> ExitCode {
    deepclust_datasets::cli::run(std::env::args_os())
}
