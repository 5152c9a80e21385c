//! A mixture of autoencoders with an assignment network.

mod network;
mod objective;
mod settings;
#[cfg(test)]
mod tests;
mod weights;

pub use settings::{Consistency, ErrorUnit, MixaeGate, MixaeSettings, SampleChange};
pub use weights::EntropyWeights;

use crate::batches::by_batches;
use crate::checks::{check_samples, check_width, largest};
use crate::guard::smallest_and_largest;
use crate::names::{facts, series, stages};
use crate::registry::Registered;
use crate::saved_model::SavedModel;
use crate::training::Training;
use crate::{Context, Error, Fitted, FittedScaling, Method, Model, ModelParts, Result, Series, Shape};
use deepclust_nets::{NetworkSpec, Tensor, to_tensor_on};
use ndarray::{Array2, Array3, ArrayView2};
use network::Networks;
use objective::Joint;
use std::collections::BTreeMap;

/// A mixture of autoencoders (Zhang, Sun, Eriksson and Balzano 2017, MIXAE): k autoencoders, each for a manifold, and an assignment network
/// that takes their concatenated codes and answers how far a sample belongs to each.
///
/// From random weights all minimise R + α H(p) − β H(p̄): the reconstruction loss weighted by the assignments p, the
/// entropy of a sample's assignment, and against it that of the batch's mean assignment, which asks for equal shares. A
/// sample belongs to the cluster of its largest p. With [`Consistency`] the assignments are also asked to stay under changes of
/// the samples, which is not in the paper.
///
/// A low sample entropy beside a high batch entropy is no evidence of a good clustering: a random partition that froze has
/// them too.
///
/// The embedding is the concatenated codes, shape (n, k · code width). The model gives soft assignments.
#[derive(Clone, Debug, Default)]
pub struct Mixae {
    settings: MixaeSettings,
}

impl Mixae {
    /// The name in records.
    pub const SLUG: &'static str = "mixae";

    /// The method with checked settings.
    ///
    /// # Errors
    /// As [`MixaeSettings::validate`].
    pub fn new(settings: MixaeSettings) -> Result<Self> {
        settings.validate(Self::SLUG)?;
        Ok(Self { settings })
    }

    /// Images that are changed have to be as wide as the samples.
    fn check_images(&self, features: usize) -> Result<()> {
        if let Some(NetworkSpec::Convolutional(network)) = &self.settings.network
            && network.features() != features
        {
            return Err(Error::Samples {
                expected: format!("{} columns for the images of `network`", network.features()),
                found: format!("{features} columns"),
            });
        }
        if let Some(Consistency { change: SampleChange::Images(images), .. }) = &self.settings.consistency {
            let expected = images.channels * images.height * images.width;
            if expected != features {
                return Err(Error::Samples {
                    expected: format!("{expected} columns for the images of `consistency`"),
                    found: format!("{features} columns"),
                });
            }
        }
        Ok(())
    }
}

impl Method for Mixae {
    fn slug(&self) -> &'static str {
        Self::SLUG
    }

    fn fit_with(&self, x: ArrayView2<'_, f32>, k: usize, context: &mut Context<'_>) -> Result<Fitted> {
        let s = &self.settings;
        check_samples(x, k)?;
        self.check_images(x.ncols())?;
        let scaling = s.scaling.fit(x);
        let scaled = scaling.apply(x)?;
        let networks = Networks::new(s, x.ncols(), k, context)?;
        let data = to_tensor_on(scaled.view(), context.device);
        let mut joint = Joint::new(s, &networks, s.unit.of(scaled.view()), &data)?;
        let mut history = Training::new(stages::MIXTURE, s.train).run(&data, &mut joint, context)?;
        let snapshots = joint.snapshots(history.loss.len())?;

        let shares = smallest_and_largest("epoch", &mut history);
        let parameters = networks.parameters(true).iter().map(Tensor::numel).sum::<usize>();
        let facts = BTreeMap::from([
            (facts::JOINT_EPOCHS.to_owned(), history.loss.len() as f64),
            (facts::PARAMETERS.to_owned(), parameters as f64),
        ]);
        let mut fitted = Fitted::by(MixaeModel { scaling, networks }, Self::SLUG, x, k, facts)?;
        if let Some(probabilities) = fitted.model.probabilities(fitted.embedding.view())? {
            fitted.facts.extend(entropies(&probabilities));
        }
        let parts = history.parts.into_iter().map(|(name, values)| Series::of_epochs(name, values));
        let loss = Series::of_epochs(series::LOSS, history.loss);
        let history = std::iter::once(loss).chain(parts).chain(shares).collect();
        Ok(Fitted { history, snapshots, ..fitted })
    }
}

/// The mean entropy of the rows, and the entropy of their mean, in nats.
fn entropies(probabilities: &Array2<f32>) -> [(String, f64); 2] {
    let n = probabilities.nrows() as f64;
    let entropy = |p: f64| if p > 0.0 { -p * p.ln() } else { 0.0 };
    let of_samples = probabilities.iter().map(|&p| entropy(f64::from(p))).sum::<f64>() / n;
    let means = probabilities.columns().into_iter().map(|p| p.iter().map(|&p| f64::from(p)).sum::<f64>() / n);
    [
        (facts::SAMPLE_ENTROPY.to_owned(), of_samples),
        (facts::BATCH_ENTROPY.to_owned(), means.map(entropy).sum()),
    ]
}

struct MixaeModel {
    scaling: FittedScaling,
    networks: Networks,
}

impl Model for MixaeModel {
    fn parts(&self) -> Result<ModelParts> {
        self.networks.parts(ModelParts::new(Mixae::KIND).scaling(&self.scaling))
    }

    fn embed(&self, x: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        let networks = &self.networks;
        let scaled = self.scaling.apply(x)?;
        by_batches(scaled.view(), networks.code_width(), networks.mixture.device(), |x| {
            Ok(networks.concatenate(&networks.codes(x, false)))
        })
    }

    fn assign(&self, codes: ArrayView2<'_, f32>) -> Result<Vec<usize>> {
        let logits = self.logits(codes)?;
        Ok(logits.outer_iter().map(|row| largest(row.iter().copied())).collect())
    }

    fn probabilities(&self, codes: ArrayView2<'_, f32>) -> Result<Option<Array2<f32>>> {
        let mut p = self.logits(codes)?;
        for mut row in p.outer_iter_mut() {
            let most = row.fold(f32::NEG_INFINITY, |a, &b| a.max(b));
            row.mapv_inplace(|logit| (logit - most).exp());
            row /= row.sum();
        }
        Ok(Some(p))
    }

    fn reconstructions(&self, x: ArrayView2<'_, f32>) -> Result<Option<Array3<f32>>> {
        Ok(Some(self.networks.mixture.reconstructions_of(self.scaling.apply(x)?.view())?))
    }
}

impl MixaeModel {
    fn logits(&self, codes: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        let networks = &self.networks;
        check_width(codes, networks.code_width())?;
        by_batches(codes, networks.mixture.k(), networks.mixture.device(), |codes| {
            Ok(networks.logits(codes, false))
        })
    }
}

impl Registered for Mixae {
    const SLUG: &'static str = Self::SLUG;
    const SUMMARY: &'static str = "a mixture of autoencoders with an assignment network (Zhang et al. 2017)";
    const KIND: &'static str = "mixae";
    type Settings = MixaeSettings;

    fn defaults(shape: Shape) -> MixaeSettings {
        MixaeSettings::of(shape)
    }

    fn checked(settings: MixaeSettings) -> Result<Self> {
        Self::new(settings)
    }

    fn load(saved: &SavedModel) -> Result<Box<dyn Model>> {
        Ok(Box::new(MixaeModel { scaling: saved.scaling()?, networks: Networks::load(saved)? }))
    }
}
