use super::{Records, device_model};
use crate::run::RunRecord;
use std::collections::BTreeSet;

/// Numbers of runs, time, machines and versions, as named groups of records have them: a sentence.
pub fn provenance(groups: &[(&str, &Records)]) -> String {
    let list = |value: &dyn Fn(&RunRecord) -> String| {
        let values: BTreeSet<String> =
            groups.iter().flat_map(|(_, records)| records.all()).map(value).collect();
        values.into_iter().collect::<Vec<_>>().join("; ")
    };
    let counted: Vec<String> = groups.iter().flat_map(|(name, records)| took(name, records)).collect();
    if counted.is_empty() {
        return "No run is recorded.".to_owned();
    }
    format!(
        "{}, each run's wall time summed (a network that several runs share is counted in each), in processes of {} thread of which several ran at once, on {}; device {}; \
         libtorch {}; code revision {}.",
        counted.join(", "),
        list(&|record| record.threads.to_string()),
        list(&|record| record.machine.to_string()),
        list(&|record| record.device.clone()),
        list(&|record| record.libtorch.clone()),
        list(&|record| record.revision.clone()),
    )
}

/// How many runs a group has and how long they took, on each model of processor and GPU apart.
fn took(name: &str, records: &Records) -> Vec<String> {
    let models: BTreeSet<&str> = records.all().iter().map(device_model).collect();
    let on = |model: &&str| {
        let runs = records.all().iter().filter(|record| device_model(record) == *model);
        let seconds: Vec<f64> = runs.map(|record| record.wall_s).collect();
        let (n, minutes) = (seconds.len(), seconds.iter().sum::<f64>() / 60.0);
        format!("{n} {} of {name} took {minutes:.1} min on {model}", if n == 1 { "run" } else { "runs" })
    };
    models.iter().map(on).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::on_gpu;
    use crate::run::record::tests::record;

    #[test]
    fn times_of_different_machines_are_not_added() {
        let run = |mut run: RunRecord, seconds: f64| {
            run.wall_s = seconds;
            run
        };
        let cpu = Records::from(vec![run(record(0, 0.1), 60.0), run(record(1, 0.1), 120.0)]);
        assert!(
            provenance(&[("rows", &cpu)])
                .starts_with("2 runs of rows took 3.0 min on a processor, each run's wall")
        );
        let gpu = run(on_gpu(1, 0.1, "NVIDIA H200"), 6.0);
        let mut another = run(record(2, 0.1), 30.0);
        another.machine.processor = "one more".to_owned();
        let both = Records::from(vec![run(record(0, 0.1), 60.0), gpu, another]);
        let text = provenance(&[("rows", &both), ("others", &Records::default())]);
        assert!(
            text.starts_with(
                "1 run of rows took 0.1 min on NVIDIA H200, 1 run of rows took 1.0 min on a processor, 1 run of rows took 0.5 min on one more, each run's"
            ),
            "{text}"
        );
        assert!(text.contains("device cpu; cuda:0;"), "{text}");
        assert_eq!(provenance(&[("rows", &Records::default())]), "No run is recorded.");
    }
}
