use crate::{RunRecord, RunSpec};
use deepclust_datasets::Subset;

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
        let dataset = spec.dataset();
        let alike = |r: &&RunRecord| {
            // A result says nothing of a small version: it has other epochs too.
            let scale = r.spec.scale == spec.scale;
            scale && r.method == spec.method.name && r.dataset == dataset && r.device == device
        };
        // The nearest kind first: the same settings, then the same method.
        let best =
            records.iter().filter(alike).min_by_key(|r| (r.spec.method != spec.method, r.seed != spec.seed));
        match best {
            Some(record) => {
                let samples = match spec.data.subset {
                    Some(Subset::First { n } | Subset::Random { n }) => Some(n),
                    _ => None,
                };
                let share = samples.map_or(1.0, |n| n as f64 / record.data.n.max(1) as f64);
                all.seconds += record.wall_s * share.min(1.0) / jobs.max(1) as f64;
            }
            None => all.unknown += 1,
        }
    }
    all
}

/// Seconds as people say them.
pub fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 99.5 => format!("{s:.0} s"),
        s if s < 99.0 * 60.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::tests::record;
    use crate::spec::tests::spec;

    #[test]
    fn durations() {
        assert_eq!([3.2, 240.0, 7200.0].map(duration), ["3 s", "4 min", "2.0 h"]);
    }

    #[test]
    fn goes_by_records_and_says_what_it_does_not_know() {
        let mut other = spec(0);
        other.method.name = "gmm".into();
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
