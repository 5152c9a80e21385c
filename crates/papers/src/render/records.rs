use super::Spread;
use crate::run::{RunRecord, RunSpec, Status, Store};
use crate::{Error, Result};
use deepclust_methods::Seed;

/// The records of a list of runs, as far as they are there.
#[derive(Debug, Default)]
pub struct Records {
    records: Vec<RunRecord>,
    missing: usize,
}

impl Records {
    /// Reads what is there.
    ///
    /// # Errors
    /// [`Error::Record`] for a record that is stale or damaged: a table must not pass over it in silence.
    pub fn read(store: &Store, specs: &[RunSpec]) -> Result<Self> {
        let mut found = Self::default();
        for spec in specs {
            match store.status(spec)? {
                Status::Recorded(record) => found.records.push(*record),
                Status::Missing => found.missing += 1,
                Status::Stale { difference } => {
                    let path = store.root().join(spec.record_path());
                    return Err(Error::Record { path, problem: format!("of another request: {difference}") });
                }
                Status::Damaged { path, problem } => return Err(Error::Record { path, problem }),
            }
        }
        Ok(found)
    }

    /// How many seeds 0, 1, … without a gap have a record of one of the runs that `of_seed` names, and `usual` at least: a
    /// page shows them all, whatever part was asked for.
    pub fn seeds(store: &Store, usual: usize, of_seed: impl Fn(Seed) -> Vec<RunSpec>) -> usize {
        let recorded =
            |seed: &u64| of_seed(Seed(*seed)).iter().any(|run| store.root().join(run.record_path()).exists());
        (0..).take_while(recorded).count().max(usual)
    }

    /// How many of a table's runs are still to be made, given the records of each of its rows and the seeds that a row has.
    pub fn still_missing<'a>(rows: impl IntoIterator<Item = Vec<&'a RunRecord>>, seeds: usize) -> usize {
        rows.into_iter().map(|records| seeds.saturating_sub(records.len())).sum()
    }

    /// All of them, in the order of the runs.
    pub fn all(&self) -> &[RunRecord] {
        &self.records
    }

    /// Runs without a record.
    pub fn missing(&self) -> usize {
        self.missing
    }

    /// Those of one method on one data set; of its ablations' variants only the named one.
    pub fn of(&self, dataset: &str, method: &str, variant: Option<&str>) -> Vec<&RunRecord> {
        let matches =
            |r: &&RunRecord| r.dataset == dataset && r.method == method && r.variant.as_deref() == variant;
        self.records.iter().filter(matches).collect()
    }

    /// The spread over seeds of a metric's change from one list of records to another. Only seeds that both have count.
    pub fn paired_change(from: &[&RunRecord], to: &[&RunRecord], name: &str) -> Option<Spread> {
        let changes = to.iter().filter_map(|after| {
            let before = from.iter().find(|before| before.seed == after.seed)?;
            Some(after.metrics.get(name)? - before.metrics.get(name)?)
        });
        Spread::of(changes)
    }

    /// A metric's spread over records.
    pub fn metric(records: &[&RunRecord], name: &str) -> Option<Spread> {
        Spread::of(records.iter().filter_map(|record| record.metrics.get(name)))
    }
}
