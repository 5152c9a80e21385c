use super::{Backend, Event, Outcome, outcome_of};
use crate::{Job, Message};
use deepclust_methods::Progress;
use std::ops::ControlFlow;

/// Makes one run after the other in this process: for tests, and for a program that has the libraries loaded already. Kernels and
/// threads are those of the process, whatever a job says: libtorch fixes them at the first operation.
#[derive(Clone, Copy, Debug, Default)]
pub struct InProcess;

impl Backend for InProcess {
    fn run(&self, jobs: &[Job], events: &mut dyn FnMut(Event)) -> Vec<Outcome> {
        let one = |(index, job): (usize, &Job)| {
            events(Event::Started { slot: 0, index });
            let problem = crate::worker::run(job, &mut Listener { index, events }).err();
            let outcome = outcome_of(job, problem.map(|error| error.to_string()));
            events(Event::Ended { slot: 0, index, outcome: outcome.clone() });
            outcome
        };
        jobs.iter().enumerate().map(one).collect()
    }
}

struct Listener<'a> {
    index: usize,
    events: &'a mut dyn FnMut(Event),
}

impl Progress for Listener<'_> {
    fn report(&mut self, stage: &str, done: usize, total: usize, detail: &str) -> ControlFlow<()> {
        let message = Message { stage: stage.to_owned(), done, total, detail: detail.to_owned() };
        (self.events)(Event::Progress { slot: 0, index: self.index, message });
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measures::{Entropies, SampledSilhouette};
    use crate::spec::tests::spec;
    use crate::{DataSpec, Generator, MeasureSpec, RunSpec, Source, Status, Store};
    use deepclust_datasets::Split;
    use deepclust_nets::{DeviceChoice, Products};

    fn job(out: &std::path::Path, seed: u64) -> Job {
        let generator = Generator::GaussianPoints { samples: 30, features: 2, classes: 3 };
        let data = DataSpec { source: Source::Generated(generator), split: Split::All, subset: None };
        Job {
            spec: RunSpec { data, ..spec(seed) },
            out: out.to_owned(),
            data_dir: None,
            device: DeviceChoice::Cpu,
            threads: 1,
            products: Products::ByAbility,
            rerun: false,
        }
    }

    fn run(jobs: &[Job]) -> (Vec<Outcome>, Vec<Event>) {
        let mut events = Vec::new();
        let outcomes = InProcess.run(jobs, &mut |event| events.push(event));
        (outcomes, events)
    }

    #[test]
    fn a_failed_run_does_not_stop_the_others() {
        let folder = tempfile::tempdir().unwrap();
        let mut wrong = job(folder.path(), 0);
        wrong.spec.method.name = "k-meens".to_owned();
        let (outcomes, events) = run(&[wrong, job(folder.path(), 1)]);
        assert!(matches!(&outcomes[0], Outcome::Failed(why) if why.contains("k-meens")), "{outcomes:?}");
        assert!(matches!(&outcomes[1], Outcome::Recorded(record) if record.seed == 1));
        let ended = |event: &&Event| matches!(event, Event::Ended { .. });
        assert_eq!(events.iter().filter(ended).count(), 2);
    }

    #[test]
    fn a_run_that_is_measured_again_keeps_what_was_measured_before() {
        let folder = tempfile::tempdir().unwrap();
        let (plain, mut more) = (job(folder.path(), 1), job(folder.path(), 1));
        more.spec.measures.push(MeasureSpec::Entropies(Entropies {}));
        run(&[more.clone()]);
        run(&[Job { rerun: true, ..plain }]);
        let store = Store::read_only(folder.path());
        assert!(matches!(store.status(&more.spec).unwrap(), Status::Recorded(_)));
    }

    #[test]
    fn a_measure_with_other_settings_takes_the_place_of_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let sampled = |samples| MeasureSpec::SampledSilhouette(SampledSilhouette { samples });
        for samples in [10, 20] {
            let mut job = job(folder.path(), 1);
            job.spec.measures = vec![sampled(samples)];
            let Outcome::Recorded(record) = run(&[job]).0.remove(0) else { panic!("no record") };
            assert_eq!(record.spec.measures, [sampled(samples)]);
        }
    }

    #[test]
    fn what_is_no_record_is_set_aside() {
        let folder = tempfile::tempdir().unwrap();
        let job = job(folder.path(), 1);
        let path = folder.path().join(job.spec.record_path().unwrap());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, "somebody's notes").unwrap();
        assert!(matches!(run(std::slice::from_ref(&job)).0[0], Outcome::Recorded(_)));
        let aside = path.with_file_name("1.json.set-aside-1");
        assert_eq!(std::fs::read_to_string(aside).unwrap(), "somebody's notes");
    }
}
