use crate::machine::products_of;
use crate::{
    Backend, Difference, Error, Event, Job, Machine, Outcome, Result, RunRecord, Store, compare, ensure_data,
};
use deepclust_datasets::DataDirs;
use deepclust_nets::{Device, DeviceChoice};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use std::path::PathBuf;

/// What is verified and how.
#[derive(Clone, Debug)]
pub struct VerifyOptions {
    /// How many recorded runs to make again.
    pub count: usize,
    /// Seed of the choice.
    pub choice: u64,
    /// Only runs of these methods, where some are named.
    pub methods: Option<Vec<String>>,
    /// Where to look for data first.
    pub data_dir: Option<PathBuf>,
}

/// A recorded run that was made again.
#[derive(Clone, Debug)]
pub struct Verified {
    /// The record that was there.
    pub recorded: RunRecord,
    /// The record of now, or why there is none.
    pub now: Result<RunRecord, String>,
    /// In what they differ.
    pub differences: Vec<Difference>,
}

impl Verified {
    /// Whether the run gave the recorded result again.
    pub fn is_same(&self) -> bool {
        self.now.is_ok() && self.differences.is_empty()
    }
}

/// Makes recorded runs again, in a folder that is removed afterwards, and compares: runs whose arithmetic is not to be had here are
/// left out, and their number is the second answer.
///
/// # Errors
/// When the records cannot be read, there is none that could be made here, or data are missing.
pub fn verify(
    store: &Store,
    options: &VerifyOptions,
    backend: &dyn Backend,
    events: &mut dyn FnMut(&[Job], Event),
) -> Result<(Vec<Verified>, usize)> {
    let mut records = store.all()?;
    if let Some(methods) = &options.methods {
        records.retain(|record| methods.contains(&record.method));
    }
    let all = records.len();
    let gpu = DeviceChoice::Cuda.resolve().ok().map(Machine::this);
    let here = Machine::this(Device::Cpu);
    records.retain(|record| is_here(record, &here, gpu.as_ref()));
    let absent = all - records.len();
    let problem = |expected: &str| Error::Record {
        path: store.root().join("runs"),
        problem: format!("expected {expected}, found {all} records"),
    };
    if records.is_empty() {
        return Err(problem("records of runs that can be made on this machine"));
    }
    let mut rng = StdRng::seed_from_u64(options.choice);
    let chosen: Vec<RunRecord> = records.choose_multiple(&mut rng, options.count).cloned().collect();
    ensure_data(chosen.iter().map(|record| &record.spec), &DataDirs::new(options.data_dir.clone()))?;
    let folder = tempfile::tempdir().map_err(Error::io(store.root()))?;
    let job = |record: &RunRecord| Job {
        spec: record.spec.clone(),
        out: folder.path().to_owned(),
        data_dir: options.data_dir.clone(),
        device: if record.device == "cpu" { DeviceChoice::Cpu } else { DeviceChoice::Cuda },
        threads: record.threads,
        products: products_of(&record.arithmetic),
        rerun: false,
    };
    let jobs: Vec<Job> = chosen.iter().map(job).collect();
    let outcomes = backend.run(&jobs, &mut |event| events(&jobs, event));
    let mut verified = Vec::new();
    for (recorded, outcome) in chosen.into_iter().zip(outcomes) {
        let now = match outcome {
            Outcome::Recorded(now) => Ok(*now),
            Outcome::Failed(why) => Err(why),
        };
        let differences = now.as_ref().map_or(Ok(Vec::new()), |now| compare(&recorded, now))?;
        verified.push(Verified { recorded, now, differences });
    }
    Ok((verified, absent))
}

/// Whether a run's arithmetic is to be had here. What trains no network rounds alike on every machine of the same kind of system.
fn is_here(record: &RunRecord, here: &Machine, gpu: Option<&Machine>) -> bool {
    match &record.machine.gpu {
        Some(model) => gpu.is_some_and(|gpu| gpu.gpu.as_ref() == Some(model)),
        None if record.history.is_empty() => record.machine.system == here.system,
        None => {
            let products = products_of(&record.arithmetic);
            products.is_available() && record.arithmetic == here.arithmetic(products)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::tests::record;
    use crate::spec::tests::spec;
    use crate::{DataSpec, FigureData, Generator, InProcess, RunSpec, Source};
    use deepclust_datasets::Split;
    use deepclust_nets::Products;

    #[test]
    fn runs_of_what_is_not_here_are_left_out() {
        let here = Machine::this(Device::Cpu);
        let on = |gpu: &str| Machine { gpu: Some(gpu.to_owned()), ..here.clone() };
        let run = |machine: Machine, arithmetic: &str| {
            let mut run = record(0, 0.1);
            (run.machine, run.arithmetic) = (machine, arithmetic.to_owned());
            run
        };
        let native = here.arithmetic(Products::ByAbility);
        assert!(is_here(&run(here.clone(), &native), &here, None) == Products::ByAbility.is_available());
        assert!(!is_here(&run(here.clone(), "another, libtorch 1.0"), &here, None));
        let (one, other) = (on("one"), on("other"));
        assert!(is_here(&run(one.clone(), "one"), &here, Some(&one)));
        assert!(
            !is_here(&run(one.clone(), "one"), &here, Some(&other))
                && !is_here(&run(one, "one"), &here, None)
        );
        let mut classical = run(here.clone(), "another, libtorch 1.0");
        classical.history.clear();
        assert!(is_here(&classical, &here, None));
        classical.machine.system = "another".to_owned();
        assert!(!is_here(&classical, &here, None));
    }

    #[test]
    fn an_edited_number_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let generator = Generator::GaussianPoints { samples: 30, features: 2, classes: 3 };
        let data = DataSpec { source: Source::Generated(generator), split: Split::All, subset: None };
        let job = |seed| Job {
            spec: RunSpec { data: data.clone(), ..spec(seed) },
            out: folder.path().to_owned(),
            data_dir: None,
            device: DeviceChoice::Cpu,
            threads: 1,
            products: Products::ByAbility,
            rerun: false,
        };
        let outcomes = InProcess.run(&[job(0), job(1)], &mut |_| {});
        let Outcome::Recorded(mut edited) = outcomes[1].clone() else { panic!("{outcomes:?}") };
        edited.metrics.insert("acc", 0.99);
        store.write(&mut edited, &FigureData::default()).unwrap();
        let options = VerifyOptions { count: 5, choice: 1, methods: None, data_dir: None };
        let (mut verified, absent) = verify(&store, &options, &InProcess, &mut |_, _| {}).unwrap();
        verified.sort_by_key(|v| v.recorded.seed);
        assert_eq!((verified.len(), absent), (2, 0));
        assert!(verified[0].is_same(), "{:?}", verified[0].differences);
        assert_eq!(verified[1].differences[0].what, "metrics.acc");
        let none = VerifyOptions { methods: Some(vec!["dec".to_owned()]), ..options };
        assert!(verify(&store, &none, &InProcess, &mut |_, _| {}).is_err());
    }
}
