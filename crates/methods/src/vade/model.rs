use super::prior::Prior;
use crate::batches::by_batches;
use crate::checks::{check_cluster, check_width};
use crate::noise::normal;
use crate::saved_model::SavedModel;
use crate::{FittedScaling, Model, ModelParts, Result};
use deepclust_losses::Responsibilities;
use deepclust_nets::{Kind, Network, Tensor, to_array2};
use ndarray::{Array2, ArrayView2};
use rand::RngCore;

/// A variational autoencoder with a mixture of Gaussians in its code.
pub(super) struct VadeModel {
    pub scaling: FittedScaling,
    pub network: Box<dyn Network>,
    /// Without a gradient.
    pub prior: Prior,
    pub form: Responsibilities,
}

impl VadeModel {
    /// In the files of fitted models.
    pub(super) const KIND: &str = "vade";

    pub(super) fn load(saved: &SavedModel) -> Result<Box<dyn Model>> {
        let prior = Prior {
            logits: saved.tensor("prior.logits")?,
            means: saved.tensor("prior.means")?,
            log_variances: saved.tensor("prior.log_variances")?,
        };
        let (scaling, network) = (saved.scaling()?, saved.autoencoder()?);
        Ok(Box::new(Self { scaling, network, prior, form: saved.get("responsibilities")? }))
    }

    /// What `f` makes of γ of the codes, which is computed in f64: far from all components shares differ in their last digits.
    fn of_shares(
        &self,
        codes: ArrayView2<'_, f32>,
        width: usize,
        f: impl Fn(Tensor) -> Tensor,
    ) -> Result<Array2<f32>> {
        check_width(codes, self.network.code_width())?;
        let prior = self.prior.fixed(Kind::Double);
        by_batches(codes, width, self.network.device(), |codes| {
            Ok(f(prior.for_loss().responsibilities(&codes.to_kind(Kind::Double), self.form)?))
        })
    }
}

impl Model for VadeModel {
    fn parts(&self) -> Result<ModelParts> {
        let parts = ModelParts::new(Self::KIND).scaling(&self.scaling).autoencoder(&*self.network)?;
        parts
            .tensor("prior.logits", &self.prior.logits)
            .tensor("prior.means", &self.prior.means)
            .tensor("prior.log_variances", &self.prior.log_variances)
            .set("responsibilities", self.form)
    }

    fn embed(&self, x: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        Ok(self.network.embed(self.scaling.apply(x)?.view())?)
    }

    fn assign(&self, codes: ArrayView2<'_, f32>) -> Result<Vec<usize>> {
        let clusters = self.of_shares(codes, 1, |shares| shares.argmax(1, true))?;
        Ok(clusters.iter().map(|&cluster| cluster as usize).collect())
    }

    fn probabilities(&self, codes: ArrayView2<'_, f32>) -> Result<Option<Array2<f32>>> {
        Ok(Some(self.of_shares(codes, self.prior.k(), |shares| shares)?))
    }

    /// What the decoder makes of codes from the cluster's Gaussian; of pictures in [0, 1] the means of their pixels.
    fn generate(&self, cluster: usize, n: usize, rng: &mut dyn RngCore) -> Result<Option<Array2<f32>>> {
        check_cluster(cluster, self.prior.k())?;
        let of_cluster = |tensor: &Tensor| tensor.get(cluster as i64).unsqueeze(0);
        let (mean, log_variance) = (of_cluster(&self.prior.means), of_cluster(&self.prior.log_variances));
        let noise = to_array2(&normal([n, self.network.code_width()], mean.device(), rng))?;
        let samples = by_batches(noise.view(), self.network.features(), self.network.device(), |noise| {
            Ok(self.network.decode(&(&mean + (&log_variance * 0.5).exp() * noise)))
        });
        Ok(Some(samples?))
    }
}
