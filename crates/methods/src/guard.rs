//! Clusters that die, and one that takes most samples: told while a method trains, and kept in what it leaves.

use crate::Series;
use crate::names::facts::{LARGEST_SHARE, SMALL_CLUSTERS};
use crate::names::series::{LARGEST, SHARE_OF_CLUSTER, SMALLEST, share_of};
use deepclust_nets::{Kind, Tensor, TrainHistory};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A cluster is nearly empty when it has up to this part of an equal share, 1/k.
const SMALL: f64 = 0.1;

/// A cluster is large when it has more than this share of the samples. Of two clusters one always has half.
const LARGE: f64 = 0.5;

/// Clusters of a partition that are nearly empty, and the one that is large.
#[derive(Debug, PartialEq)]
struct Suspects {
    small: Vec<usize>,
    large: Option<usize>,
}

impl Suspects {
    /// By the share of each of the k clusters.
    fn of(shares: &[f64]) -> Self {
        let k = shares.len();
        let small = (0..k).filter(|&i| shares[i] <= SMALL / k as f64).collect();
        let large = (0..k).find(|&i| k > 2 && shares[i] > LARGE);
        Self { small, large }
    }
}

/// The share of each cluster, by name, for a training to keep: `clusters` has the cluster of every sample, shape (n).
pub(crate) fn shares_of(clusters: &Tensor, k: i64) -> Vec<(Cow<'static, str>, Tensor)> {
    let counts = clusters.to_kind(Kind::Int64).bincount::<&Tensor>(None, k).to_kind(Kind::Double);
    let shares = counts / clusters.numel() as f64;
    (0..k).map(|i| (Cow::Owned(share_of(i as usize)), shares.get(i))).collect()
}

/// As [`shares_of`], noted in the history itself before a round.
pub(crate) fn note_shares(clusters: &Tensor, k: i64, history: &mut TrainHistory) {
    for (name, share) in shares_of(clusters, k) {
        history.parts.entry(name.into_owned()).or_default().push(share.double_value(&[]));
    }
}

/// What is to be told of the clusters' latest shares, beginning with a comma; nothing where all is well.
pub(crate) fn warning(history: &TrainHistory) -> String {
    let each = history.parts.iter().filter_map(|(name, values)| Some((cluster_of(name)?, *values.last()?)));
    let shares: BTreeMap<usize, f64> = each.collect();
    let shares: Vec<f64> = shares.into_values().collect();
    let Suspects { small, large } = Suspects::of(&shares);
    let small = if small.is_empty() {
        String::new()
    } else {
        let clusters: Vec<String> = small.iter().map(ToString::to_string).collect();
        format!(", clusters nearly empty: {} of {} ({})", small.len(), shares.len(), clusters.join(", "))
    };
    let large = large
        .map_or(String::new(), |i| format!(", cluster {i} has {:.0} % of the samples", 100.0 * shares[i]));
    small + &large
}

/// Takes the clusters' shares out of a history, and answers the smallest and the largest of every round.
pub(crate) fn smallest_and_largest(step: &str, history: &mut TrainHistory) -> Vec<Series> {
    let names: Vec<String> =
        history.parts.keys().filter(|name| cluster_of(name).is_some()).cloned().collect();
    let shares: Vec<Vec<f64>> = names.iter().filter_map(|name| history.parts.remove(name)).collect();
    let rounds = shares.iter().map(Vec::len).min().unwrap_or_default();
    let by_round = |best: fn(f64, f64) -> f64| {
        (0..rounds).map(|round| shares.iter().map(|values| values[round]).fold(f64::NAN, best)).collect()
    };
    vec![Series::of(step, SMALLEST, by_round(f64::min)), Series::of(step, LARGEST, by_round(f64::max))]
}

/// What is kept of the clusters of a fit: how many are nearly empty, and the share of the largest.
pub(crate) fn facts(labels: &[usize], k: usize) -> [(String, f64); 2] {
    let mut counts = vec![0usize; k];
    labels.iter().for_each(|&cluster| counts[cluster] += 1);
    let shares: Vec<f64> = counts.into_iter().map(|count| count as f64 / labels.len() as f64).collect();
    let small = Suspects::of(&shares).small.len() as f64;
    let largest = shares.into_iter().fold(0.0, f64::max);
    [(SMALL_CLUSTERS.to_owned(), small), (LARGEST_SHARE.to_owned(), largest)]
}

/// The cluster whose share a series of that name holds.
fn cluster_of(series: &str) -> Option<usize> {
    series.strip_prefix(SHARE_OF_CLUSTER)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(shares: &[&[f64]]) -> TrainHistory {
        let mut history = TrainHistory::default();
        for (i, values) in shares.iter().enumerate() {
            history.parts.insert(share_of(i), values.to_vec());
        }
        history.parts.insert("share of samples that changed".to_owned(), vec![0.9]);
        history
    }

    #[test]
    fn a_tenth_of_an_equal_share_and_more_than_half_are_suspect() {
        let told =
            |shares: &[f64]| warning(&history(&shares.iter().map(std::slice::from_ref).collect::<Vec<_>>()));
        assert_eq!(told(&[0.3, 0.3, 0.4]), "");
        assert_eq!(told(&[0.034, 0.466, 0.5]), "");
        assert_eq!(
            told(&[0.033, 0.447, 0.52]),
            ", clusters nearly empty: 1 of 3 (0), cluster 2 has 52 % of the samples"
        );
        // Of two clusters one has always half or more, and a method without shares has nothing to tell.
        assert_eq!(told(&[0.1, 0.9]), "");
        assert_eq!(told(&[1.0]), "");
        assert_eq!(told(&[]), "");
        // The latest round counts; ten and more clusters stay in order.
        let mut many = vec![&[0.5, 0.09][..]; 11];
        many[10] = &[0.5, 0.0];
        assert_eq!(warning(&history(&many)), ", clusters nearly empty: 1 of 11 (10)");
    }

    #[test]
    fn shares_become_two_series_and_the_rest_stays() {
        let mut history = history(&[&[0.2, 0.1], &[0.5, 0.3], &[0.3, 0.6]]);
        let found = smallest_and_largest("update", &mut history);
        assert_eq!(
            found,
            [Series::of("update", SMALLEST, vec![0.2, 0.1]), Series::of("update", LARGEST, vec![0.5, 0.6])]
        );
        assert_eq!(history.parts.len(), 1);
        assert!(smallest_and_largest("epoch", &mut history).iter().all(|series| series.values.is_empty()));
    }

    #[test]
    fn counted_clusters_are_noted_and_kept_as_facts() {
        let mut history = TrainHistory::default();
        note_shares(&Tensor::from_slice(&[0.0f32, 2.0, 2.0, 0.0, 0.0]), 4, &mut history);
        let shares: Vec<f64> = history.parts.values().map(|values| values[0]).collect();
        assert_eq!(shares, [0.6, 0.0, 0.4, 0.0]);
        let kept = facts(&[0, 2, 2, 0, 0], 4);
        assert_eq!(kept, [(SMALL_CLUSTERS.to_owned(), 2.0), (LARGEST_SHARE.to_owned(), 0.6)]);
    }
}
