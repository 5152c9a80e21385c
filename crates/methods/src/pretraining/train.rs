use super::{CacheKey, Pretraining, ReconstructionLoss};
use crate::noise::noisy;
use crate::samples::Samples;
use crate::training::{AUTOENCODER, Training, optimiser_of, tensors};
use crate::{Context, Error, Result};
use deepclust_nets::{
    Losses, Network, Objective, Optimizer, OptimizerSettings, Precision, Rows, Step, Tensor, TrainSettings,
    no_grad,
};
use serde::{Deserialize, Serialize};

/// A trained network and how its losses fell.
pub(crate) struct Pretrained {
    pub network: Box<dyn Network>,
    pub losses: EpochLosses,
}

/// Losses by epoch.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EpochLosses {
    /// Of the greedy training, layer by layer.
    pub layers: Vec<Vec<f64>>,
    /// Of the whole network.
    pub whole: Vec<f64>,
}

/// What a training is called.
pub(crate) struct Names<'a> {
    pub stage: &'a str,
    pub name: &'a str,
}

impl Pretraining {
    /// The trained network and its losses by epoch, from the stage `autoencoder` and the streams `weights` and `batches`.
    ///
    /// Where the context has a cache, the network is shared by all runs of the same samples, settings and seed.
    pub(crate) fn run<'x>(
        &self,
        method: &'static str,
        x: impl Into<Samples<'x>>,
        context: &mut Context<'_>,
    ) -> Result<Pretrained> {
        let x: Samples<'x> = x.into();
        let (_, columns) = x.dim();
        self.loss.check_samples(x)?;
        let names = Names { stage: AUTOENCODER, name: AUTOENCODER };
        let key = CacheKey { method, settings: self, x, labels: None };
        let (network, losses) = key.get_or_train(&self.spec(columns), context, |context| {
            let mut network =
                self.spec(columns).build(context.device, &mut context.seed.stream("weights"))?;
            let losses = self.train(&mut *network, x, &names, context)?;
            Ok((network, losses))
        })?;
        Ok(Pretrained { network, losses })
    }

    /// Trains a network made by [`spec`](Self::spec); answers its losses by epoch.
    pub(crate) fn train<'x>(
        &self,
        network: &mut dyn Network,
        x: impl Into<Samples<'x>>,
        names: &Names<'_>,
        context: &mut Context<'_>,
    ) -> Result<EpochLosses> {
        let x: Samples<'x> = x.into();
        let (_, columns) = x.dim();
        if network.features() != columns {
            return Err(Error::Samples {
                expected: format!("{} columns for the network", network.features()),
                found: format!("{columns} columns"),
            });
        }
        let data = x.rows(context.device);
        let mut layers = Vec::new();
        if let Some(settings) = self.layer_wise {
            for pair in 0..network.pairs() {
                layers.push(self.train_pair(network, pair, settings, &data, names, context)?);
            }
        }
        let settings = self.sgd.map_or(OptimizerSettings::Adam(self.adam), OptimizerSettings::Sgd);
        let optimizer = optimiser_of(network, settings, self.precision, |_| true, Vec::new())?;
        let training = Training { name: names.name, ..Training::new(names.stage, self.train) };
        let mut whole =
            Whole { network, optimizer, loss: self.loss, precision: self.precision, noise: self.noise };
        let history = training.run(&data, &mut whole, context)?;
        Ok(EpochLosses { layers, whole: history.loss })
    }

    /// Trains one layer of the encoder with its mirror in the decoder; answers its loss by epoch.
    fn train_pair(
        &self,
        network: &mut dyn Network,
        pair: usize,
        settings: TrainSettings,
        data: &Rows<'_>,
        names: &Names<'_>,
        context: &mut Context<'_>,
    ) -> Result<Vec<f64>> {
        let optimizer = Box::new(network.train_pair_in(pair, self.precision, self.adam)?);
        let name = format!("{}, layer {}", names.name, pair + 1);
        let training = Training { name: &name, ..Training::new(names.stage, settings) };
        let whole = Whole { network, optimizer, loss: self.loss, precision: self.precision, noise: None };
        Ok(training.run(data, &mut Pair { whole, pair }, context)?.loss)
    }
}

/// The reconstruction by the whole network.
struct Whole<'a> {
    network: &'a dyn Network,
    optimizer: Box<dyn Optimizer>,
    loss: ReconstructionLoss,
    precision: Precision,
    noise: Option<f64>,
}

impl Objective for Whole<'_> {
    type Error = Error;

    fn loss(&mut self, step: &Step) -> Result<Losses> {
        let seen = noisy(step, self.noise);
        let output = self.network.forward_t(&self.precision.input(&seen), true);
        Ok(self.loss.between(&output, &step.x)?.into())
    }

    fn optimisers(&mut self) -> Vec<&mut dyn Optimizer> {
        vec![&mut *self.optimizer]
    }

    fn buffers(&self) -> Vec<Tensor> {
        tensors(self.network.named_buffers())
    }
}

/// The reconstruction of what the layers before one give, by this layer and its mirror.
struct Pair<'a> {
    whole: Whole<'a>,
    pair: usize,
}

impl Objective for Pair<'_> {
    type Error = Error;

    fn loss(&mut self, step: &Step) -> Result<Losses> {
        let Whole { network, loss, precision, .. } = &self.whole;
        let input = no_grad(|| network.encode_until(&precision.input(&step.x), self.pair));
        let output = network.pair_t(&input, self.pair, true);
        let loss = if self.pair == 0 {
            loss.between(&output, &step.x)?
        } else {
            ReconstructionLoss::MeanSquaredError.between(&output, &input.to_kind(output.kind()))?
        };
        Ok(loss.into())
    }

    fn optimisers(&mut self) -> Vec<&mut dyn Optimizer> {
        self.whole.optimisers()
    }

    fn buffers(&self) -> Vec<Tensor> {
        self.whole.buffers()
    }
}
