//! The two forms in which samples come, and what methods that take both ask of them.

use crate::batches::by_dense_parts;
use crate::checks::{check_clusters, check_samples};
use crate::{Error, FittedScaling, Model, Result, Scaling};
use deepclust_nets::{Csr, Device, Network, Rows, to_tensor_on};
use ndarray::{Array2, ArrayView2};
use sha2::{Digest, Sha256};

/// n samples of d features, lent.
#[derive(Clone, Copy)]
pub(crate) enum Samples<'x> {
    /// Shape (n, d).
    Dense(ArrayView2<'x, f32>),
    /// What is not zero, row by row. It is made dense some rows at a time, on the way to a network.
    Sparse(&'x Csr),
}

/// Samples as a network sees them.
pub(crate) enum Scaled {
    Dense(Array2<f32>),
    Sparse(Csr),
}

impl Scaled {
    pub(crate) fn view(&self) -> Samples<'_> {
        match self {
            Self::Dense(x) => Samples::Dense(x.view()),
            Self::Sparse(x) => Samples::Sparse(x),
        }
    }

    /// For methods that know no other form.
    pub(crate) fn into_dense(self) -> Array2<f32> {
        match self {
            Self::Dense(x) => x,
            Self::Sparse(x) => x.to_dense(),
        }
    }
}

impl<'x> From<ArrayView2<'x, f32>> for Samples<'x> {
    fn from(x: ArrayView2<'x, f32>) -> Self {
        Self::Dense(x)
    }
}

impl<'x> From<&'x Csr> for Samples<'x> {
    fn from(x: &'x Csr) -> Self {
        Self::Sparse(x)
    }
}

impl<'x> Samples<'x> {
    /// n and d.
    pub(crate) fn dim(self) -> (usize, usize) {
        match self {
            Self::Dense(x) => x.dim(),
            Self::Sparse(x) => x.shape(),
        }
    }

    /// Refuses samples that no method can use.
    pub(crate) fn check(self, k: usize) -> Result<()> {
        let x = match self {
            Self::Dense(x) => return check_samples(x, k),
            Self::Sparse(x) => x,
        };
        let wrong = |expected: &str, found| Err(Error::Samples { expected: expected.to_owned(), found });
        if !x.is_csr() {
            return wrong("sparse samples by rows (CSR)", "sparse samples by columns".to_owned());
        }
        let (n, d) = x.shape();
        if n == 0 || d == 0 {
            return wrong("at least one row and one column", format!("shape ({n}, {d})"));
        }
        check_clusters(n, k)?;
        for (row, values) in x.outer_iterator().enumerate() {
            if let Some((column, value)) = values.iter().find(|(_, value)| !value.is_finite()) {
                return wrong("finite values", format!("{value} in row {row}, column {column}"));
            }
        }
        Ok(())
    }

    /// The scaled copy, and what scales further samples so.
    pub(crate) fn scale(self, scaling: Scaling) -> Result<(FittedScaling, Scaled)> {
        match self {
            Self::Dense(x) => {
                let fitted = scaling.fit(x);
                let scaled = fitted.apply(x)?;
                Ok((fitted, Scaled::Dense(scaled)))
            }
            Self::Sparse(x) => {
                let fitted = scaling.fit_sparse(x)?;
                let mut scaled = x.clone();
                fitted.scale_sparse(&mut scaled);
                Ok((fitted, Scaled::Sparse(scaled)))
            }
        }
    }

    /// All values that are kept: those not kept are zeros.
    pub(crate) fn values(self) -> Box<dyn Iterator<Item = f32> + 'x> {
        match self {
            Self::Dense(x) => Box::new(x.into_iter().copied()),
            Self::Sparse(x) => Box::new(x.data().iter().copied()),
        }
    }

    /// What a training draws from.
    pub(crate) fn rows(self, device: Device) -> Rows<'x> {
        match self {
            Self::Dense(x) => Rows::Dense(to_tensor_on(x, device)),
            Self::Sparse(x) => Rows::Sparse(x, device),
        }
    }

    /// Everything about them but their shape.
    pub(crate) fn hash(self, hash: &mut Sha256) {
        self.values().for_each(|value| hash.update(value.to_le_bytes()));
        if let Self::Sparse(x) = self {
            hash.update(b"sparse");
            x.indices().iter().for_each(|column| hash.update(column.to_le_bytes()));
            x.indptr().raw_storage().iter().for_each(|&start| hash.update((start as u64).to_le_bytes()));
        }
    }

    /// The codes of scaled samples, shape (n, code width).
    pub(crate) fn encoded(self, network: &dyn Network) -> Result<Array2<f32>> {
        match self {
            Self::Dense(x) => Ok(network.embed(x)?),
            Self::Sparse(x) => by_dense_parts(x, |part| Ok(network.embed(part)?)),
        }
    }

    /// The features that a fitted model finds, shape (n, d′).
    pub(crate) fn embedded(self, model: &dyn Model) -> Result<Array2<f32>> {
        match self {
            Self::Dense(x) => model.embed(x),
            Self::Sparse(x) => model.embed_csr(x),
        }
    }
}
