use tch::{Device, Tensor};

/// Sparse rows with 32-bit column numbers: what `deepclust-datasets` reads text into.
pub type Csr = sprs::CsMatI<f32, u32, usize>;

/// What a training draws its batches from, n rows of d features.
#[derive(Debug)]
pub enum Rows<'a> {
    /// Shape (n, d), on the device of the training. Samples of more axes, (n, ...), are taken as well.
    Dense(Tensor),
    /// Sparse rows in memory. Each batch is made dense on its way to the device, so the whole never is.
    Sparse(&'a Csr, Device),
}

impl Rows<'_> {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Dense(x) => x.size().first().map_or(0, |&n| n as usize),
            Self::Sparse(x, _) => x.rows(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Features of a row: the last axis.
    pub fn features(&self) -> usize {
        match self {
            Self::Dense(x) => x.size().last().map_or(0, |&d| d as usize),
            Self::Sparse(x, _) => x.cols(),
        }
    }

    /// Where batches come to lie.
    pub fn device(&self) -> Device {
        match self {
            Self::Dense(x) => x.device(),
            Self::Sparse(_, device) => *device,
        }
    }

    /// The rows of these numbers, i64 of shape (m), as shape (m, d).
    ///
    /// # Errors
    /// [`Error::Torch`](crate::Error::Torch) for numbers that are not those of rows.
    pub fn select(&self, numbers: &Tensor) -> crate::Result<Tensor> {
        match self {
            Self::Dense(x) => Ok(x.f_index_select(0, numbers)?),
            Self::Sparse(x, device) => {
                let numbers = Vec::<i64>::try_from(numbers)?;
                dense(x, numbers.iter().map(|&row| row as usize), *device)
            }
        }
    }

    /// All rows in order, some at a time: `size` of them, the last time the rest.
    pub fn parts(&self, size: usize) -> impl Iterator<Item = crate::Result<Tensor>> + '_ {
        let size = size.max(1);
        (0..self.len()).step_by(size).map(move |start| {
            let length = size.min(self.len() - start);
            match self {
                Self::Dense(x) => Ok(x.f_narrow(0, start as i64, length as i64)?),
                Self::Sparse(x, device) => dense(x, start..start + length, *device),
            }
        })
    }
}

fn dense(x: &Csr, rows: impl ExactSizeIterator<Item = usize>, device: Device) -> crate::Result<Tensor> {
    let (n, d) = (rows.len(), x.cols());
    let mut values = vec![0.0f32; n * d];
    for (row, out) in rows.zip(values.chunks_mut(d.max(1))) {
        let found = x.outer_view(row).into_iter();
        found.for_each(|row| row.iter().for_each(|(column, &value)| out[column] = value));
    }
    Ok(Tensor::f_from_slice(&values)?.f_view([n as i64, d as i64])?.f_to_device(device)?)
}

impl From<&Tensor> for Rows<'_> {
    fn from(x: &Tensor) -> Self {
        Self::Dense(x.shallow_clone())
    }
}

impl<'a> From<&Rows<'a>> for Rows<'a> {
    fn from(rows: &Rows<'a>) -> Self {
        match rows {
            Self::Dense(x) => Self::Dense(x.shallow_clone()),
            Self::Sparse(x, device) => Self::Sparse(x, *device),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn sparse_rows_are_as_the_dense_ones() {
        let sparse = Csr::new((3, 4), vec![0, 2, 2, 3], vec![0, 3, 1], vec![1.0, 2.0, 3.0]);
        let whole = Tensor::from_slice2(&[[1.0f32, 0.0, 0.0, 2.0], [0.0; 4], [0.0, 3.0, 0.0, 0.0]]);
        let (sparse, dense) = (Rows::Sparse(&sparse, Device::Cpu), Rows::from(&whole));
        for rows in [&sparse, &dense] {
            assert_eq!((rows.len(), rows.features(), rows.is_empty()), (3, 4, false));
            let some = rows.select(&Tensor::from_slice(&[2i64, 0, 2])).unwrap();
            assert_eq!(some, whole.index_select(0, &Tensor::from_slice(&[2i64, 0, 2])));
            let parts: Vec<Tensor> = rows.parts(2).map(Result::unwrap).collect();
            assert_eq!(parts.iter().map(|part| part.size()[0]).collect::<Vec<_>>(), [2, 1]);
            assert_eq!(Tensor::cat(&parts, 0), whole);
        }
        assert!(dense.select(&Tensor::from_slice(&[3i64])).is_err());
    }
}
