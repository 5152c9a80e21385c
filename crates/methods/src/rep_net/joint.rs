//! The part in which autoencoder and representation network are trained together.

use super::{RepNetSettings, RepNetWatch};
use crate::batches::BATCH;
use crate::guard::note_shares;
use crate::mixture::with_gradient_of;
use crate::names::series::{CHANGED, CROSS_ENTROPY, JOINT_RECONSTRUCTION};
use crate::noise::noisy;
use crate::scaling::common_standardisation;
use crate::training::{JOINT, Training, optimiser_of, tensors};
use crate::{Context, Error, Result, Seed, Snapshot};
use deepclust_cluster::KMeans;
use deepclust_nets::{
    Classifier, Device, Kind, Losses, Network, Objective, Optimizer, Precision, Rows, Step, Tensor,
    TrainHistory, no_grad, to_array2,
};
use ndarray::Array2;
use std::ops::ControlFlow;

/// The three networks on their way.
pub(super) struct Joint<'a> {
    settings: &'a RepNetSettings,
    network: Box<dyn Network>,
    representation: Classifier,
    optimizer: Box<dyn Optimizer>,
    data: Rows<'a>,
    k: usize,
    seed: Seed,
    /// The cluster of every sample at the last look, shape (n), as f32 so that a checkpoint can keep it.
    clusters: Tensor,
    /// Codes and embeddings after the epochs that are shown, shape (number of these, n, code and embedding width).
    kept: Tensor,
}

/// What the joint training leaves.
pub(super) struct Ended {
    pub network: Box<dyn Network>,
    pub representation: Classifier,
    pub history: TrainHistory,
    pub epochs: usize,
    /// Of all samples in the end, shape (n, width).
    pub embedding: Array2<f32>,
    pub snapshots: Vec<Snapshot>,
    /// Clusters at the last look, where there was one.
    pub clusters: Vec<usize>,
}

impl<'a> Joint<'a> {
    pub(super) fn new(
        settings: &'a RepNetSettings,
        mut network: Box<dyn Network>,
        data: Rows<'a>,
        k: usize,
        context: &Context<'_>,
    ) -> Result<Self> {
        let (device, seed) = (context.device, context.seed);
        let width = network.code_width();
        let representation = representation(settings, width, device, seed)?;
        let others = tensors(representation.named_parameters());
        let optimizer = optimiser_of(&mut *network, settings.optimizer, Precision::Single, |_| true, others)?;
        let n = data.len() as i64;
        let single = (Kind::Float, device);
        Ok(Self {
            settings,
            network,
            representation,
            optimizer,
            data,
            k,
            seed,
            clusters: Tensor::zeros([n], single),
            kept: Tensor::zeros([settings.shown.len() as i64, n, 2 * width as i64], single),
        })
    }

    pub(super) fn run(mut self, context: &mut Context<'_>) -> Result<Ended> {
        let data = Rows::from(&self.data);
        let training = Training { shown: Some(CROSS_ENTROPY), ..Training::new(JOINT, self.settings.train) };
        let history = training.run(data, &mut self, context)?;
        let epochs = history.loss.len();
        let spaces = self.spaces()?;
        self.keep(epochs, &spaces);
        let width = self.network.code_width() as i64;
        let snapshot = |(i, &step): (usize, &usize)| {
            let kept = self.kept.get(i as i64);
            let [codes, embedding] = [0, 1].map(|half| to_array2(&kept.narrow(1, half * width, width)));
            Ok(Snapshot { step, embedding: embedding?, codes: Some(codes?) })
        };
        let shown = self.settings.shown.iter().enumerate().filter(|(_, step)| **step <= epochs);
        let snapshots = shown.map(snapshot).collect::<Result<_>>()?;
        let clusters = Vec::<f32>::try_from(&self.clusters).map_err(deepclust_nets::Error::from)?;
        Ok(Ended {
            epochs,
            snapshots,
            embedding: to_array2(&spaces.narrow(1, width, width))?,
            clusters: clusters.into_iter().map(|cluster| cluster as usize).collect(),
            network: self.network,
            representation: self.representation,
            history,
        })
    }

    /// Codes and embeddings of all samples beside one another, shape (n, code and embedding width), without a gradient.
    fn spaces(&self) -> Result<Tensor> {
        no_grad(|| {
            let both = self.data.parts(BATCH).map(|x| {
                let codes = self.network.encode(&x?);
                let embeddings = self.representation.forward_t(&codes, false);
                Ok(Tensor::cat(&[codes, embeddings], 1))
            });
            Ok(Tensor::cat(&both.collect::<Result<Vec<_>>>()?, 0))
        })
    }

    fn keep(&mut self, epoch: usize, spaces: &Tensor) {
        for (i, _) in self.settings.shown.iter().enumerate().filter(|(_, shown)| **shown == epoch) {
            self.kept.get(i as i64).copy_(spaces);
        }
    }

    /// Clusters the embeddings, and answers the share of the samples that changed since the last look.
    fn look(&mut self, epoch: usize, spaces: &Tensor) -> Result<f64> {
        let width = self.network.code_width() as i64;
        let embedding = to_array2(&spaces.narrow(1, width, width))?;
        let embedding = common_standardisation(embedding.view()).apply(embedding.view())?;
        let mut rng = self.seed.stream(&format!("k-means after {epoch} epochs"));
        let found = KMeans::new(self.settings.k_means.for_k(self.k))?.fit(embedding.view(), &mut rng)?;
        let before = Vec::<f32>::try_from(&self.clusters).map_err(deepclust_nets::Error::from)?;
        let before: Vec<usize> = before.into_iter().map(|cluster| cluster as usize).collect();
        let now: Vec<f32> = found.labels().iter().map(|&cluster| cluster as f32).collect();
        self.clusters.copy_(&Tensor::from_slice(&now));
        Ok(changed(&before, found.labels()))
    }

    /// L_E of a batch. A sample that is alone in its batch has no pairs.
    fn cross_entropy(&self, code: &Tensor, embedding: &Tensor) -> Result<Tensor> {
        if code.size()[0] < 2 {
            return Ok((embedding * 0.0).sum(Kind::Float));
        }
        Ok(self.settings.similarities.loss(code, embedding)?)
    }
}

/// The network from codes to embeddings of the same width.
pub(super) fn representation(
    settings: &RepNetSettings,
    width: usize,
    device: Device,
    seed: Seed,
) -> Result<Classifier> {
    let mut rng = seed.stream("weights of the representation network");
    Ok(Classifier::new(&settings.representation, width, width, device, &mut rng)?)
}

/// The share of samples whose cluster is another one, after the matching of clusters under which they are fewest.
pub(super) fn changed(before: &[usize], now: &[usize]) -> f64 {
    // The best matching is what accuracy looks for; neither side is a label here.
    deepclust_metrics::accuracy(before, now).map_or(1.0, |same| 1.0 - same)
}

/// `x` with its gradient times `factor`.
fn with_scaled_gradient(x: &Tensor, factor: f64) -> Tensor {
    let held = x.detach();
    if factor == 0.0 { held } else { &held + (x - &held) * factor }
}

impl Objective for Joint<'_> {
    type Error = Error;

    /// The encoder gets the gradient of L_R + γ L_E, the decoder that of L_R, the representation network that of L_E: L_R + L_E is
    /// differentiated, and what goes from L_E to the codes is multiplied by γ on its way.
    fn loss(&mut self, step: &Step) -> Result<Losses> {
        let s = self.settings;
        let code = self.network.encode_t(&noisy(step, s.pretraining.noise), true);
        let output = self.network.decode_t(&code, true);
        let reconstruction = s.pretraining.loss.between(&output, &step.x)?;
        let seen = with_scaled_gradient(&code, s.gamma);
        let embedding = self.representation.forward_t(&seen, true);
        let cross_entropy = self.cross_entropy(&seen, &embedding)?;
        let value = &reconstruction + &cross_entropy * s.gamma;
        Ok(Losses {
            total: with_gradient_of(&value, &(&reconstruction + &cross_entropy)),
            parts: vec![(JOINT_RECONSTRUCTION.into(), reconstruction), (CROSS_ENTROPY.into(), cross_entropy)],
        })
    }

    fn optimisers(&mut self) -> Vec<&mut dyn Optimizer> {
        vec![&mut *self.optimizer]
    }

    fn buffers(&self) -> Vec<Tensor> {
        let of_networks = self.network.named_buffers().into_iter().chain(self.representation.named_buffers());
        let own = [&self.clusters, &self.kept].map(Tensor::shallow_clone);
        tensors(of_networks.collect()).into_iter().chain(own).collect()
    }

    fn before_round(&mut self, _: usize, history: &mut TrainHistory) -> Result<ControlFlow<()>> {
        let epoch = history.loss.len();
        let due = self.settings.watch.filter(|watch| epoch.is_multiple_of(watch.every));
        if due.is_none() && !self.settings.shown.contains(&epoch) {
            return Ok(ControlFlow::Continue(()));
        }
        let spaces = self.spaces()?;
        self.keep(epoch, &spaces);
        let Some(RepNetWatch { tolerance, stop, .. }) = due else {
            return Ok(ControlFlow::Continue(()));
        };
        let changed = self.look(epoch, &spaces)?;
        if epoch == 0 {
            return Ok(ControlFlow::Continue(()));
        }
        note_shares(&self.clusters, self.k as i64, history);
        history.parts.entry(CHANGED.to_owned()).or_default().push(changed);
        Ok(if stop && changed < tolerance { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::series::share_of;
    use crate::test_networks::set_linear;
    use crate::{Pretraining, Scaling, Silent};
    use approx::assert_relative_eq;
    use deepclust_losses::{PairNormalisation, TCrossEntropy};
    use deepclust_nets::{
        AdamSettings, Autoencoder, OptimizerSettings, SgdSettings, TrainSettings, to_tensor,
    };

    fn settings(
        optimizer: OptimizerSettings,
        normalisation: PairNormalisation,
        gamma: f64,
    ) -> RepNetSettings {
        let default = RepNetSettings::default();
        RepNetSettings {
            scaling: Scaling::AsGiven,
            pretraining: Pretraining { widths: vec![3, 2], ..default.pretraining },
            representation: deepclust_nets::ClassifierSettings { widths: vec![3], ..default.representation },
            similarities: TCrossEntropy { normalisation, ..TCrossEntropy::default() },
            gamma,
            optimizer,
            // All samples in each step: their order does not matter then.
            train: TrainSettings::new(4, 6),
            watch: Some(RepNetWatch { every: 2, tolerance: 0.5, stop: false }),
            shown: vec![0, 4],
            ..default
        }
    }

    fn sines(n: usize, step: f64) -> Vec<f32> {
        (0..n).map(|i| ((step * i as f64).sin() * 0.7) as f32).collect()
    }

    fn set_representation(network: &Classifier) {
        let steps = [0.8, 0.35, 1.9, 0.45];
        let named = network.named_parameters().into_iter().zip(steps);
        let values = named.map(|((name, tensor), step)| {
            (name, Tensor::from_slice(&sines(tensor.numel(), step)).view(tensor.size().as_slice()))
        });
        network.set_state(&values.collect::<Vec<_>>()).unwrap();
    }

    /// Weights and samples are sines; see the Python lines below.
    fn run(settings: &RepNetSettings) -> Ended {
        let x = Array2::from_shape_fn((6, 4), |(i, j)| ((1.3 * (4 * i + j) as f64).sin() as f32 + 1.0) / 2.0);
        let widths = settings.pretraining.fully_connected(4);
        let network = Autoencoder::new(widths, Device::Cpu, &mut Seed(0).stream("weights")).unwrap();
        let steps = [0.9, 0.3, 1.1, 0.4, 1.3, 0.5, 1.7, 0.6];
        set_linear(&network, steps.map(|step| move |n| sines(n, step)));
        let mut progress = Silent;
        let mut context = Context::new(Seed(0), Device::Cpu, &mut progress);
        let joint =
            Joint::new(settings, Box::new(network), Rows::Dense(to_tensor(x.view())), 2, &context).unwrap();
        set_representation(&joint.representation);
        joint.run(&mut context).unwrap()
    }

    fn assert_run(settings: &RepNetSettings, expected: &Expected) {
        let ended = run(settings);
        for (name, values) in [(JOINT_RECONSTRUCTION, expected.0), (CROSS_ENTROPY, expected.1)] {
            for (found, expected) in ended.history.parts[name].iter().zip(values) {
                assert_relative_eq!(*found, expected, max_relative = 2e-6);
            }
        }
        let loss = |i: usize| expected.0[i] + settings.gamma * expected.1[i];
        assert_relative_eq!(ended.history.loss[3], loss(3), max_relative = 2e-6);
        let named = ended.network.named_parameters();
        let of_network = ["encoder.0.weight", "decoder.1.weight"];
        let mut weights: Vec<Tensor> = named
            .into_iter()
            .filter(|(name, _)| of_network.contains(&name.as_str()))
            .map(|(_, w)| w)
            .collect();
        weights.push(ended.representation.named_parameters()[2].1.shallow_clone());
        for (weight, expected) in weights.iter().zip(expected.2) {
            let values = Vec::<f32>::try_from(weight.detach().contiguous().view([-1])).unwrap();
            for (found, expected) in values[values.len() - 3..].iter().zip(expected) {
                assert_relative_eq!(f64::from(*found), expected, max_relative = 2e-5);
            }
        }
    }

    // torch 2.11, float32, with s(n, step) = 0.7 * torch.sin(step * torch.arange(n)):
    //   x = (torch.sin(1.3 * torch.arange(24)).view(6, 4) + 1) / 2; weights s(12, .9), s(6, 1.1), s(6, 1.3), s(12, 1.7) of the
    //   layers 4-3-2-3-4, biases s(·, .3), s(·, .4), s(·, .5), s(·, .6); weights s(6, .8), s(6, 1.9) of the representation network
    //   2-3-2, biases s(·, .35), s(·, .45); ReLU between. R = F.binary_cross_entropy_with_logits(g(z), x, reduction='sum') / 6,
    //   E = -(p * log q).sum() with p of nu 4 and q of nu 1. Four steps on all samples by three optimisers, with
    //   torch.autograd.grad of R + gamma E by the encoder, of R by the decoder, of E by the representation network

    #[test]
    fn steps_as_in_torch_with_adam() {
        let adam = AdamSettings { learning_rate: 0.01, ..Default::default() };
        assert_run(&settings(OptimizerSettings::Adam(adam), PairNormalisation::Point, 2.0), &ADAM);
    }

    #[test]
    fn steps_as_in_torch_with_momentum() {
        // torch.optim.SGD(lr=0.05, momentum=0.9)
        let sgd = OptimizerSettings::Sgd(SgdSettings { learning_rate: 0.05, momentum: 0.9 });
        assert_run(&settings(sgd, PairNormalisation::Point, 2.0), &POINT);
        assert_run(&settings(sgd, PairNormalisation::Batch, 2.0), &BATCH_WISE);
        assert_run(&settings(sgd, PairNormalisation::Point, 0.0), &HELD);
    }

    #[test]
    fn looks_and_snapshots_are_of_the_epochs_asked_for() {
        let adam = OptimizerSettings::Adam(AdamSettings { learning_rate: 0.01, ..Default::default() });
        let settings = settings(adam, PairNormalisation::Point, 2.0);
        let ended = run(&settings);
        assert_eq!((ended.epochs, ended.history.parts[CHANGED].len(), ended.clusters.len()), (4, 1, 6));
        let shares = [0, 1].map(|cluster| ended.history.parts[&share_of(cluster)][0]);
        assert_relative_eq!(shares[0] + shares[1], 1.0);
        assert_eq!(ended.snapshots.iter().map(|snapshot| snapshot.step).collect::<Vec<_>>(), [0, 4]);
        assert_eq!(ended.snapshots[1].embedding, ended.embedding);
        assert_ne!(ended.snapshots[0].embedding, ended.embedding);
        // A tolerance of all samples is met at the first look.
        let watch = Some(RepNetWatch { every: 2, tolerance: 1.0, stop: true });
        let stopped = run(&RepNetSettings { watch, ..settings });
        assert_eq!((stopped.epochs, stopped.history.parts[CHANGED].len()), (2, 1));
        assert_eq!(stopped.snapshots.len(), 1);
    }

    #[test]
    fn changes_do_not_depend_on_the_numbers_of_the_clusters() {
        assert_eq!(changed(&[0, 0, 1, 1], &[1, 1, 0, 0]), 0.0);
        assert_eq!(changed(&[0, 0, 1, 1], &[1, 1, 0, 1]), 0.25);
    }

    #[test]
    fn a_gradient_is_scaled_and_its_value_kept() {
        let x = Tensor::from_slice(&[0.1f32, 1e-7]).set_requires_grad(true);
        let scaled = with_scaled_gradient(&x, 0.01);
        assert_eq!(scaled.detach(), x.detach());
        let gradient = Tensor::run_backward(&[scaled.sum(Kind::Float)], &[&x], false, false).remove(0);
        assert_eq!(gradient, Tensor::from_slice(&[0.01f32; 2]));
        assert!(!with_scaled_gradient(&x, 0.0).requires_grad());
    }

    type Expected = ([f64; 4], [f64; 4], [[f64; 3]; 3]);
    const ADAM: Expected = (
        [2.8299496, 2.8083191, 2.7872903, 2.7677481],
        [9.6542301, 9.652751, 9.6507082, 9.6478472],
        [
            [0.71900958, 0.24836612, -0.36016038],
            [0.27771828, -0.71297765, -0.06436607],
            [-0.38547999, 0.71713012, -0.01258925],
        ],
    );
    const POINT: Expected = (
        [2.8299496, 2.8184655, 2.797128, 2.7697346],
        [9.6542301, 9.653759, 9.6526031, 9.6501293],
        [
            [0.70837033, 0.25599581, -0.3473005],
            [0.27771828, -0.72224569, -0.0855195],
            [-0.38547999, 0.68269956, -0.04446518],
        ],
    );
    const BATCH_WISE: Expected = (
        [2.8299496, 2.8188467, 2.7982976, 2.7711346],
        [3.4007714, 3.4007192, 3.4006057, 3.4004071],
        [
            [0.70097339, 0.25734085, -0.33921754],
            [0.27771828, -0.72216862, -0.08547302],
            [-0.38547999, 0.67839146, -0.05116251],
        ],
    );
    const HELD: Expected = (
        [2.8299496, 2.8189325, 2.7985535, 2.7714269],
        [9.6542301, 9.6539259, 9.6532516, 9.6520329],
        [
            [0.69957691, 0.25758642, -0.33769739],
            [0.27771828, -0.72215199, -0.08546152],
            [-0.38547999, 0.68221301, -0.04481458],
        ],
    );
}
