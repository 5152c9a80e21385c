use crate::network_cache::CacheKey;
use crate::training::{AUTOENCODER, Phase};
use crate::{Context, ReconstructionLoss, Result};
use deepclust_nets::{
    Activation, AdamSettings, Autoencoder, AutoencoderSettings, BatchNormSettings, LayerInits, Optimizer,
    Precision, Sgd, SgdSettings, Step, Tensor, TrainSettings, to_tensor_on,
};
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

/// An autoencoder trained on reconstruction: what many methods start from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pretraining {
    /// Widths after the input, the last being the code's, for instance `[500, 500, 2000, 10]`.
    pub widths: Vec<usize>,
    /// Widths of the decoder between code and reconstruction; those of the encoder in reverse unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decoder: Option<Vec<usize>>,
    /// After the hidden layers.
    pub hidden: Activation,
    /// After the code layer.
    pub code: Activation,
    /// After the last layer.
    pub output: Activation,
    /// How weights start.
    pub init: LayerInits,
    /// What training minimises.
    pub loss: ReconstructionLoss,
    /// The optimiser.
    pub adam: AdamSettings,
    /// Gradient descent with momentum in the place of `adam`, in f32 and for the whole network; none unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sgd: Option<SgdSettings>,
    /// Epochs and batch size.
    pub train: TrainSettings,
    /// In what numbers the network is trained; f32 unless given.
    #[serde(default, skip_serializing_if = "Precision::is_single")]
    pub precision: Precision,
    /// Batch normalisation; none unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch_norm: Option<BatchNormSettings>,
    /// Greedy training of every layer before the whole: layer l of the encoder and its mirror in the decoder learn to
    /// reconstruct what the l − 1 layers before give, by `loss` for the samples themselves and by the mean squared error
    /// deeper inside. None unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer_wise: Option<TrainSettings>,
}

/// A trained network and how its losses fell.
pub(crate) struct Pretrained {
    pub network: Autoencoder,
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
    /// The stream of the first weights.
    pub weights: &'a str,
}

impl Pretraining {
    /// Checks what can be checked before any samples are there.
    ///
    /// # Errors
    /// [`Error::Nets`](crate::Error::Nets) or [`Error::Settings`](crate::Error::Settings) names the first field that is out of
    /// range or does not go with the others. Layers can be trained with their mirrors only where there are mirrors.
    pub fn validate(&self, method: &'static str) -> Result<()> {
        self.network(1).validate()?;
        self.loss.check_output(method, self.output)?;
        if let (Some(decoder), Some(_)) = (&self.decoder, &self.layer_wise) {
            return Err(deepclust_nets::Error::Setting {
                name: "decoder",
                expected: "none beside `layer_wise`, which trains each layer with its mirror",
                found: format!("{decoder:?}"),
            }
            .into());
        }
        self.adam.validate()?;
        if let Some(sgd) = self.sgd {
            sgd.validate()?;
            if !self.precision.is_single() {
                return Err(deepclust_nets::Error::Setting {
                    name: "precision",
                    expected: "single beside `sgd`",
                    found: format!("{:?}", self.precision),
                }
                .into());
            }
        }
        self.train.validate()?;
        Ok(self.layer_wise.as_ref().map_or(Ok(()), TrainSettings::validate)?)
    }

    /// The network for samples of that many features.
    pub fn network(&self, features: usize) -> AutoencoderSettings {
        AutoencoderSettings {
            widths: std::iter::once(features).chain(self.widths.iter().copied()).collect(),
            decoder: self.decoder.clone(),
            hidden: self.hidden,
            code: self.code,
            output: self.output,
            init: self.init,
            batch_norm: self.batch_norm,
        }
    }

    /// The trained network and its losses by epoch, from the stage `autoencoder` and the streams `weights` and `batches`.
    ///
    /// Where the context has a cache, the network is shared by all runs of the same samples, settings and seed.
    pub(crate) fn run(
        &self,
        method: &'static str,
        x: ArrayView2<'_, f32>,
        context: &mut Context<'_>,
    ) -> Result<Pretrained> {
        self.loss.check_samples(x)?;
        let names = Names { stage: AUTOENCODER, name: AUTOENCODER, weights: "weights" };
        let key = CacheKey { method, settings: self, x, labels: None };
        let (network, losses) = key.get_or_train(self.network(x.ncols()), context, |context| {
            let Pretrained { network, losses } = self.train(x, &names, context)?;
            Ok((network, losses))
        })?;
        Ok(Pretrained { network, losses })
    }

    /// The trained network and its losses by epoch.
    pub(crate) fn train(
        &self,
        x: ArrayView2<'_, f32>,
        names: &Names<'_>,
        context: &mut Context<'_>,
    ) -> Result<Pretrained> {
        let (seed, device) = (context.seed, context.device);
        let mut network = Autoencoder::new(self.network(x.ncols()), device, &mut seed.stream(names.weights))?;
        let data = to_tensor_on(x, device);
        let mut layers = Vec::new();
        if let Some(settings) = self.layer_wise {
            for pair in 0..network.pairs() {
                layers.push(self.train_pair(&mut network, pair, settings, &data, names, context)?);
            }
        }
        let mut optimizer: Box<dyn Optimizer> = match self.sgd {
            Some(sgd) => Box::new(Sgd::new(sgd, network.parameters())?),
            None => Box::new(network.train_in(self.precision, self.adam)?),
        };
        let loss = |step: &Step| {
            let x = data.index_select(0, &step.samples);
            self.loss.between(&network.forward_t(&self.precision.input(&x), true), &x)
        };
        let phase = Phase {
            stage: names.stage,
            name: names.name,
            settings: self.train,
            buffers: tensors(network.named_buffers()),
        };
        let history = phase.train(x.nrows(), &mut *optimizer, loss, context)?;
        Ok(Pretrained { network, losses: EpochLosses { layers, whole: history.loss } })
    }

    /// Trains one layer of the encoder with its mirror in the decoder; answers its loss by epoch.
    fn train_pair(
        &self,
        network: &mut Autoencoder,
        pair: usize,
        settings: TrainSettings,
        data: &Tensor,
        names: &Names<'_>,
        context: &mut Context<'_>,
    ) -> Result<Vec<f64>> {
        let mut adam = network.train_pair_in(pair, self.precision, self.adam)?;
        let network = &*network;
        let loss = |step: &Step| {
            let x = data.index_select(0, &step.samples);
            let input = deepclust_nets::no_grad(|| network.encode_until(&self.precision.input(&x), pair));
            let output = network.pair_t(&input, pair, true);
            if pair == 0 {
                self.loss.between(&output, &x)
            } else {
                ReconstructionLoss::MeanSquaredError.between(&output, &input.to_kind(output.kind()))
            }
        };
        let name = format!("{}, layer {}", names.name, pair + 1);
        let phase =
            Phase { stage: names.stage, name: &name, settings, buffers: tensors(network.named_buffers()) };
        Ok(phase.train(data.size()[0] as usize, &mut adam, loss, context)?.loss)
    }
}

/// The tensors without their names.
pub(crate) fn tensors(named: Vec<(String, Tensor)>) -> Vec<Tensor> {
    named.into_iter().map(|(_, tensor)| tensor).collect()
}
