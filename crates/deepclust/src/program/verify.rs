use crate::arguments::{Verify, jobs};
use crate::say;
use anyhow::{Result, bail};
use deepclust_datasets::DataDirs;
use deepclust_nets::{Device, DeviceChoice};
use deepclust_papers::run::{
    Board, Job, Machine, Outcome, RunRecord, Schedule, Status, Store, compare, ensure_data, run_all,
};
use rand::SeedableRng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// Makes recorded runs again in a folder of its own and compares. False when one differs or fails.
pub fn verify(options: &Verify) -> Result<bool> {
    let mut records = read_all(&options.out)?;
    if records.is_empty() {
        bail!("{}: expected run records below `runs` or `ablations`, found none", options.out.display());
    }
    let all = records.len();
    let processor = Machine::this(Device::Cpu);
    let gpu = DeviceChoice::Cuda.resolve().ok().map(Machine::this);
    records.retain(|record| is_here(&record.machine, !record.history.is_empty(), &processor, gpu.as_ref()));
    let absent = all - records.len();
    if records.is_empty() {
        bail!("all {absent} recorded runs are of a device, a system or kernels that are not here");
    }
    if absent > 0 {
        say(&format!(
            "{absent} recorded runs are of a device, a system or kernels that are not here; the choice is from the others"
        ));
    }
    let clock = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_nanos() as u64);
    let choice = options.choice.unwrap_or_else(clock);
    let count = usize::from(options.count).min(records.len());
    let chosen: Vec<&RunRecord> =
        records.choose_multiple(&mut ChaCha8Rng::seed_from_u64(choice), count).collect();
    say(&format!("{count} of {} recorded runs, chosen by --choice {choice}", records.len()));

    let dirs = DataDirs::new(options.data_dir.clone());
    for record in &chosen {
        ensure_data(&record.dataset, &dirs)?;
    }
    let folder = tempfile::tempdir()?;
    let data_dir = options.data_dir.as_ref().map(std::path::absolute).transpose()?;
    let job = |record: &&RunRecord| Job {
        spec: record.spec.clone(),
        out: folder.path().to_owned(),
        data_dir: data_dir.clone(),
        device: choice_of(&record.device),
        threads: record.threads,
        products: record.machine.kernels(),
        rerun: false,
    };
    let made: Vec<Job> = chosen.iter().map(job).collect();
    let schedule = Schedule { program: std::env::current_exe()?, jobs: jobs(options.jobs) };
    let mut board = Board::new(made.len(), schedule.jobs);
    let outcomes = run_all(&schedule, &made, &mut board);
    board.close();

    let store = Store::read_only(folder.path());
    let mut same = 0;
    for (record, outcome) in chosen.iter().zip(outcomes?) {
        let title = record.spec.title();
        match (outcome, store.status(&record.spec)?) {
            (Outcome::Failed(error), _) => say(&format!("FAILED {title}: {error}")),
            (_, Status::Recorded(now)) => same += usize::from(report(&title, record, &now)?),
            (_, other) => say(&format!("FAILED {title}: expected a new record, found {other:?}")),
        }
    }
    say(&format!("{same} of {count} runs give the recorded result again"));
    Ok(same == count)
}

/// Prints what differs; true when nothing does.
fn report(title: &str, recorded: &RunRecord, now: &RunRecord) -> Result<bool> {
    let differences = compare(recorded, now)?;
    if differences.is_empty() {
        say(&format!(
            "same   {title}: {}  (assignment {}…)",
            now.metrics.summary(),
            &now.assignment_digest[..12]
        ));
        return Ok(true);
    }
    say(&format!("DIFFERS {title}:"));
    for difference in &differences {
        say(&format!("  {}: recorded {}, now {}", difference.what, difference.recorded, difference.now));
    }
    if recorded.machine != now.machine {
        say(&format!("  it was recorded on {}; this is {}", recorded.machine, now.machine));
    }
    if recorded.revision != now.revision {
        say(&format!("  it was recorded at revision {}; this is {}", recorded.revision, now.revision));
    }
    Ok(false)
}

/// Whether what a run was made on, as far as it decides its digits, is here: the model of GPU; else the kind of system, and for
/// what was trained the kernels.
fn is_here(machine: &Machine, trained: bool, processor: &Machine, gpu: Option<&Machine>) -> bool {
    match &machine.gpu {
        Some(_) => gpu.is_some_and(|gpu| gpu.gpu == machine.gpu),
        None => machine.system == processor.system && (!trained || machine.kernels().is_available()),
    }
}

/// What to ask for to get the device that a record names.
fn choice_of(device: &str) -> DeviceChoice {
    if device == "cpu" { DeviceChoice::Cpu } else { DeviceChoice::Cuda }
}

fn read_all(root: &Path) -> Result<Vec<RunRecord>> {
    let mut records = Vec::new();
    let mut folders: Vec<PathBuf> = ["runs", "ablations"].map(|folder| root.join(folder)).to_vec();
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        let mut paths =
            entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
        paths.sort(); // the choice by a seed must not depend on the file system
        for path in paths {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                let text = std::fs::read_to_string(&path)?;
                records.push(RunRecord::from_text(&text, &path)?);
            }
        }
    }
    Ok(records)
}

#[cfg(test)]
mod tests {
    use super::*;
    use deepclust_nets::Products;

    #[test]
    fn runs_of_what_is_not_here_are_left_out() {
        let this = Machine::this(Device::Cpu);
        let on_gpu = |model: &str| Machine { gpu: Some(model.to_owned()), ..this.clone() };
        let (one, other) = (on_gpu("one"), on_gpu("other"));
        assert!(is_here(&this, true, &this, None));
        assert!(is_here(&one, true, &this, Some(&one)));
        assert!(!is_here(&one, true, &this, Some(&other)) && !is_here(&one, true, &this, None));
        let elsewhere = Machine { system: "another".to_owned(), ..this.clone() };
        assert!(!is_here(&elsewhere, true, &this, None));
        for products in [Products::ByMaker, Products::ByAbility] {
            let processor = "of neither maker".to_owned();
            let machine = Machine { products, processor, ..this.clone() };
            assert_eq!(is_here(&machine, true, &this, None), products.is_available());
            assert!(is_here(&machine, false, &this, None));
        }
    }
}
