//! Choosing columns of a sparse matrix.

use std::borrow::Cow;
use std::cmp::Reverse;

use crate::Csr;

/// The `n` columns that occur in most rows, ascending; of equals the earlier column.
#[must_use]
pub fn most_frequent_columns(x: &Csr, n: usize) -> Vec<u32> {
    let mut rows_with = vec![0u64; x.cols()];
    for row in by_rows(x).outer_iterator() {
        row.indices().iter().for_each(|&column| rows_with[column as usize] += 1);
    }
    top(&rows_with, n)
}

/// The matrix stored by rows, re-laid only where it is not.
pub(crate) fn by_rows(x: &Csr) -> Cow<'_, Csr> {
    if x.is_csr() { Cow::Borrowed(x) } else { Cow::Owned(x.to_csr()) }
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
    let (rows, cols) = x.shape();
    let (indptr, indices, values) = parts(x);
    let mut renumbered = vec![u32::MAX; cols];
    for (new, &old) in columns.iter().enumerate() {
        renumbered[old as usize] = new as u32;
    }
    renumber(rows, indptr, indices, values, &renumbered, columns.len())
}

/// Row pointers from 0, columns and values; a matrix stored by columns or cut out of a larger one is laid out anew.
pub(crate) fn parts(x: Csr) -> (Vec<usize>, Vec<u32>, Vec<f32>) {
    let x = if x.is_csr() { x } else { x.to_csr() };
    let (mut pointers, columns, values) = x.into_raw_storage();
    let first = pointers.first().copied().unwrap_or(0);
    pointers.iter_mut().for_each(|pointer| *pointer -= first);
    (pointers, columns, values)
}

/// Gives columns the numbers `renumbered` (`u32::MAX`: dropped), in place, and restores the order within rows.
pub(crate) fn renumber(
    rows: usize,
    mut indptr: Vec<usize>,
    mut indices: Vec<u32>,
    mut values: Vec<f32>,
    renumbered: &[u32],
    cols: usize,
) -> Csr {
    let (mut kept, mut start) = (0, 0);
    let mut row = Vec::new();
    for end in &mut indptr[1..=rows] {
        let entries = indices[start..*end].iter().zip(&values[start..*end]);
        row.clear();
        row.extend(
            entries.map(|(&old, &value)| (renumbered[old as usize], value)).filter(|e| e.0 != u32::MAX),
        );
        row.sort_unstable_by_key(|&(column, _)| column);
        start = *end;
        for &(column, value) in &row {
            (indices[kept], values[kept]) = (column, value);
            kept += 1;
        }
        *end = kept;
    }
    indices.truncate(kept);
    values.truncate(kept);
    indices.shrink_to_fit();
    values.shrink_to_fit();
    Csr::new((rows, cols), indptr, indices, values)
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
    fn the_layout_of_a_matrix_does_not_matter() {
        let x =
            Csr::new((3, 4), vec![0, 2, 4, 6], vec![0, 3, 1, 3, 1, 2], vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let lower = x.slice_outer(1..3);
        for (odd, expected) in [(x.to_csc(), &x), (lower.to_owned(), &lower.to_csr())] {
            assert_eq!(most_frequent_columns(&odd, 2), most_frequent_columns(expected, 2));
            assert_eq!(keep_columns(odd.clone(), &[1, 3]), keep_columns(expected.clone(), &[1, 3]));
            let weigh = |x: &Csr| crate::text::TfIdf::dec().fit(x).transform(x.clone());
            assert_eq!(weigh(&odd), weigh(expected));
        }
    }

    #[test]
    fn of_equals_the_earlier_wins_and_zeros_never() {
        assert_eq!(top(&[5, 0, 5, 5], 2), [0, 2]);
        assert_eq!(top(&[0, 1, 0], 3), [1]);
    }
}
