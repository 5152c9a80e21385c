//! What the faster forms of k-DAE's joint training do to its clusters.

use super::Sets;
use super::deviations::{Variant, is_form, variants};
use super::protocol::SHOWN;
use super::run_rows::number;
use super::tables::dataset_name;
use crate::Result;
use crate::render::{Cell, Column, Records, Spread, Table, arithmetic_note, fixed};
use crate::run::RunRecord;
use deepclust_methods::KDae;

/// The runs of a form beside those that differ from them in the form alone: of the same seed and arithmetic.
struct Form<'a> {
    dataset: &'static str,
    variant: Variant,
    pairs: Vec<(&'a RunRecord, &'a RunRecord)>,
    change: Option<Spread>,
}

fn forms_run(sets: &Sets) -> Result<Vec<Form<'_>>> {
    let mut forms = Vec::new();
    for dataset in SHOWN {
        for variant in variants(dataset, false)?.into_iter().filter(is_form) {
            let from = match variant.base {
                Some(name) => sets.deviations.of(dataset, KDae::SLUG, Some(name)),
                None => sets.main.of(dataset, KDae::SLUG, None),
            };
            let runs = sets.deviations.of(dataset, KDae::SLUG, Some(variant.name));
            let pairs = Records::paired(&from, &runs);
            if !pairs.is_empty() {
                let change = Records::paired_change(&from, &runs, "acc");
                forms.push(Form { dataset, variant, pairs, change });
            }
        }
    }
    Ok(forms)
}

/// Pairs of runs that differ in the form alone.
pub(super) fn forms(sets: &Sets) -> Result<Table> {
    let columns = vec![
        Column::words("data"),
        Column::words("k-DAE"),
        Column::words("form"),
        Column::number("pairs", 0),
        Column::spread("ACC before", 3),
        Column::spread("ACC in this form", 3),
        Column::spread("Δ ACC", 3),
        Column::spread("samples of the smallest cluster before", 0),
        Column::spread("samples of the smallest cluster in this form", 0),
        Column::words("name for --variants"),
    ];
    let forms = forms_run(sets)?;
    let rows = forms.iter().map(|Form { dataset, variant, pairs, change }| {
        let from = variant.base.map_or("the protocol".to_owned(), |name| format!("`{name}`"));
        let (before, after): (Vec<&RunRecord>, Vec<&RunRecord>) = pairs.iter().copied().unzip();
        let least = |runs: &[&RunRecord]| Spread::of(runs.iter().filter_map(|run| smallest(run)));
        vec![
            dataset_name(dataset).into(),
            Cell::Text(from),
            variant.words.into(),
            Cell::Number(pairs.len() as f64),
            Records::metric(&before, "acc").into(),
            Records::metric(&after, "acc").into(),
            (*change).into(),
            least(&before).into(),
            least(&after).into(),
            variant.name.into(),
        ]
    });
    let rows = rows.collect();
    let mut notes = vec![
        "What names no form has every sample through every autoencoder, in f32. Pairs have the same seed, and the same of MKL's kernels or the same model of GPU: they begin with the same clusters. A form without a pair is left out. The README has the time of an epoch in each form, on an idle machine."
            .to_owned(),
    ];
    notes
        .extend(arithmetic_note(forms.iter().flat_map(|form| &form.pairs).flat_map(|pair| [pair.0, pair.1])));
    let title = "Forms of k-DAE's joint training: accuracy and smallest cluster, in pairs".to_owned();
    Ok(Table { title, columns, rows, notes })
}

/// What becomes of the accuracy where only winners go through an autoencoder.
pub(super) fn winners_only(sets: &Sets) -> Result<Option<String>> {
    let forms = forms_run(sets)?;
    let forms = forms.iter().filter(|form| form.variant.name.ends_with("responsible"));
    let words = forms.filter_map(|Form { dataset, variant, pairs, change }| {
        let change = change.as_ref()?;
        let std = change.std.map_or(String::new(), |std| format!(" ± {std:.3}"));
        let least = pairs.iter().filter_map(|pair| smallest(pair.1)).fold(f64::INFINITY, f64::min);
        Some(format!(
            "{}, `{}` {}{std} ({}, the smallest cluster of which has {least} samples)",
            dataset_name(dataset),
            variant.name,
            fixed(change.mean, 3),
            number(pairs.len(), "pair")
        ))
    });
    let words: Vec<String> = words.collect();
    Ok((!words.is_empty()).then(|| {
        format!(
            "k-DAE with only the winners of an autoencoder going through it in training, Δ ACC in pairs: {}.",
            words.join("; ")
        )
    }))
}

fn smallest(run: &RunRecord) -> Option<f64> {
    run.cluster_sizes.iter().min().map(|&size| size as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kdae::deviations::AUTHORS_CODE_DEC_START;
    use crate::render::on_gpu;
    use crate::run::record::tests::record;

    fn run(mut run: RunRecord, variant: Option<&str>, acc: f64, sizes: [usize; 2]) -> RunRecord {
        (run.method, run.dataset) = (KDae::SLUG.to_owned(), "mnist".to_owned());
        run.variant = variant.map(str::to_owned);
        run.metrics = [("acc", acc)].into_iter().collect();
        run.cluster_sizes = sizes.to_vec();
        run
    }

    #[test]
    fn pairs_differ_in_the_form_alone() {
        let (base, form) = (Some(AUTHORS_CODE_DEC_START), Some("dec-start-responsible"));
        let deviations = vec![
            run(record(0, 0.1), base, 0.5, [3, 4]),
            run(record(1, 0.1), base, 0.5, [5, 2]),
            run(record(2, 0.1), base, 0.5, [9, 9]),
            run(record(0, 0.1), form, 0.75, [1, 6]),
            run(record(1, 0.1), form, 0.25, [0, 7]),
            run(on_gpu(2, 0.1, "NVIDIA H200"), form, 0.9, [9, 9]),
            run(record(0, 0.1), Some("bf16"), 0.25, [1, 6]),
        ];
        let main = vec![run(record(0, 0.1), None, 0.5, [3, 4])];
        let sets = Sets { main: Records::from(main), deviations: Records::from(deviations) };
        let table = forms(&sets).unwrap();
        let spread = |values: &[f64]| Cell::from(Spread::of(values.iter().copied()));
        assert_eq!(table.rows.len(), 2);
        assert!(table.rows.iter().all(|row| row.len() == table.columns.len()));
        assert_eq!(table.rows[0][1], Cell::Text("the protocol".to_owned()));
        assert_eq!(
            table.rows[1][3..9],
            [
                Cell::Number(2.0),
                spread(&[0.5, 0.5]),
                spread(&[0.75, 0.25]),
                spread(&[0.25, -0.25]),
                spread(&[3.0, 2.0]),
                spread(&[1.0, 0.0]),
            ]
        );
        assert_eq!(
            winners_only(&sets).unwrap().unwrap(),
            "k-DAE with only the winners of an autoencoder going through it in training, Δ ACC in pairs: MNIST (70,000), `dec-start-responsible` 0.000 ± 0.354 (2 pairs, the smallest cluster of which has 0 samples)."
        );
        assert_eq!(winners_only(&Sets::default()).unwrap(), None);
    }
}
