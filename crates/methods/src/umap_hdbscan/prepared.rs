use super::{UmapHdbscan, most_agreed};
use crate::graph_communities::voting_model;
use crate::{Context, FittedScaling, Model, Partition, Prepared, Result};
use deepclust_manifold::{Neighbours, Pca};
use ndarray::{Array2, ArrayView2};

/// Neighbours of which every seed makes maps of its own.
pub(super) struct PreparedMap {
    pub method: UmapHdbscan,
    pub scaling: FittedScaling,
    pub components: Option<Pca<f32>>,
    pub rows: Array2<f32>,
    pub neighbours: Neighbours<f32>,
}

impl Prepared for PreparedMap {
    fn embedding(&self) -> ArrayView2<'_, f32> {
        self.rows.view()
    }

    /// `k` is not used.
    fn partition(&self, _: usize, context: &mut Context<'_>) -> Result<Partition> {
        let rng = &mut context.seed.stream("map");
        let density = self.method.density(self.rows.nrows())?;
        let mut found = Vec::with_capacity(self.method.settings.maps);
        for _ in 0..self.method.settings.maps {
            found.push(self.method.clusters(self.rows.view(), &self.neighbours, &density, rng, context)?);
        }
        let (labels, facts) = most_agreed(&found, self.rows.nrows())?;
        Ok(Partition { labels, facts, centres: None })
    }

    fn model(&self, partition: &Partition) -> Result<Box<dyn Model>> {
        let umap = &self.method.settings.umap;
        let near = (umap.n_neighbors, umap.metric);
        let components = self.components.as_ref();
        Ok(Box::new(voting_model(&self.scaling, components, &self.rows, &partition.labels, near)?))
    }

    fn into_embedding(self: Box<Self>) -> Array2<f32> {
        self.rows
    }
}
