use crate::checks::check_width;
use crate::pca_k_means::{load_pca, pca_parts};
use crate::saved_model::SavedModel;
use crate::{FittedScaling, Model, ModelParts, Result};
use deepclust_cluster::GraphCommunitiesModel;
use deepclust_nets::{Tensor, to_tensor};
use ndarray::{Array2, ArrayView2};

/// The fitted samples, which vote on new ones.
pub(crate) struct VotingModel {
    pub scaling: FittedScaling,
    pub voters: GraphCommunitiesModel,
}

impl VotingModel {
    /// In the files of fitted models.
    pub(crate) const KIND: &str = "neighbours";

    pub(crate) fn load(saved: &SavedModel) -> Result<Box<dyn Model>> {
        let components = if saved.has("components") { Some(load_pca(saved)?) } else { None };
        let (rows, labels) = (saved.matrix("rows")?, saved.whole_numbers("labels")?);
        let (neighbours, metric) = (saved.get("neighbours")?, saved.get("metric")?);
        let voters = GraphCommunitiesModel::from_parts(components, rows, labels, neighbours, metric)?;
        Ok(Box::new(Self { scaling: saved.scaling()?, voters }))
    }
}

impl Model for VotingModel {
    fn parts(&self) -> Result<ModelParts> {
        let labels: Vec<f64> = self.voters.labels().iter().map(|&label| label as f64).collect();
        let (neighbours, metric) = self.voters.neighbours();
        let parts = ModelParts::new(Self::KIND)
            .scaling(&self.scaling)
            .tensor("rows", &to_tensor(self.voters.rows().view()))
            .tensor("labels", &Tensor::from_slice(&labels))
            .set("neighbours", neighbours)?
            .set("metric", metric)?;
        match self.voters.components() {
            Some(pca) => pca_parts(parts, pca),
            None => Ok(parts),
        }
    }

    fn embed(&self, x: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        Ok(self.voters.project(self.scaling.apply(x)?.view())?)
    }

    fn assign(&self, embedding: ArrayView2<'_, f32>) -> Result<Vec<usize>> {
        check_width(embedding, self.voters.rows().ncols())?;
        Ok(self.voters.vote(embedding)?)
    }
}
