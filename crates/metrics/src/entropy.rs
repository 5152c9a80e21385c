use crate::data::check_finite;
use crate::information::entropy_of_sizes;
use crate::labels::Encoded;
use crate::{Error, Result, Scalar};
use ndarray::{Array1, ArrayView2};

/// How far the sum of a row of soft assignments may be from 1: what a softmax in single precision leaves over many clusters.
const SUM_TOLERANCE: f64 = 1e-3;

/// The entropy of an assignment, H = −Σ (*s*/*n*) ln(*s*/*n*) over cluster sizes *s*, in nats: 0 for one cluster, ln *k* for
/// *k* equal ones.
///
/// # Errors
/// [`Error::Empty`].
pub fn label_entropy(labels: &[usize]) -> Result<f64> {
    Ok(entropy_of_sizes(&Encoded::new(labels)?.counts))
}

/// The entropy of each row of soft assignments *p* (samples × clusters), −Σⱼ *pᵢⱼ* ln *pᵢⱼ* in nats, with 0 ln 0 = 0.
///
/// Rows must be non-negative and sum to 1 within 10⁻³ (single precision); they are not rescaled.
///
/// # Errors
/// [`Error::NotADistribution`], [`Error::NotFinite`], [`Error::Empty`], [`Error::NoFeatures`].
pub fn sample_entropies<F: Scalar>(p: ArrayView2<'_, F>) -> Result<Array1<f64>> {
    check_distributions(p)?;
    Ok(p.rows().into_iter().map(|row| row.iter().map(|&p| plogp(p.widen())).sum()).collect())
}

/// The mean entropy of the rows of soft assignments: near 0 where each sample is assigned decisively, at most ln *k*.
/// This is the "sample entropy" of MIXAE (Zhang, Sun, Eriksson, Balzano 2017).
///
/// # Errors
/// Those of [`sample_entropies`].
pub fn mean_sample_entropy<F: Scalar>(p: ArrayView2<'_, F>) -> Result<f64> {
    let entropies = sample_entropies(p)?;
    Ok(entropies.sum() / entropies.len() as f64)
}

/// The entropy of the mean of the rows of soft assignments, in nats: ln *k* where all clusters are used equally, 0 where one
/// takes everything. This is the "batch entropy" of MIXAE (Zhang, Sun, Eriksson, Balzano 2017).
///
/// # Errors
/// Those of [`sample_entropies`].
pub fn batch_entropy<F: Scalar>(p: ArrayView2<'_, F>) -> Result<f64> {
    check_distributions(p)?;
    let share = |column: ndarray::ArrayView1<'_, F>| {
        column.iter().map(|&p| p.widen()).sum::<f64>() / p.nrows() as f64
    };
    Ok(p.columns().into_iter().map(|column| plogp(share(column))).sum())
}

/// −*p* ln *p*, 0 at 0.
fn plogp(p: f64) -> f64 {
    if p > 0.0 { -p * p.ln() } else { 0.0 }
}

fn check_distributions<F: Scalar>(p: ArrayView2<'_, F>) -> Result<()> {
    check_finite(p)?;
    for (row, values) in p.rows().into_iter().enumerate() {
        if let Some(&value) = values.iter().find(|&&value| value < F::zero()) {
            return Err(Error::NotADistribution { row, problem: "it holds", value: value.widen() });
        }
        let sum: f64 = values.iter().map(|&value| value.widen()).sum();
        if (sum - 1.0).abs() > SUM_TOLERANCE {
            return Err(Error::NotADistribution { row, problem: "its sum is", value: sum });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;
    use ndarray::{Array2, array};

    #[test]
    fn entropies_of_soft_assignments() {
        // scipy 1.17.1: scipy.stats.entropy([[0.7, 0.2, 0.1], [1, 0, 0]], axis=1), and of the mean row
        let p = array![[0.7, 0.2, 0.1], [1.0, 0.0, 0.0]];
        let rows = sample_entropies(p.view()).unwrap();
        assert_relative_eq!(rows[0], 0.8018185525433373, max_relative = 1e-14);
        assert_eq!(rows[1], 0.0);
        assert_relative_eq!(
            mean_sample_entropy(p.view()).unwrap(),
            0.8018185525433373 / 2.0,
            max_relative = 1e-14
        );
        assert_relative_eq!(batch_entropy(p.view()).unwrap(), 0.5181862130502128, max_relative = 1e-14);
        let single = p.mapv(|value| value as f32);
        assert_relative_eq!(batch_entropy(single.view()).unwrap(), 0.5181862130502128, max_relative = 1e-6);
    }

    #[test]
    fn entropy_of_an_assignment() {
        assert_eq!(label_entropy(&[3, 3, 3]).unwrap(), 0.0);
        assert_relative_eq!(label_entropy(&[9, 1, 5, 1000]).unwrap(), 4f64.ln(), max_relative = 1e-15);
        assert_eq!(label_entropy(&[]).unwrap_err(), Error::Empty);
    }

    #[test]
    fn rows_that_are_no_distributions_are_refused() {
        let error = |p: Array2<f64>| batch_entropy(p.view()).unwrap_err().to_string();
        assert_eq!(error(array![[0.5, 0.5], [1.5, -0.5]]), "row 1 is not a distribution: it holds -0.5");
        assert_eq!(error(array![[0.5, 0.25]]), "row 0 is not a distribution: its sum is 0.75");
        assert_eq!(error(array![[f64::NAN, 1.0]]), "the value in row 0, column 0 is not finite: NaN");
        assert_eq!(error(Array2::zeros((0, 3))), Error::Empty.to_string());
        assert_eq!(error(Array2::zeros((2, 0))), Error::NoFeatures { rows: 2 }.to_string());
    }
}
