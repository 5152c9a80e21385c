use super::numbering::by_size;
use deepclust_methods::{Fitted, Model, Partition, Series, facts};
use ndarray::Array2;
use std::collections::BTreeMap;

/// What one seed came to.
#[derive(Default)]
pub struct Run {
    /// The seed.
    pub seed: u64,
    /// The cluster of every sample, length n: the largest is 0, [`NOISE`](super::NOISE) where a sample is in none. In an
    /// [`Answer`](super::Answer) clusters have the numbers of those that they match in the chosen run.
    pub labels: Vec<i32>,
    /// For the method's own number of each cluster, which its model answers, the number in the run's own order of sizes.
    pub ids: Vec<i32>,
    /// Single numbers worth keeping, by the names of [`facts`].
    pub facts: BTreeMap<String, f64>,
    /// Losses and the like.
    pub history: Vec<Series>,
    /// Wall time, without what is shared by all seeds.
    pub seconds: f64,
    /// The features in which the clusters were found; none where all seeds share them.
    pub embedding: Option<Array2<f32>>,
    /// Centres of the clusters among shared features, in the method's own order.
    pub centres: Option<Array2<f32>>,
    /// For new samples; none where it is made from shared features.
    pub model: Option<Box<dyn Model>>,
}

impl Run {
    pub(super) fn of_fitted(seed: u64, seconds: f64, fitted: Fitted) -> Self {
        let Fitted { labels, embedding, history, facts, model, .. } = fitted;
        let (labels, ids) = numbered(&labels, &facts);
        let (embedding, model) = (Some(embedding), Some(model));
        Self { seed, labels, ids, facts, history, seconds, embedding, centres: None, model }
    }

    pub(super) fn of_partition(seed: u64, seconds: f64, partition: Partition) -> Self {
        let Partition { labels, facts, centres } = partition;
        let (labels, ids) = numbered(&labels, &facts);
        Self { seed, labels, ids, facts, seconds, centres, ..Self::default() }
    }

    /// The partition that this run was made of.
    pub(super) fn to_partition(&self) -> Partition {
        let own = |id: &i32| self.ids.iter().position(|known| known == id).unwrap_or(0);
        let numbers: BTreeMap<i32, usize> = self.ids.iter().map(|id| (*id, own(id))).collect();
        let labels = self.labels.iter().map(|id| numbers.get(id).copied().unwrap_or(0)).collect();
        Partition { labels, facts: self.facts.clone(), centres: self.centres.clone() }
    }
}

/// Clusters by size, and the number of each. Methods that find the number of clusters put noise behind the last one.
fn numbered(labels: &[usize], found: &BTreeMap<String, f64>) -> (Vec<i32>, Vec<i32>) {
    let noise = found.get(facts::CLUSTERS_FOUND).map(|&count| count as usize);
    let ids = by_size(labels, noise);
    (labels.iter().map(|&label| ids[label]).collect(), ids)
}

impl std::fmt::Debug for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Run")
            .field("seed", &self.seed)
            .field("samples", &self.labels.len())
            .field("facts", &self.facts)
            .finish_non_exhaustive()
    }
}
