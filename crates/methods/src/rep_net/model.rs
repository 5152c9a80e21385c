use crate::batches::by_batches;
use crate::saved_model::{SavedModel, line};
use crate::{FittedScaling, Model, ModelParts, Result, Seed};
use deepclust_cluster::KMeansModel;
use deepclust_nets::{Classifier, ClassifierSettings, Network, to_tensor};
use ndarray::{Array2, ArrayView2};

/// Encoder and representation network, with k-means in the standardised embedding.
pub(super) struct RepNetModel {
    pub scaling: FittedScaling,
    pub network: Box<dyn Network>,
    pub representation: Classifier,
    pub settings: ClassifierSettings,
    pub of_embedding: FittedScaling,
    pub clusters: KMeansModel<f32>,
}

impl RepNetModel {
    /// In the files of fitted models.
    pub(super) const KIND: &str = "repnet";

    pub(super) fn load(saved: &SavedModel) -> Result<Box<dyn Model>> {
        let (network, settings) = (saved.autoencoder()?, saved.get::<ClassifierSettings>("representation")?);
        let width = network.code_width();
        // Every weight is overwritten: the seed does not matter.
        let rng = &mut Seed(0).stream("weights of the representation network");
        let representation = Classifier::new(&settings, width, width, saved.device, rng)?;
        representation.set_state(&saved.state("representation"))?;
        let (shift, factor) = (saved.line("embedding.shift")?, saved.line("embedding.factor")?);
        Ok(Box::new(Self {
            scaling: saved.scaling()?,
            network,
            representation,
            settings,
            of_embedding: FittedScaling::from_parts(shift, factor, false)?,
            clusters: KMeansModel::from_centers(saved.matrix("centres")?)?,
        }))
    }
}

impl Model for RepNetModel {
    fn parts(&self) -> Result<ModelParts> {
        let (shift, factor, _) = self.of_embedding.parts();
        let parts = ModelParts::new(Self::KIND)
            .scaling(&self.scaling)
            .tensor("embedding.shift", &line(shift))
            .tensor("embedding.factor", &line(factor))
            .tensor("centres", &to_tensor(self.clusters.centers().view()));
        let parts = parts.autoencoder(&*self.network)?.set("representation", &self.settings)?;
        Ok(parts.state("representation", self.representation.named_state()))
    }

    fn embed(&self, x: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        let codes = self.network.embed(self.scaling.apply(x)?.view())?;
        let embedding = by_batches(codes.view(), codes.ncols(), self.network.device(), |codes| {
            Ok(self.representation.forward_t(codes, false))
        })?;
        self.of_embedding.apply(embedding.view())
    }

    fn assign(&self, embedding: ArrayView2<'_, f32>) -> Result<Vec<usize>> {
        Ok(self.clusters.predict(embedding)?)
    }
}
