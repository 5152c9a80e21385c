//! One assignment of several.

use super::numbering::{NOISE, as_numbers};
use super::{Result, Run};
use deepclust_metrics::{Contingency, best_matching};
use std::collections::BTreeMap;

/// Gives every run's clusters the numbers of those that they match in the chosen one, as many samples as possible in common.
/// Clusters left over get the numbers behind, the largest first. Noise stays noise.
pub(super) fn align(runs: &mut [Run], chosen: usize) -> Result<()> {
    let reference = runs[chosen].labels.clone();
    for (at, run) in runs.iter_mut().enumerate() {
        if at != chosen {
            let numbers = matched(&reference, &run.labels)?;
            run.labels.iter_mut().for_each(|label| *label = numbers.get(label).copied().unwrap_or(NOISE));
        }
    }
    Ok(())
}

/// The number of each cluster of `labels` in `reference`.
fn matched(reference: &[i32], labels: &[i32]) -> Result<BTreeMap<i32, i32>> {
    // Noise matches nothing: it is left out of both.
    let both = |(a, b): (&i32, &i32)| (*a != NOISE && *b != NOISE).then_some((*a, *b));
    let pairs: Vec<(i32, i32)> = reference.iter().zip(labels).filter_map(both).collect();
    let mut next = reference.iter().max().map_or(0, |&most| most + 1);
    let own = labels.iter().max().map_or(0, |&most| most + 1);
    let mut numbers = BTreeMap::new();
    if !pairs.is_empty() {
        let (a, b): (Vec<i32>, Vec<i32>) = pairs.into_iter().unzip();
        let table = Contingency::new(&as_numbers(&a), &as_numbers(&b))?;
        for &(cluster, class) in best_matching(&table)?.pairs() {
            if let (Some(class), Ok(cluster)) = (class, i32::try_from(cluster)) {
                numbers.insert(cluster, i32::try_from(class).unwrap_or(NOISE));
            }
        }
    }
    // In the order of their own numbers, which is that of their sizes.
    for cluster in 0..own {
        numbers.entry(cluster).or_insert_with(|| {
            next += 1;
            next - 1
        });
    }
    Ok(numbers)
}

/// For every sample the cluster that most of the aligned runs have it in, the chosen run deciding a tie, and the share of the runs
/// that have it where the chosen run has it.
pub(super) fn vote(runs: &[Run], chosen: usize) -> (Vec<i32>, Vec<f32>) {
    let of = |row: usize| {
        let votes = |label: i32| runs.iter().filter(|run| run.labels[row] == label).count();
        let mine = runs[chosen].labels[row];
        let agreed = votes(mine);
        let all = runs.iter().map(|run| (run.labels[row], votes(run.labels[row])));
        let (label, _) = all.fold((mine, agreed), |a, b| if b.1 > a.1 { b } else { a });
        (label, agreed as f32 / runs.len() as f32)
    };
    (0..runs[chosen].labels.len()).map(of).unzip()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(labels: &[&[i32]]) -> Vec<Run> {
        labels.iter().map(|labels| Run { labels: labels.to_vec(), ..Run::default() }).collect()
    }

    #[test]
    fn numbers_are_those_of_the_chosen_run() {
        let mut runs = runs(&[&[0, 0, 0, 1, 1, 2], &[1, 1, 1, 0, 0, 2], &[2, 2, 1, 0, 0, 0]]);
        align(&mut runs, 0).unwrap();
        assert_eq!(runs[1].labels, [0, 0, 0, 1, 1, 2]);
        assert_eq!(runs[2].labels, [0, 0, 2, 1, 1, 1]);
        let (consensus, confidence) = vote(&runs, 0);
        assert_eq!(consensus, [0, 0, 0, 1, 1, 2]);
        assert_eq!(confidence, [1.0, 1.0, 2.0 / 3.0, 1.0, 1.0, 2.0 / 3.0]);
    }

    #[test]
    fn clusters_left_over_and_noise() {
        // Three clusters against two: the one left over gets a number behind.
        let mut more = runs(&[&[0, 0, 0, 0, 1, 1, NOISE], &[0, 0, 2, 2, 1, 1, 1]]);
        align(&mut more, 0).unwrap();
        assert_eq!(more[1].labels, [0, 0, 2, 2, 1, 1, 1]);
        let mut three = runs(&[&[0, 0, 0, 1, 1], &[0, 0, 1, 1, 1], &[0, 0, 1, 1, 1]]);
        align(&mut three, 0).unwrap();
        // Most have the third sample elsewhere.
        assert_eq!(vote(&three, 0), (vec![0, 0, 1, 1, 1], vec![1.0, 1.0, 1.0 / 3.0, 1.0, 1.0]));
        // A tie goes to the chosen run.
        assert_eq!(vote(&more, 0).0, [0, 0, 0, 0, 1, 1, NOISE]);
        assert_eq!(vote(&more, 1).1, [1.0, 1.0, 0.5, 0.5, 1.0, 1.0, 0.5]);
        let mut nothing = runs(&[&[NOISE, NOISE], &[0, 0]]);
        align(&mut nothing, 0).unwrap();
        assert_eq!(nothing[1].labels, [0, 0]);
    }
}
