use crate::run::RunRecord;
use deepclust_nets::Products;
use std::collections::BTreeSet;

/// What a run's arithmetic is of, and thus how it rounds. Training amplifies rounding: at one seed, two runs of unequal
/// arithmetic differ by more than what is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Arithmetic<'a> {
    /// A processor with MKL's own choice of kernels.
    ByMaker,
    /// A processor with those of MKL's kernels that it is able to run.
    ByAbility,
    /// A GPU of this model, whichever kernels the processor beside it has.
    Gpu(&'a str),
}

impl<'a> Arithmetic<'a> {
    /// That of a recorded run.
    pub fn of(record: &'a RunRecord) -> Self {
        match (&record.machine.gpu, record.machine.kernels()) {
            (Some(model), _) => Self::Gpu(model),
            (None, Products::ByMaker) => Self::ByMaker,
            (None, Products::ByAbility) => Self::ByAbility,
        }
    }
}

impl std::fmt::Display for Arithmetic<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::ByMaker => Products::ByMaker.fmt(f),
            Self::ByAbility => Products::ByAbility.fmt(f),
            Self::Gpu(model) => f.write_str(model),
        }
    }
}

/// What a run was made on: the GPU's model, or the processor's. Times of different ones have no sum or mean together.
pub fn device_model(record: &RunRecord) -> &str {
    record.machine.gpu.as_deref().unwrap_or(&record.machine.processor)
}

/// A sentence for tables whose networks were not all trained with the same arithmetic.
pub fn arithmetic_note<'a>(records: impl IntoIterator<Item = &'a RunRecord>) -> Option<String> {
    let trained = records.into_iter().filter(|record| !record.history.is_empty());
    let found: BTreeSet<_> = trained.map(Arithmetic::of).collect();
    let words = found.iter().map(|arithmetic| match arithmetic {
        Arithmetic::ByMaker => "had MKL's own choice of kernels".to_owned(),
        Arithmetic::ByAbility => "had MKL's kernels by the processor's ability".to_owned(),
        Arithmetic::Gpu(model) => format!("were made on {model}"),
    });
    (found.len() > 1).then(|| {
        format!(
            "Some of the runs {}: at one seed these differ by rounding, which training amplifies, and in time.",
            words.collect::<Vec<_>>().join(", others ")
        )
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::run::record::tests::record;

    /// A record of a run on a GPU.
    pub(crate) fn on_gpu(seed: u64, sil: f64, model: &str) -> RunRecord {
        let mut run = record(seed, sil);
        run.device = "cuda:0".to_owned();
        run.machine.gpu = Some(model.to_owned());
        run
    }

    #[test]
    fn a_gpu_has_its_own_whatever_the_kernels_beside_it() {
        let (mut cpu, mut gpu) = (record(1, 0.1), on_gpu(1, 0.1, "NVIDIA H200"));
        let words = |run: &RunRecord| Arithmetic::of(run).to_string();
        assert_eq!((words(&cpu), words(&gpu)), ("by-maker".to_owned(), "NVIDIA H200".to_owned()));
        cpu.machine.products = Products::ByAbility;
        gpu.machine.products = Products::ByAbility;
        assert_eq!((words(&cpu), words(&gpu)), ("by-ability".to_owned(), "NVIDIA H200".to_owned()));
    }

    #[test]
    fn a_run_on_a_gpu_is_not_one_of_the_processor_beside_it() {
        let (cpu, gpu) = (record(1, 0.1), on_gpu(1, 0.1, "NVIDIA H200"));
        assert_eq!((device_model(&cpu), device_model(&gpu)), ("a processor", "NVIDIA H200"));
    }

    #[test]
    fn arithmetic_is_noted_where_it_differs() {
        let (one, mut other) = (record(1, 0.1), record(2, 0.1));
        assert_eq!(arithmetic_note([&one, &other]), None);
        other.machine.products = Products::ByAbility;
        let note = |runs: &[&RunRecord]| arithmetic_note(runs.iter().copied());
        let kernels = note(&[&one, &other]).unwrap();
        assert!(
            kernels.contains("had MKL's own choice of kernels, others had MKL's kernels by"),
            "{kernels}"
        );
        other.history.clear();
        assert_eq!(note(&[&one, &other]), None);

        let (gpu, larger) = (on_gpu(1, 0.1, "NVIDIA H100"), on_gpu(1, 0.1, "NVIDIA H200"));
        assert_eq!(note(&[&gpu, &gpu]), None);
        let both = note(&[&gpu, &one]).unwrap();
        assert!(both.contains("had MKL's own choice of kernels, others were made on NVIDIA H100:"), "{both}");
        let gpus = note(&[&gpu, &larger]).unwrap();
        assert!(gpus.contains("were made on NVIDIA H100, others were made on NVIDIA H200:"), "{gpus}");
    }
}
