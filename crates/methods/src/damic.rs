use crate::cluster_autoencoders::ClusterAutoencoders;
use crate::k_dae::{joint_series, load_mixture, mixture_parts};
use crate::method::{EMPTY_CLUSTERS, check_features, check_samples, empty_clusters, largest};
use crate::mixture_joint::{JOINT, MixtureJoint, check_finite, shares, weighted_mean, with_gradient_of};
use crate::pretraining::tensors;
use crate::saved_model::SavedModel;
use crate::training::Phase;
use crate::{Context, Fitted, FittedScaling, Method, Model, ModelParts, Result, Scaling, Series};
use deepclust_nets::{
    Adam, AdamSettings, AutoencoderMixture, Classifier, ClassifierSettings, Kind, Losses, Reduction, Step,
    Tensor, TrainHistory, TrainSettings, no_grad, to_array2, to_tensor_on,
};
use ndarray::{Array2, Array3, ArrayView2, s};
use serde::{Deserialize, Serialize};

/// The gate of [`Damic`]: a classifier of the samples themselves, first trained on the clusters of k-means.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DamicGate {
    /// The network.
    pub network: ClassifierSettings,
    /// The optimiser of its first training; in the joint training it has the autoencoders'.
    pub adam: AdamSettings,
    /// Epochs and batch size of its first training.
    pub train: TrainSettings,
}

/// Settings of [`Damic`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DamicSettings {
    /// Applied to the features first.
    #[serde(default)]
    pub scaling: Scaling,
    /// Everything before the joint training but the gate.
    pub start: ClusterAutoencoders,
    /// The gate.
    pub gate: DamicGate,
    /// The joint training.
    pub joint: MixtureJoint,
}

/// Deep autoencoder mixture clustering (Chazan, Gannot and Goldberger 2019): k autoencoders, and a gate that chooses between
/// them.
///
/// It starts as [`KDae`](crate::KDae), the gate learns the clusters of k-means, and then all minimise the mean of
/// −ln Σᵢ p(i | x) exp(−d(x, x̂(i))) with the gate's softmax p. A sample belongs to the cluster of the largest p. The distance
/// is summed over the features: with their mean the mixture would be all but flat and the gate would never move.
///
/// The embedding is ln p, shape (n, k).
#[derive(Clone, Debug)]
pub struct Damic {
    settings: DamicSettings,
}

impl Damic {
    /// The name in records.
    pub const SLUG: &'static str = "damic";

    /// The method with checked settings.
    ///
    /// # Errors
    /// [`Error::Settings`](crate::Error::Settings), [`Error::Nets`](crate::Error::Nets) or
    /// [`Error::Cluster`](crate::Error::Cluster) for settings out of range.
    pub fn new(settings: DamicSettings) -> Result<Self> {
        settings.start.validate(Self::SLUG)?;
        settings.gate.network.validate()?;
        settings.gate.adam.validate()?;
        settings.gate.train.validate()?;
        settings.joint.validate()?;
        Ok(Self { settings })
    }

    /// The gate after its first training, and its loss by epoch.
    fn train_gate(
        &self,
        data: &Tensor,
        labels: &[usize],
        k: usize,
        context: &mut Context<'_>,
    ) -> Result<(Classifier, Vec<f64>)> {
        let settings = &self.settings.gate;
        let rng = &mut context.seed.stream("weights of the gate");
        let features = data.size()[1] as usize;
        let gate = Classifier::new(&settings.network, features, k, context.device, rng)?;
        let labels: Vec<i64> = labels.iter().map(|&label| label as i64).collect();
        let labels = Tensor::from_slice(&labels).to_device(context.device);
        let mut adam = Adam::new(settings.adam, tensors(gate.named_parameters()))?;
        let loss = |step: &Step| {
            let logits = gate.forward_t(&data.index_select(0, &step.samples), true);
            logits.cross_entropy_loss::<&Tensor>(
                &labels.index_select(0, &step.samples),
                None,
                Reduction::Mean,
                -100,
                0.0,
            )
        };
        let phase = Phase { buffers: tensors(gate.named_buffers()), ..Phase::new("gate", settings.train) };
        let history = phase.train(labels.size()[0] as usize, &mut adam, loss, context)?;
        Ok((gate, history.loss))
    }

    fn train(
        &self,
        mixture: &mut AutoencoderMixture,
        gate: &Classifier,
        data: &Tensor,
        context: &mut Context<'_>,
    ) -> Result<TrainHistory> {
        let joint = &self.settings.joint;
        let others = tensors(gate.named_parameters());
        let mut adam = mixture.train_in(joint.precision, joint.adam, others)?;
        let mixture = &*mixture;
        let loss = |step: &Step| {
            let x = data.index_select(0, &step.samples);
            joint_loss(joint, mixture, &gate.forward_t(&x, true).log_softmax(1, Kind::Float), &x)
        };
        let buffers = mixture.named_buffers().into_iter().chain(gate.named_buffers()).collect();
        let phase = Phase { buffers: tensors(buffers), ..Phase::new(JOINT, joint.train) };
        phase.train(data.size()[0] as usize, &mut adam, loss, context)
    }
}

/// The mean of −ln Σᵢ pᵢ exp(−dᵢ) for ln p of shape (batch, k), and the mean responsibility of every cluster.
///
/// Its gradient is that of Σ rᵢ (dᵢ − ln pᵢ) with constant responsibilities r = softmax(ln p − d).
fn joint_loss(joint: &MixtureJoint, mixture: &AutoencoderMixture, choice: &Tensor, x: &Tensor) -> Losses {
    let chosen = choice.detach();
    let step = mixture.step(x, joint.pass, joint.precision, |errors| {
        (&chosen - joint.distance.of(errors)).softmax(1, Kind::Float)
    });
    let of_gate = (&step.responsibilities * choice).sum(Kind::Float) / x.size()[0];
    let surrogate = weighted_mean(&step, joint.distance) - of_gate;
    let joint_logs = chosen - joint.distance.of(&step.errors);
    let value = -joint_logs.logsumexp([1i64].as_slice(), false).mean(Kind::Float);
    Losses { total: with_gradient_of(&value, &surrogate), parts: shares(&step.responsibilities) }
}

impl Method for Damic {
    fn slug(&self) -> &'static str {
        Self::SLUG
    }

    fn fit(&self, x: ArrayView2<'_, f32>, k: usize, context: &mut Context<'_>) -> Result<Fitted> {
        check_samples(x, k)?;
        let s = &self.settings;
        let scaling = s.scaling.fit(x);
        let scaled = scaling.apply(x)?;
        let mut start = s.start.run(Self::SLUG, scaled.view(), k, context)?;
        let data = to_tensor_on(scaled.view(), context.device);
        start.settle(&data, s.joint.pass);
        let (gate, gate_losses) = self.train_gate(&data, &start.labels, k, context)?;
        let history = self.train(&mut start.mixture, &gate, &data, context)?;
        let model =
            DamicModel { scaling, mixture: start.mixture, gate, gate_settings: s.gate.network.clone() };
        let embedding = model.embed(x)?;
        check_finite(Self::SLUG, &embedding)?;
        let labels = model.assign(embedding.view())?;
        let mut facts = start.facts;
        facts.insert(EMPTY_CLUSTERS.to_owned(), empty_clusters(&labels, k));
        facts.insert("epochs of the joint training".to_owned(), history.loss.len() as f64);
        let of_gate = Series::of_epochs("loss of the gate", gate_losses);
        Ok(Fitted {
            labels,
            embedding,
            history: start.history.into_iter().chain([of_gate]).chain(joint_series(history)).collect(),
            facts,
            start: Some(start.labels),
            snapshots: Vec::new(),
            model: Box::new(model),
        })
    }
}

struct DamicModel {
    scaling: FittedScaling,
    mixture: AutoencoderMixture,
    gate: Classifier,
    gate_settings: ClassifierSettings,
}

/// In the files of fitted models.
pub(crate) const KIND: &str = "damic";

pub(crate) fn load(saved: &SavedModel) -> Result<Box<dyn Model>> {
    let (scaling, mixture) = (saved.scaling()?, load_mixture(saved)?);
    let gate_settings: ClassifierSettings = saved.get("gate")?;
    let features = mixture.settings().widths[0];
    // Every weight is overwritten: the seed does not matter.
    let rng = &mut crate::Seed(0).stream("weights of the gate");
    let gate = Classifier::new(&gate_settings, features, mixture.k(), saved.device, rng)?;
    gate.set_state(&saved.state("gate"))?;
    Ok(Box::new(DamicModel { scaling, mixture, gate, gate_settings }))
}

impl Model for DamicModel {
    fn parts(&self) -> Result<ModelParts> {
        let parts = mixture_parts(ModelParts::new(KIND).scaling(&self.scaling), &self.mixture)?;
        Ok(parts.set("gate", &self.gate_settings)?.state("gate", self.gate.named_state()))
    }

    fn embed(&self, x: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        const BATCH: usize = 2000;
        let scaled = self.scaling.apply(x)?;
        let mut logs = Array2::zeros((x.nrows(), self.mixture.k()));
        for start in (0..x.nrows()).step_by(BATCH) {
            let end = (start + BATCH).min(x.nrows());
            let part = to_tensor_on(scaled.slice(s![start..end, ..]), self.mixture.device());
            let choice = no_grad(|| self.gate.forward_t(&part, false).log_softmax(1, Kind::Float));
            logs.slice_mut(s![start..end, ..]).assign(&to_array2(&choice)?);
        }
        Ok(logs)
    }

    fn assign(&self, logs: ArrayView2<'_, f32>) -> Result<Vec<usize>> {
        check_features(logs, self.mixture.k())?;
        Ok(logs.outer_iter().map(|row| largest(row.iter().copied())).collect())
    }

    fn reconstructions(&self, x: ArrayView2<'_, f32>) -> Result<Option<Array3<f32>>> {
        Ok(Some(self.mixture.reconstructions_of(self.scaling.apply(x)?.view())?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ReconstructionDistance, Seed};
    use deepclust_nets::{
        Activation, Autoencoder, AutoencoderSettings, BatchNormSettings, Device, Init, LayerInits,
        MixturePass, Precision, to_tensor,
    };

    fn assert_close(found: &Tensor, expected: &Tensor) {
        let distance = (found - expected).abs().max().double_value(&[]);
        assert!(found.size() == expected.size() && distance < 1e-5, "{distance}");
    }

    #[test]
    fn value_and_gradients_are_those_of_eq_5() {
        let settings = AutoencoderSettings {
            widths: vec![6, 5, 2],
            decoder: None,
            hidden: Activation::Elu,
            code: Activation::Identity,
            output: Activation::Sigmoid,
            init: LayerInits::all(Init::TorchLinear),
            batch_norm: Some(BatchNormSettings { momentum: 0.01, epsilon: 1e-3, code: false }),
        };
        let rng = &mut Seed(3).stream("weights");
        let parts: Vec<Autoencoder> =
            (0..3).map(|_| Autoencoder::new(settings.clone(), Device::Cpu, rng).unwrap()).collect();
        let mixture = AutoencoderMixture::stack(&parts).unwrap();
        let sines = Array2::from_shape_fn((9, 6), |(i, j)| ((1.7 * (6 * i + j) as f32).sin() + 1.0) / 2.0);
        let x = to_tensor(sines.view());
        let logits = to_tensor(sines.slice(s![.., ..3])).set_requires_grad(true);
        let choice = logits.log_softmax(1, Kind::Float);
        for distance in [ReconstructionDistance::SquaredNorm, ReconstructionDistance::Norm] {
            let joint = MixtureJoint {
                distance,
                pass: MixturePass::All,
                adam: AdamSettings::default(),
                train: TrainSettings::new(1, 9),
                precision: Precision::Single,
            };
            let total = joint_loss(&joint, &mixture, &choice, &x).total;
            // Eq. 5 as it is written, through separate networks.
            let distances = parts.iter().map(|part| {
                let squares = (part.forward_t(&x, true) - &x).square();
                distance.of(&squares.sum_dim_intlist([1i64].as_slice(), false, Kind::Float))
            });
            let distances = Tensor::stack(&distances.collect::<Vec<_>>(), 1);
            let written = -((choice.exp() * (-distances).exp())
                .sum_dim_intlist([1i64].as_slice(), false, Kind::Float)
                .log())
            .mean(Kind::Float);
            assert_close(&total, &written);
            let (name, stacked) = mixture.named_parameters().remove(0);
            assert_eq!(name, "encoder.0.weight");
            let first = |part: &Autoencoder| part.named_parameters().remove(0).1;
            let apart: Vec<Tensor> = parts.iter().map(first).collect();
            let found = Tensor::run_backward(&[&total], &[&logits, &stacked], true, false);
            let leaves: Vec<&Tensor> = std::iter::once(&logits).chain(&apart).collect();
            let expected = Tensor::run_backward(&[&written], &leaves, true, false);
            assert_close(&found[0], &expected[0]);
            assert_close(&found[1], &Tensor::stack(&expected[1..], 0));
            assert!(expected.iter().all(|gradient| gradient.abs().max().double_value(&[]) > 1e-3));
        }
    }
}
