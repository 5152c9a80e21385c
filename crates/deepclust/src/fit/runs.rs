//! The seeds, several at a time.

use super::{Error, Host, Plan, Result, Run};
use deepclust_methods::{Context, Method, Prepared, Seed};
use ndarray::ArrayView2;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// What a seed begins with.
#[derive(Clone, Copy)]
pub(super) enum Start<'a> {
    Shared(&'a dyn Prepared),
    Samples(ArrayView2<'a, f32>),
}

/// What a thread may use: graph searches go deep.
const STACK: usize = 32 << 20;

/// Seeds that could not be made, and why.
type Failed = Vec<(u64, String)>;

/// Makes all seeds of a plan, and says which could not be made and why.
///
/// # Errors
/// The first seed's error where none could be made, or one was stopped or not kept.
pub(super) fn make_runs(
    plan: &Plan,
    method: &dyn Method,
    start: Start<'_>,
    k: usize,
    host: &dyn Host,
) -> Result<(Vec<Run>, Failed)> {
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<(u64, Result<Run>)>> = Mutex::new(Vec::new());
    let work = || {
        while let Some(&seed) = plan.seeds.get(next.fetch_add(1, Ordering::Relaxed)) {
            let run = make_run(plan, method, start, k, seed, host);
            if is_final(&run) {
                next.store(plan.seeds.len(), Ordering::Relaxed);
            }
            results.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((seed, run));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..plan.at_once {
            // Where the system gives no thread, the others do its work.
            let _ = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        }
        let last = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        if last.is_err() {
            work();
        }
    });
    let mut results = results.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    results.sort_by_key(|(seed, _)| *seed);
    if let Some(at) = results.iter().position(|(_, run)| is_final(run)) {
        results.swap_remove(at).1?;
    }
    let (mut runs, mut failed, mut first) = (Vec::new(), Vec::new(), None);
    for (seed, run) in results {
        match run {
            Ok(run) => runs.push(run),
            Err(error) => {
                failed.push((seed, error.to_string()));
                first = first.or(Some(error));
            }
        }
    }
    match first {
        Some(error) if runs.is_empty() => Err(error),
        _ => Ok((runs, failed)),
    }
}

/// An error that no other seed can make good.
fn is_final(run: &Result<Run>) -> bool {
    use deepclust_methods::Error as Of;
    let stopped = |error: &Of| matches!(error, Of::Nets(deepclust_nets::Error::Stopped { .. }));
    match run {
        Err(Error::Kept { .. }) => true,
        Err(Error::Method(error)) => stopped(error),
        _ => false,
    }
}

fn make_run(
    plan: &Plan,
    method: &dyn Method,
    start: Start<'_>,
    k: usize,
    seed: u64,
    host: &dyn Host,
) -> Result<Run> {
    if let Some(run) = host.kept(seed)? {
        return Ok(run);
    }
    let begun = Instant::now();
    let mut progress = host.progress(Some(seed));
    let mut context = Context::new(Seed(seed), plan.device, progress.as_mut());
    context.checkpoints = host.checkpoints(seed);
    context.cache = host.cache();
    let run = match start {
        Start::Shared(prepared) => {
            let partition = prepared.partition(k, &mut context)?;
            Run::of_partition(seed, begun.elapsed().as_secs_f64(), partition)
        }
        Start::Samples(x) => {
            let fitted = method.fit_with(x, k, &mut context)?;
            Run::of_fitted(seed, begun.elapsed().as_secs_f64() + context.seconds_before(), fitted)
        }
    };
    drop(progress);
    host.finished(&run)?;
    Ok(run)
}
