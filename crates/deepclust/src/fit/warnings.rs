//! What a reader of an answer should know before using it.

use super::{Run, sizes};
use deepclust_methods::facts;

/// Standard deviations from the threshold within which chance may decide.
const NEARLY: f64 = 1.0;

/// Sentences on the chosen run and on the seeds.
pub(super) fn warnings(
    runs: &[Run],
    chosen: usize,
    k: Option<usize>,
    agreement: f64,
    failed: &[(u64, String)],
) -> Vec<String> {
    let mut found = Vec::new();
    let run = &runs[chosen];
    let n = run.labels.len() as f64;
    let (sizes, noise) = sizes(&run.labels);
    let wanted = k.unwrap_or(sizes.len()).max(1) as f64;
    match run.facts.get(facts::EMPTY_CLUSTERS) {
        Some(&empty) if empty > 0.0 => {
            found.push(format!("{empty} of the {wanted} clusters asked for have no row."));
        }
        _ => {}
    }
    if let Some(parts) = run.facts.get(facts::JOINED_PARTS) {
        found.push(format!(
            "The neighbour graph falls into {parts} parts that nothing ties together, more than the {wanted} clusters asked for: the nearest were joined. -k {parts} keeps them apart."
        ));
    }
    let fact = |name: &str| run.facts.get(name).copied();
    if let (Some(parts), Some(largest)) = (fact(facts::DISSOLVED_PARTS), fact(facts::LARGEST_DISSOLVED)) {
        let share = 0.9 * largest * wanted / n;
        let digits = (1.0 - share.log10()).ceil().max(2.0) as usize;
        let (groups, are) = if parts == 1.0 { ("group", "is") } else { ("groups", "are") };
        found.push(format!(
            "{parts} {groups} of rows that nothing ties to the others {are} too small to be a cluster, and went to the nearest ones; the largest has {largest} rows. --set \
             graph.least_share={share:.digits$} counts it; then -k may have to be larger."
        ));
    }
    let single = sizes.iter().filter(|&&size| size == 1).count();
    if single > 0 {
        found.push(format!("{single} of the {} clusters hold a single row.", sizes.len()));
    }
    // With two clusters one has at least half of the rows.
    let most = (1.6 / sizes.len().max(1) as f64).max(0.5);
    for (cluster, &size) in sizes.iter().enumerate() {
        let share = size as f64 / n;
        if share > most && sizes.len() > 1 {
            found.push(format!(
                "Cluster {cluster} holds {:.0} % of the rows: the others may be parts of little weight.",
                100.0 * share
            ));
        }
        if share < 0.1 / wanted && size > 1 {
            let percent = 100.0 * share;
            found.push(format!("Cluster {cluster} holds {size} rows, {percent:.2} % of all: it is dying, or rows that fit nowhere."));
        }
    }
    match sizes.len() {
        0 => found.push("No row is in a cluster: the density has no peaks that stand out.".to_owned()),
        1 if k.is_none() => {
            let words = "There is a single cluster: no other stands out. With -k the rows are split anyway.";
            found.push(words.to_owned());
        }
        1 => found.push("There is a single cluster.".to_owned()),
        _ => {}
    }
    let threshold = fact(facts::THRESHOLD);
    if let (Some(threshold), Some(weakest)) = (threshold, fact(facts::WEAKEST_PEAK))
        && weakest < threshold + NEARLY
    {
        found.push(format!(
            "One cluster hardly stands out, by {weakest:.2} where {threshold:.2} are needed: in other rows of this kind it may be part of another."
        ));
    }
    // In more dimensions chance comes as near.
    if let (Some(threshold), Some(joined)) = (threshold, fact(facts::JOINED_PEAK))
        && joined > threshold - NEARLY
        && fact(facts::DIMENSION).is_some_and(|dimension| dimension < 2.5)
    {
        found.push(format!(
            "A group that nearly stands out, by {joined:.2} where {threshold:.2} are needed, was joined to another."
        ));
    }
    if noise as f64 > 0.2 * n {
        found.push(format!("{:.0} % of the rows are in no cluster.", 100.0 * noise as f64 / n));
    }
    if runs.len() > 1 && agreement < 0.8 {
        found.push(format!(
            "The seeds disagree: their mean adjusted Rand index is {agreement:.2}, where 1 is the same. Look at the confidence of each row."
        ));
    }
    for (seed, problem) in failed {
        found.push(format!("Seed {seed} failed and is left out: {problem}."));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::NOISE;

    fn of(labels: Vec<i32>, k: Option<usize>, agreement: f64) -> Vec<String> {
        let run = |labels: &[i32]| Run { labels: labels.to_vec(), ..Run::default() };
        warnings(&[run(&labels), run(&labels)], 0, k, agreement, &[])
    }

    #[test]
    fn sound_clusters_need_no_warning() {
        assert!(of([0, 1, 2].repeat(40), Some(3), 0.95).is_empty());
    }

    #[test]
    fn each_trouble_has_a_sentence() {
        let mut labels = vec![0; 80];
        labels.extend([1; 39]);
        labels.push(2);
        let said = of(labels, Some(3), 0.5).join("\n");
        assert!(
            said.contains("Cluster 0 holds 67 %") && said.contains("1 of the 3 clusters hold a single row"),
            "{said}"
        );
        assert!(said.contains("seeds disagree") && said.contains("0.50"), "{said}");
        let said = of([NOISE, 0, 1].repeat(5), None, 1.0).join("\n");
        assert_eq!(said, "33 % of the rows are in no cluster.");
        assert!(of(vec![0; 4], None, 1.0)[0].contains("no other stands out"));
        assert!(of(vec![NOISE; 4], None, 1.0)[0].starts_with("No row is in a cluster"));
        let mut run = Run { labels: vec![0, 1], ..Run::default() };
        run.facts.insert(facts::EMPTY_CLUSTERS.to_owned(), 2.0);
        let two = |large: usize| of([vec![0; large], vec![1; 100 - large]].concat(), Some(2), 1.0);
        assert!(two(75).is_empty() && two(85)[0].starts_with("Cluster 0 holds 85 %"));
        run.facts.insert(facts::JOINED_PARTS.to_owned(), 7.0);
        run.facts.extend(
            [(facts::DISSOLVED_PARTS, 1.0), (facts::LARGEST_DISSOLVED, 1.0)].map(|(a, b)| (a.to_owned(), b)),
        );
        run.facts.extend(
            [
                (facts::THRESHOLD, 4.5),
                (facts::WEAKEST_PEAK, 5.0),
                (facts::JOINED_PEAK, 4.0),
                (facts::DIMENSION, 2.0),
            ]
            .map(|(a, b)| (a.to_owned(), b)),
        );
        let failed = [(4, "training diverged".to_owned())];
        let said = warnings(&[run], 0, Some(4), 1.0, &failed).join("\n");
        assert!(
            said.contains("2 of the 4 clusters")
                && said.contains("-k 7 keeps them apart")
                && said.contains("1 group of rows that nothing ties to the others is too small")
                && said.contains("--set graph.least_share=1.80 counts it")
                && said.contains("One cluster hardly stands out, by 5.00 where 4.50")
                && said.contains("nearly stands out, by 4.00 where 4.50 are needed, was joined")
                && said.contains("Seed 4 failed"),
            "{said}"
        );
    }
}
