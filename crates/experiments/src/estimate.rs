use super::progress::duration;
use super::{RunRecord, RunSpec};

/// How long pending runs may take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Seconds of wall time, over all that could be estimated.
    pub seconds: f64,
    /// Runs of methods without a record of that device to go by.
    pub unknown: usize,
}

impl std::fmt::Display for Estimate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.seconds > 0.0, self.unknown) {
            (true, 0) => write!(f, "about {}", duration(self.seconds)),
            (true, n) => write!(f, "about {}, and runs of unknown length: {n}", duration(self.seconds)),
            (false, 0) => write!(f, "no time at all"),
            (false, _) => write!(f, "unknown: no run of these methods is recorded yet on this device"),
        }
    }
}

/// The time of `pending` runs with `jobs` at once, from recorded runs of the same method on the same data set and device (as
/// records name it), in proportion to the number of samples.
pub fn estimate(pending: &[RunSpec], records: &[RunRecord], jobs: usize, device: &str) -> Estimate {
    let mut all = Estimate { seconds: 0.0, unknown: 0 };
    for spec in pending {
        let alike =
            |r: &&RunRecord| r.method == spec.method && r.dataset == spec.dataset && r.device == device;
        // The nearest kind first: the same variant, then the same method.
        let best = records
            .iter()
            .filter(alike)
            .min_by_key(|r| (r.quick != spec.quick, r.variant != spec.variant, r.seed != spec.seed));
        match best {
            Some(record) => {
                let share = spec.samples.map_or(1.0, |n| n as f64 / record.data.n.max(1) as f64);
                all.seconds += record.wall_s * share.min(1.0) / jobs.max(1) as f64;
            }
            None => all.unknown += 1,
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::record::tests::record;
    use crate::run::spec::tests::spec;

    #[test]
    fn goes_by_records_and_says_what_it_does_not_know() {
        let other = RunSpec { method: "gmm".into(), ..spec(0) };
        let estimate = estimate(&[spec(5), spec(6), other], &[record(1, 0.1)], 2, "cpu");
        assert_eq!(estimate, Estimate { seconds: 1.5, unknown: 1 });
        assert_eq!(estimate.to_string(), "about 2 s, and runs of unknown length: 1");
    }

    #[test]
    fn a_processor_says_nothing_of_a_gpu() {
        let estimate = estimate(&[spec(5)], &[record(1, 0.1)], 2, "cuda:0");
        assert_eq!(estimate, Estimate { seconds: 0.0, unknown: 1 });
        assert_eq!(estimate.to_string(), "unknown: no run of these methods is recorded yet on this device");
    }
}
