use crate::pca_k_means::{load_pca, pca_parts};
use crate::saved_model::{SavedModel, line};
use crate::{FittedScaling, Model, ModelParts, Result};
use deepclust_cluster::{Covariance, Covariances, GaussianMixtureModel};
use deepclust_manifold::Pca;
use ndarray::{Array1, Array2, ArrayView2, Axis};

pub(super) struct PcaGmmModel {
    pub scaling: FittedScaling,
    pub pca: Pca<f32>,
    pub mixture: GaussianMixtureModel,
}

impl PcaGmmModel {
    /// What its saved models are called.
    pub(super) const KIND: &'static str = "pca-gmm";

    pub(super) fn load(saved: &SavedModel) -> Result<Box<dyn Model>> {
        let pca = load_pca(saved)?;
        let weights = saved.exact_line("weights")?;
        let (k, d) = (weights.len(), pca.components().nrows());
        let matrix = |name: &str, rows: usize| shaped(saved, name, saved.exact_line(name)?, rows, d);
        let covariances = match saved.get("covariance")? {
            Covariance::Full => {
                let all = matrix("covariances", k * d)?;
                Covariances::Full(all.axis_chunks_iter(Axis(0), d).map(|m| m.to_owned()).collect())
            }
            Covariance::Tied => Covariances::Tied(matrix("covariances", d)?),
            Covariance::Diagonal => Covariances::Diagonal(matrix("covariances", k)?),
            Covariance::Spherical => Covariances::Spherical(saved.exact_line("covariances")?),
        };
        let mixture = GaussianMixtureModel::from_parameters(weights, matrix("means", k)?, covariances)?;
        Ok(Box::new(Self { scaling: saved.scaling()?, pca, mixture }))
    }
}

fn shaped(saved: &SavedModel, name: &str, values: Array1<f64>, rows: usize, d: usize) -> Result<Array2<f64>> {
    let found = values.len();
    Array2::from_shape_vec((rows, d), values.to_vec())
        .map_err(|_| saved.problem(format!("`{name}`: expected {rows} × {d} numbers, found {found}")))
}

/// Every number of the covariances, component by component and row by row.
fn flat(covariances: &Covariances) -> Array1<f64> {
    match covariances {
        Covariances::Full(all) => all.iter().flatten().copied().collect(),
        Covariances::Tied(one) | Covariances::Diagonal(one) => one.iter().copied().collect(),
        Covariances::Spherical(all) => all.clone(),
    }
}

impl Model for PcaGmmModel {
    fn parts(&self) -> Result<ModelParts> {
        let parts = ModelParts::new(Self::KIND)
            .scaling(&self.scaling)
            .set("covariance", self.mixture.covariances().shape())?
            .tensor("weights", &line(self.mixture.weights()))
            .tensor("means", &line(&self.mixture.means().iter().copied().collect()))
            .tensor("covariances", &line(&flat(self.mixture.covariances())));
        pca_parts(parts, &self.pca)
    }

    fn embed(&self, x: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        Ok(self.pca.transform(self.scaling.apply(x)?.view())?)
    }

    fn assign(&self, embedding: ArrayView2<'_, f32>) -> Result<Vec<usize>> {
        Ok(self.mixture.predict(embedding)?)
    }

    fn probabilities(&self, embedding: ArrayView2<'_, f32>) -> Result<Option<Array2<f32>>> {
        Ok(Some(self.mixture.predict_proba(embedding)?.mapv(|p| p as f32)))
    }
}
