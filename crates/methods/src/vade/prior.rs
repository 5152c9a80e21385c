use crate::{Error, Result};
use deepclust_cluster::{Covariances, GaussianMixtureModel};
use deepclust_losses::MixturePrior;
use deepclust_nets::{Device, Kind, Tensor, to_tensor_on};

/// The mixture of Gaussians that codes come from, on the network's device.
#[derive(Debug)]
pub(super) struct Prior {
    /// Shape (k).
    pub logits: Tensor,
    /// Shape (k, code width).
    pub means: Tensor,
    /// Shape (k, code width).
    pub log_variances: Tensor,
}

/// A component without codes has no logarithm of its weight.
const LEAST: f64 = 1e-10;

impl Prior {
    /// The parameters of a fitted mixture with diagonal covariances, as f32 leaves to be trained; its weights, or equal ones.
    pub(super) fn start(fitted: &GaussianMixtureModel, equal_weights: bool, device: Device) -> Result<Self> {
        let Covariances::Diagonal(variances) = fitted.covariances() else {
            let problem = "`start`: expected diagonal covariances, found others".to_owned();
            return Err(Error::Settings { method: super::Vade::SLUG, problem });
        };
        let equal = (fitted.weights().len() as f64).recip();
        let weight = |&fitted: &f64| if equal_weights { equal } else { fitted.max(LEAST) };
        let logits: Vec<f32> = fitted.weights().iter().map(|w| weight(w).ln() as f32).collect();
        let leaf = |tensor: Tensor| tensor.to_device(device).set_requires_grad(true);
        Ok(Self {
            logits: leaf(Tensor::from_slice(&logits)),
            means: leaf(to_tensor_on(fitted.means().mapv(|v| v as f32).view(), device)),
            log_variances: leaf(to_tensor_on(variances.mapv(|v| v.ln() as f32).view(), device)),
        })
    }

    /// The parameters.
    pub(super) fn tensors(&self) -> Vec<Tensor> {
        [&self.logits, &self.means, &self.log_variances].map(Tensor::shallow_clone).into()
    }

    /// The same without a gradient, in another kind of numbers.
    pub(super) fn fixed(&self, kind: Kind) -> Self {
        let [logits, means, log_variances] =
            [&self.logits, &self.means, &self.log_variances].map(|tensor| tensor.detach().to_kind(kind));
        Self { logits, means, log_variances }
    }

    /// As losses take it.
    pub(super) fn for_loss(&self) -> MixturePrior<'_> {
        MixturePrior { logits: &self.logits, means: &self.means, log_variances: &self.log_variances }
    }

    /// Number of clusters.
    pub(super) fn k(&self) -> usize {
        self.means.size()[0] as usize
    }
}
