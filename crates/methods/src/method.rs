use crate::{Context, Error, LabelledSubset, ModelParts, Result};
use ndarray::{Array2, Array3, ArrayView2};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A clustering algorithm with fixed, checked settings.
///
/// `fit` has no place for labels: a method cannot see them. Semi-supervised methods get theirs by `fit_labelled`.
pub trait Method: std::fmt::Debug {
    /// The name in records and on the command line.
    fn slug(&self) -> &'static str;

    /// Finds `k` clusters among the rows of `x`, shape (n, d).
    ///
    /// All randomness comes from `context.seed`: the same samples, settings and seed give the same answer.
    ///
    /// # Errors
    /// [`Error::Samples`] for empty samples, values that are not finite, or k outside 1…n; otherwise what the parts of
    /// the method report.
    fn fit(&self, x: ArrayView2<'_, f32>, k: usize, context: &mut Context<'_>) -> Result<Fitted>;

    /// As [`fit`](Self::fit), but on samples whose classes are known. Only semi-supervised methods do this.
    ///
    /// # Errors
    /// [`Error::Labels`] for a method that takes no labels; otherwise as `fit`.
    fn fit_labelled(
        &self,
        subset: &LabelledSubset<'_>,
        k: usize,
        context: &mut Context<'_>,
    ) -> Result<Fitted> {
        let _ = (subset, k, context);
        Err(Error::Labels { method: self.slug(), expected: "samples without labels", found: "labels" })
    }
}

/// A sequence of numbers that a fit leaves, such as the loss of every epoch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Series {
    /// What was measured, for instance `reconstruction loss`.
    pub name: String,
    /// What the position counts, for instance `epoch`.
    pub step: String,
    /// The values in order; the first is step 1.
    pub values: Vec<f64>,
}

impl Series {
    /// One value an epoch.
    pub(crate) fn of_epochs(name: impl Into<String>, values: Vec<f64>) -> Self {
        Self { name: name.into(), step: "epoch".to_owned(), values }
    }
}

/// The embedding at a step of the training.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// How many steps (epochs) were done.
    pub step: usize,
    /// The features of the samples then, shape (n, d′).
    pub embedding: Array2<f32>,
}

/// What a method found.
pub struct Fitted {
    /// The cluster of every sample, in 0..k, length n.
    pub labels: Vec<usize>,
    /// The features in which the clusters were found, shape (n, d′).
    pub embedding: Array2<f32>,
    /// Losses and the like.
    pub history: Vec<Series>,
    /// Single numbers worth keeping: inertia, explained variance, …
    pub facts: BTreeMap<String, f64>,
    /// The clusters that the method started from, where it improves on some: their quality decides much of the outcome.
    pub start: Option<Vec<usize>>,
    /// The embedding at steps of the training, for methods that are asked to keep it.
    pub snapshots: Vec<Snapshot>,
    /// For samples that were not there.
    pub model: Box<dyn Model>,
}

/// A fitted method, ready for new samples.
pub trait Model {
    /// Features of the rows of `x`, shape (m, d′) for x of shape (m, d).
    ///
    /// # Errors
    /// When d is not the width that was fitted.
    fn embed(&self, x: ArrayView2<'_, f32>) -> Result<Array2<f32>>;

    /// Clusters of samples by their features, length m for an embedding of shape (m, d′) as [`embed`](Self::embed) gives it.
    ///
    /// # Errors
    /// When d′ is not the width of the embedding.
    fn assign(&self, embedding: ArrayView2<'_, f32>) -> Result<Vec<usize>>;

    /// What it consists of, for [`save_model`](crate::save_model).
    ///
    /// # Errors
    /// When its settings cannot be written as JSON.
    fn parts(&self) -> Result<ModelParts>;

    /// What the autoencoder of every cluster makes of the rows of `x`: shape (m, k, d), in the scaling of the fit. None for
    /// methods that have no such autoencoders.
    ///
    /// # Errors
    /// When d is not the width that was fitted.
    fn reconstructions(&self, x: ArrayView2<'_, f32>) -> Result<Option<Array3<f32>>> {
        let _ = x;
        Ok(None)
    }

    /// Clusters of the rows of `x`, length m.
    ///
    /// # Errors
    /// When d is not the width that was fitted; [`Error::Samples`] for a value, or a feature made of finite values, that is not
    /// finite.
    fn predict(&self, x: ArrayView2<'_, f32>) -> Result<Vec<usize>> {
        check_values(x, "finite values")?;
        let embedding = self.embed(x)?;
        check_values(embedding.view(), "finite features of finite values")?;
        self.assign(embedding.view())
    }
}

impl std::fmt::Debug for Fitted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fitted")
            .field("labels", &self.labels.len())
            .field("embedding", &self.embedding.dim())
            .field("facts", &self.facts)
            .finish_non_exhaustive()
    }
}

/// The position of the largest value, the first of equals.
pub(crate) fn largest(values: impl Iterator<Item = f32>) -> usize {
    let best = values
        .enumerate()
        .fold((0, f32::NEG_INFINITY), |best, (i, value)| if value > best.1 { (i, value) } else { best });
    best.0
}

/// The fact that [`empty_clusters`] is.
pub(crate) const EMPTY_CLUSTERS: &str = "clusters without samples";

/// How many of the k clusters have no sample.
pub(crate) fn empty_clusters(labels: &[usize], k: usize) -> f64 {
    (0..k).filter(|cluster| !labels.contains(cluster)).count() as f64
}

/// Refuses an embedding of another width than the model's.
pub(crate) fn check_features(embedding: ArrayView2<'_, f32>, width: usize) -> Result<()> {
    if embedding.ncols() == width {
        return Ok(());
    }
    Err(Error::Samples {
        expected: format!("an embedding of {width} columns"),
        found: format!("{} columns", embedding.ncols()),
    })
}

/// Refuses samples that no method can use.
pub(crate) fn check_samples(x: ArrayView2<'_, f32>, k: usize) -> Result<()> {
    let wrong = |expected: &str, found: String| Err(Error::Samples { expected: expected.to_owned(), found });
    let (n, d) = x.dim();
    if n == 0 || d == 0 {
        return wrong("at least one row and one column", format!("shape ({n}, {d})"));
    }
    if k == 0 || k > n {
        return wrong(&format!("1 to {n} clusters for {n} rows"), format!("k = {k}"));
    }
    check_values(x, "finite values")
}

/// Refuses what is not finite.
fn check_values(x: ArrayView2<'_, f32>, expected: &str) -> Result<()> {
    match x.indexed_iter().find(|(_, value)| !value.is_finite()) {
        None => Ok(()),
        Some(((row, column), value)) => Err(Error::Samples {
            expected: expected.to_owned(),
            found: format!("{value} in row {row}, column {column}"),
        }),
    }
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
