use crate::contingency::check_dense;
use crate::{Contingency, Matching, Result, best_matching};
use ndarray::Array2;

/// A confusion matrix whose columns have been put into the order of the rows by the best matching.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfusionMatrix {
    /// The class that each row stands for, ascending.
    pub classes: Vec<usize>,
    /// The cluster that each column stands for: first, in the order of the classes, the cluster matched to each class (`None`
    /// where there are fewer clusters than classes; that column is zero), then the clusters left over, ascending.
    pub clusters: Vec<Option<usize>>,
    /// Samples of each class (row) in each cluster (column).
    pub counts: Array2<usize>,
}

impl ConfusionMatrix {
    /// Σᵢ *nᵢᵢ* / *n*, which is the clustering accuracy.
    pub fn accuracy(&self) -> f64 {
        self.counts.diag().sum() as f64 / self.counts.sum() as f64
    }

    /// For each class the share of its samples that are in the cluster matched to it (recall).
    pub fn recall(&self) -> Vec<f64> {
        let rows = self.counts.rows().into_iter().enumerate();
        rows.map(|(class, row)| row[class] as f64 / row.sum() as f64).collect()
    }
}

/// The confusion matrix of a clustering after matching clusters to classes with [`best_matching`]: classes × columns, where
/// the diagonal holds the samples that ACC counts as right.
///
/// # Errors
/// Those of [`accuracy`](crate::accuracy).
pub fn confusion_matrix(truth: &[usize], pred: &[usize]) -> Result<ConfusionMatrix> {
    let table = Contingency::new(truth, pred)?;
    let matching = best_matching(&table)?;
    let (columns, position) = arrange(&table, &matching);
    check_dense(table.classes().len(), columns.len())?;
    let mut counts = Array2::zeros((table.classes().len(), columns.len()));
    for cell in table.cells() {
        counts[[cell.row, position[cell.column]]] = cell.count;
    }
    Ok(ConfusionMatrix { classes: table.classes().to_vec(), clusters: columns, counts })
}

/// The label of each column, and the column of each cluster.
fn arrange(table: &Contingency, matching: &Matching) -> (Vec<Option<usize>>, Vec<usize>) {
    let mut columns = vec![None; table.classes().len()];
    let mut position = Vec::with_capacity(table.clusters().len());
    for &(cluster, class) in matching.pairs() {
        let column =
            class.and_then(|class| table.classes().binary_search(&class).ok()).unwrap_or(columns.len());
        if column == columns.len() {
            columns.push(Some(cluster));
        } else {
            columns[column] = Some(cluster);
        }
        position.push(column);
    }
    (columns, position)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn the_diagonal_holds_the_matched_samples() {
        // Clusters 5, 6, 7 are classes 1, 2, 0 with one stray sample.
        let truth = [0, 0, 1, 1, 1, 2];
        let pred = [7, 7, 5, 5, 7, 6];
        let matrix = confusion_matrix(&truth, &pred).unwrap();
        assert_eq!(matrix.clusters, [Some(7), Some(5), Some(6)]);
        assert_eq!(matrix.counts, array![[2, 0, 0], [1, 2, 0], [0, 0, 1]]);
        assert_eq!(matrix.accuracy(), 5.0 / 6.0);
        assert_eq!(matrix.recall(), [1.0, 2.0 / 3.0, 1.0]);
    }

    #[test]
    fn more_clusters_than_classes_and_fewer() {
        let more = confusion_matrix(&[0, 0, 0, 1], &[3, 3, 8, 9]).unwrap();
        assert_eq!(more.clusters, [Some(3), Some(9), Some(8)]);
        assert_eq!(more.counts, array![[2, 0, 1], [0, 1, 0]]);
        let fewer = confusion_matrix(&[0, 1, 2, 2], &[4, 4, 4, 4]).unwrap();
        assert_eq!(fewer.clusters, [None, None, Some(4)]);
        assert_eq!(fewer.counts, array![[0, 0, 1], [0, 0, 1], [0, 0, 2]]);
        assert_eq!(fewer.accuracy(), 0.5);
    }
}
