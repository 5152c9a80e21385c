//! Deep embedded clustering and its improved form.

mod joint;
mod settings;

pub use settings::DecSettings;

use crate::batches::BATCH;
use crate::checks::{check_width, largest};
use crate::names::{facts, series};
use crate::registry::Registered;
use crate::samples::Samples;
use crate::saved_model::SavedModel;
use crate::start::StartSettings;
use crate::{Context, Error, Fitted, FittedScaling, Method, Model, ModelParts, Result, Series, Shape};
use deepclust_losses::student_t_assignment;
use deepclust_nets::{Csr, Network, Tensor, to_array2, to_tensor_on};
use joint::{Ended, Joint};
use ndarray::{Array2, ArrayView2, s};

/// Deep embedded clustering (Xie, Girshick and Farhadi 2016).
///
/// An autoencoder is trained on reconstruction, k-means finds centres among its codes, and then encoder and centres are
/// trained together on the divergence KL(p‖q) of the Student-t assignments q from their own sharpened form p. Every
/// `update_interval` steps p is computed anew from all samples; when fewer than `tolerance` of the samples have changed
/// their cluster since the last time, training ends. Without an interval p is computed in every batch from its own q.
#[derive(Clone, Debug)]
pub struct Dec {
    settings: DecSettings,
}

/// Improved deep embedded clustering (Guo et al. 2017): [`Dec`] that keeps its decoder and minimises ‖x − x̂‖² (mean over features
/// and samples) + γ KL(p‖q).
#[derive(Clone, Debug)]
pub struct Idec {
    settings: DecSettings,
}

impl Dec {
    /// The name in records.
    pub const SLUG: &'static str = "dec";

    /// The method with checked settings; `divergence_weight` is none.
    ///
    /// # Errors
    /// [`Error::Settings`], [`Error::Nets`](crate::Error::Nets) or [`Error::Cluster`](crate::Error::Cluster) for settings out
    /// of range.
    pub fn new(settings: DecSettings) -> Result<Self> {
        settings.validate(Self::SLUG)?;
        if !settings.reconstructs() {
            return Ok(Self { settings });
        }
        let problem = "`divergence_weight`: expected none, found a number".to_owned();
        Err(Error::Settings { method: Self::SLUG, problem })
    }
}

impl Idec {
    /// The name in records.
    pub const SLUG: &'static str = "idec";

    /// The method with checked settings; `divergence_weight` is γ.
    ///
    /// # Errors
    /// As [`Dec::new`].
    pub fn new(settings: DecSettings) -> Result<Self> {
        settings.validate(Self::SLUG)?;
        if settings.reconstructs() {
            return Ok(Self { settings });
        }
        let problem = "`divergence_weight`: expected a number, found none".to_owned();
        Err(Error::Settings { method: Self::SLUG, problem })
    }
}

impl Default for Dec {
    fn default() -> Self {
        Self { settings: Self::defaults(Shape::default()) }
    }
}

impl Default for Idec {
    fn default() -> Self {
        Self { settings: Self::defaults(Shape::default()) }
    }
}

impl Method for Dec {
    fn slug(&self) -> &'static str {
        Self::SLUG
    }

    fn fit_with(&self, x: ArrayView2<'_, f32>, k: usize, context: &mut Context<'_>) -> Result<Fitted> {
        fit(Self::SLUG, &self.settings, x.into(), k, context)
    }

    fn fit_csr(&self, x: &Csr, k: usize, context: &mut Context<'_>) -> Result<Fitted> {
        fit(Self::SLUG, &self.settings, x.into(), k, context)
    }
}

impl Method for Idec {
    fn slug(&self) -> &'static str {
        Self::SLUG
    }

    fn fit_with(&self, x: ArrayView2<'_, f32>, k: usize, context: &mut Context<'_>) -> Result<Fitted> {
        fit(Self::SLUG, &self.settings, x.into(), k, context)
    }

    fn fit_csr(&self, x: &Csr, k: usize, context: &mut Context<'_>) -> Result<Fitted> {
        fit(Self::SLUG, &self.settings, x.into(), k, context)
    }
}

fn fit(
    method: &'static str,
    s: &DecSettings,
    x: Samples<'_>,
    k: usize,
    context: &mut Context<'_>,
) -> Result<Fitted> {
    let settings = StartSettings { scaling: s.scaling, pretraining: &s.pretraining, k_means: &s.k_means };
    let mut start = settings.run(method, x, k, context)?;
    let (centres, data) = (start.clusters.centers().view(), start.scaled.view().rows(context.device));
    let joint = Joint::new(s, start.network, centres, data)?;
    let round = joint.round();
    let Ended { network, centres, steps, losses, changes, shares } = joint.run(context)?;
    start.facts.insert(facts::STEPS.to_owned(), steps as f64);
    let mut history = vec![Series::of_epochs(series::RECONSTRUCTION, start.losses.whole)];
    history.push(Series::of(round, series::LOSS, losses));
    if s.update_interval.is_some() {
        history.push(Series::of(round, series::CHANGED, changes));
    }
    history.extend(shares);
    let model = DecModel { scaling: start.scaling, network, centres, nu: s.nu };
    let fitted = Fitted::by(model, method, x, k, start.facts)?;
    Ok(Fitted { history, start: Some(start.clusters.labels().to_vec()), ..fitted })
}

struct DecModel {
    scaling: FittedScaling,
    network: Box<dyn Network>,
    /// Shape (k, code width).
    centres: Tensor,
    nu: f64,
}

impl DecModel {
    /// In the files of fitted models.
    const KIND: &str = "dec";

    fn load(saved: &SavedModel) -> Result<Box<dyn Model>> {
        Ok(Box::new(Self {
            scaling: saved.scaling()?,
            network: saved.autoencoder()?,
            centres: saved.tensor("centres")?,
            nu: saved.get("nu")?,
        }))
    }
}

impl Model for DecModel {
    fn parts(&self) -> Result<ModelParts> {
        let parts = ModelParts::new(Self::KIND).scaling(&self.scaling).tensor("centres", &self.centres);
        parts.set("nu", self.nu)?.autoencoder(&*self.network)
    }

    fn embed(&self, x: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        Ok(self.network.embed(self.scaling.apply(x)?.view())?)
    }

    fn assign(&self, codes: ArrayView2<'_, f32>) -> Result<Vec<usize>> {
        check_width(codes, self.centres.size()[1] as usize)?;
        let mut clusters = Vec::with_capacity(codes.nrows());
        for start in (0..codes.nrows()).step_by(BATCH) {
            let end = (start + BATCH).min(codes.nrows());
            let part = to_tensor_on(codes.slice(s![start..end, ..]), self.centres.device());
            let q = to_array2(&student_t_assignment(&part, &self.centres, self.nu)?)?;
            clusters.extend(q.outer_iter().map(|row| largest(row.iter().copied())));
        }
        Ok(clusters)
    }
}

impl Registered for Dec {
    const SLUG: &'static str = Self::SLUG;
    const SUMMARY: &'static str = "deep embedded clustering (Xie et al. 2016)";
    const KIND: &'static str = DecModel::KIND;
    type Settings = DecSettings;

    fn defaults(shape: Shape) -> DecSettings {
        DecSettings::of(shape)
    }

    fn checked(settings: DecSettings) -> Result<Self> {
        Self::new(settings)
    }

    fn load(saved: &SavedModel) -> Result<Box<dyn Model>> {
        DecModel::load(saved)
    }
}

impl Registered for Idec {
    const SLUG: &'static str = Self::SLUG;
    const SUMMARY: &'static str =
        "improved deep embedded clustering, which keeps the decoder (Guo et al. 2017)";
    const KIND: &'static str = DecModel::KIND;
    type Settings = DecSettings;

    fn defaults(shape: Shape) -> DecSettings {
        DecSettings { divergence_weight: Some(0.1), ..DecSettings::of(shape) }
    }

    fn checked(settings: DecSettings) -> Result<Self> {
        Self::new(settings)
    }

    fn load(saved: &SavedModel) -> Result<Box<dyn Model>> {
        DecModel::load(saved)
    }
}
