//! Ctrl-C, and the signals by which batch systems end a job.

use crate::program::say_error;
use anyhow::{Context, Result};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

static DONE: AtomicUsize = AtomicUsize::new(0);
static TOTAL: AtomicUsize = AtomicUsize::new(0);

/// From now on an interruption says what is recorded and then `words`, and ends this process; its workers end with it.
///
/// # Errors
/// When the system refuses the handler.
pub fn watch(total: usize, words: &'static str) -> Result<()> {
    TOTAL.store(total, Ordering::Relaxed);
    ctrlc::set_handler(move || {
        let (done, total) = (DONE.load(Ordering::Relaxed), TOTAL.load(Ordering::Relaxed));
        say_error(&format!("\ninterrupted: {done} of {total} runs are recorded. {words}"));
        leave();
    })
    .context("interruptions cannot be watched")
}

/// From now on an interruption says how many seeds are finished and kept in a folder, and ends this process.
///
/// # Errors
/// When the system refuses the handler.
pub fn watch_seeds(total: usize, folder: &Path) -> Result<()> {
    TOTAL.store(total, Ordering::Relaxed);
    let folder = folder.display().to_string();
    ctrlc::set_handler(move || {
        let (done, total) = (DONE.load(Ordering::Relaxed), TOTAL.load(Ordering::Relaxed));
        say_error(&format!(
            "\ninterrupted: {done} of {total} seeds are finished and kept in {folder}. The same command goes on from there."
        ));
        leave();
    })
    .context("interruptions cannot be watched")
}

/// Ends this process at once. What runs at an ordinary exit takes things from the threads that train, which then fail loudly.
fn leave() -> ! {
    #[cfg(unix)]
    // SAFETY: `_exit` takes any code and does not come back.
    unsafe {
        libc::_exit(130)
    }
    #[cfg(not(unix))]
    std::process::exit(130)
}

/// So many runs are recorded.
pub fn done(runs: usize) {
    DONE.store(runs, Ordering::Relaxed);
}
