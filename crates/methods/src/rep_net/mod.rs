//! The representation network.

mod joint;
mod model;
mod settings;

pub use settings::{RepNetSettings, RepNetWatch};

use crate::guard::smallest_and_largest;
use crate::k_means::{k_means_facts, run_k_means};
use crate::names::{facts, series};
use crate::registry::Registered;
use crate::samples::Samples;
use crate::saved_model::SavedModel;
use crate::scaling::common_standardisation;
use crate::start::StartSettings;
use crate::training::joint_series;
use crate::{Context, Fitted, Method, Model, Result, Series, Shape};
use deepclust_nets::Csr;
use joint::{Ended, Joint, changed};
use model::RepNetModel;
use ndarray::ArrayView2;

/// The representation network (Dahal 2018): an embedding e = h(z) of an autoencoder's codes z in which clusters come apart.
///
/// From a trained autoencoder, each step moves three networks on a batch. The encoder minimises L_R + γ L_E, the decoder L_R, and the
/// representation network h minimises L_E. L_R is the reconstruction loss of [`Pretraining`](crate::Pretraining). L_E is
/// −Σ p_ij ln q_ij, summed over the batch, of the similarities p of the codes and q of the embeddings
/// ([`TCrossEntropy`](deepclust_losses::TCrossEntropy)). In the end k-means finds the clusters in the embeddings of all samples.
///
/// Nothing bounds the embeddings: they grow as long as training goes on. So each column is centred and all are divided by one
/// number, the root of the mean squared distance to the mean. Distances keep their relation, and k-means finds the same. The embedding
/// that is answered, shape (n, width of the code), is this one.
///
/// The paper divides similarities by their sum over all pairs of the batch, its released code by that over a point's pairs. The
/// second is the default: with the first nearly all of the mass is on few pairs, and most points are not moved.
#[derive(Clone, Debug, Default)]
pub struct RepNet {
    settings: RepNetSettings,
}

impl RepNet {
    /// The name in records.
    pub const SLUG: &'static str = "repnet";

    /// The method with checked settings.
    ///
    /// # Errors
    /// As [`RepNetSettings::validate`].
    pub fn new(settings: RepNetSettings) -> Result<Self> {
        settings.validate(Self::SLUG)?;
        Ok(Self { settings })
    }

    fn run(&self, x: Samples<'_>, k: usize, context: &mut Context<'_>) -> Result<Fitted> {
        let s = &self.settings;
        let start = StartSettings { scaling: s.scaling, pretraining: &s.pretraining, k_means: &s.k_means };
        let start = start.run(Self::SLUG, x, k, context)?;
        let joint = Joint::new(s, start.network, start.scaled.view().rows(context.device), k, context)?;
        let Ended { network, representation, mut history, epochs, embedding, snapshots, clusters: before } =
            joint.run(context)?;
        crate::checks::check_finite(Self::SLUG, &embedding)?;
        let of_embedding = common_standardisation(embedding.view());
        let standardised = of_embedding.apply(embedding.view())?;
        let clusters = run_k_means(&s.k_means, standardised.view(), k, context)?;
        let mut facts = k_means_facts(&clusters);
        facts.insert(facts::JOINT_EPOCHS.to_owned(), epochs as f64);
        let mut of_looks = Vec::new();
        if let Some(watch) = s.watch {
            let mut changes = history.parts.remove(series::CHANGED).unwrap_or_default();
            // Nobody looked after the last epoch yet, unless training ended by itself.
            if epochs.is_multiple_of(watch.every) && changes.len() < epochs / watch.every {
                changes.push(changed(&before, clusters.labels()));
            }
            if let Some(look) = changes.iter().position(|&changed| changed < watch.tolerance) {
                facts.insert(facts::STABLE_EPOCH.to_owned(), ((look + 1) * watch.every) as f64);
            }
            let step = format!("{} epochs", watch.every);
            of_looks.push(Series::of(&step, series::CHANGED, changes));
            of_looks.extend(smallest_and_largest(&step, &mut history));
        }
        let settings = s.representation.clone();
        let model =
            RepNetModel { scaling: start.scaling, network, representation, settings, of_embedding, clusters };
        let fitted = Fitted::by(model, Self::SLUG, x, k, facts)?;
        let reconstruction = Series::of_epochs(series::RECONSTRUCTION, start.losses.whole);
        let history = std::iter::once(reconstruction).chain(joint_series(history)).chain(of_looks).collect();
        Ok(Fitted { history, snapshots, start: Some(start.clusters.labels().to_vec()), ..fitted })
    }
}

impl Method for RepNet {
    fn slug(&self) -> &'static str {
        Self::SLUG
    }

    fn fit_with(&self, x: ArrayView2<'_, f32>, k: usize, context: &mut Context<'_>) -> Result<Fitted> {
        self.run(x.into(), k, context)
    }

    fn fit_csr(&self, x: &Csr, k: usize, context: &mut Context<'_>) -> Result<Fitted> {
        self.run(x.into(), k, context)
    }
}

impl Registered for RepNet {
    const SLUG: &'static str = Self::SLUG;
    const SUMMARY: &'static str =
        "representation network: an embedding of codes that parts them (Dahal 2018)";
    const KIND: &'static str = RepNetModel::KIND;
    type Settings = RepNetSettings;

    fn defaults(shape: Shape) -> RepNetSettings {
        RepNetSettings::of(shape)
    }

    fn checked(settings: RepNetSettings) -> Result<Self> {
        Self::new(settings)
    }

    fn load(saved: &SavedModel) -> Result<Box<dyn Model>> {
        RepNetModel::load(saved)
    }
}
