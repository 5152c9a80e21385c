use crate::{Error, Result};

/// Labels renumbered 0…k−1 in ascending order of their values.
#[derive(Debug, Clone)]
pub(crate) struct Encoded {
    /// The different labels, ascending.
    pub values: Vec<usize>,
    /// For each sample the position of its label in `values`.
    pub codes: Vec<usize>,
    /// Samples of each label.
    pub counts: Vec<usize>,
}

impl Encoded {
    pub fn new(labels: &[usize]) -> Result<Self> {
        let Some(&largest) = labels.iter().max() else { return Err(Error::Empty) };
        // Labels from a clustering are small: a table is faster than sorting. Others (hashes, document ids) are sorted.
        if largest < labels.len().saturating_mul(4).max(1024) {
            let mut code = vec![0usize; largest + 1];
            for &label in labels {
                code[label] = 1;
            }
            let values: Vec<usize> = (0..=largest).filter(|&label| code[label] == 1).collect();
            for (position, &value) in values.iter().enumerate() {
                code[value] = position;
            }
            Ok(Self::count(values, labels.iter().map(|&label| code[label]).collect()))
        } else {
            let mut values = labels.to_vec();
            values.sort_unstable();
            values.dedup();
            let codes = labels.iter().map(|label| values.partition_point(|value| value < label)).collect();
            Ok(Self::count(values, codes))
        }
    }

    fn count(values: Vec<usize>, codes: Vec<usize>) -> Self {
        let mut counts = vec![0; values.len()];
        for &code in &codes {
            counts[code] += 1;
        }
        Self { values, codes, counts }
    }

    /// The number of different labels.
    pub fn k(&self) -> usize {
        self.values.len()
    }
}

/// Renumbers the labels of a geometric score, which needs 2 ≤ k < n.
pub(crate) fn encode_for_geometry(labels: &[usize], rows: usize) -> Result<Encoded> {
    if rows == 0 {
        return Err(Error::Empty);
    }
    if labels.len() != rows {
        return Err(Error::LengthMismatch { what: "the label list", expected: rows, got: labels.len() });
    }
    let encoded = Encoded::new(labels)?;
    if encoded.k() < 2 || encoded.k() >= rows {
        return Err(Error::ClusterCount { clusters: encoded.k(), samples: rows });
    }
    Ok(encoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_and_large_labels_are_numbered_in_ascending_order() {
        let small = Encoded::new(&[7, 3, 7, 9]).unwrap();
        assert_eq!(
            (small.values, small.codes, small.counts),
            (vec![3, 7, 9], vec![1, 0, 1, 2], vec![1, 2, 1])
        );
        let large = Encoded::new(&[usize::MAX, 3, usize::MAX, 1 << 40]).unwrap();
        assert_eq!(large.values, vec![3, 1 << 40, usize::MAX]);
        assert_eq!((large.codes, large.counts), (vec![2, 0, 2, 1], vec![1, 1, 2]));
    }

    #[test]
    fn bad_label_lists_are_refused() {
        assert_eq!(Encoded::new(&[]).unwrap_err(), Error::Empty);
        assert_eq!(encode_for_geometry(&[], 0).unwrap_err(), Error::Empty);
        assert!(matches!(
            encode_for_geometry(&[0, 1], 3),
            Err(Error::LengthMismatch { expected: 3, got: 2, .. })
        ));
        for labels in [[5, 5, 5], [0, 1, 2]] {
            assert!(matches!(encode_for_geometry(&labels, 3), Err(Error::ClusterCount { samples: 3, .. })));
        }
    }
}
