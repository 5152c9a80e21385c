use crate::pca_k_means::{load_pca, pca_parts};
use crate::saved_model::SavedModel;
use crate::{Error, FittedScaling, Model, ModelParts, Result};
use deepclust_manifold::{Metric, Pca, nearest_neighbours_of};
use deepclust_nets::{Tensor, to_tensor};
use ndarray::{Array2, ArrayView1, ArrayView2};

/// The fitted samples, which vote on new ones.
pub(crate) struct VotingModel {
    pub scaling: FittedScaling,
    /// What projects samples before neighbours are searched.
    pub components: Option<Pca<f32>>,
    /// The fitted samples, projected.
    pub rows: Array2<f32>,
    pub labels: Vec<usize>,
    /// How many vote.
    pub neighbours: usize,
    pub metric: Metric,
}

impl VotingModel {
    /// In the files of fitted models.
    pub(crate) const KIND: &str = "neighbours";

    pub(crate) fn load(saved: &SavedModel) -> Result<Box<dyn Model>> {
        let labels = saved.whole_numbers("labels")?;
        let rows = saved.matrix("rows")?;
        let neighbours = saved.get("neighbours")?;
        if labels.len() != rows.nrows() || neighbours == 0 || neighbours > rows.nrows() {
            let expected = format!("{} labels, and some of the rows as neighbours", rows.nrows());
            let found = format!("{} labels and {neighbours} neighbours", labels.len());
            return Err(Error::Samples { expected, found });
        }
        let components = if saved.has("components") { Some(load_pca(saved)?) } else { None };
        let (scaling, metric) = (saved.scaling()?, saved.get("metric")?);
        Ok(Box::new(Self { scaling, components, rows, labels, neighbours, metric }))
    }
}

impl Model for VotingModel {
    fn parts(&self) -> Result<ModelParts> {
        let labels: Vec<f64> = self.labels.iter().map(|&label| label as f64).collect();
        let parts = ModelParts::new(Self::KIND)
            .scaling(&self.scaling)
            .tensor("rows", &to_tensor(self.rows.view()))
            .tensor("labels", &Tensor::from_slice(&labels))
            .set("neighbours", self.neighbours)?
            .set("metric", self.metric)?;
        match &self.components {
            Some(pca) => pca_parts(parts, pca),
            None => Ok(parts),
        }
    }

    fn embed(&self, x: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        let scaled = self.scaling.apply(x)?;
        match &self.components {
            Some(pca) => Ok(pca.transform(scaled.view())?),
            None => Ok(scaled),
        }
    }

    /// The cluster of most of the nearest fitted samples, the nearest deciding a tie.
    fn assign(&self, embedding: ArrayView2<'_, f32>) -> Result<Vec<usize>> {
        let near = nearest_neighbours_of(embedding, self.rows.view(), self.neighbours, self.metric)?;
        let clusters = self.labels.iter().max().map_or(0, |label| label + 1);
        let vote = |row: ArrayView1<'_, usize>| {
            let mut votes = vec![0_usize; clusters];
            row.iter().for_each(|&i| votes[self.labels[i]] += 1);
            let most = votes.iter().max().copied().unwrap_or(0);
            row.iter().map(|&i| self.labels[i]).find(|&label| votes[label] == most).unwrap_or(0)
        };
        Ok(near.indices.outer_iter().map(vote).collect())
    }
}
