use super::{k_means_facts, run_k_means};
use crate::checks::check_clusters;
use crate::{Context, Error, Model, Partition, Prepared, Result};
use deepclust_cluster::{KMeansModel, KMeansOptions};
use ndarray::{Array2, ArrayView2, CowArray, Ix2};

/// Features that k-means runs on with any seed, and what makes a model of its centres.
pub(crate) struct PreparedKMeans<'x, M> {
    pub embedding: CowArray<'x, f32, Ix2>,
    pub k_means: KMeansOptions,
    pub model: M,
}

impl<M> Prepared for PreparedKMeans<'_, M>
where
    M: Fn(KMeansModel<f32>) -> Result<Box<dyn Model>> + Send + Sync,
{
    fn embedding(&self) -> ArrayView2<'_, f32> {
        self.embedding.view()
    }

    fn partition(&self, k: usize, context: &mut Context<'_>) -> Result<Partition> {
        check_clusters(self.embedding.nrows(), k)?;
        let clusters = run_k_means(&self.k_means, self.embedding.view(), k, context)?;
        let (facts, centres) = (k_means_facts(&clusters), Some(clusters.centers().to_owned()));
        Ok(Partition { labels: clusters.labels().to_vec(), facts, centres })
    }

    fn model(&self, partition: &Partition) -> Result<Box<dyn Model>> {
        let centres = partition.centres.clone().ok_or_else(|| Error::Samples {
            expected: "a partition with centres".to_owned(),
            found: "one without".to_owned(),
        })?;
        (self.model)(KMeansModel::from_centers(centres)?)
    }

    fn into_embedding(self: Box<Self>) -> Array2<f32> {
        self.embedding.into_owned()
    }
}
