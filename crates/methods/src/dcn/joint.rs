//! The part of DCN in which network and centres move in turns.

use super::DcnSettings;
use crate::guard::note_shares;
use crate::names::series::{SQUARED_DISTANCE, SQUARED_ERROR};
use crate::training::{JOINT, Training, optimiser_of, tensors};
use crate::{Context, Error, Result};
use deepclust_cluster::KMeansModel;
use deepclust_nets::{
    Device, Kind, Losses, Network, Objective, Optimizer, Precision, Rows, Step, Tensor, TrainHistory,
    no_grad, to_array2, to_tensor_on,
};
use ndarray::Array2;
use std::ops::ControlFlow;

/// Network, centres and clusters on their way.
pub(crate) struct Joint<'a> {
    settings: &'a DcnSettings,
    network: Box<dyn Network>,
    optimizer: Box<dyn Optimizer>,
    centres: Centres,
    /// The cluster of every sample, shape (n), as f32 so that a checkpoint can keep it.
    clusters: Tensor,
}

impl<'a> Joint<'a> {
    pub(crate) fn new(
        settings: &'a DcnSettings,
        mut network: Box<dyn Network>,
        start: &KMeansModel<f32>,
        device: Device,
    ) -> Result<Self> {
        let positions = to_tensor_on(start.centers().view(), device);
        let counts =
            Tensor::full([positions.size()[0]], settings.initial_count as f64, (Kind::Float, device));
        let clusters: Vec<f32> = start.labels().iter().map(|&cluster| cluster as f32).collect();
        Ok(Self {
            settings,
            optimizer: optimiser_of(
                &mut *network,
                settings.optimizer,
                Precision::Single,
                |_| true,
                Vec::new(),
            )?,
            network,
            centres: Centres { positions, counts },
            clusters: Tensor::from_slice(&clusters).to_device(device),
        })
    }

    /// Trains, and answers network, centres (k, code width) and losses.
    pub(crate) fn run(
        mut self,
        data: &Rows<'_>,
        context: &mut Context<'_>,
    ) -> Result<(Box<dyn Network>, Array2<f32>, TrainHistory)> {
        let history = Training::new(JOINT, self.settings.train).run(data, &mut self, context)?;
        let centres = to_array2(&self.centres.positions)?;
        Ok((self.network, centres, history))
    }
}

impl Objective for Joint<'_> {
    type Error = Error;

    fn loss(&mut self, step: &Step) -> Result<Losses> {
        let clusters = self.clusters.index_select(0, &step.samples).to_kind(Kind::Int64);
        let code = self.network.encode_t(&step.x, true);
        let reconstruction = sum_of_squares(&(self.network.decode_t(&code, true) - &step.x));
        let clustering = sum_of_squares(&(code - self.centres.positions.index_select(0, &clusters)));
        Ok(Losses {
            total: &reconstruction + &clustering * self.settings.clustering_weight,
            parts: vec![(SQUARED_ERROR.into(), reconstruction), (SQUARED_DISTANCE.into(), clustering)],
        })
    }

    fn optimisers(&mut self) -> Vec<&mut dyn Optimizer> {
        vec![&mut *self.optimizer]
    }

    fn buffers(&self) -> Vec<Tensor> {
        let state = [&self.centres.positions, &self.centres.counts, &self.clusters];
        let state = state.map(Tensor::shallow_clone);
        tensors(self.network.named_buffers()).into_iter().chain(state).collect()
    }

    fn before_round(&mut self, _: usize, history: &mut TrainHistory) -> Result<ControlFlow<()>> {
        note_shares(&self.clusters, self.centres.positions.size()[0], history);
        Ok(ControlFlow::Continue(()))
    }

    fn after_step(&mut self, step: &Step) -> Result<()> {
        no_grad(|| {
            let codes = self.network.encode(&step.x);
            let clusters = self.centres.take(&codes);
            let _ = self.clusters.index_copy_(0, &step.samples, &clusters.to_kind(Kind::Float));
        });
        Ok(())
    }
}

/// Mean over the batch of the sum over features, for shape (batch, features).
fn sum_of_squares(differences: &Tensor) -> Tensor {
    differences.square().sum(Kind::Float) / differences.size()[0]
}

/// Centres that move with every sample they get.
struct Centres {
    /// Shape (k, code width).
    positions: Tensor,
    /// Samples seen by each, shape (k).
    counts: Tensor,
}

impl Centres {
    /// Assigns codes to the nearest centres, shape (batch), and moves these. A sample moves its centre m by (z − m)/c, with c
    /// counted up first; a batch's samples one after the other leave m at (c m + Σ z) / (c + their number).
    fn take(&self, codes: &Tensor) -> Tensor {
        let distances = codes.unsqueeze(1) - self.positions.unsqueeze(0);
        let clusters =
            distances.square().sum_dim_intlist([2i64].as_slice(), false, Kind::Float).argmin(1, false);
        let members = clusters.one_hot(self.positions.size()[0]).to_kind(Kind::Float);
        let found = members.sum_dim_intlist([0i64].as_slice(), false, Kind::Float);
        let sums = members.transpose(0, 1).matmul(codes);
        let counts = &self.counts + found;
        let moved = (&self.positions * self.counts.unsqueeze(1) + sums) / counts.unsqueeze(1);
        self.positions.shallow_clone().copy_(&moved);
        self.counts.shallow_clone().copy_(&counts);
        clusters
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_networks::{NORMALISED, set_linear};
    use crate::{Pretraining, Scaling, Seed, Silent};
    use approx::assert_relative_eq;
    use deepclust_cluster::KMeansOptions;
    use deepclust_nets::{AdamSettings, Autoencoder, Device, OptimizerSettings, SgdSettings, TrainSettings};

    fn settings(optimizer: OptimizerSettings) -> DcnSettings {
        DcnSettings {
            scaling: Scaling::AsGiven,
            pretraining: Pretraining {
                widths: vec![3, 2],
                train: TrainSettings::new(1, 6),
                ..Pretraining::default()
            },
            k_means: KMeansOptions::default(),
            optimizer,
            // All samples in each step: their order does not matter then.
            train: TrainSettings::new(4, 6),
            clustering_weight: 0.5,
            initial_count: 2,
        }
    }

    fn sines(n: usize, step: f64) -> Vec<f32> {
        (0..n).map(|i| ((step * i as f64).sin() * 0.7) as f32).collect()
    }

    /// Weights, centres and samples are sines; see the Python lines below.
    fn run(settings: &DcnSettings) -> (Vec<f64>, Vec<f32>, Vec<f32>) {
        let x = Array2::from_shape_fn((6, 4), |(i, j)| ((1.3 * (4 * i + j) as f64).sin() as f32 + 1.0) / 2.0);
        let widths = settings.pretraining.fully_connected(4);
        let network = Autoencoder::new(widths, Device::Cpu, &mut Seed(0).stream("weights")).unwrap();
        let steps = [0.9, 0.3, 1.1, 0.4, 1.3, 0.5, 1.7, 0.6];
        set_linear(&network, steps.map(|step| move |n| sines(n, step)));
        let centres = Array2::from_shape_vec((2, 2), sines(4, 0.8)).unwrap();
        let mut progress = Silent;
        let mut context = Context::new(Seed(0), Device::Cpu, &mut progress);
        let mut joint = Joint::new(
            settings,
            Box::new(network),
            &KMeansModel::from_centers(centres).unwrap(),
            Device::Cpu,
        )
        .unwrap();
        joint.clusters = Tensor::from_slice(&[0.0f32, 1.0, 0.0, 1.0, 0.0, 1.0]);
        let (network, centres, history) =
            joint.run(&Rows::Dense(to_tensor_on(x.view(), Device::Cpu)), &mut context).unwrap();
        let weight = network.named_parameters().remove(0).1;
        let weight = Vec::<f32>::try_from(weight.detach().contiguous().view([-1])).unwrap();
        (history.loss, centres.into_iter().collect(), weight)
    }

    fn assert_run(settings: &DcnSettings, (losses, centres, weight): Expected) {
        let found = run(settings);
        for (found, expected) in found.0.iter().zip(losses) {
            assert_relative_eq!(*found, expected, max_relative = 2e-5);
        }
        for (found, expected) in found.1.iter().zip(centres).chain(found.2.iter().zip(weight)) {
            assert_relative_eq!(*found, expected, max_relative = 1e-4, epsilon = 1e-6);
        }
    }

    // torch 2.11, float32, with s(n, step) = 0.7 * torch.sin(step * torch.arange(n)):
    //   x = (torch.sin(1.3 * torch.arange(24)).view(6, 4) + 1) / 2; weights s(12, .9), s(6, 1.1), s(6, 1.3), s(12, 1.7) of the
    //   layers 4-3-2-3-4, biases s(·, .3), s(·, .4), s(·, .5), s(·, .6), centres m = s(4, .8).view(2, 2),
    //   clusters [0, 1, 0, 1, 0, 1], counts c = [2, 2]; four steps on all samples of
    //   ((y - x) ** 2).sum(1).mean() + 0.5 * ((z - m[clusters]) ** 2).sum(1).mean(), after each of which
    //   z = encoder(x); clusters = torch.cdist(z, m).argmin(1); for z_i, j: c[j] += 1; m[j] = (1 - 1/c[j]) m[j] + z_i / c[j]

    #[test]
    fn steps_as_in_torch_with_adam() {
        // torch.optim.Adam(lr=0.01)
        let adam = AdamSettings { learning_rate: 0.01, ..Default::default() };
        assert_run(&settings(OptimizerSettings::Adam(adam)), ADAM);
    }

    #[test]
    fn steps_as_in_torch_with_momentum() {
        // torch.optim.SGD(lr=0.05, momentum=0.9)
        let sgd = SgdSettings { learning_rate: 0.05, momentum: 0.9 };
        assert_run(&settings(OptimizerSettings::Sgd(sgd)), SGD);
    }

    #[test]
    fn steps_as_in_torch_with_batch_normalisation() {
        // torch.optim.SGD(lr=0.05, momentum=0.9), and nn.BatchNorm1d(momentum=0.1, eps=1e-3) after the layers to 3, 2 and 3: losses
        // in training mode, codes for clusters and centres in eval mode
        let sgd = SgdSettings { learning_rate: 0.05, momentum: 0.9 };
        let mut settings = settings(OptimizerSettings::Sgd(sgd));
        settings.pretraining.batch_norm = Some(NORMALISED);
        assert_run(&settings, NORMALISED_SGD);
    }

    type Expected = ([f64; 4], [f32; 4], [f32; 3]);
    const ADAM: Expected = (
        [1.065283, 0.6121321, 0.5388216, 0.4928454],
        [0.1703403, 0.1455526, 0.6679382, -0.2574747],
        [-0.03458514, 0.5150861, 0.6441299],
    );
    const NORMALISED_SGD: Expected = (
        [2.1398335, 1.6466153, 1.2080796, 0.9199693],
        [0.2151763, 0.09286914, 0.9010307, -0.586333],
        [0.02266309, 0.5755308, 0.6735832],
    );
    const SGD: Expected = (
        [1.065283, 0.5459975, 0.4529276, 0.465784],
        [0.175444, 0.3384062, 0.6608181, 0.01839591],
        [-0.01088779, 0.5345107, 0.6660145],
    );
}
