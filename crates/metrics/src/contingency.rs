use crate::labels::Encoded;
use crate::{Error, Result};
use ndarray::Array2;

/// The largest dense table that is built: 2²⁸ cells, 2 GiB of counts.
const DENSE_LIMIT: usize = 1 << 28;

/// One cell of a [`Contingency`] table that is not zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// Position of the class in [`Contingency::classes`].
    pub row: usize,
    /// Position of the cluster in [`Contingency::clusters`].
    pub column: usize,
    /// Samples of that class in that cluster.
    pub count: usize,
}

/// The contingency table of two labellings of the same samples: *nᵢⱼ* samples have class *i* and cluster *j*.
///
/// Labels may be any numbers; rows and columns stand for the labels that occur, in ascending order. Only the cells that are
/// not zero are stored, at most one for each sample, so that labellings with tens of thousands of clusters are no burden.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contingency {
    classes: Vec<usize>,
    clusters: Vec<usize>,
    cells: Vec<Cell>,
    class_sizes: Vec<usize>,
    cluster_sizes: Vec<usize>,
    samples: usize,
}

impl Contingency {
    /// Counts the pairs of labels.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] where the two lists differ in length, [`Error::Empty`] where they are empty.
    pub fn new(truth: &[usize], pred: &[usize]) -> Result<Self> {
        if truth.len() != pred.len() {
            return Err(Error::LengthMismatch {
                what: "the predicted labelling",
                expected: truth.len(),
                got: pred.len(),
            });
        }
        let (truth, pred) = (Encoded::new(truth)?, Encoded::new(pred)?);
        let cells = count_pairs(&truth, &pred);
        Ok(Self {
            samples: truth.codes.len(),
            classes: truth.values,
            clusters: pred.values,
            class_sizes: truth.counts,
            cluster_sizes: pred.counts,
            cells,
        })
    }

    /// The different true labels, ascending: the rows.
    pub fn classes(&self) -> &[usize] {
        &self.classes
    }

    /// The different predicted labels, ascending: the columns.
    pub fn clusters(&self) -> &[usize] {
        &self.clusters
    }

    /// The cells that are not zero, by row and then by column.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// Samples of each class (sums of the rows).
    pub fn class_sizes(&self) -> &[usize] {
        &self.class_sizes
    }

    /// Samples of each cluster (sums of the columns).
    pub fn cluster_sizes(&self) -> &[usize] {
        &self.cluster_sizes
    }

    /// The number of samples *n*.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// The whole table, classes × clusters.
    ///
    /// # Errors
    /// [`Error::TableTooLarge`] above 2²⁸ cells.
    pub fn to_dense(&self) -> Result<Array2<usize>> {
        let (rows, columns) = (self.classes.len(), self.clusters.len());
        check_dense(rows, columns)?;
        let mut table = Array2::zeros((rows, columns));
        for cell in &self.cells {
            table[[cell.row, cell.column]] = cell.count;
        }
        Ok(table)
    }
}

/// Refuses a dense table that would not fit into memory.
pub(crate) fn check_dense(rows: usize, columns: usize) -> Result<()> {
    match rows.checked_mul(columns) {
        Some(cells) if cells <= DENSE_LIMIT => Ok(()),
        _ => Err(Error::TableTooLarge { rows, columns, limit: DENSE_LIMIT }),
    }
}

fn count_pairs(truth: &Encoded, pred: &Encoded) -> Vec<Cell> {
    let samples = truth.codes.len();
    let columns = pred.k();
    let pairs = truth.codes.iter().zip(&pred.codes);
    if truth.k().saturating_mul(columns) <= samples.saturating_mul(2).max(4096) {
        let mut table = vec![0; truth.k() * columns];
        for (&row, &column) in pairs {
            table[row * columns + column] += 1;
        }
        let filled = table.iter().enumerate().filter(|&(_, &count)| count > 0);
        return filled
            .map(|(position, &count)| Cell { row: position / columns, column: position % columns, count })
            .collect();
    }
    let mut pairs: Vec<(usize, usize)> = pairs.map(|(&row, &column)| (row, column)).collect();
    pairs.sort_unstable();
    pairs
        .chunk_by(|a, b| a == b)
        .map(|run| Cell { row: run[0].0, column: run[0].1, count: run.len() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn counts_by_class_and_cluster() {
        // sklearn 1.9.1: contingency_matrix([4, 4, 9, 9, 9, 2], [1, 0, 1, 1, 0, 7])
        let table = Contingency::new(&[4, 4, 9, 9, 9, 2], &[1, 0, 1, 1, 0, 7]).unwrap();
        assert_eq!(table.to_dense().unwrap(), array![[0, 0, 1], [1, 1, 0], [1, 2, 0]]);
        assert_eq!(table.classes(), [2, 4, 9]);
        assert_eq!(table.clusters(), [0, 1, 7]);
        assert_eq!(table.class_sizes(), [1, 2, 3]);
        assert_eq!(table.cluster_sizes(), [2, 3, 1]);
        assert_eq!(table.samples(), 6);
    }

    #[test]
    fn many_labels_are_counted_by_sorting() {
        let truth: Vec<usize> = (0..5000).map(|i| i / 2).collect();
        let pred: Vec<usize> = (0..5000).rev().collect();
        let table = Contingency::new(&truth, &pred).unwrap();
        assert_eq!(table.cells().len(), 5000);
        assert!(table.cells().iter().all(|cell| cell.count == 1 && cell.row == (4999 - cell.column) / 2));
        let identity: Vec<usize> = (0..20_000).collect();
        let huge = Contingency::new(&identity, &identity).unwrap();
        assert!(matches!(huge.to_dense(), Err(Error::TableTooLarge { rows: 20_000, columns: 20_000, .. })));
    }

    #[test]
    fn mismatch_and_emptiness_are_refused() {
        assert!(matches!(
            Contingency::new(&[1], &[1, 2]),
            Err(Error::LengthMismatch { expected: 1, got: 2, .. })
        ));
        assert_eq!(Contingency::new(&[], &[]).unwrap_err(), Error::Empty);
    }
}
