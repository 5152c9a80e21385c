use super::Records;
use crate::run::RunRecord;
use std::collections::BTreeSet;

/// Numbers of runs, time, machines and versions, as named groups of records have them: a sentence.
pub fn provenance(groups: &[(&str, &Records)]) -> String {
    let list = |value: &dyn Fn(&RunRecord) -> String| {
        let values: BTreeSet<String> =
            groups.iter().flat_map(|(_, records)| records.all()).map(value).collect();
        values.into_iter().collect::<Vec<_>>().join("; ")
    };
    let counted: Vec<String> = groups
        .iter()
        .filter(|(_, records)| !records.all().is_empty())
        .map(|(name, records)| {
            let minutes = records.all().iter().map(|record| record.wall_s).sum::<f64>() / 60.0;
            format!("{} runs of {name} took {minutes:.1} min", records.all().len())
        })
        .collect();
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

/// A sentence for tables whose networks were not all trained with the same kernels.
pub fn kernels_note<'a>(records: impl IntoIterator<Item = &'a RunRecord>) -> Option<String> {
    let trained = records.into_iter().filter(|record| !record.history.is_empty());
    let kernels: BTreeSet<String> = trained.map(|record| record.machine.products.to_string()).collect();
    (kernels.len() > 1).then(|| {
        "Some of the runs had MKL's own choice of kernels, others had them by the processor's ability: at one seed these differ by rounding, which training amplifies, and in time."
            .to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::record::tests::record;
    use deepclust_nets::Products;

    #[test]
    fn kernels_are_noted_where_they_differ() {
        let (one, mut other) = (record(1, 0.1), record(2, 0.1));
        assert_eq!(kernels_note([&one, &other]), None);
        other.machine.products = Products::ByAbility;
        assert!(kernels_note([&one, &other]).is_some());
        other.history.clear();
        assert_eq!(kernels_note([&one, &other]), None);
    }
}
