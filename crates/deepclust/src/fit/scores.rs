use super::numbering::as_numbers;
use super::{Answer, Result};
use deepclust_metrics::{
    Average, accuracy, adjusted_mutual_info, adjusted_rand_index, normalized_mutual_info, purity,
};
use serde::Serialize;

/// How far clusters are the classes of known labels. For scoring alone: nothing is chosen by it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scores {
    /// Accuracy after the best matching of clusters to classes.
    pub acc: f64,
    /// Normalised mutual information.
    pub nmi: f64,
    /// Adjusted mutual information.
    pub ami: f64,
    /// Adjusted Rand index.
    pub ari: f64,
    /// Share of samples of their cluster's most frequent class.
    pub purity: f64,
}

impl Scores {
    /// Scores of clusters, noise being one cluster more.
    ///
    /// # Errors
    /// Lists of unequal lengths, or empty ones.
    pub fn of(classes: &[usize], clusters: &[i32]) -> Result<Self> {
        let clusters = as_numbers(clusters);
        Ok(Self {
            acc: accuracy(classes, &clusters)?,
            nmi: normalized_mutual_info(classes, &clusters, Average::Arithmetic)?,
            ami: adjusted_mutual_info(classes, &clusters, Average::Arithmetic)?,
            ari: adjusted_rand_index(classes, &clusters)?,
            purity: purity(classes, &clusters)?,
        })
    }

    /// Names and values.
    pub fn named(&self) -> [(&'static str, f64); 5] {
        [("ACC", self.acc), ("NMI", self.nmi), ("AMI", self.ami), ("ARI", self.ari), ("purity", self.purity)]
    }
}

impl Answer {
    /// Scores of the chosen run.
    ///
    /// # Errors
    /// Another number of classes than of samples.
    pub fn scores(&self, classes: &[usize]) -> Result<Scores> {
        Scores::of(classes, &self.chosen().labels)
    }
}
