use crate::{Error, Result};
use ndarray::{Array1, Array2, ArrayView2, Axis};
use serde::{Deserialize, Serialize};

/// What happens to the features before a method sees them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scaling {
    /// Nothing.
    #[default]
    AsGiven,
    /// 2x − 1: what lies in [0, 1] comes to lie in [−1, 1].
    SignedUnit,
    /// Column by column (x − mean) / deviation; a constant column becomes 0.
    Standardise,
}

/// A scaling with the numbers that it took from the samples, ready for others: x′ = (x − shift) · factor.
#[derive(Clone, Debug)]
pub struct FittedScaling {
    shift: Array1<f32>,
    factor: Array1<f32>,
}

impl Scaling {
    /// Takes what it needs from the columns of `x`, shape (n, d).
    pub fn fit(self, x: ArrayView2<'_, f32>) -> FittedScaling {
        let d = x.ncols();
        match self {
            Self::AsGiven => FittedScaling { shift: Array1::zeros(d), factor: Array1::ones(d) },
            Self::SignedUnit => {
                FittedScaling { shift: Array1::from_elem(d, 0.5), factor: Array1::from_elem(d, 2.0) }
            }
            Self::Standardise => standardisation(x),
        }
    }
}

fn standardisation(x: ArrayView2<'_, f32>) -> FittedScaling {
    let n = x.nrows().max(1) as f64;
    let mut mean = Array1::<f64>::zeros(x.ncols());
    for row in x.rows() {
        mean.zip_mut_with(&row, |m, &v| *m += f64::from(v));
    }
    mean /= n;
    let mut variance = Array1::<f64>::zeros(x.ncols());
    for row in x.rows() {
        for ((s, &v), m) in variance.iter_mut().zip(row).zip(&mean) {
            *s += (f64::from(v) - m).powi(2);
        }
    }
    let factor = variance.mapv(|s| if s > 0.0 { (s / n).sqrt().recip() as f32 } else { 0.0 });
    FittedScaling { shift: mean.mapv(|m| m as f32), factor }
}

impl FittedScaling {
    /// Shift and factor of every column.
    pub(crate) fn parts(&self) -> (&Array1<f32>, &Array1<f32>) {
        (&self.shift, &self.factor)
    }

    pub(crate) fn from_parts(shift: Array1<f32>, factor: Array1<f32>) -> Result<Self> {
        if shift.len() == factor.len() {
            return Ok(Self { shift, factor });
        }
        Err(Error::Samples {
            expected: format!("{} factors for as many shifts", shift.len()),
            found: format!("{} factors", factor.len()),
        })
    }

    /// The scaled copy of `x`, of the same shape (m, d).
    ///
    /// # Errors
    /// [`Error::Samples`] when d is not the width that was fitted.
    pub fn apply(&self, x: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        if x.ncols() != self.shift.len() {
            return Err(Error::Samples {
                expected: format!("{} columns", self.shift.len()),
                found: format!("{} columns", x.ncols()),
            });
        }
        if let Some(column) = self.factor.iter().position(|factor| !factor.is_finite()) {
            return Err(Error::Samples {
                expected: "columns whose standard deviation has a reciprocal in f32".to_owned(),
                found: format!("one that is too small in column {column}; scale the column first"),
            });
        }
        let mut scaled = x.as_standard_layout().into_owned();
        for mut row in scaled.axis_iter_mut(Axis(0)) {
            for ((v, s), f) in row.iter_mut().zip(&self.shift).zip(&self.factor) {
                *v = (*v - s) * f;
            }
        }
        Ok(scaled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_abs_diff_eq;
    use ndarray::array;

    #[test]
    fn three_ways() {
        let x = array![[0.0f32, 1.0, 5.0], [1.0, 0.5, 5.0], [0.5, 0.0, 5.0]];
        let scale = |scaling: Scaling| scaling.fit(x.view()).apply(x.view()).unwrap();
        assert_eq!(scale(Scaling::AsGiven), x);
        assert_eq!(scale(Scaling::SignedUnit).column(1), array![1.0f32, 0.0, -1.0]);
        // sklearn 1.9: StandardScaler().fit_transform([[0], [1], [.5]]) = ∓1.22474487, 0
        let standard = scale(Scaling::Standardise);
        assert_abs_diff_eq!(standard[[0, 0]], -1.224_744_9, epsilon = 1e-6);
        assert_abs_diff_eq!(standard[[1, 0]], 1.224_744_9, epsilon = 1e-6);
        assert_eq!(standard.column(2), array![0.0f32, 0.0, 0.0]);
    }

    #[test]
    fn a_deviation_without_a_reciprocal_is_named() {
        let x = array![[1.0f32, 0.0], [2.0, 1e-40], [3.0, 2e-40]];
        let error = Scaling::Standardise.fit(x.view()).apply(x.view()).unwrap_err().to_string();
        assert!(error.contains("too small in column 1"), "{error}");
    }

    #[test]
    fn another_width_is_refused() {
        let error = Scaling::AsGiven.fit(array![[1.0f32, 2.0]].view()).apply(array![[1.0f32]].view());
        assert_eq!(error.unwrap_err().to_string(), "samples: expected 2 columns, found 1 columns");
    }
}
