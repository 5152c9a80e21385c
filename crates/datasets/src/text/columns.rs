//! Choosing columns of a sparse matrix.

use std::cmp::Reverse;

use crate::Csr;

/// The `n` columns that occur in most rows, ascending; of equals the earlier column.
#[must_use]
pub fn most_frequent_columns(x: &Csr, n: usize) -> Vec<u32> {
    let mut rows_with = vec![0u64; x.cols()];
    x.indices().iter().for_each(|&column| rows_with[column as usize] += 1);
    top(&rows_with, n)
}

/// The `n` largest entries' positions, ascending; of equals the earlier. Entries of 0 are never taken.
pub(crate) fn top(weights: &[u64], n: usize) -> Vec<u32> {
    let mut order: Vec<u32> = (0..weights.len() as u32).filter(|&c| weights[c as usize] > 0).collect();
    order.sort_by_key(|&column| Reverse(weights[column as usize]));
    order.truncate(n);
    order.sort_unstable();
    order
}

/// The matrix with only these columns (ascending), renumbered from 0. Works in place: no second copy of the matrix.
#[must_use]
pub fn keep_columns(x: Csr, columns: &[u32]) -> Csr {
    let (rows, cols) = (x.rows(), x.cols());
    let mut renumbered = vec![u32::MAX; cols];
    for (new, &old) in columns.iter().enumerate() {
        renumbered[old as usize] = new as u32;
    }
    let (mut indptr, mut indices, mut values) = x.into_raw_storage();
    let mut kept = 0;
    let mut start = 0;
    for row in 0..rows {
        let end = indptr[row + 1];
        for at in start..end {
            let column = renumbered[indices[at] as usize];
            if column != u32::MAX {
                indices[kept] = column;
                values[kept] = values[at];
                kept += 1;
            }
        }
        start = end;
        indptr[row + 1] = kept;
    }
    indices.truncate(kept);
    values.truncate(kept);
    indices.shrink_to_fit();
    values.shrink_to_fit();
    Csr::new((rows, columns.len()), indptr, indices, values)
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::Features;

    #[test]
    fn frequent_columns_are_kept() {
        let x =
            Csr::new((3, 4), vec![0, 2, 4, 6], vec![0, 3, 1, 3, 1, 2], vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let columns = most_frequent_columns(&x, 2);
        assert_eq!(columns, [1, 3]);
        let kept = Features::Sparse(keep_columns(x, &columns)).to_dense();
        assert_eq!(kept, array![[0.0, 2.0], [3.0, 4.0], [5.0, 0.0]]);
    }

    #[test]
    fn of_equals_the_earlier_wins_and_zeros_never() {
        assert_eq!(top(&[5, 0, 5, 5], 2), [0, 2]);
        assert_eq!(top(&[0, 1, 0], 3), [1]);
    }
}
