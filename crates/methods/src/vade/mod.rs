//! Variational deep embedding.

mod model;
mod objective;
mod prior;
mod settings;
#[cfg(test)]
mod tests;

pub use settings::{VadeSettings, VadeStart};

use crate::checks::check_samples;
use crate::guard::smallest_and_largest;
use crate::names::{facts, series};
use crate::pretraining::Pretrained;
use crate::registry::Registered;
use crate::saved_model::SavedModel;
use crate::training::{JOINT, Training, joint_series};
use crate::{Context, Fitted, Method, Model, ReconstructionLoss, Result, Series, Shape};
use deepclust_cluster::GaussianMixture;
use deepclust_losses::Likelihood;
use deepclust_nets::{Kind, Network, Variational, to_tensor_on};
use model::VadeModel;
use ndarray::ArrayView2;
use objective::{Joint, evidence};
use prior::Prior;
use std::collections::BTreeMap;

/// Variational deep embedding (Jiang, Zheng, Tan, Tang and Zhou 2017, VaDE): a variational autoencoder whose codes come from a mixture of
/// Gaussians, one a cluster.
///
/// The network is trained as an autoencoder, a Gaussian mixture is fitted to its codes, and then network and mixture
/// maximise the evidence lower bound together ([`EvidenceBound`](deepclust_losses::EvidenceBound)). A sample belongs to the component that
/// is most responsible for its mean code. The facts have the bound in the end, in nats a sample: it chooses between seeds
/// without a label.
///
/// The embedding is the mean of q(z|x), shape (n, code width). The model gives soft assignments and generates samples.
#[derive(Clone, Debug, Default)]
pub struct Vade {
    settings: VadeSettings,
}

impl Vade {
    /// The name in records.
    pub const SLUG: &'static str = "vade";

    /// The method with checked settings.
    ///
    /// # Errors
    /// As [`VadeSettings::validate`].
    pub fn new(settings: VadeSettings) -> Result<Self> {
        settings.validate(Self::SLUG)?;
        Ok(Self { settings })
    }
}

impl Method for Vade {
    fn slug(&self) -> &'static str {
        Self::SLUG
    }

    fn fit_with(&self, x: ArrayView2<'_, f32>, k: usize, context: &mut Context<'_>) -> Result<Fitted> {
        let s = &self.settings;
        let (seed, device) = (context.seed, context.device);
        check_samples(x, k)?;
        let scaling = s.scaling.fit(x);
        let scaled = scaling.apply(x)?;
        if s.bound.likelihood == Likelihood::Bernoulli {
            ReconstructionLoss::BinaryCrossEntropy.check_samples(scaled.view())?;
        }
        let Pretrained { network: autoencoder, losses } =
            s.pretraining.run(Self::SLUG, scaled.view(), context)?;
        let rng = &mut seed.stream("weights of the variational network");
        let mut network = Variational::new(s.network(x.ncols()), device, rng)?;
        network.start_from(&autoencoder.named_state())?;

        let codes = network.embed(scaled.view())?;
        let mixture = context.stage("mixture of the codes", |_| {
            GaussianMixture::new(s.start.for_k(k))?.fit(codes.view(), &mut seed.stream("mixture"))
        })?;
        let prior = Prior::start(&mixture, s.start.equal_weights, device)?;
        let data = to_tensor_on(scaled.view(), device);
        let mut joint = Joint::new(s, &mut network, &prior)?;
        let mut history = Training::new(JOINT, s.train).run(&data, &mut joint, context)?;

        let shares = smallest_and_largest("epoch", &mut history);
        let rng = &mut seed.stream("noise of the evidence");
        let parameters = network.parameter_counts().iter().sum::<usize>();
        let facts = BTreeMap::from([
            (facts::EVIDENCE.to_owned(), evidence(&s.bound, &network, &prior, &data, rng)?),
            (facts::START_LIKELIHOOD.to_owned(), mixture.lower_bound()),
            (facts::JOINT_EPOCHS.to_owned(), history.loss.len() as f64),
            (facts::PARAMETERS.to_owned(), parameters as f64),
        ]);
        let form = s.bound.responsibilities;
        let model = VadeModel { scaling, network: Box::new(network), prior: prior.fixed(Kind::Float), form };
        let fitted = Fitted::by(model, Self::SLUG, x, k, facts)?;
        let reconstruction = Series::of_epochs(series::RECONSTRUCTION, losses.whole);
        let history = std::iter::once(reconstruction).chain(joint_series(history)).chain(shares).collect();
        Ok(Fitted { history, start: Some(mixture.labels().to_vec()), ..fitted })
    }
}

impl Registered for Vade {
    const SLUG: &'static str = Self::SLUG;
    const SUMMARY: &'static str =
        "a variational autoencoder with a Gaussian mixture of codes (Jiang et al. 2017)";
    const KIND: &'static str = VadeModel::KIND;
    type Settings = VadeSettings;

    fn defaults(shape: Shape) -> VadeSettings {
        VadeSettings::of(shape)
    }

    fn checked(settings: VadeSettings) -> Result<Self> {
        Self::new(settings)
    }

    fn load(saved: &SavedModel) -> Result<Box<dyn Model>> {
        VadeModel::load(saved)
    }
}
