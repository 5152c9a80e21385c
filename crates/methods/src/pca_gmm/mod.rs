//! A Gaussian mixture on principal components.

mod model;

use crate::checks::check_samples;
use crate::names::facts::{EM_ITERATIONS, EXPLAINED_VARIANCE_RATIO, LIKELIHOOD};
use crate::pca_k_means::COMPONENTS;
use crate::registry::Registered;
use crate::saved_model::SavedModel;
use crate::{Context, Error, Fitted, Method, Model, Result, Scaling, Shape};
use deepclust_cluster::{Covariance, GaussianMixture, GaussianMixtureSettings};
use deepclust_manifold::{Pca, PcaSettings};
use model::PcaGmmModel;
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Settings of [`PcaGmm`]. The default is scikit-learn's mixture, with full covariances, on 50 components.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PcaGmmSettings {
    /// Applied to the features first.
    pub scaling: Scaling,
    /// Principal components, at least 1; fewer are taken where there are fewer features or samples. Full covariances of pixels
    /// that never change are singular: components are not.
    pub components: usize,
    /// Shape of the covariances.
    pub covariance: Covariance,
    /// Number of fits, each from a k-means of its own, at least 1; the one of the highest likelihood is kept.
    pub starts: usize,
    /// Most iterations of a fit, at least 1.
    pub max_iter: usize,
    /// A fit ends when the mean log-likelihood of a sample changes by less than this.
    pub tol: f64,
    /// Added to every variance, in squared units of the scaled features.
    pub reg_covar: f64,
}

impl Default for PcaGmmSettings {
    fn default() -> Self {
        Self::of(Shape::default())
    }
}

impl PcaGmmSettings {
    /// The default for data of that shape.
    pub fn of(shape: Shape) -> Self {
        let of_one = GaussianMixtureSettings::new(1);
        Self {
            scaling: Scaling::of(shape),
            components: COMPONENTS,
            covariance: of_one.covariance,
            starts: of_one.n_init,
            max_iter: of_one.max_iter,
            tol: of_one.tol,
            reg_covar: of_one.reg_covar,
        }
    }

    fn mixture(&self, k: usize) -> GaussianMixtureSettings {
        GaussianMixtureSettings::new(k)
            .covariance(self.covariance)
            .n_init(self.starts)
            .max_iter(self.max_iter)
            .tol(self.tol)
            .reg_covar(self.reg_covar)
    }
}

/// Principal components, then a Gaussian mixture on them, fitted by expectation-maximisation. The model gives soft assignments.
#[derive(Clone, Debug, Default)]
pub struct PcaGmm {
    settings: PcaGmmSettings,
}

impl PcaGmm {
    /// The name in records.
    pub const SLUG: &'static str = "pca-gmm";

    /// The method with checked settings.
    ///
    /// # Errors
    /// [`Error::Settings`] for no components, [`Error::Cluster`] for settings of the mixture out of range.
    pub fn new(settings: PcaGmmSettings) -> Result<Self> {
        if settings.components == 0 {
            let problem = "`components`: expected at least 1, found 0".to_owned();
            return Err(Error::Settings { method: Self::SLUG, problem });
        }
        settings.mixture(1).validate()?;
        Ok(Self { settings })
    }
}

impl Method for PcaGmm {
    fn slug(&self) -> &'static str {
        Self::SLUG
    }

    fn fit_with(&self, x: ArrayView2<'_, f32>, k: usize, context: &mut Context<'_>) -> Result<Fitted> {
        check_samples(x, k)?;
        let s = &self.settings;
        let scaling = s.scaling.fit(x);
        let scaled = scaling.apply(x)?;
        let components = s.components.min(x.nrows()).min(x.ncols());
        let pca = context.stage("pca", |_| Pca::fit(scaled.view(), &PcaSettings::new(components)))?;
        let embedding = pca.transform(scaled.view())?;
        let rng = &mut context.seed.stream("mixture");
        let mixture =
            context.stage("mixture", |_| GaussianMixture::new(s.mixture(k))?.fit(embedding.view(), rng))?;
        let explained: f64 = pca.explained_variance_ratio().iter().map(|&r| f64::from(r)).sum();
        let facts = BTreeMap::from([
            (EXPLAINED_VARIANCE_RATIO.to_owned(), explained),
            (LIKELIHOOD.to_owned(), mixture.lower_bound()),
            (EM_ITERATIONS.to_owned(), mixture.n_iter() as f64),
        ]);
        Fitted::by(PcaGmmModel { scaling, pca, mixture }, Self::SLUG, x, k, facts)
    }
}

impl Registered for PcaGmm {
    const SLUG: &'static str = Self::SLUG;
    const SUMMARY: &'static str = "a Gaussian mixture on principal components";
    const KIND: &'static str = PcaGmmModel::KIND;
    const TRAINS: bool = false;
    type Settings = PcaGmmSettings;

    fn defaults(shape: Shape) -> PcaGmmSettings {
        PcaGmmSettings::of(shape)
    }

    fn checked(settings: PcaGmmSettings) -> Result<Self> {
        Self::new(settings)
    }

    fn load(saved: &SavedModel) -> Result<Box<dyn Model>> {
        PcaGmmModel::load(saved)
    }
}
