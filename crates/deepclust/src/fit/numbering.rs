//! Clusters numbered by size.

/// The number of samples that belong to no cluster.
pub const NOISE: i32 = -1;

/// The number that each of a method's clusters gets: 0 for the largest, equals by their first sample, [`NOISE`] for the clusters that
/// `noise` names. Numbers without a sample come last.
pub(super) fn by_size(labels: &[usize], noise: Option<usize>) -> Vec<i32> {
    let count = labels.iter().max().map_or(0, |most| most + 1);
    let mut found: Vec<(usize, usize, usize)> = (0..count).map(|label| (0, usize::MAX, label)).collect();
    for (row, &label) in labels.iter().enumerate() {
        let (size, first, _) = &mut found[label];
        (*size, *first) = (*size + 1, (*first).min(row));
    }
    found.retain(|&(.., label)| Some(label) != noise);
    found.sort_unstable_by_key(|&(size, first, label)| (std::cmp::Reverse(size), first, label));
    let mut ids = vec![NOISE; count];
    found.iter().zip(0..).for_each(|(&(.., label), id)| ids[label] = id);
    ids
}

/// Samples of each cluster 0, 1, …, and of none.
pub fn sizes(labels: &[i32]) -> (Vec<usize>, usize) {
    let count = labels.iter().max().map_or(0, |&most| usize::try_from(most + 1).unwrap_or(0));
    let (mut sizes, mut noise) = (vec![0; count], 0);
    for &label in labels {
        match usize::try_from(label) {
            Ok(cluster) => sizes[cluster] += 1,
            Err(_) => noise += 1,
        }
    }
    (sizes, noise)
}

/// Clusters as numbers from 0, noise being one more behind the others: as metrics take them.
pub(super) fn as_numbers(labels: &[i32]) -> Vec<usize> {
    let behind = labels.iter().max().map_or(0, |&most| usize::try_from(most + 1).unwrap_or(0));
    labels.iter().map(|&label| usize::try_from(label).unwrap_or(behind)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_comes_first_and_noise_stays_noise() {
        assert_eq!(by_size(&[2, 0, 2, 1, 1, 1], None), [2, 0, 1]);
        // Of equals the one that comes first.
        assert_eq!(by_size(&[1, 0, 0, 1, 2, 2, 2], Some(2)), [1, 0, NOISE]);
        // An empty number in the middle.
        assert_eq!(by_size(&[3, 3, 0], None), [1, 2, 3, 0]);
    }

    #[test]
    fn sizes_and_numbers() {
        let labels = [0, NOISE, 1, 0, NOISE];
        assert_eq!(sizes(&labels), (vec![2, 1], 2));
        assert_eq!(as_numbers(&labels), [0, 2, 1, 0, 2]);
        assert_eq!((sizes(&[NOISE]), as_numbers(&[NOISE])), ((vec![], 1), vec![0]));
    }
}
