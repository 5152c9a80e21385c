use crate::checks::check_finite;
use crate::names::facts::EMPTY_CLUSTERS;
use crate::samples::Samples;
use crate::{Context, Error, LabelledSubset, Model, Preparation, Result, Seed, Silent, guard};
use deepclust_nets::{Csr, DeviceChoice};
use ndarray::{Array2, ArrayRef2, ArrayView2, CowArray, Ix2};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A clustering algorithm with fixed, checked settings.
///
/// `fit` has no place for labels: a method cannot see them. Semi-supervised methods get theirs by `fit_labelled`.
///
/// The trait is open: a method of another crate implements [`slug`](Self::slug) and [`fit_with`](Self::fit_with).
pub trait Method: std::fmt::Debug + Send + Sync {
    /// The name in records and on the command line.
    fn slug(&self) -> &'static str;

    /// Finds `k` clusters among the rows of `x`, shape (n, d).
    ///
    /// All randomness comes from `context.seed`: the same samples, settings and seed give the same answer.
    ///
    /// # Errors
    /// [`Error::Samples`] for empty samples, values that are not finite, or k outside 1…n; otherwise what the parts of
    /// the method report.
    fn fit_with(&self, x: ArrayView2<'_, f32>, k: usize, context: &mut Context<'_>) -> Result<Fitted>;

    /// As [`fit_with`](Self::fit_with), with nothing but a seed: on the GPU where libtorch sees one, without progress, caches and
    /// checkpoints.
    ///
    /// # Errors
    /// As [`fit_with`](Self::fit_with).
    fn fit(&self, x: &ArrayRef2<f32>, k: usize, seed: u64) -> Result<Fitted> {
        let mut progress = Silent;
        let mut context = Context::new(Seed(seed), DeviceChoice::Auto.resolve()?, &mut progress);
        self.fit_with(x.view(), k, &mut context)
    }

    /// As [`fit_with`](Self::fit_with), but on sparse rows, n of d features. [`AeKMeans`](crate::AeKMeans), [`Dcn`](crate::Dcn),
    /// [`Dec`](crate::Dec), [`Idec`](crate::Idec) and [`RepNet`](crate::RepNet) make them dense batch by batch; other methods make all
    /// of them dense at once, n d numbers of four bytes.
    ///
    /// # Errors
    /// As [`fit_with`](Self::fit_with); [`Error::Samples`] for a matrix that is not by rows, and for a scaling under which zeros would
    /// be other numbers.
    fn fit_csr(&self, x: &Csr, k: usize, context: &mut Context<'_>) -> Result<Fitted> {
        Samples::Sparse(x).check(k)?;
        self.fit_with(x.to_dense().view(), k, context)
    }

    /// Does what is the same for all seeds and numbers of clusters, once. Methods that have no such work give the samples back.
    ///
    /// Samples that are handed over, not lent, may be scaled in place.
    ///
    /// # Errors
    /// As [`fit_with`](Self::fit_with), but for k.
    fn prepare<'x>(&self, x: CowArray<'x, f32, Ix2>, context: &mut Context<'_>) -> Result<Preparation<'x>> {
        let _ = context;
        Ok(Preparation::Samples(x))
    }

    /// As [`fit_with`](Self::fit_with), but on samples whose classes are known. Only semi-supervised methods do this.
    ///
    /// # Errors
    /// [`Error::Labels`] for a method that takes no labels; otherwise as `fit_with`.
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

/// A sequence of numbers that a fit leaves, such as the loss of every epoch. [`series`](crate::series) has the names.
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
        Self::of("epoch", name, values)
    }

    /// One value a step of another kind.
    pub(crate) fn of(step: &str, name: impl Into<String>, values: Vec<f64>) -> Self {
        Self { name: name.into(), step: step.to_owned(), values }
    }
}

/// The embedding at a step of the training.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// How many steps (epochs) were done.
    pub step: usize,
    /// The features of the samples then, shape (n, d′).
    pub embedding: Array2<f32>,
    /// The codes that the features are made of, shape (n, d″), for methods that have such.
    pub codes: Option<Array2<f32>>,
}

/// What a method found.
pub struct Fitted {
    /// The cluster of every sample, in 0..k, length n.
    pub labels: Vec<usize>,
    /// The features in which the clusters were found, shape (n, d′).
    pub embedding: Array2<f32>,
    /// Losses and the like, in the order in which they came.
    pub history: Vec<Series>,
    /// Single numbers worth keeping, by the names of [`facts`](crate::facts).
    pub facts: BTreeMap<String, f64>,
    /// The clusters that the method started from, where it improves on some: their quality decides much of the outcome.
    pub start: Option<Vec<usize>>,
    /// The embedding at steps of the training, for methods that are asked to keep it.
    pub snapshots: Vec<Snapshot>,
    /// For samples that were not there.
    pub model: Box<dyn Model>,
}

impl Fitted {
    /// Clusters and embedding with their model, and nothing to tell of how they came.
    pub fn new(labels: Vec<usize>, embedding: Array2<f32>, model: impl Model + 'static) -> Self {
        Self {
            labels,
            embedding,
            history: Vec::new(),
            facts: BTreeMap::new(),
            start: None,
            snapshots: Vec::new(),
            model: Box::new(model),
        }
    }

    /// What the trained model makes of its own samples, with the numbers of clusters that stayed empty or nearly so among the facts.
    pub(crate) fn by<'x>(
        model: impl Model + 'static,
        method: &'static str,
        x: impl Into<Samples<'x>>,
        k: usize,
        mut facts: BTreeMap<String, f64>,
    ) -> Result<Self> {
        let embedding = x.into().embedded(&model)?;
        check_finite(method, &embedding)?;
        let labels = model.assign(embedding.view())?;
        facts.insert(EMPTY_CLUSTERS.to_owned(), empty_clusters(&labels, k));
        facts.extend(guard::facts(&labels, k));
        Ok(Self { facts, ..Self::new(labels, embedding, model) })
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

/// How many of the k clusters have no sample.
pub(crate) fn empty_clusters(labels: &[usize], k: usize) -> f64 {
    let mut found = vec![false; k];
    labels.iter().for_each(|&cluster| found[cluster] = true);
    found.iter().filter(|found| !**found).count() as f64
}
