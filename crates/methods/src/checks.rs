//! What every method asks of samples and features.

use crate::{Error, Result};
use ndarray::{Array2, ArrayView2};

/// Refuses samples that no method can use.
pub(crate) fn check_samples(x: ArrayView2<'_, f32>, k: usize) -> Result<()> {
    let wrong = |expected: &str, found: String| Err(Error::Samples { expected: expected.to_owned(), found });
    let (n, d) = x.dim();
    if n == 0 || d == 0 {
        return wrong("at least one row and one column", format!("shape ({n}, {d})"));
    }
    check_clusters(n, k)?;
    check_values(x)
}

/// Refuses a number of clusters that n rows cannot have.
pub(crate) fn check_clusters(n: usize, k: usize) -> Result<()> {
    if k == 0 || k > n {
        let expected = format!("1 to {n} clusters for {n} rows");
        return Err(Error::Samples { expected, found: format!("k = {k}") });
    }
    Ok(())
}

/// Refuses samples that are not finite.
pub(crate) fn check_values(x: ArrayView2<'_, f32>) -> Result<()> {
    // The place costs time, and is hardly ever asked for.
    if x.iter().all(|value| value.is_finite()) {
        return Ok(());
    }
    match x.indexed_iter().find(|(_, value)| !value.is_finite()) {
        None => Ok(()),
        Some(((row, column), value)) => Err(Error::Samples {
            expected: "finite values".to_owned(),
            found: format!("{value} in row {row}, column {column}"),
        }),
    }
}

/// Refuses features of finite samples that are not finite.
pub(crate) fn check_features_of(embedding: ArrayView2<'_, f32>) -> Result<()> {
    match embedding.indexed_iter().find(|(_, value)| !value.is_finite()) {
        None => Ok(()),
        Some(((row, feature), value)) => Err(Error::Samples {
            expected: "samples whose features are finite".to_owned(),
            found: format!("row {row}, whose feature {feature} is {value}; its values are too large"),
        }),
    }
}

/// Refuses an embedding of another width than the model's.
pub(crate) fn check_width(embedding: ArrayView2<'_, f32>, width: usize) -> Result<()> {
    if embedding.ncols() == width {
        return Ok(());
    }
    Err(Error::Samples {
        expected: format!("an embedding of {width} columns"),
        found: format!("{} columns", embedding.ncols()),
    })
}

/// Refuses a cluster that is not there.
pub(crate) fn check_cluster(cluster: usize, k: usize) -> Result<()> {
    if cluster < k {
        return Ok(());
    }
    Err(Error::Samples {
        expected: format!("a cluster from 0 to {}", k.saturating_sub(1)),
        found: cluster.to_string(),
    })
}

/// A fitted model's features are not finite, which no later step could make sense of.
pub(crate) fn check_finite(method: &'static str, values: &Array2<f32>) -> Result<()> {
    match values.iter().position(|value| !value.is_finite()) {
        None => Ok(()),
        Some(i) => Err(Error::Samples {
            expected: format!("samples that `{method}` can learn from"),
            found: format!("sample {}, whose features are not finite in the end", i / values.ncols().max(1)),
        }),
    }
}

/// The position of the largest value, the first of equals.
pub(crate) fn largest(values: impl Iterator<Item = f32>) -> usize {
    let best = values
        .enumerate()
        .fold((0, f32::NEG_INFINITY), |best, (i, value)| if value > best.1 { (i, value) } else { best });
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn unusable_samples_are_named() {
        let x = array![[1.0f32, f32::NAN], [0.0, 1.0]];
        let message = |x: ArrayView2<'_, f32>, k| check_samples(x, k).unwrap_err().to_string();
        assert_eq!(message(x.view(), 1), "samples: expected finite values, found NaN in row 0, column 1");
        assert_eq!(message(x.view(), 3), "samples: expected 1 to 2 clusters for 2 rows, found k = 3");
        let empty = Array2::<f32>::zeros((0, 2));
        assert_eq!(
            message(empty.view(), 1),
            "samples: expected at least one row and one column, found shape (0, 2)"
        );
    }
}
