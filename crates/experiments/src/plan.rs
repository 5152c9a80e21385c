use crate::{Result, RunRecord, RunSpec, Status, Store};
use std::collections::BTreeMap;

/// What of some runs is there and what is to be made.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Runs to make, in order.
    pub pending: Vec<RunSpec>,
    /// Records that are there.
    pub recorded: Vec<RunRecord>,
    /// Files in the place of a record that are none: path and what is wrong.
    pub damaged: Vec<String>,
}

impl Plan {
    /// Looks the runs up. What is asked for twice is made once, with the measures of both; with `rerun` all are made.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn make(runs: impl IntoIterator<Item = RunSpec>, store: &Store, rerun: bool) -> Result<Self> {
        let mut wanted: Vec<RunSpec> = Vec::new();
        let mut places = BTreeMap::new();
        for spec in runs {
            match places.get(&spec.record_path()?) {
                Some(&place) => {
                    let known: &mut RunSpec = &mut wanted[place];
                    let more = spec.measures.into_iter().filter(|m| !known.measures.contains(m));
                    let more: Vec<_> = more.collect();
                    known.measures.extend(more);
                }
                None => {
                    places.insert(spec.record_path()?, wanted.len());
                    wanted.push(spec);
                }
            }
        }
        let mut plan = Self::default();
        for spec in wanted {
            match store.status(&spec)? {
                Status::Damaged { path, problem } if !rerun => {
                    plan.damaged.push(format!("{}: {problem}", path.display()));
                }
                Status::Recorded(record) => {
                    plan.recorded.push(*record);
                    plan.pending.extend(rerun.then_some(spec));
                }
                _ => plan.pending.push(spec),
            }
        }
        Ok(plan)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measures::SampledSilhouette;
    use crate::record::tests::record;
    use crate::spec::tests::spec;
    use crate::{FigureData, MeasureSpec};

    #[test]
    fn what_two_ask_for_is_made_once() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        store.write(&mut record(1, 0.1), &FigureData::default()).unwrap();
        let measures = vec![MeasureSpec::SampledSilhouette(SampledSilhouette { samples: 2 })];
        let more = RunSpec { measures: measures.clone(), ..spec(0) };
        let plan = Plan::make([spec(0), spec(1), more, spec(0)], &store, false).unwrap();
        assert_eq!((plan.pending.len(), plan.recorded.len()), (1, 1));
        assert_eq!((plan.pending[0].seed, &plan.pending[0].measures), (0, &measures));
        assert_eq!(Plan::make([spec(0), spec(1)], &store, true).unwrap().pending.len(), 2);
        // A measure more makes a recorded run pending.
        let more = RunSpec { measures, ..spec(1) };
        assert_eq!(Plan::make([more], &store, false).unwrap().pending.len(), 1);
    }

    #[test]
    fn what_is_no_record_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(spec(0).record_path().unwrap());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "{}").unwrap();
        let store = Store::open(folder.path()).unwrap();
        assert!(
            Plan::make([spec(0)], &store, false).unwrap().damaged[0]
                .contains("0.json: expected a run record")
        );
        assert_eq!(Plan::make([spec(0)], &store, true).unwrap().pending.len(), 1);
    }
}
