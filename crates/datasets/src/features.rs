//! Feature matrices: dense, or compressed sparse rows for text.

use ndarray::{Array2, ArrayView2, Axis, NdFloat};

use crate::{Error, Result};

/// Compressed sparse rows with 32-bit column indices: two thirds of the memory of `usize` ones.
pub type Csr<T = f32> = sprs::CsMatI<T, u32, usize>;

/// A feature matrix, n rows (samples) × d columns. A user's own data are `f64` until they are scaled.
#[derive(Debug, Clone, PartialEq)]
pub enum Features<T = f32> {
    /// Row-major dense values.
    Dense(Array2<T>),
    /// Compressed sparse rows; rows are densified when a network asks for a batch.
    Sparse(Csr<T>),
}

impl Features {
    /// Bytes in memory.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let bytes = match self {
            Self::Dense(x) => size_of::<f32>() * x.len(),
            Self::Sparse(x) => {
                (size_of::<f32>() + size_of::<u32>()) * x.nnz() + size_of::<usize>() * (x.rows() + 1)
            }
        };
        bytes as u64
    }
}

impl<T: NdFloat> Features<T> {
    /// Number of samples.
    #[must_use]
    pub fn rows(&self) -> usize {
        match self {
            Self::Dense(x) => x.nrows(),
            Self::Sparse(x) => x.rows(),
        }
    }

    /// Number of features.
    #[must_use]
    pub fn cols(&self) -> usize {
        match self {
            Self::Dense(x) => x.ncols(),
            Self::Sparse(x) => x.cols(),
        }
    }

    /// The dense matrix without a copy.
    ///
    /// # Errors
    /// If the features are sparse; [`Features::to_dense`] or [`Features::batch`] densify those.
    pub fn dense(&self) -> Result<ArrayView2<'_, T>> {
        match self {
            Self::Dense(x) => Ok(x.view()),
            Self::Sparse(_) => Err(Error::argument("features", "a dense matrix", "a sparse one")),
        }
    }

    /// The whole matrix, dense (n·d·4 bytes in `f32`).
    #[must_use]
    pub fn to_dense(&self) -> Array2<T> {
        match self {
            Self::Dense(x) => x.clone(),
            Self::Sparse(x) => {
                let mut dense = Array2::zeros((x.rows(), x.cols()));
                for (row, mut out) in x.outer_iterator().zip(dense.rows_mut()) {
                    row.iter().for_each(|(column, &value)| out[column] = value);
                }
                dense
            }
        }
    }

    /// Some rows as a dense matrix (rows.len() × d), in the order given.
    ///
    /// # Errors
    /// If a row does not exist.
    pub fn batch(&self, rows: &[usize]) -> Result<Array2<T>> {
        self.check_rows(rows)?;
        Ok(match self {
            Self::Dense(x) => x.select(Axis(0), rows),
            Self::Sparse(x) => {
                let mut dense = Array2::zeros((rows.len(), x.cols()));
                for (&row, mut out) in rows.iter().zip(dense.rows_mut()) {
                    if let Some(row) = x.outer_view(row) {
                        row.iter().for_each(|(column, &value)| out[column] = value);
                    }
                }
                dense
            }
        })
    }

    /// Some rows, kept in their form.
    ///
    /// # Errors
    /// If a row does not exist.
    pub fn select(&self, rows: &[usize]) -> Result<Self> {
        self.check_rows(rows)?;
        Ok(match self {
            Self::Dense(x) => Self::Dense(x.select(Axis(0), rows)),
            Self::Sparse(x) => Self::Sparse(select_csr(x, rows)),
        })
    }

    fn check_rows(&self, rows: &[usize]) -> Result<()> {
        match rows.iter().find(|&&r| r >= self.rows()) {
            Some(row) => Err(Error::argument("row", format!("below {}", self.rows()), row)),
            None => Ok(()),
        }
    }
}

/// A slot for each column, or only for those that hold a value where a matrix is far wider than that: memory follows what is
/// there, not the largest index.
pub(crate) enum Slots {
    All(usize),
    Used(Vec<u32>),
}

impl Slots {
    pub(crate) fn of<T>(x: &Csr<T>) -> Self {
        if x.cols() <= 4 * x.nnz() + 1024 {
            return Self::All(x.cols());
        }
        let mut used = x.indices().to_vec();
        used.sort_unstable();
        used.dedup();
        Self::Used(used)
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::All(columns) => *columns,
            Self::Used(used) => used.len(),
        }
    }

    /// Slot of a column that holds a value.
    pub(crate) fn slot(&self, column: usize) -> usize {
        match self {
            Self::All(_) => column,
            Self::Used(used) => used.partition_point(|&other| (other as usize) < column),
        }
    }

    pub(crate) fn column(&self, slot: usize) -> usize {
        match self {
            Self::All(_) => slot,
            Self::Used(used) => used[slot] as usize,
        }
    }
}

/// Some rows of a sparse matrix; rows that do not exist are empty.
pub(crate) fn select_csr<T: NdFloat>(x: &Csr<T>, rows: &[usize]) -> Csr<T> {
    let mut indptr = Vec::with_capacity(rows.len() + 1);
    let (mut indices, mut values) = (Vec::new(), Vec::new());
    indptr.push(0);
    for &row in rows {
        if let Some(row) = x.outer_view(row) {
            indices.extend_from_slice(row.indices());
            values.extend_from_slice(row.data());
        }
        indptr.push(indices.len());
    }
    Csr::new((rows.len(), x.cols()), indptr, indices, values)
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    fn sparse() -> Features {
        Features::Sparse(Csr::new((3, 4), vec![0, 2, 2, 3], vec![0, 3, 1], vec![1.0, 2.0, 3.0]))
    }

    #[test]
    fn batches_densify_rows_in_order() {
        let batch = sparse().batch(&[2, 0]).unwrap();
        assert_eq!(batch, array![[0.0, 3.0, 0.0, 0.0], [1.0, 0.0, 0.0, 2.0]]);
        assert!(sparse().batch(&[3]).unwrap_err().to_string().contains("below 3"));
    }

    #[test]
    fn wide_matrices_have_few_slots() {
        let wide = Csr::new((2, 50_000_000), vec![0, 2, 3], vec![7, 40_000_000, 7], vec![1.0f32; 3]);
        let slots = Slots::of(&wide);
        assert_eq!(
            (slots.len(), slots.slot(7), slots.slot(40_000_000), slots.column(1)),
            (2, 0, 1, 40_000_000)
        );
        let slots = Slots::of(&Csr::new((1, 3), vec![0, 1], vec![2], vec![1.0f32]));
        assert_eq!((slots.len(), slots.slot(2), slots.column(2)), (3, 2, 2));
    }

    #[test]
    fn selection_keeps_the_form() {
        let picked = sparse().select(&[1, 2]).unwrap();
        assert_eq!(picked.to_dense(), array![[0.0; 4], [0.0, 3.0, 0.0, 0.0]]);
        assert!(matches!(picked, Features::Sparse(_)));
        assert!(picked.dense().is_err());
    }
}
