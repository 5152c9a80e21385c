//! The deep clustering network.

mod joint;
mod settings;

pub use settings::DcnSettings;

use crate::ae_k_means::AeKMeansModel;
use crate::guard::smallest_and_largest;
use crate::names::series;
use crate::registry::Registered;
use crate::samples::Samples;
use crate::saved_model::SavedModel;
use crate::start::StartSettings;
use crate::training::joint_series;
use crate::{Context, Fitted, Method, Model, Result, Series, Shape};
use deepclust_cluster::KMeansModel;
use deepclust_nets::Csr;
use joint::Joint;
use ndarray::ArrayView2;

/// Deep clustering network (Yang, Fu, Sidiropoulos and Hong 2017): k-means and an autoencoder in turns.
///
/// From a trained autoencoder and k-means on its codes, each step moves the network on the batch's mean of
/// ‖x − g(f(x))‖² + λ ‖f(x) − m_s(x)‖², summed over features, with centres m and clusters s held; then, from the codes of the
/// moved network, the batch's samples get the cluster of the nearest centre, and every one moves its centre by
/// (f(x) − m) / c, where c counts the samples that the centre has seen. The authors' code also runs k-means to its end every
/// ten epochs, which the paper does not have, nor does this.
#[derive(Clone, Debug, Default)]
pub struct Dcn {
    settings: DcnSettings,
}

impl Dcn {
    /// The name in records.
    pub const SLUG: &'static str = "dcn";

    /// The method with checked settings.
    ///
    /// # Errors
    /// As [`DcnSettings::validate`].
    pub fn new(settings: DcnSettings) -> Result<Self> {
        settings.validate(Self::SLUG)?;
        Ok(Self { settings })
    }
}

impl Dcn {
    fn run(&self, x: Samples<'_>, k: usize, context: &mut Context<'_>) -> Result<Fitted> {
        let s = &self.settings;
        let settings = StartSettings { scaling: s.scaling, pretraining: &s.pretraining, k_means: &s.k_means };
        let start = settings.run(Self::SLUG, x, k, context)?;
        let joint = Joint::new(s, start.network, &start.clusters, context.device)?;
        let data = start.scaled.view().rows(context.device);
        let (network, centres, mut history) = joint.run(&data, context)?;
        let shares = smallest_and_largest("epoch", &mut history);
        let clusters = KMeansModel::from_centers(centres)?;
        let model = AeKMeansModel { scaling: start.scaling, network, clusters };
        let fitted = Fitted::by(model, Self::SLUG, x, k, start.facts)?;
        let reconstruction = Series::of_epochs(series::RECONSTRUCTION, start.losses.whole);
        let history = std::iter::once(reconstruction).chain(joint_series(history)).chain(shares).collect();
        Ok(Fitted { history, start: Some(start.clusters.labels().to_vec()), ..fitted })
    }
}

impl Method for Dcn {
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

impl Registered for Dcn {
    const SLUG: &'static str = Self::SLUG;
    const SUMMARY: &'static str =
        "deep clustering network: an autoencoder and k-means in turns (Yang et al. 2017)";
    const KIND: &'static str = AeKMeansModel::KIND;
    type Settings = DcnSettings;

    fn defaults(shape: Shape) -> DcnSettings {
        DcnSettings::of(shape)
    }

    fn checked(settings: DcnSettings) -> Result<Self> {
        Self::new(settings)
    }

    fn load(saved: &SavedModel) -> Result<Box<dyn Model>> {
        AeKMeansModel::load(saved)
    }
}
