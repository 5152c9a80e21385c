use super::linalg::{cholesky, inverse_lower};
use crate::error::{Error, Result};
use ndarray::{Array1, Array2, Axis};
use serde::{Deserialize, Serialize};

/// Shape of the covariances of a mixture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Covariance {
    /// A full matrix for each component.
    #[default]
    Full,
    /// One full matrix for all components.
    Tied,
    /// A variance for each component and feature.
    Diagonal,
    /// A variance for each component.
    Spherical,
}

/// Covariances (or precisions, their inverses) of the components.
#[derive(Debug, Clone, PartialEq)]
pub enum Covariances {
    /// k matrices, d × d.
    Full(Vec<Array2<f64>>),
    /// One matrix, d × d.
    Tied(Array2<f64>),
    /// k × d.
    Diagonal(Array2<f64>),
    /// k.
    Spherical(Array1<f64>),
}

impl Covariances {
    /// Which shape these have.
    #[must_use]
    pub fn shape(&self) -> Covariance {
        match self {
            Self::Full(_) => Covariance::Full,
            Self::Tied(_) => Covariance::Tied,
            Self::Diagonal(_) => Covariance::Diagonal,
            Self::Spherical(_) => Covariance::Spherical,
        }
    }

    /// Free parameters, for k components in d dimensions.
    pub(crate) fn parameters(&self, k: usize, d: usize) -> usize {
        match self {
            Self::Full(_) => k * d * (d + 1) / 2,
            Self::Tied(_) => d * (d + 1) / 2,
            Self::Diagonal(_) => k * d,
            Self::Spherical(_) => k,
        }
    }

    pub(crate) fn check(&self, k: usize, d: usize) -> Result<()> {
        let found = match self {
            Self::Full(all) => match all.iter().find(|m| m.dim() != (d, d)) {
                Some(m) => vec![all.len(), m.nrows(), m.ncols()],
                None => vec![all.len(), d, d],
            },
            Self::Tied(m) => m.shape().to_vec(),
            Self::Diagonal(m) => m.shape().to_vec(),
            Self::Spherical(v) => v.shape().to_vec(),
        };
        let expected = match self {
            Self::Full(_) => vec![k, d, d],
            Self::Tied(_) => vec![d, d],
            Self::Diagonal(_) => vec![k, d],
            Self::Spherical(_) => vec![k],
        };
        if found != expected {
            return Err(Error::Shape { what: "the covariances", expected, found });
        }
        Ok(())
    }

    /// What the density needs of them.
    pub(crate) fn whiten(&self, reg_covar: f64) -> Result<Whitening> {
        let matrix = |component: usize, m: &Array2<f64>| {
            cholesky(m).map(|l| inverse_lower(&l)).ok_or(Error::NotPositiveDefinite { component, reg_covar })
        };
        let variances =
            |rows: Array2<f64>| match rows.indexed_iter().find(|(_, v)| !(v.is_finite() && **v > 0.0)) {
                Some(((component, _), _)) => Err(Error::NotPositiveDefinite { component, reg_covar }),
                None => Ok(Whitening::Diagonal(rows.mapv(|v| 1.0 / v.sqrt()))),
            };
        match self {
            Self::Full(all) => {
                all.iter().enumerate().map(|(c, m)| matrix(c, m)).collect::<Result<_>>().map(Whitening::Full)
            }
            Self::Tied(m) => Ok(Whitening::Full(vec![matrix(0, m)?])),
            Self::Diagonal(v) => variances(v.clone()),
            Self::Spherical(v) => variances(v.clone().insert_axis(Axis(1))),
        }
    }
}

/// Inverse square roots: L⁻¹ for each matrix (or the one that all share), 1/σ for each variance.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Whitening {
    Full(Vec<Array2<f64>>),
    /// k × d, or k × 1 where a component has one variance.
    Diagonal(Array2<f64>),
}

impl Whitening {
    /// ½ ln det of each component's precision, in d dimensions.
    pub(crate) fn half_log_determinant(&self, component: usize, d: usize) -> f64 {
        match self {
            Self::Full(all) => all[component.min(all.len() - 1)].diag().iter().map(|v| v.ln()).sum(),
            Self::Diagonal(rows) => {
                let row = rows.row(component);
                row.iter().map(|v| v.ln()).sum::<f64>() * (d / row.len()) as f64
            }
        }
    }

    /// The precisions themselves.
    pub(crate) fn precisions(&self, shape: Covariance) -> Covariances {
        let square = |m: &Array2<f64>| m.t().dot(m);
        match self {
            Self::Full(all) if shape == Covariance::Tied => Covariances::Tied(square(&all[0])),
            Self::Full(all) => Covariances::Full(all.iter().map(square).collect()),
            Self::Diagonal(rows) if shape == Covariance::Spherical => {
                Covariances::Spherical(rows.column(0).mapv(|v| v * v))
            }
            Self::Diagonal(rows) => Covariances::Diagonal(rows.mapv(|v| v * v)),
        }
    }
}
