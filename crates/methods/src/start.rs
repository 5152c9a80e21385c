//! What most methods do before anything of their own: scale, train an autoencoder or take it from the cache, and cluster its codes.

use crate::k_means::{k_means_facts, run_k_means};
use crate::pretraining::{EpochLosses, Pretrained};
use crate::samples::{Samples, Scaled};
use crate::{Context, FittedScaling, Pretraining, Result, Scaling};
use deepclust_cluster::{KMeansModel, KMeansOptions};
use deepclust_nets::Network;
use ndarray::Array2;
use std::collections::BTreeMap;

/// The settings of a start.
pub(crate) struct StartSettings<'a> {
    pub scaling: Scaling,
    pub pretraining: &'a Pretraining,
    pub k_means: &'a KMeansOptions,
}

/// What there is then.
pub(crate) struct Start {
    pub scaling: FittedScaling,
    /// The samples as the network sees them.
    pub scaled: Scaled,
    pub network: Box<dyn Network>,
    pub losses: EpochLosses,
    pub codes: Array2<f32>,
    pub clusters: KMeansModel<f32>,
    /// Those of k-means.
    pub facts: BTreeMap<String, f64>,
}

impl StartSettings<'_> {
    /// Starts the method of that name on the samples.
    pub(crate) fn run(
        &self,
        method: &'static str,
        x: Samples<'_>,
        k: usize,
        context: &mut Context<'_>,
    ) -> Result<Start> {
        x.check(k)?;
        let (scaling, scaled) = x.scale(self.scaling)?;
        let Pretrained { network, losses } = self.pretraining.run(method, scaled.view(), context)?;
        let codes = scaled.view().encoded(&*network)?;
        let clusters = run_k_means(self.k_means, codes.view(), k, context)?;
        let facts = k_means_facts(&clusters);
        Ok(Start { scaling, scaled, network, losses, codes, clusters, facts })
    }
}
