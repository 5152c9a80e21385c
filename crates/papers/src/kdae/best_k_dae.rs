//! What k-DAE reaches on a data set, in sentences.

use super::lost_classes::{counted, parts};
use super::run_rows::{RunRow, number};
use super::tables::{dataset_name, gain, printed};
use crate::Result;
use crate::render::{Records, Spread, fixed};
use deepclust_methods::{AeKMeans, KDae};

/// The best row of k-DAE beside print, its start, and what its lost classes cost.
pub(super) fn best_k_dae(rows: &[RunRow<'_>], dataset: &str) -> Result<Option<String>> {
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
    Ok(Some(sentences.join(" ")))
}
