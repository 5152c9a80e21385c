use crate::{Contingency, Result};

/// Purity: the share of samples that belong to the commonest class of their cluster,
/// (1/*n*) Σⱼ maxᵢ *nᵢⱼ*, in (0, 1].
///
/// It grows with the number of clusters and is 1 when each sample is a cluster of its own: compare it at equal numbers only.
/// Source: Manning, Raghavan, Schütze: Introduction to Information Retrieval, 2008, section 16.3.
///
/// # Errors
/// [`Error::LengthMismatch`](crate::Error::LengthMismatch), [`Error::Empty`](crate::Error::Empty).
pub fn purity(truth: &[usize], pred: &[usize]) -> Result<f64> {
    let table = Contingency::new(truth, pred)?;
    let mut largest = vec![0; table.clusters().len()];
    for cell in table.cells() {
        largest[cell.column] = cell.count.max(largest[cell.column]);
    }
    Ok(largest.iter().sum::<usize>() as f64 / table.samples() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_textbook_example() {
        // Manning et al., figure 16.4: (5 + 4 + 3) / 17.
        let truth = [0, 0, 0, 0, 0, 1, 0, 1, 1, 1, 1, 2, 0, 0, 2, 2, 2];
        let pred = [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2];
        assert_eq!(purity(&truth, &pred).unwrap(), 12.0 / 17.0);
        assert_eq!(purity(&truth, &(0..17).collect::<Vec<_>>()).unwrap(), 1.0);
    }
}
