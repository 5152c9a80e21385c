//! What the faster forms of k-DAE's joint training do to accuracy and time.

use super::Sets;
use super::deviations::{is_form, variants};
use super::protocol::SHOWN;
use super::tables::dataset_name;
use crate::Result;
use crate::render::{Cell, Column, Records, Spread, Table, arithmetic_note, device_model};
use crate::run::RunRecord;
use deepclust_methods::KDae;

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
        Column::spread("smallest cluster before", 0),
        Column::spread("smallest cluster in this form", 0),
        Column::number("pairs of one machine", 0),
        Column::spread("seconds before", 0),
        Column::spread("seconds in this form", 0),
        Column::spread("seconds ÷ before", 2),
    ];
    let mut rows = Vec::new();
    let mut shown = Vec::new();
    for dataset in SHOWN {
        for variant in variants(dataset, false)?.iter().filter(|variant| is_form(variant)) {
            let from = match variant.base {
                Some(name) => sets.deviations.of(dataset, KDae::SLUG, Some(name)),
                None => sets.main.of(dataset, KDae::SLUG, None),
            };
            let pairs = Records::paired(&from, &sets.deviations.of(dataset, KDae::SLUG, Some(variant.name)));
            if pairs.is_empty() {
                continue;
            }
            let mut row: Vec<Cell> = vec![
                dataset_name(dataset).into(),
                variant.base.map_or("the protocol".to_owned(), |name| format!("`{name}`")).as_str().into(),
                variant.words.into(),
                Cell::Number(pairs.len() as f64),
            ];
            row.extend(compared(&pairs, |run| run.metrics.get("acc"), |before, after| after - before));
            let smallest = |run: &RunRecord| run.cluster_sizes.iter().min().map(|&size| size as f64);
            row.extend(compared(&pairs, smallest, |before, after| after - before).into_iter().take(2));
            let mut timed = pairs.clone();
            timed.retain(|(before, after)| device_model(before) == device_model(after));
            row.push(Some(timed.len() as f64).filter(|&n| n > 0.0).into());
            let seconds = |run: &RunRecord| run.stages_s.get("joint training").copied();
            row.extend(compared(&timed, seconds, |before, after| after / before));
            rows.push(row);
            shown.extend(pairs.into_iter().flat_map(|(before, after)| [before, after]));
        }
    }
    let mut notes = vec![
        "What names no form has every sample through every autoencoder, in f32. Pairs have the same seed, and the same of MKL's kernels or the same model of GPU: they begin with the same clusters. Seconds are those of the joint training, of pairs from one model of machine, in processes with one thread, several at once; the README has an epoch of each form on an idle machine."
            .to_owned(),
    ];
    notes.extend(arithmetic_note(shown));
    let title = "Forms of k-DAE's joint training: accuracy and time".to_owned();
    Ok(Table { title, columns, rows, notes })
}

/// A measurement before and after, and what is made of both, over the pairs.
fn compared(
    pairs: &[(&RunRecord, &RunRecord)],
    of: impl Fn(&RunRecord) -> Option<f64>,
    change: impl Fn(f64, f64) -> f64,
) -> [Cell; 3] {
    let values: Vec<(f64, f64)> =
        pairs.iter().filter_map(|(before, after)| Some((of(before)?, of(after)?))).collect();
    [
        Spread::of(values.iter().map(|pair| pair.0)).into(),
        Spread::of(values.iter().map(|pair| pair.1)).into(),
        Spread::of(values.iter().map(|pair| change(pair.0, pair.1))).into(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kdae::deviations::AUTHORS_CODE_DEC_START;
    use crate::render::on_gpu;
    use crate::run::record::tests::record;

    #[test]
    fn times_are_compared_on_one_machine_alone() {
        let run = |mut run: RunRecord, variant: &str, acc: f64, seconds: f64| {
            (run.method, run.dataset) = (KDae::SLUG.to_owned(), "mnist".to_owned());
            run.variant = Some(variant.to_owned());
            run.metrics = [("acc", acc)].into_iter().collect();
            run.stages_s = [("joint training".to_owned(), seconds)].into();
            run
        };
        let form = "dec-start-responsible";
        let elsewhere = |mut run: RunRecord| {
            run.machine.processor = "another".to_owned();
            run
        };
        let deviations = vec![
            run(record(0, 0.1), AUTHORS_CODE_DEC_START, 0.5, 10.0),
            run(record(1, 0.1), AUTHORS_CODE_DEC_START, 0.5, 10.0),
            run(record(2, 0.1), AUTHORS_CODE_DEC_START, 0.5, 10.0),
            run(record(0, 0.1), form, 0.75, 5.0),
            run(elsewhere(record(1, 0.1)), form, 0.25, 1.0),
            run(on_gpu(2, 0.1, "NVIDIA H200"), form, 0.9, 1.0),
        ];
        let sets = Sets { deviations: Records::from(deviations), ..Sets::default() };
        let table = forms(&sets).unwrap();
        let spread = |values: &[f64]| Cell::from(Spread::of(values.iter().copied()));
        assert_eq!(table.rows.len(), 1);
        assert_eq!(
            table.rows[0][3..],
            [
                Cell::Number(2.0),
                spread(&[0.5, 0.5]),
                spread(&[0.75, 0.25]),
                spread(&[0.25, -0.25]),
                spread(&[1.0, 1.0]),
                spread(&[1.0, 1.0]),
                Cell::Number(1.0),
                spread(&[10.0]),
                spread(&[5.0]),
                spread(&[0.5]),
            ]
        );
    }
}
