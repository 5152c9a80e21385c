//! What k-DAE reaches on a data set, in sentences.

use super::Sets;
use super::findings::{Row, number};
use super::lost_classes::{counted, parts};
use super::rows::is_row;
use super::tables::{dataset_name, gain, printed};
use crate::Result;
use crate::render::{Records, Spread, fixed};
use deepclust_methods::{AeKMeans, KDae};
use std::collections::BTreeSet;

/// The best row of k-DAE beside print, its start, and what its lost classes cost.
pub(super) fn best_k_dae(sets: &Sets, rows: &[Row<'_>], dataset: &str) -> Result<Option<String>> {
    let of_k_dae = rows.iter().filter(|row| row.dataset == dataset && row.of.0 == KDae::SLUG);
    let Some(best) = of_k_dae.max_by(|a, b| a.acc.mean.total_cmp(&b.acc.mean)) else { return Ok(None) };
    let print = best.printed.map_or(String::new(), |print| format!("; in print {print:.2}"));
    let mut sentences = vec![format!(
        "**{}**: the row of k-DAE with the highest ACC is \"{}\", {:.3} over {}{print}.",
        dataset_name(dataset),
        best.name,
        best.acc.mean,
        number(best.acc.n, "run")
    )];
    if let Some(start) = Records::metric(&best.records, "start_acc") {
        let print = printed(dataset, AeKMeans::SLUG, "acc")?;
        let added = print.zip(best.printed).map(|(start, end)| end - start);
        let in_print = |value: Option<f64>| value.map_or(String::new(), |v| format!(", in print {v:.2}"));
        sentences.push(format!("Its starts have {:.3}{}.", start.mean, in_print(print)));
        if let Some(gain) = gain(&best.records) {
            let mean = fixed(gain.mean, 3);
            sentences.push(format!("Joint training adds {mean}{}.", in_print(added)));
        }
    }
    let lost = best.records.iter().filter_map(|record| parts(record)).map(|parts| parts[0]);
    if let Some(lost) = Spread::of(lost).filter(|lost| lost.mean > 0.0) {
        sentences.push(format!(
            "Classes that are the most frequent one of no cluster ({}) cost {:.3}: no more than {:.3} is possible with them.",
            counted(&best.records),
            lost.mean,
            1.0 - lost.mean
        ));
    }
    sentences.extend(better_deviation(sets, dataset, best.acc));
    Ok(Some(sentences.join(" ")))
}

/// The best of the deviations that have no row there but as many runs, where it is above the best row.
fn better_deviation(sets: &Sets, dataset: &str, of_best_row: Spread) -> Option<String> {
    let all = sets.deviations.all().iter();
    let of_k_dae = all.filter(|record| record.dataset == dataset && record.method == KDae::SLUG);
    let names: BTreeSet<&str> = of_k_dae.filter_map(|record| record.variant.as_deref()).collect();
    let acc = |name: &str| Records::metric(&sets.deviations.of(dataset, KDae::SLUG, Some(name)), "acc");
    let others = names.into_iter().filter(|name| !is_row(KDae::SLUG, name));
    let (name, best) = others
        .filter_map(|name| Some((name, acc(name).filter(|acc| acc.n >= of_best_row.n)?)))
        .max_by(|a, b| a.1.mean.total_cmp(&b.1.mean))?;
    (best.mean > of_best_row.mean).then(|| {
        let std = best.std.map_or(String::new(), |std| format!(" ± {std:.3}"));
        format!(
            "A deviation without a row, `{name}`, has more: {:.3}{std} over {}.",
            best.mean,
            number(best.n, "run")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::RunRecord;
    use crate::run::record::tests::record;

    fn run(variant: &str, seed: u64, acc: f64) -> RunRecord {
        let mut run = record(seed, 0.1);
        (run.method, run.dataset) = (KDae::SLUG.to_owned(), "mnist".to_owned());
        run.variant = Some(variant.to_owned());
        run.metrics = [("acc", acc)].into_iter().collect();
        run
    }

    #[test]
    fn deviations_without_a_row_are_named_where_they_are_above_the_rows() {
        let deviations = vec![
            run("authors-decoder", 0, 0.9),
            run("authors-decoder", 1, 0.9),
            run("soft", 0, 0.8),
            run("norm", 0, 0.7),
            run("norm", 1, 0.6),
        ];
        let sets = Sets { deviations: Records::from(deviations), ..Sets::default() };
        let row = |mean: f64| Spread::of([mean, mean]).unwrap();
        assert_eq!(
            better_deviation(&sets, "mnist", row(0.6)).unwrap(),
            "A deviation without a row, `norm`, has more: 0.650 ± 0.071 over 2 runs."
        );
        assert_eq!(better_deviation(&sets, "mnist", row(0.7)), None);
        assert_eq!(better_deviation(&sets, "usps-9298", row(0.0)), None);
    }
}
