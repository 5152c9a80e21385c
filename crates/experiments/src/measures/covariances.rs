//! How soft assignments vary together.

use serde::{Deserialize, Serialize};

/// The covariances of the soft assignments, and those of the true classes: figure data [`CovariancesData`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Covariances {}

impl Covariances {
    /// Its place in the figure data.
    pub const KEY: &'static str = "covariances";
}

/// Σ_i p_i p_iᵀ / n − p̄ p̄ᵀ.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CovariancesData {
    /// Of the soft assignments, row by row, k × k.
    pub clusters: Vec<Vec<f64>>,
    /// Of the classes, each sample wholly of its own; empty where these are not known.
    pub classes: Vec<Vec<f64>>,
}

#[cfg(feature = "run")]
impl super::Measure for Covariances {
    fn measure(&self, run: &super::Scored<'_>, into: &mut crate::Measured) -> crate::Result<()> {
        let Some(p) = run.model.probabilities(run.features)? else {
            return Err(run.unsuitable("a method with soft assignments", &run.spec.method.name));
        };
        let of_class = |truth: &[usize]| {
            let one = |(i, class): (usize, usize)| f32::from(u8::from(truth[i] == class));
            covariances(ndarray::Array2::from_shape_fn((truth.len(), run.data.n_classes()), one).view())
        };
        let classes = run.truth().map_or_else(Vec::new, of_class);
        into.figures.insert(Self::KEY, &CovariancesData { clusters: covariances(p.view()), classes })
    }
}

/// Of the columns of p, shape (n, k).
#[cfg(feature = "run")]
fn covariances(p: ndarray::ArrayView2<'_, f32>) -> Vec<Vec<f64>> {
    let (n, k) = p.dim();
    let mut products = vec![vec![0.0; k]; k];
    let mut means = vec![0.0; k];
    for row in p.outer_iter() {
        for (i, &a) in row.iter().enumerate() {
            means[i] += f64::from(a) / n as f64;
            for (j, &b) in row.iter().enumerate() {
                products[i][j] += f64::from(a) * f64::from(b) / n as f64;
            }
        }
    }
    for (i, row) in products.iter_mut().enumerate() {
        row.iter_mut().enumerate().for_each(|(j, value)| *value -= means[i] * means[j]);
    }
    products
}

#[cfg(all(test, feature = "run"))]
mod tests {
    use super::covariances;

    #[test]
    fn of_columns() {
        let p = ndarray::array![[1.0f32, 0.0], [0.5, 0.5], [0.0, 1.0], [1.0, 0.0]];
        // numpy 2.3: np.cov(p.T, bias=True) = 0.171875 on the diagonal, −0.171875 beside it
        for (i, row) in covariances(p.view()).iter().enumerate() {
            for (j, value) in row.iter().enumerate() {
                let expected = if i == j { 0.171_875 } else { -0.171_875 };
                assert!((value - expected).abs() < 1e-12);
            }
        }
    }
}
