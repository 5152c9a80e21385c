use super::{Arithmetic, Spread};
use crate::run::{RunRecord, RunSpec, Status, Store};
use crate::{Error, Result};
use deepclust_methods::Seed;

/// The records of a list of runs, as far as they are there.
#[derive(Debug, Default)]
pub struct Records {
    records: Vec<RunRecord>,
    missing: usize,
}

#[cfg(test)]
impl From<Vec<RunRecord>> for Records {
    fn from(records: Vec<RunRecord>) -> Self {
        Self { records, missing: 0 }
    }
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
        let pairs = Self::paired(from, to);
        let change = |(before, after): (&RunRecord, &RunRecord)| {
            Some(after.metrics.get(name)? - before.metrics.get(name)?)
        };
        Spread::of(pairs.into_iter().filter_map(change))
    }

    /// The records of two lists that have the same seed, and the same [`Arithmetic`]: others differ by more than what is compared.
    pub fn paired<'a>(from: &[&'a RunRecord], to: &[&'a RunRecord]) -> Vec<(&'a RunRecord, &'a RunRecord)> {
        let pair = |after: &&'a RunRecord| {
            let alike = |before: &&&RunRecord| {
                before.seed == after.seed && Arithmetic::of(before) == Arithmetic::of(after)
            };
            from.iter().find(alike).map(|before| (*before, *after))
        };
        to.iter().filter_map(pair).collect()
    }

    /// A metric's spread over records.
    pub fn metric(records: &[&RunRecord], name: &str) -> Option<Spread> {
        Spread::of(records.iter().filter_map(|record| record.metrics.get(name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::on_gpu;
    use crate::run::record::tests::record;
    use deepclust_nets::Products;

    #[test]
    fn pairs_have_one_seed_and_the_same_arithmetic() {
        let (a, b, mut c) = (record(0, 0.1), record(1, 0.4), record(1, 0.2));
        let seeds = |from: &[&RunRecord], to: &[&RunRecord]| {
            Records::paired(from, to).iter().map(|(one, _)| one.seed.0).collect::<Vec<_>>()
        };
        assert_eq!(seeds(&[&a, &b], &[&c]), [1]);
        let change = Records::paired_change(&[&a, &b], &[&c], "sil").unwrap();
        assert!((change.mean + 0.2).abs() < 1e-12 && change.n == 1);
        c.machine.products = Products::ByAbility;
        assert!(seeds(&[&a, &b], &[&c]).is_empty());
        let gpu = on_gpu(1, 0.2, "NVIDIA H200");
        assert!(seeds(&[&a, &b], &[&gpu]).is_empty() && seeds(&[&gpu], &[&c]).is_empty());
        assert_eq!(seeds(&[&a, &gpu], &[&on_gpu(1, 0.3, "NVIDIA H200")]), [1]);
        assert!(seeds(&[&gpu], &[&on_gpu(1, 0.3, "NVIDIA H100")]).is_empty());
    }
}
