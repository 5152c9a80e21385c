//! What k-DAE and DAMIC start from: an autoencoder of each cluster, trained on what k-means put there.

use crate::names::series;
use crate::pretraining::{EpochLosses, Names};
use crate::start::{Start, StartSettings};
use crate::{Context, Error, FittedScaling, Pretraining, Result, Scaling, Series};
use deepclust_cluster::KMeansOptions;
use deepclust_nets::{
    Activation, Autoencoder, AutoencoderMixture, Init, LayerInits, MixtureOfNetworks, MixturePass, Tensor,
    TrainSettings, to_tensor_on,
};
use ndarray::{ArrayView2, Axis};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Settings of everything before the joint training.
///
/// The default is the k-DAE paper's where its re-runs bear it out: the autoencoder of all samples is that of [`Pretraining`], each
/// cluster's is d-500-100-10 with ELU, trained for 10 epochs (the authors' code), and for 300 steps at least. It has no batch
/// normalisation, which the paper has: an autoencoder learns with the statistics of its own cluster, and the joint training then
/// compares it under those of all clusters. On 10,000 images half of the clusters died of that.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClusterAutoencoders {
    /// The autoencoder of all samples, whose codes k-means clusters.
    pub pretraining: Pretraining,
    /// Finds the first clusters.
    pub k_means: KMeansOptions,
    /// The autoencoder of each cluster, trained from scratch on the samples of the cluster.
    pub of_cluster: Pretraining,
}

impl Default for ClusterAutoencoders {
    fn default() -> Self {
        let of_cluster = Pretraining {
            widths: vec![500, 100, 10],
            hidden: Activation::Elu,
            init: LayerInits::all(Init::GlorotUniform),
            train: TrainSettings::new(10, 256).at_least(300),
            ..Pretraining::default()
        };
        Self { pretraining: Pretraining::default(), k_means: KMeansOptions::default(), of_cluster }
    }
}

/// What there is before the joint training.
pub(crate) struct MixtureStart {
    pub scaling: FittedScaling,
    pub mixture: AutoencoderMixture,
    /// The samples as the networks see them.
    pub data: Tensor,
    /// The clusters of k-means.
    pub labels: Vec<usize>,
    pub history: Vec<Series>,
    pub facts: BTreeMap<String, f64>,
}

/// Samples of a cluster that its running statistics are settled on.
const SETTLED: i64 = 8192;

impl MixtureStart {
    /// Where responsibilities are found by the running statistics, these have to be right from the first step on: a short
    /// training of each cluster's autoencoder leaves them near where they started.
    pub(crate) fn settle(&self, pass: MixturePass) {
        if pass == MixturePass::All {
            return;
        }
        let own = (0..self.mixture.k()).map(|cluster| {
            let members = (0..self.labels.len()).filter(|&i| self.labels[i] == cluster);
            let rows: Vec<i64> = members.take(SETTLED as usize).map(|i| i as i64).collect();
            self.data.index_select(0, &Tensor::from_slice(&rows).to_device(self.data.device()))
        });
        self.mixture.settle_statistics(&own.collect::<Vec<_>>());
    }
}

const STAGE: &str = "autoencoders of the clusters";

impl ClusterAutoencoders {
    /// Checks what can be checked before any samples are there.
    ///
    /// # Errors
    /// [`Error::Nets`](crate::Error::Nets), [`Error::Settings`](crate::Error::Settings) or
    /// [`Error::Cluster`](crate::Error::Cluster) names the first field that is out of range.
    pub fn validate(&self, method: &'static str) -> Result<()> {
        self.pretraining.validate(method)?;
        self.k_means.validate()?;
        if self.of_cluster.network.is_some() {
            let problem =
                "`of_cluster`: expected a fully connected network, found one in `network`".to_owned();
            return Err(Error::Settings { method, problem });
        }
        self.of_cluster.validate(method)
    }

    pub(crate) fn run(
        &self,
        method: &'static str,
        scaling: Scaling,
        x: ArrayView2<'_, f32>,
        k: usize,
        context: &mut Context<'_>,
    ) -> Result<MixtureStart> {
        let settings = StartSettings { scaling, pretraining: &self.pretraining, k_means: &self.k_means };
        let Start { scaling, scaled, losses, clusters, facts, .. } =
            settings.run(method, x.into(), k, context)?;
        let scaled = scaled.into_dense();
        self.of_cluster.loss.check_samples(scaled.view())?;
        let labels = clusters.labels().to_vec();
        let mut parts = Vec::with_capacity(k);
        let mut sums: Vec<(f64, usize)> = Vec::new();
        for cluster in 0..k {
            let rows: Vec<usize> = (0..labels.len()).filter(|&i| labels[i] == cluster).collect();
            let (part, losses) = self.train_one(scaled.select(Axis(0), &rows).view(), cluster, context)?;
            for (epoch, loss) in losses.whole.iter().enumerate() {
                sums.resize(sums.len().max(epoch + 1), (0.0, 0));
                sums[epoch].0 += loss * rows.len() as f64;
                sums[epoch].1 += rows.len();
            }
            parts.push(part);
        }
        let means = sums.iter().map(|(sum, count)| sum / (*count).max(1) as f64).collect();
        Ok(MixtureStart {
            scaling,
            mixture: AutoencoderMixture::stack(&parts)?,
            data: to_tensor_on(scaled.view(), context.device),
            labels,
            history: vec![
                Series::of_epochs(series::RECONSTRUCTION, losses.whole),
                Series::of_epochs(series::CLUSTER_RECONSTRUCTION, means),
            ],
            facts,
        })
    }

    /// An autoencoder of one cluster, and its losses. That of a cluster without samples stays as it starts.
    fn train_one(
        &self,
        x: ArrayView2<'_, f32>,
        cluster: usize,
        context: &mut Context<'_>,
    ) -> Result<(Autoencoder, EpochLosses)> {
        let rng = &mut context.seed.stream(&format!("weights of cluster {cluster}"));
        let form = self.of_cluster.fully_connected(x.ncols());
        let mut network = Autoencoder::new(form, context.device, rng)?;
        if x.nrows() == 0 {
            return Ok((network, EpochLosses::default()));
        }
        let name = format!("autoencoder of cluster {cluster}");
        let losses = self.of_cluster.train(&mut network, x, &Names { stage: STAGE, name: &name }, context)?;
        Ok((network, losses))
    }
}
