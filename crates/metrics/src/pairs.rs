use crate::{Contingency, Result};

/// Pairs of samples by whether two labellings put them together, each unordered pair counted once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PairCounts {
    /// Together in both.
    pub both: u128,
    /// Together in the first only.
    pub first_only: u128,
    /// Together in the second only.
    pub second_only: u128,
    /// Apart in both.
    pub neither: u128,
}

impl PairCounts {
    /// Counts the pairs of a table.
    pub fn new(table: &Contingency) -> Self {
        let pairs = |sizes: &mut dyn Iterator<Item = usize>| -> u128 {
            sizes.map(|size| size as u128 * (size as u128).saturating_sub(1) / 2).sum()
        };
        let both = pairs(&mut table.cells().iter().map(|cell| cell.count));
        let first = pairs(&mut table.class_sizes().iter().copied());
        let second = pairs(&mut table.cluster_sizes().iter().copied());
        let all = pairs(&mut std::iter::once(table.samples()));
        Self {
            both,
            first_only: first - both,
            second_only: second - both,
            neither: all + both - first - second,
        }
    }
}

/// The adjusted Rand index
/// ARI = (RI − E\[RI\]) / (max RI − E\[RI\]), in [−½, 1], symmetric; 0 in expectation for random labellings.
///
/// With *a* pairs together in both labellings, *d* apart in both, and *b*, *c* together in one only, this is
/// 2(*ad* − *bc*) / ((*a*+*b*)(*b*+*d*) + (*a*+*c*)(*c*+*d*)), evaluated in integers. Two labellings that agree wholly score
/// 1, also where both have one cluster or only singletons.
///
/// Source: Hubert, Arabie: Comparing partitions, Journal of Classification 1985.
///
/// # Errors
/// [`Error::LengthMismatch`](crate::Error::LengthMismatch), [`Error::Empty`](crate::Error::Empty).
pub fn adjusted_rand_index(truth: &[usize], pred: &[usize]) -> Result<f64> {
    let pairs = PairCounts::new(&Contingency::new(truth, pred)?);
    if pairs.first_only == 0 && pairs.second_only == 0 {
        return Ok(1.0);
    }
    // The products are below n⁴/2: exact in 127 bits up to n = 2³¹.
    let [a, b, c, d] =
        [pairs.both, pairs.first_only, pairs.second_only, pairs.neither].map(|count| count as i128);
    let denominator = (a + b) * (b + d) + (a + c) * (c + d);
    Ok(2.0 * (a * d - b * c) as f64 / denominator as f64)
}

/// The Rand index: the share of pairs of samples on which two labellings agree, in [0, 1]; 1 for a single sample.
///
/// Source: Rand: Objective criteria for the evaluation of clustering methods, JASA 1971.
///
/// # Errors
/// [`Error::LengthMismatch`](crate::Error::LengthMismatch), [`Error::Empty`](crate::Error::Empty).
pub fn rand_index(truth: &[usize], pred: &[usize]) -> Result<f64> {
    let pairs = PairCounts::new(&Contingency::new(truth, pred)?);
    let agreed = pairs.both + pairs.neither;
    let all = agreed + pairs.first_only + pairs.second_only;
    Ok(if all == 0 { 1.0 } else { agreed as f64 / all as f64 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reference_values() {
        // sklearn 1.9.1: adjusted_rand_score and rand_score of
        // [0, 0, 0, 1, 1, 1, 2, 2, 2, 2], [1, 1, 0, 0, 0, 2, 2, 3, 2, 1]
        let (truth, pred) = ([0, 0, 0, 1, 1, 1, 2, 2, 2, 2], [1, 1, 0, 0, 0, 2, 2, 3, 2, 1]);
        assert!((adjusted_rand_index(&truth, &pred).unwrap() - 0.07407407407407407).abs() < 1e-15);
        assert!((rand_index(&truth, &pred).unwrap() - 0.6666666666666666).abs() < 1e-15);
        // sklearn 1.9.1: adjusted_rand_score([0, 0, 1, 1], [0, 1, 0, 1])
        assert_eq!(adjusted_rand_index(&[0, 0, 1, 1], &[0, 1, 0, 1]).unwrap(), -0.5);
    }

    #[test]
    fn degenerate_labellings() {
        // sklearn 1.9.1: 1.0, 1.0, 0.0
        assert_eq!(adjusted_rand_index(&[3, 3, 3], &[1, 1, 1]).unwrap(), 1.0);
        assert_eq!(adjusted_rand_index(&[0, 1, 2], &[5, 4, 3]).unwrap(), 1.0);
        assert_eq!(adjusted_rand_index(&[0, 0, 0], &[0, 1, 2]).unwrap(), 0.0);
        assert_eq!(adjusted_rand_index(&[0], &[0]).unwrap(), 1.0);
        assert_eq!(rand_index(&[0], &[0]).unwrap(), 1.0);
    }
}
