//! The part of DEC and IDEC in which encoder and centres are trained together.

use super::DecSettings;
use crate::batches::BATCH;
use crate::guard::{note_shares, shares_of, smallest_and_largest};
use crate::names::series::CHANGED;
use crate::training::{JOINT, Training, optimiser_of, tensors};
use crate::{Context, Error, Result, Series};
use deepclust_losses::{
    assignment_divergence, mean_squared_error, student_t_assignment, target_distribution,
};
use deepclust_nets::{
    Kind, Losses, Network, Objective, Optimizer, Rows, Step, Tensor, TrainHistory, TrainSettings, no_grad,
    to_tensor_on,
};
use ndarray::ArrayView2;
use std::ops::ControlFlow;

/// The joint training of encoder and centres.
pub(crate) struct Joint<'a> {
    settings: &'a DecSettings,
    network: Box<dyn Network>,
    centres: Tensor,
    data: Rows<'a>,
    optimizer: Box<dyn Optimizer>,
    /// The cluster of every sample at the last update.
    clusters: Tensor,
    /// p of all samples, shape (n, k), where the targets are not made batch by batch.
    targets: Option<Tensor>,
}

/// What the joint training leaves.
pub(crate) struct Ended {
    pub network: Box<dyn Network>,
    pub centres: Tensor,
    pub steps: usize,
    /// Mean loss of the steps between two updates of the targets, or without updates of every epoch.
    pub losses: Vec<f64>,
    /// Share of the samples whose cluster changed between two updates.
    pub changes: Vec<f64>,
    /// The smallest and the largest share of a cluster, by update or by epoch.
    pub shares: Vec<Series>,
}

impl<'a> Joint<'a> {
    pub(crate) fn new(
        settings: &'a DecSettings,
        mut network: Box<dyn Network>,
        centres: ArrayView2<'_, f32>,
        data: Rows<'a>,
    ) -> Result<Self> {
        let device = data.device();
        let centres = to_tensor_on(centres, device).set_requires_grad(true);
        // DEC forgets the decoder: it has no part in the loss.
        let wanted = |name: &str| settings.reconstructs() || name.starts_with("encoder");
        let others = vec![centres.shallow_clone()];
        let optimizer = optimiser_of(&mut *network, settings.optimizer, settings.precision, wanted, others)?;
        let clusters = Tensor::zeros([data.len() as i64], (Kind::Int64, device));
        Ok(Self { settings, network, centres, data, optimizer, clusters, targets: None })
    }

    /// Trains. The state is kept between updates of the targets, or without updates between epochs.
    pub(crate) fn run(mut self, context: &mut Context<'_>) -> Result<Ended> {
        let s = self.settings;
        let per_epoch = self.data.len().div_ceil(s.batch_size);
        let by_epochs = s.max_epochs.map_or(usize::MAX, |epochs| epochs.saturating_mul(per_epoch));
        let training = Training {
            stream: Some("joint batches"),
            last_step: Some(s.max_steps.min(by_epochs)),
            round: s.update_interval,
            shown: Some(CHANGED),
            ..Training::new(JOINT, TrainSettings::new(1, s.batch_size))
        };
        let data = Rows::from(&self.data);
        let mut history = training.run(data, &mut self, context)?;
        let shares = smallest_and_largest(self.round(), &mut history);
        let TrainHistory { loss: losses, mut parts, steps, .. } = history;
        let changes = parts.remove(CHANGED).unwrap_or_default();
        Ok(Ended { network: self.network, centres: self.centres.detach(), steps, losses, changes, shares })
    }

    /// What losses are means of.
    pub(crate) fn round(&self) -> &'static str {
        if self.settings.update_interval.is_some() { "update" } else { "epoch" }
    }

    /// q of all samples, shape (n, k), without a gradient.
    fn assignments(&self) -> Result<Tensor> {
        no_grad(|| {
            let parts = self
                .data
                .parts(BATCH)
                .map(|x| {
                    let code = self.network.encode(&self.settings.precision.input(&x?));
                    Ok(student_t_assignment(&code, &self.centres, self.settings.nu)?)
                })
                .collect::<Result<Vec<_>>>()?;
            Ok(Tensor::cat(&parts, 0))
        })
    }

    /// The loss of a batch, and its q; without targets of all samples it makes its own.
    fn loss_of(&self, x: &Tensor, target: Option<Tensor>) -> Result<(Tensor, Tensor)> {
        let input = self.settings.precision.input(x);
        let code = self.network.encode_t(&input, true);
        let q = student_t_assignment(&code, &self.centres, self.settings.nu)?;
        let target = target.map_or_else(|| target_distribution(&q), Ok)?;
        let divergence = assignment_divergence(&q, &target)?;
        let loss = match self.settings.divergence_weight {
            None => divergence,
            Some(gamma) => {
                let output = self.network.decode_t(&code.to_kind(input.kind()), true);
                mean_squared_error(&output, x)? + divergence * gamma
            }
        };
        Ok((loss, q))
    }
}

impl Objective for Joint<'_> {
    type Error = Error;

    fn loss(&mut self, step: &Step) -> Result<Losses> {
        let target = self.targets.as_ref().map(|targets| targets.index_select(0, &step.samples));
        let (total, q) = self.loss_of(&step.x, target)?;
        // With updates the clusters of all samples are known there.
        let parts = match self.settings.update_interval {
            Some(_) => Vec::new(),
            None => shares_of(&q.detach().argmax(1, false), q.size()[1]),
        };
        Ok(Losses { total, parts })
    }

    fn optimisers(&mut self) -> Vec<&mut dyn Optimizer> {
        vec![&mut *self.optimizer]
    }

    fn buffers(&self) -> Vec<Tensor> {
        let clusters = [self.clusters.shallow_clone()];
        tensors(self.network.named_buffers()).into_iter().chain(clusters).collect()
    }

    fn before_round(&mut self, steps: usize, history: &mut TrainHistory) -> Result<ControlFlow<()>> {
        if self.settings.update_interval.is_none() {
            return Ok(ControlFlow::Continue(()));
        }
        let q = self.assignments()?;
        let clusters = q.argmax(1, false);
        note_shares(&clusters, q.size()[1], history);
        if steps > 0 {
            let changed = clusters.not_equal_tensor(&self.clusters).to_kind(Kind::Double).mean(Kind::Double);
            let changed = changed.double_value(&[]);
            history.parts.entry(CHANGED.to_owned()).or_default().push(changed);
            if changed < self.settings.tolerance {
                return Ok(ControlFlow::Break(()));
            }
        }
        self.clusters.copy_(&clusters);
        self.targets = Some(target_distribution(&q)?);
        Ok(ControlFlow::Continue(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_networks::{NORMALISED, set_linear};
    use crate::{Pretraining, Scaling, Seed, Silent};
    use approx::assert_relative_eq;
    use deepclust_cluster::KMeansOptions;
    use deepclust_nets::{
        AdamSettings, Autoencoder, Device, OptimizerSettings, Precision, SgdSettings, TrainSettings,
        to_tensor,
    };
    use ndarray::Array2;

    fn settings(optimizer: OptimizerSettings, divergence_weight: Option<f64>) -> DecSettings {
        DecSettings {
            scaling: Scaling::AsGiven,
            pretraining: Pretraining {
                widths: vec![3, 2],
                train: TrainSettings::new(1, 6),
                ..Pretraining::default()
            },
            k_means: KMeansOptions::default(),
            optimizer,
            // All samples in each step: their order does not matter then.
            batch_size: 6,
            update_interval: Some(2),
            max_steps: 6,
            max_epochs: None,
            tolerance: 0.0,
            nu: 1.0,
            divergence_weight,
            precision: Precision::Single,
        }
    }

    fn sines(n: usize, step: f64) -> Vec<f32> {
        (0..n).map(|i| ((step * i as f64).sin() * 1.5) as f32).collect()
    }

    /// Weights, centres and samples are sines; see the Python lines below.
    fn joint(settings: &DecSettings) -> Joint<'_> {
        let x = Array2::from_shape_fn((6, 4), |(i, j)| ((1.3 * (4 * i + j) as f64).sin() as f32 + 1.0) / 2.0);
        let network = Autoencoder::new(
            settings.pretraining.fully_connected(4),
            Device::Cpu,
            &mut Seed(0).stream("weights"),
        )
        .unwrap();
        let steps = [0.9, 0.3, 1.1, 0.4, 1.3, 0.5, 1.7, 0.6];
        set_linear(&network, steps.map(|step| move |n| sines(n, step)));
        let centres = Array2::from_shape_vec((2, 2), sines(4, 2.1)).unwrap();
        Joint::new(settings, Box::new(network), centres.view(), Rows::Dense(to_tensor(x.view()))).unwrap()
    }

    /// Losses, centres and the first layer's weights after the training.
    fn run(settings: &DecSettings) -> (Vec<f64>, Vec<f32>, Vec<f32>) {
        let mut progress = Silent;
        let mut context = Context::new(Seed(0), Device::Cpu, &mut progress);
        let ended = joint(settings).run(&mut context).unwrap();
        let flat = |tensor: &Tensor| Vec::<f32>::try_from(tensor.detach().contiguous().view([-1])).unwrap();
        let weight = ended.network.named_parameters().remove(0).1;
        (ended.losses, flat(&ended.centres), flat(&weight))
    }

    fn assert_run(settings: &DecSettings, losses: &[f64], centres: [f32; 4], weight: [f32; 3]) {
        let found = run(settings);
        assert_eq!(found.0.len(), losses.len());
        for (found, expected) in found.0.iter().zip(losses) {
            // A small divergence is the difference of numbers around 1, in f32.
            assert_relative_eq!(found, expected, max_relative = 2e-5, epsilon = 5e-8);
        }
        for (found, expected) in found.1.iter().zip(centres).chain(found.2.iter().zip(weight)) {
            assert_relative_eq!(*found, expected, max_relative = 1e-4, epsilon = 1e-6);
        }
    }

    // torch 2.11, float32, with s(n, step) = 1.5 * torch.sin(step * torch.arange(n)):
    //   x = (torch.sin(1.3 * torch.arange(24)).view(6, 4) + 1) / 2; weights s(12, .9), s(6, 1.1), s(6, 1.3), s(12, 1.7) of the
    //   layers 4-3-2-3-4, biases s(·, .3), s(·, .4), s(·, .5), s(·, .6), centres s(4, 2.1).view(2, 2)
    //   six steps on all samples; before steps 0, 2 and 4 the target is made anew from q; F.kl_div(q.log(), p, reduction="batchmean")

    #[test]
    fn dec_steps_as_in_torch() {
        // torch.optim.SGD(lr=0.5, momentum=0.9) on encoder and centres
        let sgd = OptimizerSettings::Sgd(SgdSettings { learning_rate: 0.5, momentum: 0.9 });
        assert_run(
            &settings(sgd, None),
            &[0.000_349_693, 0.000_363_456_7, 0.000_400_669_87],
            [0.006_166_173, 1.280_790_3, -1.321_593_2, 0.025_096_936],
            [-0.001_541_641_4, 1.175_661_9, 1.460_243],
        );
    }

    #[test]
    fn with_batch_normalisation_as_in_torch() {
        // both with nn.BatchNorm1d(momentum=0.1, eps=1e-3) after the layers to 3, 2 and 3, targets in eval mode, losses in training
        // mode; torch.optim.SGD(lr=0.5, momentum=0.9), IDEC lr=0.05: Adam would make steps of the rounding of the gradients of
        // biases before a normalisation, which are zero
        let mut of_dec =
            settings(OptimizerSettings::Sgd(SgdSettings { learning_rate: 0.5, momentum: 0.9 }), None);
        of_dec.pretraining.batch_norm = Some(NORMALISED);
        assert_run(
            &of_dec,
            &[0.005_373_540_1, 0.006_470_280_5, 0.007_363_334_3],
            [0.005_714_196_2, 1.240_566_5, -1.359_386_2, 0.056_971_06],
            [0.018_570_699, 1.197_127_7, 1.454_044],
        );
        let sgd = OptimizerSettings::Sgd(SgdSettings { learning_rate: 0.05, momentum: 0.9 });
        let mut of_idec = settings(sgd, Some(0.1));
        of_idec.pretraining.batch_norm = Some(NORMALISED);
        assert_run(
            &of_idec,
            &[0.720_251_53, 0.426_833_18, 0.277_713_08],
            [-9.770_736e-5, 1.294_349_2, -1.307_785, 0.025_368_11],
            [0.011_823_222, 1.189_196_3, 1.456_548_3],
        );
    }

    #[test]
    fn training_ends_when_few_samples_change() {
        let sgd = OptimizerSettings::Sgd(SgdSettings { learning_rate: 0.5, momentum: 0.9 });
        let ended = |tolerance| {
            let settings = DecSettings { tolerance, ..settings(sgd, None) };
            let mut progress = Silent;
            let mut context = Context::new(Seed(0), Device::Cpu, &mut progress);
            let ended = joint(&settings).run(&mut context).unwrap();
            (ended.steps, ended.losses.len(), ended.changes)
        };
        // The first update has nothing to compare with; at the second fewer than all have changed.
        assert_eq!(ended(1.0), (2, 1, vec![0.0]));
        assert_eq!(ended(0.0), (6, 3, vec![0.0; 2]));
    }

    #[test]
    fn targets_of_each_batch_as_in_torch() {
        // the same, with the target anew before every step
        let sgd = OptimizerSettings::Sgd(SgdSettings { learning_rate: 0.5, momentum: 0.9 });
        assert_run(
            &DecSettings { update_interval: None, ..settings(sgd, None) },
            &[0.000_352_780, 0.000_359_302, 0.000_372_171, 0.000_391_528, 0.000_417_923, 0.000_452_280],
            [0.007_105_847_4, 1.279_229_2, -1.323_197_2, 0.025_663_117],
            [-0.001_604_346_4, 1.175_631_4, 1.460_122_7],
        );
    }

    #[test]
    fn a_batch_without_targets_makes_them_of_its_own_assignments() {
        let sgd = OptimizerSettings::Sgd(SgdSettings { learning_rate: 0.5, momentum: 0.9 });
        let settings =
            DecSettings { update_interval: None, batch_size: 4, max_steps: 5, ..settings(sgd, None) };
        let joint = joint(&settings);
        let batch = Tensor::from_slice(&[0i64, 2, 5]);
        let of_all = target_distribution(&joint.assignments().unwrap()).unwrap();
        // q of the rows 0, 2 and 5 of x, and F.kl_div(q.log(), target(q), reduction="batchmean"); then target(q of all)[[0, 2, 5]]
        for (target, expected) in [(None, 0.000_164_582_5), (Some(&of_all), 0.000_214_314_7)] {
            let target = target.map(|of_all: &Tensor| of_all.index_select(0, &batch));
            let found = joint.loss_of(&joint.data.select(&batch).unwrap(), target).unwrap().0;
            let found = found.double_value(&[]);
            // A sum of terms near 0.5, which f32 spaces at 6e-8.
            assert_relative_eq!(found, expected, epsilon = 2e-7);
        }
        // Two batches an epoch, and half an epoch at the end.
        assert_eq!(run(&settings).0.len(), 3);
    }

    #[test]
    fn without_updates_nothing_watches_for_changes() {
        let sgd = OptimizerSettings::Sgd(SgdSettings { learning_rate: 0.5, momentum: 0.9 });
        let settings = DecSettings { update_interval: None, tolerance: 0.001, ..settings(sgd, None) };
        let problem = settings.validate("dec").unwrap_err().to_string();
        assert!(
            problem.ends_with(
                "`tolerance`: expected a number equal to 0 without `update_interval`, found 0.001"
            )
        );
    }

    #[test]
    fn idec_steps_as_in_torch() {
        // torch.optim.Adam(lr=0.01) on all; F.mse_loss(decoded, x) + 0.1 * divergence
        let adam = OptimizerSettings::Adam(AdamSettings { learning_rate: 0.01, ..Default::default() });
        assert_run(
            &settings(adam, Some(0.1)),
            &[31.678_967, 25.293_947, 20.078_094],
            [0.028_153_1, 1.249_838_7, -1.351_141_7, -0.000_205_360_35],
            [-0.058_015_32, 1.116_955_9, 1.402_846_2],
        );
    }
}
