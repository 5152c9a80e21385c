use crate::program::arguments::{Verify, check_methods, jobs};
use crate::program::reproduce::local;
use crate::program::{interrupt, say};
use anyhow::{Result, bail};
use deepclust_experiments::{Board, Store, Verified, VerifyOptions};
use std::time::{SystemTime, UNIX_EPOCH};

/// Makes recorded runs again in a folder of its own and compares. False when one differs or fails.
pub fn verify(options: &Verify) -> Result<bool> {
    check_methods(options.methods.as_deref())?;
    if !options.out.join("runs").is_dir() {
        bail!("{}: expected run records below `runs`, found none", options.out.display());
    }
    let clock = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_nanos() as u64);
    let choice = options.choice.unwrap_or_else(clock);
    let at_once = jobs(options.jobs);
    let wanted = VerifyOptions {
        count: usize::from(options.count),
        choice,
        methods: options.methods.clone(),
        data_dir: options.data_dir.as_ref().map(std::path::absolute).transpose()?,
    };
    let count = wanted.count;
    interrupt::watch(count, "Nothing is recorded by `verify`.")?;
    let mut board = Board::new(count, at_once);
    let store = Store::read_only(&options.out);
    let (verified, absent) =
        deepclust_experiments::verify(&store, &wanted, &local(at_once)?, &mut |jobs, event| {
            board.event(jobs, event);
            interrupt::done(board.recorded());
        })?;
    board.close();
    if absent > 0 {
        say(&format!(
            "{absent} recorded runs have an arithmetic that is not to be had here; the choice is from the others"
        ));
    }
    verified.iter().for_each(report);
    let same = verified.iter().filter(|run| run.is_same()).count();
    say(&format!(
        "{same} of {} runs, chosen by --choice {choice}, give the recorded result again",
        verified.len()
    ));
    Ok(same == verified.len())
}

/// Prints what differs.
fn report(run: &Verified) {
    let title = run.recorded.spec.title();
    let now = match &run.now {
        Ok(now) => now,
        Err(error) => return say(&format!("FAILED {title}: {error}")),
    };
    if run.is_same() {
        let digest: String = now.assignment_digest.chars().take(12).collect();
        return say(&format!("same   {title}: {}  (assignment {digest}…)", now.metrics.summary()));
    }
    say(&format!("DIFFERS {title}:"));
    for difference in &run.differences {
        say(&format!("  {}: recorded {}, now {}", difference.what, difference.recorded, difference.now));
    }
    for (what, recorded, now) in [
        ("with the arithmetic", &run.recorded.arithmetic, &now.arithmetic),
        ("at revision", &run.recorded.revision, &now.revision),
    ] {
        if recorded != now {
            say(&format!("  it was recorded {what} {recorded}; this is {now}"));
        }
    }
}
