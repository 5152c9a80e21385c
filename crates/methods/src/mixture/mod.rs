//! What k-DAE and DAMIC share: an autoencoder for every cluster.

mod joint;
mod start;

pub use joint::{MixtureJoint, ReconstructionDistance};
pub(crate) use joint::{shares, weighted_mean, with_gradient_of};
pub use start::ClusterAutoencoders;

use crate::saved_model::SavedModel;
use crate::{ModelParts, Result};
use deepclust_nets::{AutoencoderMixture, MixtureOfNetworks};

/// The clusters' autoencoders of a saved model.
pub(crate) fn load_mixture(saved: &SavedModel) -> Result<AutoencoderMixture> {
    let mixture = AutoencoderMixture::zeros(saved.get("autoencoders")?, saved.get("k")?, saved.device)?;
    mixture.set_state(&saved.state("autoencoders"))?;
    Ok(mixture)
}

/// The same, to be saved.
pub(crate) fn mixture_parts(parts: ModelParts, mixture: &AutoencoderMixture) -> Result<ModelParts> {
    let parts = parts.set("autoencoders", mixture.settings())?.set("k", mixture.k())?;
    Ok(parts.state("autoencoders", mixture.named_state()))
}
