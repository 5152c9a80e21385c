use super::facts_of;
use crate::graph_communities::{VotingModel, voting_model};
use crate::{Context, FittedScaling, Model, Partition, Prepared, Result};
use deepclust_cluster::TomatoModel;
use deepclust_manifold::{Metric, Pca};
use ndarray::{Array2, ArrayView2};

/// The peaks, which are the same for every seed.
pub(super) struct PreparedPeaks {
    pub scaling: FittedScaling,
    pub components: Option<Pca<f32>>,
    pub rows: Array2<f32>,
    pub found: TomatoModel,
}

impl PreparedPeaks {
    /// What puts new samples into these clusters.
    pub(super) fn voters(&self) -> Result<VotingModel> {
        // Itself counted: one more.
        let near = (self.found.neighbours() + 1, Metric::Euclidean);
        voting_model(&self.scaling, self.components.as_ref(), &self.rows, self.found.labels(), near)
    }
}

impl Prepared for PreparedPeaks {
    fn embedding(&self) -> ArrayView2<'_, f32> {
        self.rows.view()
    }

    /// `k` is not used.
    fn partition(&self, _: usize, _: &mut Context<'_>) -> Result<Partition> {
        Ok(Partition { labels: self.found.labels().to_vec(), facts: facts_of(&self.found), centres: None })
    }

    fn model(&self, _: &Partition) -> Result<Box<dyn Model>> {
        Ok(Box::new(self.voters()?))
    }

    fn into_embedding(self: Box<Self>) -> Array2<f32> {
        self.rows
    }
}
