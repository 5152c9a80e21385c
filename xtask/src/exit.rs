//! Exit codes, and errors that carry one.

use std::process::{ExitCode, ExitStatus};

/// What a task ends with.
pub type Outcome = Result<ExitCode, Failure>;

/// The command line was not understood.
pub const USAGE: u8 = 2;
/// libtorch, or the C++ compiler that its bindings need, is missing or unfit. (3, missing data, is the programs' own.)
pub const LIBTORCH: u8 = 4;

/// An error with the exit code that it leads to.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    error: anyhow::Error,
}

impl Failure {
    pub fn usage(error: anyhow::Error) -> Self {
        Self { code: USAGE, error }
    }

    pub fn libtorch(error: anyhow::Error) -> Self {
        Self { code: LIBTORCH, error }
    }

    /// Prints the error, its causes below it, and gives the exit code.
    pub fn report(&self) -> ExitCode {
        eprintln!("error: {}", self.error);
        for cause in self.error.chain().skip(1) {
            eprintln!("  because: {cause}");
        }
        ExitCode::from(self.code)
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self { code: 1, error }
    }
}

/// The exit code of a program that was run, as a shell would give it: 128 + signal where a signal ended it.
pub fn code_of(status: ExitStatus) -> ExitCode {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return ExitCode::from(u8::try_from(128 + signal).unwrap_or(1));
    }
    ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}
