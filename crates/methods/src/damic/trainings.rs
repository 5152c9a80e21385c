//! The first training of the gate, and that of gate and autoencoders together.

use super::DamicGate;
use crate::mixture::{shares, weighted_mean, with_gradient_of};
use crate::training::{JOINT, Training, tensors};
use crate::{Context, Error, MixtureJoint, Result};
use deepclust_nets::{
    Adam, AutoencoderMixture, Classifier, Kind, Losses, MixtureOfNetworks, Objective, Optimizer, Reduction,
    Step, Tensor, TrainHistory,
};

/// The gate trained on the clusters of k-means, and its loss by epoch.
pub(super) fn train_gate(
    settings: &DamicGate,
    data: &Tensor,
    labels: &[usize],
    k: usize,
    context: &mut Context<'_>,
) -> Result<(Classifier, Vec<f64>)> {
    let rng = &mut context.seed.stream("weights of the gate");
    let features = data.size()[1] as usize;
    let gate = Classifier::new(&settings.network, features, k, context.device, rng)?;
    let labels: Vec<i64> = labels.iter().map(|&label| label as i64).collect();
    let labels = Tensor::from_slice(&labels).to_device(context.device);
    let adam = Adam::new(settings.adam, tensors(gate.named_parameters()))?;
    let mut first = First { gate: &gate, labels, adam };
    let history = Training::new("gate", settings.train).run(data, &mut first, context)?;
    Ok((gate, history.loss))
}

/// The cross-entropy of the gate with the clusters of k-means.
struct First<'a> {
    gate: &'a Classifier,
    labels: Tensor,
    adam: Adam,
}

impl Objective for First<'_> {
    type Error = Error;

    fn loss(&mut self, step: &Step) -> Result<Losses> {
        let logits = self.gate.forward_t(&step.x, true);
        let labels = self.labels.index_select(0, &step.samples);
        Ok(logits.cross_entropy_loss::<&Tensor>(&labels, None, Reduction::Mean, -100, 0.0).into())
    }

    fn optimisers(&mut self) -> Vec<&mut dyn Optimizer> {
        vec![&mut self.adam]
    }

    fn buffers(&self) -> Vec<Tensor> {
        tensors(self.gate.named_buffers())
    }
}

/// Trains autoencoders and gate together.
pub(super) fn train_jointly(
    settings: &MixtureJoint,
    mixture: &mut AutoencoderMixture,
    gate: &Classifier,
    data: &Tensor,
    context: &mut Context<'_>,
) -> Result<TrainHistory> {
    let others = tensors(gate.named_parameters());
    let adam = mixture.train_in(settings.precision, settings.adam, others)?;
    Training::new(JOINT, settings.train).run(data, &mut Joint { settings, mixture, gate, adam }, context)
}

struct Joint<'a> {
    settings: &'a MixtureJoint,
    mixture: &'a AutoencoderMixture,
    gate: &'a Classifier,
    adam: Adam,
}

impl Objective for Joint<'_> {
    type Error = Error;

    fn loss(&mut self, step: &Step) -> Result<Losses> {
        let choice = self.gate.forward_t(&step.x, true).log_softmax(1, Kind::Float);
        Ok(joint_loss(self.settings, self.mixture, &choice, &step.x))
    }

    fn optimisers(&mut self) -> Vec<&mut dyn Optimizer> {
        vec![&mut self.adam]
    }

    fn buffers(&self) -> Vec<Tensor> {
        tensors(self.mixture.named_buffers().into_iter().chain(self.gate.named_buffers()).collect())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ReconstructionDistance, Seed};
    use deepclust_nets::{
        Activation, AdamSettings, Autoencoder, AutoencoderSettings, BatchNormSettings, Device, Init,
        LayerInits, MixturePass, Network, Precision, TrainSettings, to_tensor,
    };
    use ndarray::{Array2, s};

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
