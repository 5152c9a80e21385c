//! Points that the soft nearest neighbour loss moves.

use crate::k_means::{RawKMeansModel, k_means_facts, run_k_means};
use crate::names::series::NEIGHBOURS_AT_ONE;
use crate::registry::Registered;
use crate::saved_model::SavedModel;
use crate::{
    Context, Error, Fitted, LabelledSubset, Method, Model, RawKMeans, Result, Scaling, Series, Shape,
    Snapshot,
};
use deepclust_cluster::KMeansOptions;
use deepclust_losses::{PairDistance, SoftNearestNeighbour, Temperature};
use deepclust_nets::{Kind, Tensor, to_array2};
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

/// Settings of [`SnnlPoints`].
///
/// The default is what Figure 1 of the paper shows: 50 epochs at annealed temperature. Its step size is in no source; ours is 15.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SnnlPointsSettings {
    /// The loss.
    pub snnl: SoftNearestNeighbour,
    /// Its temperature by epoch.
    pub temperature: Temperature,
    /// Steps of gradient descent, each over all points.
    pub epochs: usize,
    /// Width of a step, above 0.
    pub learning_rate: f64,
    /// Positions are kept after these numbers of epochs.
    #[serde(default)]
    pub shown: Vec<usize>,
    /// k-means on the last positions.
    #[serde(default)]
    pub k_means: KMeansOptions,
}

impl Default for SnnlPointsSettings {
    fn default() -> Self {
        let distance = PairDistance::SquaredEuclidean;
        Self {
            snnl: SoftNearestNeighbour { distance, ..Default::default() },
            temperature: Temperature::PAPER,
            epochs: 50,
            learning_rate: 15.0,
            shown: Vec::new(),
            k_means: KMeansOptions::default(),
        }
    }
}

/// Points that the soft nearest neighbour loss alone moves, without a network (Agarap and Azcarraga 2020, Figure 1); then k-means.
///
/// Each epoch x ← x − η ∂ℓ/∂x at the temperature of the epoch. The history has the loss at temperature 1 before each epoch and
/// after the last, so that schedules are measured alike. A new sample stays where it is.
#[derive(Clone, Debug, Default)]
pub struct SnnlPoints {
    settings: SnnlPointsSettings,
}

impl SnnlPoints {
    /// The name in records.
    pub const SLUG: &'static str = "snnl-points";

    /// The method with checked settings.
    ///
    /// # Errors
    /// [`Error::Settings`] or [`Error::Cluster`] for settings out of range.
    pub fn new(settings: SnnlPointsSettings) -> Result<Self> {
        settings.k_means.validate()?;
        let rate = settings.learning_rate;
        if !(rate > 0.0 && rate.is_finite()) {
            let problem = format!("`learning_rate`: expected a number above 0, found {rate}");
            return Err(Error::Settings { method: Self::SLUG, problem });
        }
        if let Some(late) = settings.shown.iter().find(|&&epoch| epoch > settings.epochs) {
            let problem = format!("`shown`: expected epochs of at most {}, found {late}", settings.epochs);
            return Err(Error::Settings { method: Self::SLUG, problem });
        }
        Ok(Self { settings })
    }
}

impl Method for SnnlPoints {
    fn slug(&self) -> &'static str {
        Self::SLUG
    }

    fn fit_with(&self, _: ArrayView2<'_, f32>, _: usize, _: &mut Context<'_>) -> Result<Fitted> {
        let (expected, found) = ("labelled samples", "samples without labels");
        Err(Error::Labels { method: Self::SLUG, expected, found })
    }

    fn fit_labelled(
        &self,
        subset: &LabelledSubset<'_>,
        k: usize,
        context: &mut Context<'_>,
    ) -> Result<Fitted> {
        subset.check(k)?;
        let s = &self.settings;
        let classes: Vec<i64> = subset.labels().iter().map(|&label| label as i64).collect();
        let classes = Tensor::from_slice(&classes);
        let (n, d) = subset.x().dim();
        let start: Vec<f64> = subset.x().iter().map(|&v| f64::from(v)).collect();
        let mut points = Tensor::from_slice(&start).view([n as i64, d as i64]);
        let (mut snapshots, mut losses) = (Vec::new(), Vec::new());
        context.stage("points", |_| -> Result<()> {
            for epoch in 0..=s.epochs {
                losses.push(s.snnl.value(&points, Some(&classes), 1.0)?.double_value(&[]));
                if s.shown.contains(&epoch) {
                    let embedding = to_array2(&points.to_kind(Kind::Float))?;
                    snapshots.push(Snapshot { step: epoch, embedding, codes: None });
                }
                if epoch < s.epochs {
                    let leaf = points.detach().set_requires_grad(true);
                    let loss = s.snnl.fused(&leaf, Some(&classes), s.temperature.at(epoch))?;
                    let gradient = Tensor::run_backward(&[loss], &[&leaf], false, false).remove(0);
                    points =
                        (points.shallow_clone() - gradient.to_kind(Kind::Double) * s.learning_rate).detach();
                }
            }
            Ok(())
        })?;
        let embedding = to_array2(&points.to_kind(Kind::Float))?;
        let clusters = run_k_means(&s.k_means, embedding.view(), k, context)?;
        let history = vec![Series::of_epochs(NEIGHBOURS_AT_ONE, losses)];
        let (labels, facts) = (clusters.labels().to_vec(), k_means_facts(&clusters));
        let model = RawKMeansModel { scaling: Scaling::AsGiven.fit(subset.x()), clusters };
        Ok(Fitted { facts, history, snapshots, ..Fitted::new(labels, embedding, model) })
    }
}

impl Registered for SnnlPoints {
    const SLUG: &'static str = Self::SLUG;
    const SUMMARY: &'static str = "points moved by the soft nearest neighbour loss, without a network";
    const KIND: &'static str = RawKMeans::KIND;
    const TRAINS: bool = false;
    const NEEDS_LABELS: bool = true;
    type Settings = SnnlPointsSettings;

    fn defaults(_: Shape) -> SnnlPointsSettings {
        SnnlPointsSettings::default()
    }

    fn checked(settings: SnnlPointsSettings) -> Result<Self> {
        Self::new(settings)
    }

    fn load(saved: &SavedModel) -> Result<Box<dyn Model>> {
        RawKMeans::load(saved)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Seed, Silent};
    use deepclust_nets::Device;
    use ndarray::Array2;
    use ndarray_rand::{RandomExt, rand_distr::StandardNormal};

    fn run(temperature: Temperature) -> Fitted {
        let x = Array2::random_using((300, 2), StandardNormal, &mut Seed(0).stream("points"));
        let labels: Vec<usize> = (0..300).map(|i| i * 7 % 3).collect();
        let snnl = SoftNearestNeighbour { distance: PairDistance::SquaredEuclidean, ..Default::default() };
        let settings = SnnlPointsSettings {
            snnl,
            temperature,
            epochs: 50,
            learning_rate: 15.0,
            shown: vec![0, 20, 50],
            k_means: KMeansOptions::default(),
        };
        let mut progress = Silent;
        let mut context = Context::new(Seed(0), Device::Cpu, &mut progress);
        let method = SnnlPoints::new(settings).unwrap();
        method.fit_labelled(&LabelledSubset::new(x.view(), &labels).unwrap(), 3, &mut context).unwrap()
    }

    #[test]
    fn annealing_is_ahead_in_the_early_epochs() {
        let (fixed, annealed) = (run(Temperature::Fixed(1.0)), run(Temperature::PAPER));
        let losses = [&fixed, &annealed].map(|fitted| fitted.history[0].values.clone());
        // Nearly: while another test makes MKL's first call, this one's may have other kernels (a difference of 2e-11 was seen).
        approx::assert_relative_eq!(losses[0][0], losses[1][0], max_relative = 1e-9);
        // The paper's claim is an earlier start.
        assert!(losses[1][10] < losses[0][10]);
        assert!(losses.iter().all(|course| course.len() == 51 && course[50] < course[0]));
        let steps: Vec<usize> = fixed.snapshots.iter().map(|snapshot| snapshot.step).collect();
        assert_eq!(steps, [0, 20, 50]);
        assert_eq!(fixed.snapshots[2].embedding, fixed.embedding);
        assert_ne!(fixed.snapshots[0].embedding, fixed.embedding);
    }
}
