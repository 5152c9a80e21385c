use crate::dec_joint::{BATCH, Joint};
use crate::dec_settings::DecSettings;
use crate::k_means::{k_means_facts, run_k_means};
use crate::method::{EMPTY_CLUSTERS, check_features, check_samples, empty_clusters, largest};
use crate::mixture_joint::check_finite;
use crate::pretraining::Pretrained;
use crate::saved_model::SavedModel;
use crate::{Context, Error, Fitted, FittedScaling, Method, Model, ModelParts, Result, Series};
use deepclust_losses::student_t_assignment;
use deepclust_nets::{Autoencoder, Tensor, to_array2, to_tensor_on};
use ndarray::{Array2, ArrayView2, s};

/// Deep embedded clustering (Xie, Girshick and Farhadi 2016), and with a reconstruction part its improved form (Guo et al.
/// 2017).
///
/// An autoencoder is trained on reconstruction, k-means finds centres among its codes, and then encoder and centres are
/// trained together on the divergence of the Student-t assignments q from their own sharpened form p. Every
/// `update_interval` steps p is computed anew from all samples; when fewer than `tolerance` of the samples have changed
/// their cluster since the last time, training ends. Without an interval p is computed in every batch from its own q.
///
/// DEC minimises KL(p‖q) alone. IDEC minimises ‖x − x̂‖² (mean over features and samples) + γ KL(p‖q), and keeps the decoder.
#[derive(Clone, Debug)]
pub struct Dec {
    slug: &'static str,
    settings: DecSettings,
}

impl Dec {
    /// The name in records.
    pub const SLUG: &'static str = "dec";
    /// The name of the form with reconstruction.
    pub const SLUG_IMPROVED: &'static str = "idec";

    /// The method with checked settings: with a `divergence_weight` it is IDEC, without one DEC, and its name follows.
    ///
    /// # Errors
    /// [`Error::Settings`], [`Error::Nets`](crate::Error::Nets) or [`Error::Cluster`](crate::Error::Cluster) for settings out
    /// of range.
    pub fn new(settings: DecSettings) -> Result<Self> {
        let slug = if settings.reconstructs() { Self::SLUG_IMPROVED } else { Self::SLUG };
        settings.validate(slug)?;
        Ok(Self { slug, settings })
    }

    /// As [`new`](Self::new), for settings that are expected to be those of one of the two.
    pub(crate) fn named(slug: &'static str, settings: DecSettings) -> Result<Self> {
        let method = Self::new(settings)?;
        if method.slug == slug {
            return Ok(method);
        }
        let (expected, found) = match slug {
            Self::SLUG => ("none", "a number"),
            _ => ("a number", "none"),
        };
        let problem = format!("`divergence_weight`: expected {expected}, found {found}");
        Err(Error::Settings { method: slug, problem })
    }
}

impl Method for Dec {
    fn slug(&self) -> &'static str {
        self.slug
    }

    fn fit(&self, x: ArrayView2<'_, f32>, k: usize, context: &mut Context<'_>) -> Result<Fitted> {
        check_samples(x, k)?;
        let s = &self.settings;
        let scaling = s.scaling.fit(x);
        let scaled = scaling.apply(x)?;
        let Pretrained { network, losses } = s.pretraining.run(self.slug, scaled.view(), context)?;
        let codes = network.embed(scaled.view())?;
        let start = run_k_means(&s.k_means, codes.view(), k, context)?;
        let mut facts = k_means_facts(&start);
        let joint = Joint::new(s, network, start.centers().view(), scaled.view(), context.device)?;
        let ended = joint.run(context)?;
        facts.insert("steps".to_owned(), ended.steps as f64);
        let series =
            |name: &str, step: &str, values| Series { name: name.to_owned(), step: step.to_owned(), values };
        let mut history = vec![series("reconstruction loss", "epoch", losses.whole)];
        if s.update_interval.is_some() {
            history.push(series("loss", "update", ended.losses));
            history.push(series("share of samples that changed", "update", ended.changes));
        } else {
            history.push(series("loss", "epoch", ended.losses));
        }
        let model = DecModel { scaling, network: ended.network, centres: ended.centres, nu: s.nu };
        let embedding = model.embed(x)?;
        check_finite(self.slug, &embedding)?;
        let labels = model.assign(embedding.view())?;
        facts.insert(EMPTY_CLUSTERS.to_owned(), empty_clusters(&labels, k));
        Ok(Fitted {
            labels,
            embedding,
            history,
            facts,
            start: Some(start.labels().to_vec()),
            snapshots: Vec::new(),
            model: Box::new(model),
        })
    }
}

struct DecModel {
    scaling: FittedScaling,
    network: Autoencoder,
    /// Shape (k, code width).
    centres: Tensor,
    nu: f64,
}

/// In the files of fitted models.
pub(crate) const KIND: &str = "dec";

pub(crate) fn load(saved: &SavedModel) -> Result<Box<dyn Model>> {
    Ok(Box::new(DecModel {
        scaling: saved.scaling()?,
        network: saved.autoencoder()?,
        centres: saved.tensor("centres")?,
        nu: saved.get("nu")?,
    }))
}

impl Model for DecModel {
    fn parts(&self) -> Result<ModelParts> {
        let parts = ModelParts::new(KIND).scaling(&self.scaling).tensor("centres", &self.centres);
        parts.set("nu", self.nu)?.autoencoder(&self.network)
    }

    fn embed(&self, x: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        Ok(self.network.embed(self.scaling.apply(x)?.view())?)
    }

    fn assign(&self, codes: ArrayView2<'_, f32>) -> Result<Vec<usize>> {
        check_features(codes, self.centres.size()[1] as usize)?;
        let mut clusters = Vec::with_capacity(codes.nrows());
        for start in (0..codes.nrows()).step_by(BATCH as usize) {
            let end = (start + BATCH as usize).min(codes.nrows());
            let part = to_tensor_on(codes.slice(s![start..end, ..]), self.centres.device());
            let q = to_array2(&student_t_assignment(&part, &self.centres, self.nu))?;
            clusters.extend(q.outer_iter().map(|row| largest(row.iter().copied())));
        }
        Ok(clusters)
    }
}
